import type { InstanceNo } from "../../machines/records/values.ts";
import type { ScopeRegistry } from "../../machines/scopes/registry.ts";
import type { Settings } from "../../machines/settings.ts";

/**
 * What the runtime needs from the world, passed in once by src/hopper.ts, so that tests and the
 * simulator decide what time it is. Source: spec/runtime.md 3.6.
 */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** ms since some moment, never going back. */
  monotonic(): number;
  /** Runs once when the time from now to the moment has passed, whatever `now()` says by then. Keeps the process alive only when somebody waits for it. */
  at(moment: number, run: () => void, awaited?: "awaited"): Cancellable;
  /** Runs after what is going on now, before any timer. */
  soon(run: () => void): void;
}

/** How often one that waits for a moment looks at the clock, in ms: moments come by the wall clock, and that may be set meanwhile. */
export const LOOK_AT_CLOCK_MS = 1_000;

export interface Cancellable {
  cancel(): void;
}

/** 0 ≤ x < 1. */
export type Random = () => number;

export interface Ids {
  /** A UUIDv7 in its text form. */
  uuid(now: number): string;
}

/** Names of live instances: with ids, all that must differ over every actor. The store has the last word. */
export interface Names {
  isTaken(name: string): boolean;
  /** For the words of a refusal alone. */
  nameOf(instance: InstanceNo): string;
}

/** What every turn of a system shares. */
export interface TurnWorld {
  readonly settings: Settings;
  readonly scopes: ScopeRegistry;
  readonly random: Random;
  readonly ids: Ids;
  readonly names: Names;
}

/** What the runtime tells its operator; never part of an answer. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
