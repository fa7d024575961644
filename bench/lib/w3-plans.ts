import type { RunOptions } from "./case.ts";
import type { LoopPlan } from "./w3-loop.ts";

/** The ways in which W3 is run, by name; the same for the ceilings and for Hopper. */
const PLANS = {
  "1000 in flight": { inFlight: 1_000, tasks: 15_000, quickTasks: 5_000, claimMax: 100, workers: 1 },
  "200 in flight": { inFlight: 200, tasks: 10_000, quickTasks: 2_000, claimMax: 100, workers: 1 },
  "32 in flight": { inFlight: 32, tasks: 6_000, quickTasks: 1_500, claimMax: 100, workers: 1 },
  "one task alone": { inFlight: 1, tasks: 1_500, quickTasks: 400, claimMax: 1, workers: 1 },
  "1000 in flight, claims of 1": {
    inFlight: 1_000,
    tasks: 20_000,
    quickTasks: 4_000,
    claimMax: 1,
    workers: 16,
  },
} as const;

export type PlanName = keyof typeof PLANS;
export const PLAN_NAMES = Object.keys(PLANS) as PlanName[];

/** Those that differ by their tasks in flight alone, fewest first. */
export const BY_IN_FLIGHT = PLAN_NAMES.map((plan) => ({ plan, ...PLANS[plan] }))
  .filter(({ workers }) => workers === 1)
  .toSorted((a, b) => a.inFlight - b.inFlight);

export function planOf(name: PlanName, { quick, seed }: Pick<RunOptions, "quick" | "seed">): LoopPlan {
  const { inFlight, claimMax, workers, ...counts } = PLANS[name];
  const tasks = quick ? counts.quickTasks : counts.tasks;
  return { inFlight, claimMax, workers, seed, tasks, warmUp: Math.max(inFlight, Math.round(tasks / 3)) };
}
