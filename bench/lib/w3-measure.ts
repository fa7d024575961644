import { statSync } from "node:fs";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import type { Figures, Outcome } from "./case.ts";
import { countRows, rowsPerTask } from "./row-counts.ts";
import { runLoop, tasksOf, type LoopPlan, type W3Engine } from "./w3-loop.ts";

/** What an engine has done since it was opened. */
export interface Work {
  readonly commits: number;
  /** ms inside commits. */
  readonly commitMs: number;
  /** null = the engine does not count them. */
  readonly turns: number | null;
}

export interface MeasuredEngine extends W3Engine {
  /** The connection of the store it writes. */
  readonly database: Database;
  work(): Work;
}

function fileBytes(database: Database): number {
  database.pragma("wal_checkpoint(TRUNCATE)");
  return statSync(database.name).size;
}

/** Shares and rates of the measured part. */
function workFigures(from: Work, to: Work, plan: LoopPlan, seconds: number): Figures {
  const commits = to.commits - from.commits;
  return {
    fsyncsPerSecond: commits / seconds,
    tasksPerCommit: plan.tasks / commits,
    commitShare: ((to.commitMs - from.commitMs) / (seconds * 1_000)) * 100,
    ...(to.turns === null || from.turns === null
      ? {}
      : { turnsPerCommit: (to.turns - from.turns) / commits }),
  };
}

/** Runs the loop on an engine and measures throughput, latency, commits, file and memory. */
export async function measureW3(engine: MeasuredEngine, plan: LoopPlan): Promise<Outcome> {
  const total = tasksOf(plan);
  const bytesBefore = fileBytes(engine.database);
  const before = countRows(engine.database);
  let [from, to] = [engine.work(), engine.work()];
  let [cpuFrom, cpuTo] = [process.cpuUsage(), process.cpuUsage()];
  const loop = await runLoop(
    engine,
    plan,
    () => {
      from = engine.work();
      cpuFrom = process.cpuUsage();
    },
    () => {
      to = engine.work();
      cpuTo = process.cpuUsage(cpuFrom);
    },
  );
  const { rss } = process.memoryUsage();
  globalThis.gc?.();
  const seconds = plan.tasks / (loop["tasksPerSecond"] ?? Number.NaN);
  return {
    figures: {
      ...loop,
      ...workFigures(from, to, plan, seconds),
      cpuPerTask: (cpuTo.user + cpuTo.system) / plan.tasks,
      bytesPerTask: (fileBytes(engine.database) - bytesBefore) / total,
      rssMb: rss / 2 ** 20,
      heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    },
    rowsPerTask: rowsPerTask(before, countRows(engine.database), total),
  };
}
