import type { Refusal } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { ActorNo } from "../../machines/records/values.ts";
import type { Store } from "../../store/store.ts";
import type { Clock, Log, TurnWorld } from "./environment.ts";
import type { Protocol } from "./protocol.ts";

/** What the loop is given once. */
export interface SystemParams extends TurnWorld {
  readonly store: Store;
  readonly clock: Clock;
  /** What the actors say to each other, and do about it. */
  readonly protocol: Protocol;
  readonly log: Log;
  /** Told once, with what everybody is refused by from then on, when the store has failed (spec/runtime.md 3.3). */
  readonly onFatal: (refusal: Refusal) => void;
  readonly limits?: Partial<LoopLimits>;
  /** Picks the next actor among n (simulator); absent = in turn. */
  readonly choose?: (actors: number) => number;
  /** Record who wrote what, for the keeper check. */
  readonly trace?: boolean;
}

export interface LoopLimits {
  /** Envelopes from outside that one batch takes. */
  readonly admitted: number;
  /** Turns of one batch, with those its own messages cause; what is left goes through the mailbox. */
  readonly turns: number;
  /** ms after which a batch takes nothing more from outside. */
  readonly batchMs: number;
  /** ms after which it ends, also where its own messages wait: they go through the mailbox. */
  readonly longestMs: number;
  /** Turns after which it looks at the clock for that: each time would cost a hundredth of a turn. */
  readonly look: number;
  /** Actors kept in memory. */
  readonly actors: number;
}

export const DEFAULT_LIMITS: LoopLimits = {
  admitted: 1_024,
  turns: 16_384,
  batchMs: 4,
  longestMs: 6,
  look: 4,
  actors: 2_048,
};

/** Figures since the start, for benchmarks and health. */
export interface Metrics {
  batches: number;
  turns: number;
  commits: number;
  mailed: number;
}

/** A command of a door. */
export interface Submitted {
  readonly to: ActorNo;
  readonly command: Command;
  readonly by: string | null;
  readonly key?: Key;
  /** Once it aborts nobody waits for the answer: the process does not stay for it. */
  readonly signal?: AbortSignal | undefined;
}

/** A keyed command's row, inserted with its first turn. */
export interface Key {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
}
