import type { Row } from "./case.ts";
import type { CaseResult } from "./runner.ts";
import { spreadOf } from "./stats.ts";
import type { Line } from "./table.ts";

function keyOf(row: string, name: string): string {
  return `${row} · ${name}`;
}

function lineOf(row: Row, found: { what: string; figure: string; values: readonly number[] }): Line {
  const { what, figure, values } = found;
  const target = row.targets?.find((one) => one.what === what && one.figure === figure) ?? null;
  const { name, title } = row;
  return { row: name, title, what, figure, spread: spreadOf(values), runs: values.length, target };
}

/** The figures of one case over its runs, those that are shown first. */
function measuredLines({ row, name, outcomes }: CaseResult): Line[] {
  const figures = new Set([...row.shown, ...Object.keys(outcomes[0]?.figures ?? {})]);
  return [...figures].flatMap((figure) => {
    const values = outcomes.map((outcome) => outcome.figures[figure]).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    return [lineOf(row, { what: name, figure, values })];
  });
}

/** Figures made from several cases, run by run: what the machine did meanwhile cancels out. */
function derivedLines(row: Row, results: readonly CaseResult[]): Line[] {
  const outcomes = new Map(results.map((result) => [keyOf(result.row.name, result.name), result.outcomes]));
  const runs = Math.max(0, ...results.map((result) => result.outcomes.length));
  return (row.derived ?? []).flatMap((derived) => {
    const values: number[] = [];
    for (let run = 0; run < runs; run++) {
      const value = derived.value((name, figure) => outcomes.get(name)?.[run]?.figures[figure] ?? null);
      if (value !== null) values.push(value);
    }
    if (values.length === 0) return [];
    return [lineOf(row, { what: derived.name, figure: derived.figure, values })];
  });
}

/** Every line that a group's results give, in the order of its rows. */
export function linesOf(rows: readonly Row[], results: readonly CaseResult[]): Line[] {
  return rows.flatMap((row) => [
    ...results.filter((result) => result.row === row).flatMap(measuredLines),
    ...derivedLines(row, results),
  ]);
}

/** Whether a line belongs into docs/performance.md. */
export function isShown(line: Line, rows: readonly Row[]): boolean {
  const row = rows.find((one) => one.name === line.row);
  return (
    row !== undefined &&
    (row.shown.includes(line.figure) || (row.derived ?? []).some((one) => one.name === line.what))
  );
}
