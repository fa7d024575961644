import type { StatsBody } from "./bodies.ts";
import { paint, toneOf, type Look } from "./look.ts";
import { clean, columnsOf, fit, pad, plural, wrap } from "./text.ts";

interface Line {
  readonly text: string;
  /** Shown in brackets at the right side. */
  readonly status?: string;
  readonly tone?: "warn" | "strong";
}

const HEADING: Line = { text: "Hopper Instance Status", tone: "strong" };
/** Columns between the bars of the frame, as in the reference guide. */
const INNER = 53;
/** Where the status begins, counted from the text's own beginning. */
const STATUS_COLUMN = 41;
/** A terminal narrower than this gets no frame. */
const NARROW = 24;

/** The dashboard of `instance status`: framed on a terminal, the same lines in order on a pipe. Source: spec/cli.md 5.1. */
export function dashboardLines(stats: StatsBody, look: Look): string[] {
  const attention = attentionText(stats);
  const lines: Line[] = [
    ...globalLines(stats),
    { text: `Projects: ${scopeText(stats, "PROJECT")}` },
    { text: `Orchestrations: ${scopeText(stats, "ORCHESTRATION")}` },
    { text: `Total Tasks: ${stats.tasks.open} (${stats.tasks.in_progress} in progress)` },
    ...(attention === "" ? [] : [{ text: `Attention: ${attention}`, tone: "warn" as const }]),
  ];
  const room = look.width === null ? Infinity : look.width - 4;
  if (!look.boxes || room < NARROW) return [HEADING, ...lines].map((line) => plainLine(line, look));
  const widths = lines.map((line) => columnsOf(framedText(line, Infinity)));
  const inner = Math.min(room, Math.max(INNER - 2, ...widths));
  const bar = "─".repeat(inner + 2);
  const row = (text: string, line: Line): string =>
    `│ ${painted(pad(fit(text, inner), inner), line, look)} │`;
  return [
    `┌${bar}┐`,
    row(HEADING.text, HEADING),
    `├${bar}┤`,
    ...lines.flatMap((line) => wrap(framedText(line, inner), inner).map((text) => row(text, line))),
    `└${bar}┘`,
  ];
}

/** What somebody should look at; "" = nothing. */
function attentionText(stats: StatsBody): string {
  const { tasks } = stats;
  const idle = tasks.by_status.queued > 0 && tasks.in_progress === 0;
  return [
    stats.dead_letters > 0 ? plural(stats.dead_letters, "dead letter") : "",
    tasks.held > 0 ? plural(tasks.held, "held task") : "",
    idle ? `${plural(tasks.by_status.queued, "queued task")} and no worker` : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function globalLines(stats: StatsBody): Line[] {
  const roots = stats.instances.filter(({ scope, status }) => scope === "GLOBAL" && status !== "terminated");
  const lines = roots.flatMap(({ status, names }) =>
    names.map((name) => ({ text: `Global: ${clean(name)}`, status })),
  );
  return lines.length > 0 ? lines : [{ text: "Global: none" }];
}

/** `3 active, 1 stopped`, and what else there is: `, 1 paused`. */
function scopeText(stats: StatsBody, scope: string): string {
  const counts = new Map<string, number>();
  for (const row of stats.instances) {
    if (row.scope === scope) counts.set(row.status, (counts.get(row.status) ?? 0) + row.count);
  }
  const others = ["created", "starting", "paused", "stopping", "error"].filter((status) =>
    counts.has(status),
  );
  return [
    `${counts.get("running") ?? 0} active`,
    `${counts.get("stopped") ?? 0} stopped`,
    ...others.map((status) => `${counts.get(status)} ${status === "error" ? "in error" : status}`),
  ].join(", ");
}

/** A name that is too long for the frame is cut, so that its status stays. */
function framedText({ text, status }: Line, inner: number): string {
  if (status === undefined) return text;
  const mark = ` [${status}]`;
  const room = inner - mark.length;
  const padded = pad(text, STATUS_COLUMN - 1);
  return (columnsOf(padded) <= room ? padded : pad(fit(text, room - 1), room)) + mark;
}

function plainLine(line: Line, look: Look): string {
  const text = line.status === undefined ? line.text : `${line.text} [${line.status}]`;
  return painted(text, line, look);
}

/** Colour comes last, when nothing is measured any more. */
function painted(text: string, line: Line, look: Look): string {
  if (line.tone !== undefined) return paint(text, line.tone, look);
  if (line.status === undefined) return text;
  const at = text.lastIndexOf(`[${line.status}]`) + 1;
  if (at === 0) return text;
  const after = text.slice(at + line.status.length);
  return text.slice(0, at) + paint(line.status, toneOf(line.status), look) + after;
}
