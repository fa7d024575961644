import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Figures } from "./case.ts";
import { quantile, randomFrom } from "./stats.ts";
import { PLACES, PROJECTS, tagOf } from "./w3-world.ts";

/** A task that a worker has: the engine's own way to name it, and its title. */
export interface Claimed {
  readonly title: string;
  readonly token: string | number;
  readonly task: string | number;
}

/** What the loop asks of an engine. Every promise resolves after the commit that holds its effect. */
export interface W3Engine {
  /** A task at GLOBAL, to be routed down by its tag. */
  add(title: string, tag: string): Promise<unknown>;
  /** At most `max` tasks of this orchestration's queue; waits a while for the first, [] = none came. */
  claim(place: number, max: number): Promise<readonly Claimed[]>;
  complete(claimed: Claimed): Promise<unknown>;
  /** Several with one call; then they are used in place of those for one. */
  readonly many?: {
    add(tasks: readonly { readonly title: string; readonly tag: string }[]): Promise<unknown>;
    complete(claims: readonly Claimed[]): Promise<unknown>;
  };
}

export interface LoopPlan {
  /** Tasks added and not yet answered as final. */
  readonly inFlight: number;
  /** Tasks measured, after `warmUp` others. */
  readonly tasks: number;
  readonly warmUp: number;
  /** Most tasks of one claim. */
  readonly claimMax: number;
  /** Workers at each orchestration; each claims, completes all it got at once, and claims again. */
  readonly workers: number;
  readonly seed: number;
}

/** Tasks that {@link runLoop} adds in all. */
export function tasksOf(plan: LoopPlan): number {
  return plan.warmUp + plan.tasks + plan.inFlight;
}

/** Tasks that are added with one call, where they are. */
const BATCH = 100;

/** Adds so many tasks more, until all of the plan were added. */
function adder(
  engine: W3Engine,
  plan: LoopPlan,
  begins: (title: string) => void,
): (count: number) => Promise<unknown> {
  const total = tasksOf(plan);
  const random = randomFrom(plan.seed);
  let added = 0;
  const next = (): { title: string; tag: string } => {
    added += 1;
    const title = `Task number ${added}`;
    begins(title);
    return { title, tag: tagOf(Math.floor(random() * PROJECTS)) };
  };
  return async (count) => {
    const tasks = Array.from({ length: Math.min(count, total - added) }, next);
    if (tasks.length === 0) return;
    if (engine.many) await engine.many.add(tasks);
    else await Promise.all(tasks.map(async ({ title, tag }) => await engine.add(title, tag)));
  };
}

/**
 * The closed loop of W3: as many tasks as `inFlight` are always under way, and each that is final is followed by a
 * new one. Measured between the completion of the last task of the warm-up and that of the last measured one.
 */
export async function runLoop(
  engine: W3Engine,
  plan: LoopPlan,
  atStart: () => void,
  atEnd: () => void,
): Promise<Figures> {
  const total = tasksOf(plan);
  const addedAt = new Map<string, number>();
  const latencies: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let completed = 0;
  let [start, end] = [0, 0];
  const failure = Promise.withResolvers<never>();
  const finished = Promise.withResolvers<void>();

  const fill = (count: number): void => void add(count).catch((error: unknown) => failure.reject(error));
  const isFinished = (): boolean => completed === total;
  const add = adder(engine, plan, (title) => addedAt.set(title, performance.now()));
  const ended = (claimed: Claimed): void => {
    const now = performance.now();
    completed += 1;
    if (start > 0 && end === 0) latencies.push(now - (addedAt.get(claimed.title) ?? Number.NaN));
    addedAt.delete(claimed.title);
    if (completed === plan.warmUp) {
      start = now;
      delay.enable();
      atStart();
    }
    if (completed === plan.warmUp + plan.tasks) {
      end = now;
      delay.disable();
      atEnd();
    }
    if (isFinished()) finished.resolve();
  };
  const complete = async (claims: readonly Claimed[]): Promise<void> => {
    if (engine.many) await engine.many.complete(claims);
    else await engine.complete(claims[0] as Claimed);
    claims.forEach(ended);
    fill(claims.length);
  };
  const work = async (place: number): Promise<void> => {
    while (!isFinished()) {
      const claims = await engine.claim(place, plan.claimMax);
      if (claims.length === 0) continue;
      await Promise.all(engine.many ? [complete(claims)] : claims.map((claimed) => complete([claimed])));
    }
  };

  for (let left = plan.inFlight; left > 0; left -= BATCH) fill(Math.min(left, BATCH));
  const workers = PLACES.flatMap((_, place) => Array.from({ length: plan.workers }, () => work(place)));
  for (const worker of workers) worker.catch((error: unknown) => failure.reject(error));
  await Promise.race([finished.promise, failure.promise]);
  await Promise.race([Promise.all(workers), failure.promise]);
  return {
    tasksPerSecond: plan.tasks / ((end - start) / 1_000),
    latencyP50: quantile(latencies, 0.5),
    latencyP99: quantile(latencies, 0.99),
    loopDelayP99: delay.percentile(99) / 1e6,
  };
}
