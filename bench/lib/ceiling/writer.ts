import type { Routed } from "./routing.ts";
import type { CeilingTask } from "./state.ts";

/** A task that was added, routed down through two hops that were taken at once, and queued. */
export interface Added {
  readonly task: CeilingTask;
  /** The decisions at GLOBAL and at the project. */
  readonly routed: readonly [first: Routed, second: Routed];
  readonly command: number;
}

/** Tasks of one queue that a worker has got. */
export interface ClaimedTasks {
  readonly tasks: readonly CeilingTask[];
  readonly worker: string;
  readonly leaseMs: number;
  readonly command: number;
}

/** A task that has succeeded, and with it both of its hops. */
export interface Completed {
  readonly task: CeilingTask;
  readonly command: number;
}

/** What every task of W3 results in. */
export const RESULT = '{"ok":true}';

/**
 * Writes what the engine has decided. It is told of everything in order, at the one moment of a batch, and writes it with
 * one transaction at the end of the batch.
 */
export interface CeilingWriter {
  added(added: Added, now: number): void;
  claimed(claimed: ClaimedTasks, now: number): void;
  completed(completed: Completed, now: number): void;
  commit(now: number): void;
}
