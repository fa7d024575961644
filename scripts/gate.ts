// `npm test` is the whole gate, `npm run check` its quick half. Steps of one stage run side by side; a failed stage ends
// the gate. What it leaves: .gate/tests.json (vitest's report) and .gate/summary (`N passed, N failed`).

import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { execa } from "execa";
import { describeTimes, readTestReport, seconds, summaryLine, type StepReport } from "./gate-report.ts";

interface Step {
  name: string;
  command: string;
  args: string[];
  /** Shows its output while it runs; the others show it when they fail. */
  live?: boolean;
}

const root = dirname(import.meta.dirname);
const quick = process.argv.includes("--quick");
const TEST_REPORT = ".gate/tests.json";

const CHECKS: Step[] = [
  { name: "types", command: "tsc", args: ["-p", "tsconfig.json"] },
  { name: "lint", command: "oxlint", args: [] },
  { name: "format", command: "oxfmt", args: ["--check"] },
  { name: "knip", command: "knip", args: ["--no-progress", "--treat-config-hints-as-errors"] },
];
const BUILD: Step = { name: "build", command: "node", args: ["scripts/build.ts"] };
const TESTS: Step = {
  name: "tests",
  command: "vitest",
  args: [
    "run",
    "--coverage",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${TEST_REPORT}`,
    ...(process.stdout.isTTY ? [] : ["--no-color"]),
  ],
  live: true,
};
const PACK: Step = { name: "pack", command: "node", args: ["scripts/pack-check.ts"] };
const STAGES: Step[][] = quick ? [CHECKS] : [[...CHECKS, BUILD], [TESTS], [PACK]];

process.exitCode = await runGate();

async function runGate(): Promise<number> {
  const startedAt = performance.now();
  if (!quick) {
    await rm(`${root}/.gate`, { recursive: true, force: true });
    await mkdir(`${root}/.gate`, { recursive: true });
  }
  const reports: StepReport[] = [];
  for (const stage of STAGES) {
    const ended = hasFailed(reports);
    const results = ended ? stage.map(notRun) : await runStage(stage);
    reports.push(...results);
  }
  const tests = quick ? null : await readTestReport(`${root}/${TEST_REPORT}`, root);
  if (!quick) await writeFile(`${root}/.gate/summary`, `${summaryLine(reports, tests)}\n`);
  process.stdout.write(
    `${describeTimes({ steps: reports, tests, totalMs: performance.now() - startedAt })}\n`,
  );
  return hasFailed(reports) ? 1 : 0;
}

async function runStage(stage: readonly Step[]): Promise<StepReport[]> {
  const reports = new Map<Step, StepReport>();
  const waiting = [...stage];
  const runNext = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      reports.set(step, await runStep(step));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, runNext));
  return stage.map((step) => reports.get(step) ?? notRun(step));
}

async function runStep(step: Step): Promise<StepReport> {
  const startedAt = performance.now();
  const { exitCode, all } = await execa(step.command, step.args, {
    cwd: root,
    preferLocal: true,
    reject: false,
    all: true,
    ...(step.live === true ? { stdio: "inherit" as const } : { stdin: "ignore" as const }),
  });
  const ms = performance.now() - startedAt;
  const result = exitCode === 0 ? "passed" : "failed";
  const line = `${result === "passed" ? "ok    " : "FAILED"} ${step.name.padEnd(8)} ${seconds(ms)}`;
  const output = result === "failed" && all !== undefined ? `\n${all}\n` : "";
  process.stdout.write(`${line}${output}\n`);
  return { name: step.name, result, ms };
}

function notRun({ name }: Step): StepReport {
  return { name, result: "not run", ms: 0 };
}

function hasFailed(reports: readonly StepReport[]): boolean {
  return reports.some(({ result }) => result === "failed");
}
