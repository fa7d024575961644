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
function runOnce(row: Row, one: Case, plan: RunPlan): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "hopper-bench-run-"));
  mkdirSync(KEPT_FOLDER, { recursive: true });
  const options: RunOptions = { quick: plan.quick, seed: plan.seed, folder, keptFolder: KEPT_FOLDER };
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

/**
 * Runs the cases of one group in turn (A, B, A, B, …), so that what else the machine does hits all of them.
 *
 * @throws Error when a run fails, takes too long, or two engines did not write the same rows per task.
 */
export async function runGroup(rows: readonly Row[], plan: RunPlan): Promise<CaseResult[]> {
  const results: CaseResult[] = rows.flatMap((row) =>
    row.cases.map((one) => ({ row, name: one.name, outcomes: [] })),
  );
  for (let run = 1; run <= plan.runs; run++) {
    for (const result of results) {
      const one = result.row.cases.find((candidate) => candidate.name === result.name);
      if (one === undefined) continue;
      plan.progress(`${result.row.name} · ${result.name} (${run}/${plan.runs})`);
      result.outcomes.push(await runOnce(result.row, one, plan));
      refuseUnequal(results);
    }
  }
  return results;
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
