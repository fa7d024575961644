import Table from "cli-table3";
import { paint, type Look, type Tone } from "./look.ts";
import { clean, columnsOf, fit } from "./text.ts";

/** One column of a list. */
export interface Column<Row> {
  readonly head: string;
  /** The cell's text; it is made harmless here. */
  readonly cell: (row: Row) => string;
  readonly tone?: ((row: Row) => Tone | undefined) | undefined;
  /** Cut when the terminal is narrow. */
  readonly flex?: boolean;
  /** Left out when the terminal is too narrow even so; the last one goes first. */
  readonly optional?: boolean;
  /** Only with `-o wide`. */
  readonly wide?: boolean;
}

const GAP = "  ";
/** A flexible column is not cut to less than this while there is an optional one to leave out. */
const FLEX_MINIMUM = 12;
const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  right: "",
  middle: GAP,
};

/** A list as a table without lines, fitted to the terminal; whole on a pipe. No rows: no lines. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string[] {
  if (rows.length === 0) return [];
  const wanted = columns.filter((column) => look.wide || column.wide !== true);
  const fitted = fitColumns(wanted, rows, look.width);
  const table = new Table({
    chars: NO_BORDERS,
    style: { border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(fitted.map(({ column, width }) => paint(fit(column.head, width), "dim", look)));
  for (const row of rows) {
    table.push(
      fitted.map(({ column, width }) => paint(fit(clean(column.cell(row)), width), column.tone?.(row), look)),
    );
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

interface Fitted<Row> {
  readonly column: Column<Row>;
  width: number;
}

/** The columns that fit, and how wide each may be. */
function fitColumns<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
): Fitted<Row>[] {
  const fitted = columns.map((column) => ({
    column,
    width: Math.max(column.head.length, ...rows.map((row) => columnsOf(clean(column.cell(row))))),
  }));
  if (width === null) return fitted;
  while (roomForFlex(fitted, width) < FLEX_MINIMUM && dropOptional(fitted));
  const room = Math.max(1, roomForFlex(fitted, width));
  for (const entry of fitted) {
    if (entry.column.flex === true)
      entry.width = Math.min(entry.width, Math.max(room, entry.column.head.length));
  }
  cutWidest(fitted, width);
  return fitted;
}

/** What is still too wide loses from its widest column, so that no line is broken by the terminal. */
function cutWidest<Row>(fitted: readonly Fitted<Row>[], width: number): void {
  const gaps = GAP.length * (fitted.length - 1);
  let over = fitted.reduce((sum, entry) => sum + entry.width, gaps) - width;
  for (; over > 0; over -= 1) {
    const widest = fitted.reduce((most, entry) => (entry.width > most.width ? entry : most));
    if (widest.width <= 1) return;
    widest.width -= 1;
  }
}

/** Columns left for the flexible one; its own width when there is none to cut. */
function roomForFlex<Row>(shown: readonly Fitted<Row>[], width: number): number {
  const gaps = GAP.length * (shown.length - 1);
  const fixed = shown.reduce((sum, entry) => (entry.column.flex === true ? sum : sum + entry.width), gaps);
  const widest = shown.find(({ column }) => column.flex === true)?.width ?? FLEX_MINIMUM;
  const room = width - fixed;
  // A short text needs no more room than it takes.
  return room >= widest ? Math.max(room, FLEX_MINIMUM) : room;
}

function dropOptional<Row>(shown: Fitted<Row>[]): boolean {
  const index = shown.findLastIndex(({ column }) => column.optional === true);
  if (index === -1) return false;
  shown.splice(index, 1);
  return true;
}
