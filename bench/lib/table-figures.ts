import type { Spread } from "./stats.ts";
import { BEGIN, checkMarkers, END } from "./table.ts";

/** A line of the table as it stands in the document, its figures as numbers. */
export interface TableFigure {
  /** Of the benchmark. */
  readonly title: string;
  readonly what: string;
  /** What figures.ts calls the figure. */
  readonly label: string;
  readonly spread: Spread;
  /** `2eba9c6, 2026-11-22`: the commit that was measured, and when. */
  readonly origin: string;
}

/** `3,279 tasks/s` → 3279; NaN when it is none. */
function numberOf(text: string): number {
  return Number.parseFloat(text.replaceAll(",", ""));
}

function figureOf(line: string): TableFigure[] {
  const cells = line.split("|").map((cell) => cell.trim());
  const [, title = "", what = "", label = "", median = "", range = "", , , commit = "", date = ""] = cells;
  const [min = "", max = ""] = range.split("–");
  const spread = { min: numberOf(min), median: numberOf(median), max: numberOf(max) };
  return Object.values(spread).every(Number.isFinite)
    ? [{ title, what, label, spread, origin: `${commit}, ${date}` }]
    : [];
}

/**
 * Every figure of the table of docs/performance.md, whichever run wrote it; lines without figures are left out.
 *
 * @throws Error when the document lacks the two marker comments.
 */
export function figuresIn(document: string): TableFigure[] {
  checkMarkers(document);
  const table = document.slice(document.indexOf(BEGIN), document.indexOf(END));
  return table
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap(figureOf);
}
