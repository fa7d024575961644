import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case, Outcome, Row, RunOptions } from "./case.ts";
import { differenceOf } from "./row-counts.ts";

/** What every run of a case measured, in order. */
export interface CaseResult {
  readonly row: Row;
  readonly name: string;
  readonly outcomes: Outcome[];
}

export interface RunPlan {
  readonly runs: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly progress: (line: string) => void;
}

const CHILD = join(import.meta.dirname, "..", "child.ts");
const KEPT_FOLDER = process.env["HOPPER_BENCH_DIR"] ?? join(tmpdir(), "hopper-bench");

/** One run in a process of its own: its heap, its compiled code and its files are nobody else's. */
function runOnce(row: Row, one: Case, plan: RunPlan, run: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "hopper-bench-run-"));
  mkdirSync(KEPT_FOLDER, { recursive: true });
  const { quick, seed } = plan;
  const options: RunOptions = { quick, seed, run, folder, keptFolder: KEPT_FOLDER };
  const child = fork(CHILD, [row.name, one.name, JSON.stringify(options)], { execArgv: ["--expose-gc"] });
  const seconds = row.timeoutSeconds ?? 120;
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const alarm = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`${row.name} / ${one.name} took longer than ${seconds} s`));
  }, seconds * 1_000);
  child.once("message", (outcome) => resolve(outcome as Outcome));
  child.once("error", reject);
  child.once("exit", (code) =>
    reject(new Error(`${row.name} / ${one.name} ended with ${code} and no result`)),
  );
  return promise.finally(() => {
    clearTimeout(alarm);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** The first cases of all rows, then the second of all, …: what is compared is measured one right after the other. */
function inTurn(rows: readonly Row[]): { row: Row; one: Case }[] {
  const most = Math.max(...rows.map((row) => row.cases.length));
  return Array.from({ length: most }, (_, index) => index).flatMap((index) =>
    rows.flatMap((row) => {
      const one = row.cases[index];
      return one === undefined ? [] : [{ row, one }];
    }),
  );
}

/**
 * Runs the cases of one group in turn (A, B, A, B, …), so that what else the machine does hits all of them.
 *
 * @throws Error when a run fails, takes too long, or two engines did not write the same rows per task.
 */
export async function runGroup(rows: readonly Row[], plan: RunPlan): Promise<CaseResult[]> {
  const cases = inTurn(rows).map(({ row, one }) => ({ row, one, name: one.name, outcomes: [] as Outcome[] }));
  for (let run = 1; run <= plan.runs; run++) {
    for (const { row, one, name, outcomes } of cases) {
      plan.progress(`${row.name} · ${name} (${run}/${plan.runs})`);
      outcomes.push(await runOnce(row, one, plan, run));
      refuseUnequal(cases);
    }
  }
  return cases.map(({ row, name, outcomes }) => ({ row, name, outcomes }));
}

function refuseUnequal(results: readonly CaseResult[]): void {
  let first: { name: string; rows: NonNullable<Outcome["rowsPerTask"]> } | null = null;
  for (const { row, name, outcomes } of results) {
    const rows = outcomes.at(-1)?.rowsPerTask;
    if (rows === undefined) continue;
    first ??= { name: `${row.name} · ${name}`, rows };
    const difference = differenceOf(first.rows, rows);
    if (difference !== null) {
      throw new Error(
        `not comparable: rows per task of ${first.name} and ${row.name} · ${name} differ: ${difference}`,
      );
    }
  }
}
