import { join } from "node:path";
import type { Case, Outcome, RunOptions } from "../case.ts";
import { tasksOf } from "../w3-loop.ts";
import { measureW3 } from "../w3-measure.ts";
import { PLAN_NAMES, planOf, type PlanName } from "../w3-plans.ts";
import type { CeilingEngine, OpenedCeiling } from "./engine.ts";

/** A ceiling as a row measures it. */
export interface Ceiling {
  /** Makes its file, with the hierarchy in it. */
  create(file: string): Promise<void> | void;
  open(file: string): Promise<OpenedCeiling> | OpenedCeiling;
  /** Looks at what so many tasks left in the file. @throws Error when something is missing or wrong. */
  prove(file: string, tasks: number): Promise<void> | void;
  /** Whether it writes Hopper's tables, so that its rows can be compared with Hopper's. */
  readonly isHopperStore: boolean;
}

/** Figures of a ceiling that stand in docs/performance.md. */
export const CEILING_SHOWN = [
  "tasksPerSecond",
  "latencyP50",
  "latencyP99",
  "fsyncsPerSecond",
  "commitShare",
  "cpuPerTask",
  "bytesPerTask",
];

async function measure(engine: CeilingEngine, plan: ReturnType<typeof planOf>): Promise<Outcome> {
  let left = tasksOf(plan);
  return await measureW3(
    {
      database: engine.database,
      work: () => engine.work(),
      add: (title, tag) => engine.add(title, tag),
      claim: (place, max) => engine.claim(place, max),
      async complete(claimed) {
        await engine.complete(claimed);
        left -= 1;
        if (left === 0) engine.stop();
      },
    },
    plan,
  );
}

async function runOnce(ceiling: Ceiling, name: PlanName, options: RunOptions): Promise<Outcome> {
  const file = join(options.folder, "ceiling.db");
  await ceiling.create(file);
  const { engine, close } = await ceiling.open(file);
  const plan = planOf(name, options);
  const { figures, rowsPerTask } = await measure(engine, plan);
  await close();
  if (options.run === 1) await ceiling.prove(file, tasksOf(plan));
  return ceiling.isHopperStore && rowsPerTask !== undefined ? { figures, rowsPerTask } : { figures };
}

/** W3 in all its ways by a ceiling. */
export function ceilingCases(ceiling: Ceiling): Case[] {
  return PLAN_NAMES.map((name) => ({ name, run: (options) => runOnce(ceiling, name, options) }));
}
