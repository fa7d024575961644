import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Outcome, RunOptions } from "./case.ts";
import { refuseUnsound } from "./sound.ts";
import { tasksOf, type LoopPlan } from "./w3-loop.ts";
import type { MeasuredEngine } from "./w3-measure.ts";

/** What one process measured at its own root. */
export interface RootReport {
  readonly outcome: Outcome;
  /** When its tasks were final, in order, from the last of the warm-up to the last measured one; see {@link now}. */
  readonly completions: readonly number[];
}

const CHILD = join(import.meta.dirname, "..", "root-child.ts");

/** ms of a clock that all processes of the machine share, and that nobody sets. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The engine, and when the tasks of the measured part were final. */
export function completionsOf(
  engine: MeasuredEngine,
  plan: LoopPlan,
): { watched: MeasuredEngine; completions: () => readonly number[] } {
  const times: number[] = [];
  const watched: MeasuredEngine = {
    ...engine,
    async complete(claimed) {
      await engine.complete(claimed);
      times.push(now());
    },
  };
  return {
    watched,
    completions() {
      if (times.length !== tasksOf(plan))
        throw new Error(`${times.length} tasks ended, not ${tasksOf(plan)}`);
      return times.slice(plan.warmUp - 1, plan.warmUp + plan.tasks);
    },
  };
}

/** The next thing that a child says. */
function answerOf(child: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  child.once("message", resolve);
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`the process of a root ended with ${code} and no answer`)));
  return promise;
}

/** All begin when the last one is ready. */
async function reportsOf(children: readonly ChildProcess[]): Promise<RootReport[]> {
  await Promise.all(children.map(answerOf));
  const answers = children.map(answerOf);
  for (const child of children) child.send("start");
  return (await Promise.all(answers)) as RootReport[];
}

/**
 * What each process did in a second while all of them were measuring, and how long that was as a part of the longest
 * measurement. What one did before the last began, or after the first had ended, had the machine more to itself and is
 * not counted.
 */
function ratesTogether(reports: readonly RootReport[]): { rates: number[]; overlap: number } {
  const begins = reports.map(({ completions }) => completions[0] ?? Number.NaN);
  const ends = reports.map(({ completions }) => completions.at(-1) ?? Number.NaN);
  const [from, to] = [Math.max(...begins), Math.min(...ends)];
  if (!(from < to)) throw new Error("the processes of the roots never measured at the same time");
  const longest = Math.max(...ends.map((end, index) => end - (begins[index] ?? Number.NaN)));
  const rates = reports.map(({ completions }) => {
    const counted = completions.filter((at) => at > from && at <= to).length;
    return counted / ((to - from) / 1_000);
  });
  return { rates, overlap: (to - from) / longest };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/**
 * W3 by Hopper at so many roots at once, each in a process of its own with a store file of its own.
 *
 * `tasksPerSecond` is the sum over the processes while all of them were measuring, `slowest` and `fastest` are of the
 * same time; `cpuPerTask` is the mean of the processes, `rssMb` their sum.
 */
export async function measureRoots(count: number, options: RunOptions): Promise<Outcome> {
  const files = Array.from({ length: count }, (_, root) => join(options.folder, `root-${root}.db`));
  const children = files.map((file, root) => {
    const own: RunOptions = { ...options, seed: options.seed + root };
    return fork(CHILD, [file, JSON.stringify(own)], { execArgv: ["--expose-gc"] });
  });
  const reports = await reportsOf(children).finally(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  if (options.run === 1) for (const file of files) await refuseUnsound(file);
  const { rates, overlap } = ratesTogether(reports);
  const each = (figure: string): number[] =>
    reports.map(({ outcome }) => outcome.figures[figure] ?? Number.NaN);
  return {
    figures: {
      tasksPerSecond: sum(rates),
      slowest: Math.min(...rates),
      fastest: Math.max(...rates),
      overlap: overlap * 100,
      cpuPerTask: sum(each("cpuPerTask")) / count,
      rssMb: sum(each("rssMb")),
    },
  };
}
