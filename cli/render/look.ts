import { styleText } from "node:util";

/** What the output may look like: everything a render function needs to know beside the body. */
export interface Look {
  /** Columns of the terminal; null = no limit (a pipe or a file). */
  readonly width: number | null;
  /** Frames are drawn. */
  readonly boxes: boolean;
  readonly color: boolean;
  /** More columns (`-o wide`). */
  readonly wide: boolean;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
}

/** What a colour stands for. */
export type Tone = "good" | "bad" | "warn" | "info" | "dim" | "strong";

const FORMATS = {
  good: "green",
  bad: "red",
  warn: "yellow",
  info: "cyan",
  dim: "dim",
  strong: "bold",
} as const;

const STATUSES: readonly (readonly [tone: Tone, statuses: readonly string[]])[] = [
  ["good", ["running", "done", "accepted", "completed"]],
  ["bad", ["error", "failed", "rejected"]],
  ["warn", ["paused", "blocked", "pending"]],
  ["info", ["starting", "stopping", "claimed", "in_progress", "waiting"]],
  ["dim", ["stopped", "terminated", "cancelled", "created"]],
];

/** Where a stream does not say how wide it is. */
export const DEFAULT_COLUMNS = 80;

/** Plain text without limits: what a pipe gets. */
export const PLAIN_LOOK: Look = { width: null, boxes: false, color: false, wide: false, now: 0 };

/** How to write to this stream: colours and boxes on a terminal, `NO_COLOR`, `FORCE_COLOR`, `CI` and `TERM=dumb` honoured. */
export function lookFor(params: {
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };
  env: Readonly<Record<string, string | undefined>>;
  wide: boolean;
  now: number;
}): Look {
  const { stream, env, wide, now } = params;
  const terminal = stream.isTTY === true;
  const interactive = terminal && !isSet(env["CI"]);
  return {
    width: terminal ? (stream.columns ?? DEFAULT_COLUMNS) : null,
    boxes: interactive,
    color: mayColor(env, interactive),
    wide,
    now,
  };
}

/** The text in the colour of what it means, where colours are wanted. */
export function paint(text: string, tone: Tone | undefined, look: Look): string {
  if (!look.color || tone === undefined) return text;
  return styleText(FORMATS[tone], text, { validateStream: false });
}

/** The colour a status of an instance, task or delegation has. */
export function toneOf(status: string): Tone | undefined {
  return STATUSES.find(([, statuses]) => statuses.includes(status))?.[0];
}

function mayColor(env: Readonly<Record<string, string | undefined>>, interactive: boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return interactive;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
