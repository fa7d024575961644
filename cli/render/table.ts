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
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: GAP,
};

/** A list as a table without lines, fitted to the terminal; whole on a pipe. No rows: no lines. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string[] {
  if (rows.length === 0) return [];
  const wanted = columns.filter((column) => look.wide || column.wide !== true);
  const { shown, widths } = fitColumns(wanted, rows, look.width);
  const table = new Table({
    head: shown.map((column, index) => paint(fit(column.head, widths[index] ?? 0), "dim", look)),
    chars: NO_BORDERS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  for (const row of rows) {
    table.push(
      shown.map((column, index) =>
        paint(fit(clean(column.cell(row)), widths[index] ?? 0), column.tone?.(row), look),
      ),
    );
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Which columns fit, and how wide each may be. */
function fitColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number | null) {
  const shown = columns.map((column) => ({
    column,
    width: Math.max(column.head.length, ...rows.map((row) => columnsOf(clean(column.cell(row))))),
  }));
  if (width !== null) {
    while (roomForFlex(shown, width) < FLEX_MINIMUM && dropOptional(shown));
    const room = Math.max(1, roomForFlex(shown, width));
    for (const entry of shown) {
      if (entry.column.flex === true)
        entry.width = Math.min(entry.width, Math.max(room, entry.column.head.length));
    }
  }
  return { shown: shown.map(({ column }) => column), widths: shown.map((entry) => entry.width) };
}

/** Columns left for the flexible one; its own width when there is none to cut. */
function roomForFlex<Row>(shown: readonly { column: Column<Row>; width: number }[], width: number): number {
  const gaps = GAP.length * (shown.length - 1);
  const fixed = shown.reduce((sum, entry) => (entry.column.flex === true ? sum : sum + entry.width), gaps);
  const widest = shown.find(({ column }) => column.flex === true)?.width ?? FLEX_MINIMUM;
  const room = width - fixed;
  // A short text needs no more room than it takes.
  return room >= widest ? Math.max(room, FLEX_MINIMUM) : room;
}

function dropOptional<Row>(shown: { column: Column<Row>; width: number }[]): boolean {
  const index = shown.findLastIndex(({ column }) => column.optional === true);
  if (index === -1) return false;
  shown.splice(index, 1);
  return true;
}
