import { setTimeout as pause } from "node:timers/promises";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import { WorkerPool, type WorkerPoolParams } from "../workers/pool.ts";
import type { RunWatch } from "./run-watch.ts";

export interface PlanRunnerParams {
  readonly hopper: Hopper;
  readonly runId: string;
  readonly rootId: string;
  readonly watch: RunWatch;
  /** End when nothing is running, due or backing off, although tasks are open. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly workers: Pick<
    WorkerPoolParams,
    "slotsOf" | "cwd" | "environment" | "leaseSeconds" | "heartbeatSeconds" | "onError"
  >;
}

/** finished = every task is final; stuck = nothing will happen by itself any more. */
export type RunEnd = "finished" | "stuck" | "interrupted";

/**
 * A timer that is further away is a deadline, or an offer that a person decides: nothing that `--once`
 * waits for. Backoffs of routing end within 60 s; those of tasks are asked of the workers.
 */
const SOON_MS = 90_000;
/** How often it is looked whether all is done, although nothing was heard. */
const SAFETY_LOOK_MS = 1_000;

/** Runs an entered plan to its end with shell workers of its own. Source: spec/cli.md 5.3. */
export class PlanRunner {
  readonly #params: PlanRunnerParams;
  readonly #pool: WorkerPool;
  #wake: () => void = () => {};

  constructor(params: PlanRunnerParams) {
    const { hopper, rootId, watch, workers } = params;
    this.#params = params;
    this.#pool = new WorkerPool({
      ...workers,
      hopper,
      rootId,
      onResult: (taskId, result) => watch.noteResult(taskId, result),
    });
  }

  /** To be called when something was heard of the run: it is looked sooner whether all is done. */
  nudge(): void {
    this.#wake();
  }

  /** Resolves when the run has ended one way or another, no command runs any more, and all of it has been told. */
  async run(): Promise<RunEnd> {
    const { hopper, watch, signal } = this.#params;
    const stopListening = this.#pool.onChange(() => this.#wake());
    try {
      if (!signal.aborted) await this.#pool.start();
      const end = await this.#untilEnd();
      // The bubbles of the last tasks may still be on their way.
      if (end !== "interrupted") await hopper.settle();
      return end;
    } finally {
      stopListening();
      this.#wake();
      await this.#pool.stop();
      await watch.drained();
    }
  }

  async #untilEnd(): Promise<RunEnd> {
    const { watch, once, signal } = this.#params;
    for (;;) {
      if (signal.aborted) return "interrupted";
      if (watch.open === 0) return "finished";
      // A step back in time: what wakes from here on is not lost while we ask.
      const change = this.#nextChange();
      if (once && (await this.#isStuck())) return "stuck";
      await change;
    }
  }

  async #nextChange(): Promise<void> {
    const waiting = new AbortController();
    this.#wake = () => waiting.abort();
    const signal = AbortSignal.any([this.#params.signal, waiting.signal]);
    await pause(SAFETY_LOOK_MS, undefined, { signal }).catch(() => {});
    this.#wake = () => {};
  }

  /** Nothing is running, due or backing off. Asked of everybody twice, since each answer is only of its moment. */
  async #isStuck(): Promise<boolean> {
    if (await this.#isBusy()) return false;
    await this.#params.hopper.settle();
    await this.#pool.tick();
    if (await this.#isBusy()) return false;
    await this.#params.watch.drained();
    return this.#params.watch.open > 0;
  }

  async #isBusy(): Promise<boolean> {
    const { hopper, runId } = this.#params;
    if (!this.#pool.idle || this.#pool.nextAt !== null) return true;
    const due = await internalsOf(hopper).nextDue();
    if (due !== null && due - Date.now() < SOON_MS) return true;
    const tasks = await internalsOf(hopper).runTasks(runId);
    return tasks.some(({ status }) => status === "claimed" || status === "in_progress");
  }
}
