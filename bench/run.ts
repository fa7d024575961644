import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { performanceChart } from "./chart.ts";
import type { Row } from "./lib/case.ts";
import { describeEnvironment, environment } from "./lib/environment.ts";
import { runGroup, type CaseResult } from "./lib/runner.ts";
import { isShown, linesOf } from "./lib/summary.ts";
import { checkMarkers, missedTargets, printed, withLines, type Line } from "./lib/table.ts";
import { ROWS } from "./rows/index.ts";

const ROOT = dirname(import.meta.dirname);
const DOCUMENT = join(ROOT, "docs", "performance.md");
const CHART = join(ROOT, "docs", "performance.svg");
const RESULTS = join(import.meta.dirname, "results");
const SEED = 42;
/** Below it a median says little. */
const FEWEST_RUNS = 5;

const USAGE = `Usage: npm run bench -- [options]

  --only A,B   Only these benchmarks: ${ROWS.map((row) => row.name).join(", ")}
  --quick      A minute or two: fewer tasks and runs, without the slow ones; docs/performance.md stays as it is
  --runs N     Runs of each case (default 5; 2 with --quick); the cases of a group alternate
  --dry        Leave docs/performance.md as it is
  --help       This

The table of docs/performance.md and its chart are written by runs of committed code only, and of at least ${FEWEST_RUNS} runs.`;

interface Choice {
  readonly rows: readonly Row[];
  readonly runs: number;
  readonly quick: boolean;
  readonly writes: boolean;
}

/** @throws Error with what is wrong and what is accepted. */
function readArguments(argv: string[]): Choice | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      runs: { type: "string" },
      dry: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const { quick } = values;
  const only = values.only?.flatMap((names) => names.split(",")).map((name) => name.trim());
  const unknown = only?.find((name) => ROWS.every((row) => row.name !== name));
  if (unknown !== undefined) throw new Error(`no benchmark is named ${unknown}\n\n${USAGE}`);
  const runs = Number(values.runs ?? (quick ? 2 : 5));
  if (!Number.isInteger(runs) || runs < 1 || runs > 100)
    throw new Error(`--runs takes 1 to 100, not ${values.runs}`);
  const rows = ROWS.filter((row) => only?.includes(row.name) ?? !(quick && row.slow === true));
  return { rows, runs, quick, writes: !quick && !values.dry && runs >= FEWEST_RUNS };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printLines(lines: readonly Line[]): void {
  let heading = "";
  for (const line of lines) {
    const next = `${line.title}: ${line.what}`;
    if (next !== heading) print(`\n${next}`);
    heading = next;
    print(printed(line));
  }
}

const FEWEST_TURNS = 20;

/** Group commit that does not group is a fault to look for, whatever the throughput says. */
function fewTurns(lines: readonly Line[]): string[] {
  const few = lines.filter(
    ({ what, figure, spread }) =>
      figure === "turnsPerCommit" && what.startsWith("1000 in flight") && spread.median < FEWEST_TURNS,
  );
  return few.map(
    ({ title, what, spread }) =>
      `FAILURE TO EXPLAIN: ${title} · ${what}: ${spread.median.toFixed(1)} turns per commit, fewer than ${FEWEST_TURNS}`,
  );
}

/** Every figure of every run, for whoever wants to look closer. */
function writeResults(
  choice: Choice,
  found: ReturnType<typeof environment>,
  results: readonly CaseResult[],
): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${new Date().toISOString().replaceAll(/[:.]/g, "-")}.json`);
  const cases = results.map(({ row, name, outcomes }) => ({ row: row.name, case: name, outcomes }));
  writeFileSync(
    file,
    `${JSON.stringify({ environment: found, seed: SEED, quick: choice.quick, cases }, null, 2)}\n`,
  );
  return file;
}

async function main(argv: string[]): Promise<void> {
  const choice = readArguments(argv);
  if (choice === null) {
    print(USAGE);
    return;
  }
  for (const { name, obstacle } of choice.rows) {
    const why = obstacle?.() ?? null;
    if (why !== null) throw new Error(`${name}: ${why}`);
  }
  if (choice.writes) checkMarkers(readFileSync(DOCUMENT, "utf8"));
  const found = environment();
  print(describeEnvironment(found));
  const results: CaseResult[] = [];
  const lines: Line[] = [];
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  for (const rows of Map.groupBy(choice.rows, (row) => row.group).values()) {
    const measured = await runGroup(rows, { runs: choice.runs, quick: choice.quick, seed: SEED, progress });
    results.push(...measured);
    lines.push(...linesOf(rows, measured));
  }
  printLines(lines);
  const remarks = [...missedTargets(lines), ...fewTurns(lines)];
  if (remarks.length > 0) print(`\n${remarks.join("\n")}`);
  print(`\nEvery figure of every run: ${writeResults(choice, found, results)}`);
  if (!choice.writes) return;
  if (!found.isCommitted) {
    print("docs/performance.md stays as it is, and its chart: what was measured is in no commit");
    return;
  }
  const shown = lines.filter((line) => isShown(line, choice.rows));
  const titles = ROWS.map((row) => row.title);
  const written = withLines(readFileSync(DOCUMENT, "utf8"), { lines: shown, origin: found, titles });
  writeFileSync(DOCUMENT, written);
  writeFileSync(CHART, performanceChart(written));
  print(`Written: ${DOCUMENT} and ${CHART}`);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
