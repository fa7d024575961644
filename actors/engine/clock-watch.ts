import { CommitError, type Store } from "../../store/store.ts";
import type { Clock, Log } from "./environment.ts";
import type { WorkingSets } from "./working-sets.ts";

/** What the wall clock may differ from time that has passed, in ms, before it counts as set. */
const TOLERATED_MS = 250;

interface ClockWatchParams {
  readonly store: Pick<Store, "moveSpans" | "newestAt">;
  readonly clock: Clock;
  readonly sets: Pick<WorkingSets, "clear">;
  readonly log: Log;
}

/**
 * Time that passes, beside the wall clock that people set. Moments are stored by the wall clock; when that jumps, the ends
 * of spans are moved with it, so that neither is one over at once nor does it last longer. What people gave as a moment
 * stays. Source: spec/runtime.md 3.4 (Due moments), docs/decisions/0017-clocks.md.
 */
export class ClockWatch {
  readonly #params: ClockWatchParams;
  /** By how much the wall clock is ahead of time that passes. */
  #ahead = 0;

  constructor(params: ClockWatchParams) {
    this.#params = params;
  }

  /** Set back since the last commit, while nobody owned the store, the clock gives no span more time than it had left. */
  async open(): Promise<void> {
    const { store, clock } = this.#params;
    const newest = await store.newestAt();
    const back = newest === null ? 0 : clock.now() - newest;
    if (back < -TOLERATED_MS) await store.moveSpans(back);
    this.#ahead = clock.now() - clock.monotonic();
  }

  /**
   * How far the wall clock has jumped since the last look, in ms; 0 = it has not. Spans have moved with it. null = it has,
   * and the store has no room for that now: nothing may be taken for due.
   */
  async jumped(): Promise<number | null> {
    const { store, clock, sets, log } = this.#params;
    const ahead = clock.now() - clock.monotonic();
    const by = Math.round(ahead - this.#ahead);
    if (Math.abs(by) <= TOLERATED_MS) return 0;
    try {
      await store.moveSpans(by);
    } catch (error) {
      if (!(error instanceof CommitError) || error.kind === "io") throw error;
      log.warn({ by, error: error.message }, "the clock was set, and the store cannot take that in now");
      return null;
    }
    // They hold the moments as they were.
    sets.clear();
    this.#ahead = ahead;
    log.warn({ by }, "the clock was set; leases, backoffs and expiries go on as if it had not been");
    return by;
  }
}
