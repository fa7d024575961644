import { labelOf, written } from "./figures.ts";
import type { Target } from "./case.ts";
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
  readonly target: Target | null;
}

/** Where and when the lines were measured; the same for all of one run. */
export interface Origin {
  readonly commit: string;
  readonly date: string;
}

export const BEGIN = "<!-- bench:begin (npm run bench writes what stands between these comments) -->";
export const END = "<!-- bench:end -->";

const HEAD = [
  "| benchmark | measured | figure | median | least – most | target | runs | commit | date |",
  "|---|---|---|---:|---:|---:|---:|---|---|",
];

/** `≥ 10,000 tasks/s`; empty = the figure has none. */
function targetText({ figure, target }: Line): string {
  if (target === null) return "";
  return "atLeast" in target ? `≥ ${written(figure, target.atLeast)}` : `≤ ${written(figure, target.atMost)}`;
}

function isMissed({ spread, target }: Line): boolean {
  if (target === null) return false;
  return "atLeast" in target ? spread.median < target.atLeast : spread.median > target.atMost;
}

/** One sentence for each target that the medians miss. */
export function missedTargets(lines: readonly Line[]): string[] {
  return lines.filter(isMissed).map((line) => {
    const found = written(line.figure, line.spread.median);
    return `target missed: ${line.title} · ${line.what}: ${labelOf(line.figure)} is ${found}, wanted ${targetText(line)}`;
  });
}

function textOf(line: Line, { commit, date }: Origin): string {
  const { figure, spread } = line;
  const range = `${written(figure, spread.min)} – ${written(figure, spread.max)}`;
  const cells = [
    line.title,
    line.what,
    labelOf(figure),
    written(figure, spread.median),
    range,
    targetText(line),
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
  const target = targetText(line);
  const wanted = target === "" ? "" : `   (wanted ${target})`;
  return `  ${labelOf(figure).padEnd(40)} ${written(figure, spread.median).padStart(18)}   ${range}${wanted}`;
}

/** @throws Error when the document lacks the two marker comments. */
export function checkMarkers(document: string): void {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md lacks ${BEGIN} or, after it, ${END}`);
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
  checkMarkers(document);
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
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
