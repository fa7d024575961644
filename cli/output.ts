import type { CliIo } from "./io.ts";
import type { Look } from "./render/look.ts";

/** How the data on stdout is written. */
export const FORMATS = ["table", "json", "jsonl", "yaml", "name", "wide"] as const;
export type Format = (typeof FORMATS)[number];

/** What a command has to show, in every form it can be asked for. */
export interface Shown {
  /** The API's body: `json`, `yaml`. */
  readonly body: unknown;
  /** The lines of `jsonl`; without them the body is the one line. */
  readonly items?: readonly unknown[] | undefined;
  /** What a person sees: a pure function of bodies. */
  readonly lines: (look: Look) => readonly string[];
  /** `-o name`: refs or names, one per line. */
  readonly names: readonly string[];
  /** `--quiet`. */
  readonly ids: readonly string[];
}

/** Writes it in the format that was asked for. */
export async function writeShown(params: {
  shown: Shown;
  io: CliIo;
  format: Format;
  quiet: boolean;
  look: Look;
}): Promise<void> {
  const { shown, io, format, quiet, look } = params;
  const text = await format_(shown, format, quiet, look);
  if (text !== "") io.stdout.write(text);
}

async function format_(shown: Shown, format: Format, quiet: boolean, look: Look): Promise<string> {
  switch (format) {
    case "json":
      return `${JSON.stringify(shown.body, null, 2)}\n`;
    case "jsonl":
      return textOf((shown.items ?? [shown.body]).map((item) => JSON.stringify(item)));
    case "yaml": {
      const { stringify } = await import("yaml");
      return stringify(shown.body, { lineWidth: 0 });
    }
    case "name":
      return textOf(quiet ? shown.ids : shown.names);
    case "table":
    case "wide":
      return textOf(quiet ? shown.ids : shown.lines(look));
    default:
      return format satisfies never;
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
