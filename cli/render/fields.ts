import { paint, type Look } from "./look.ts";
import { clean, cleanBlock, columnsOf } from "./text.ts";

/** A name and what stands there; null, "" and an empty list are left out. */
export type Field = readonly [name: string, value: string | null];

/** Aligned `name  value` lines below a heading; a value of several lines keeps them, indented. */
export function fieldLines(fields: readonly Field[], look: Look): string[] {
  const present = fields.filter((field): field is readonly [string, string] => (field[1] ?? "") !== "");
  const width = Math.max(0, ...present.map(([name]) => columnsOf(name)));
  return present.flatMap(([name, value]) => {
    const [first = "", ...rest] = cleanBlock(value).trimEnd().split("\n");
    const indent = " ".repeat(width + 4);
    return [
      `  ${paint(name.padEnd(width), "dim", look)}  ${clean(first)}`,
      ...rest.map((line) => (indent + clean(line)).trimEnd()),
    ];
  });
}

/** A JSON value in one line; null for null and an empty object. */
export function jsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === "{}" ? null : text;
}
