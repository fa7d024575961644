import { labelOf, written } from "./figures.ts";
import type { Spread } from "./stats.ts";

/** One line of the table: a figure of a case, over all runs. */
export interface Line {
  /** Name of the row it belongs to (`--only`). */
  readonly row: string;
  readonly title: string;
  readonly what: string;
  readonly figure: string;
  readonly spread: Spread;
  readonly runs: number;
}

/** Where and when the lines were measured; the same for all of one run. */
export interface Origin {
  readonly commit: string;
  readonly date: string;
}

export const BEGIN = "<!-- bench:begin (npm run bench writes what stands between these comments) -->";
export const END = "<!-- bench:end -->";

const HEAD = [
  "| benchmark | measured | figure | median | least – most | runs | commit | date |",
  "|---|---|---|---:|---:|---:|---|---|",
];

function textOf(line: Line, { commit, date }: Origin): string {
  const { figure, spread } = line;
  const range = `${written(figure, spread.min)} – ${written(figure, spread.max)}`;
  const cells = [
    line.title,
    line.what,
    labelOf(figure),
    written(figure, spread.median),
    range,
    line.runs,
    commit,
    date,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Lines of the table for a terminal. */
export function printed(line: Line): string {
  const { figure, spread } = line;
  const range = `${written(figure, spread.min)} – ${written(figure, spread.max)}`;
  return `  ${labelOf(figure).padEnd(50)} ${written(figure, spread.median).padStart(18)}   ${range}`;
}

/**
 * The document with the measured lines in its table: those of the same benchmark (its title) are replaced, the
 * others stay as they were, in the order of `titles`.
 *
 * @throws Error when the document lacks the two marker comments.
 */
export function withLines(
  document: string,
  params: { lines: readonly Line[]; origin: Origin; titles: readonly string[] },
): string {
  const { lines, origin, titles } = params;
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from === -1 || to === -1) throw new Error(`the document lacks ${BEGIN} or ${END}`);
  const measured = new Set(lines.map((line) => line.title));
  const kept = document
    .slice(from + BEGIN.length, to)
    .split("\n")
    .filter((line) => line.startsWith("| ") && !HEAD.includes(line) && !measured.has(titleOf(line)));
  const all = [...kept, ...lines.map((line) => textOf(line, origin))];
  const place = (line: string): number => titles.indexOf(titleOf(line));
  const sorted = all.filter((line) => place(line) !== -1).toSorted((a, b) => place(a) - place(b));
  return `${document.slice(0, from)}${BEGIN}\n\n${[...HEAD, ...sorted].join("\n")}\n\n${document.slice(to)}`;
}

function titleOf(line: string): string {
  return line.split("|")[1]?.trim() ?? "";
}
