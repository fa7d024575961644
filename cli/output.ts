import type { Look } from "./render/look.ts";

/** How the data on stdout is written. */
export const FORMATS = ["table", "json", "jsonl", "yaml", "name", "wide"] as const;
export type Format = (typeof FORMATS)[number];

/** What is called by its ref or its name, else by its id. */
interface Named {
  readonly id: string;
  readonly ref?: string;
  readonly name?: string;
}

/** What a command has to show, in every form it can be asked for. */
export interface Shown {
  /** The API's body: `json`, `yaml`. */
  readonly body: unknown;
  /** The lines of `jsonl`; without them the body is the one line. */
  readonly items?: readonly unknown[];
  /** What a person sees: a pure function of bodies. */
  readonly lines: (look: Look) => readonly string[];
  /** What `-o name` and `--quiet` list, one per line; without it what `jsonl` has. */
  readonly named?: readonly Named[];
}

/** The body of a list that is not in pages. */
export function wholeList(items: readonly unknown[]): object {
  return { items, next_cursor: null, has_more: false };
}

/** What is shown, in the format that was asked for. */
export async function textOf(
  { body, items = [body], lines, named = items as Named[] }: Shown,
  { format, quiet, look }: { format: Format; quiet: boolean; look: Look },
): Promise<string> {
  switch (format) {
    case "json":
      return `${JSON.stringify(body, null, 2)}\n`;
    case "jsonl":
      return joined(items.map((item) => JSON.stringify(item)));
    case "yaml": {
      const { stringify } = await import("yaml");
      return stringify(body, { lineWidth: 0 });
    }
    case "name":
    case "table":
    case "wide":
      if (quiet) return joined(named.map(({ id }) => id));
      return joined(format === "name" ? named.map(({ id, ref, name }) => ref ?? name ?? id) : lines(look));
    default:
      return format satisfies never;
  }
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
