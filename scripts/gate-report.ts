import { readFile } from "node:fs/promises";
import { relative } from "node:path";

/** What became of one step of the gate. */
export interface StepReport {
  name: string;
  result: "passed" | "failed" | "not run";
  ms: number;
}

/** What the tests said, out of vitest's JSON report. */
export interface TestReport {
  passed: number;
  failed: number;
  skipped: number;
  /** Slowest first. */
  files: { path: string; ms: number }[];
}

const SLOWEST_SHOWN = 8;

/** Reads the JSON report of vitest; null when it wrote none. `root` makes the paths short. */
export async function readTestReport(file: string, root: string): Promise<TestReport | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const report = JSON.parse(text) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    testResults: { name: string; startTime: number; endTime: number }[];
  };
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
    files: report.testResults
      .map(({ name, startTime, endTime }) => ({ path: relative(root, name), ms: endTime - startTime }))
      .toSorted((a, b) => b.ms - a.ms),
  };
}

/** The line a machine reads: `N passed, N failed`. A failed step that no failed test explains counts as one failure. */
export function summaryLine(steps: readonly StepReport[], tests: TestReport | null): string {
  const failedTests = tests?.failed ?? 0;
  const failedSteps = steps.filter(
    ({ name, result }) => result === "failed" && !(name === "tests" && failedTests > 0),
  );
  return `${tests?.passed ?? 0} passed, ${failedTests + failedSteps.length} failed`;
}

/**
 * The table at the end: every step with its time and its share of all work (steps of one stage run side by side, so
 * `totalMs`, the time that passed, is less than their sum), then the slowest test files.
 */
export function describeTimes(params: {
  steps: readonly StepReport[];
  tests: TestReport | null;
  totalMs: number;
}): string {
  const { steps, tests, totalMs } = params;
  const work = Math.max(1, sum(steps.map(({ ms }) => ms)));
  const rows = steps.map(({ name, result, ms }) => {
    if (result === "not run") return `  ${name.padEnd(8)} not run`;
    return `  ${name.padEnd(8)} ${result} ${seconds(ms)} ${percent(ms / work)}`;
  });
  const files = (tests?.files ?? [])
    .slice(0, SLOWEST_SHOWN)
    .map(({ path, ms }) => `  ${seconds(ms)}  ${path}`);
  const slowest = files.length === 0 ? [] : ["", "slowest test files (they run side by side)", ...files];
  const skipped =
    tests === null || tests.skipped === 0 ? [] : ["", `${tests.skipped} tests were skipped; each says why`];
  return [
    "",
    "step       result     time  share",
    ...rows,
    `total             ${seconds(totalMs)}`,
    ...slowest,
    ...skipped,
  ].join("\n");
}

/** `12.3 s`, right-aligned. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)
    .toString()
    .padStart(4)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
