import type { EventView } from "../views/views.ts";

/** A hop, by the ids of its ends. A task comes to an instance by one open hop at most, so the target names it. */
export interface Hop {
  readonly source: string | null;
  readonly target: string | null;
  readonly type: string;
}

/** A hop that nobody has accepted yet. */
export interface Offer extends Hop {
  /** Of the delegation, as the event names it. */
  readonly id: string | null;
  /** ISO 8601; null = for ever. */
  readonly until: string | null;
}

/** How a task ended, by whom (null = by its worker or by itself) and why. */
export interface Ending {
  readonly at: string;
  readonly status: "done" | "failed" | "cancelled";
  readonly by: string | null;
  readonly why: string | null;
}

/** What of a task's past is needed to tell what comes next. */
export interface Past {
  /** Accepted hops from the origin down. */
  hops: readonly Hop[];
  offer: Offer | null;
  /** Number of the attempt that is under way, or comes next. */
  attempt: number;
  /** Who has it in hands. */
  worker: string | null;
  /** The hop that was cancelled from under the worker; the return that it is for comes next. */
  givenUp: EventView<"delegation.cancelled"> | null;
  /** Reason of the newest decision, and who made it. */
  decided: { readonly by: string | null; readonly reason: string } | null;
  /** Set while the hops above a final task close. */
  ending: Ending | null;
}

/** Before the first event. */
export function noPast(): Past {
  return { hops: [], offer: null, attempt: 1, worker: null, givenUp: null, decided: null, ending: null };
}

/** The open hop that leads to an instance. */
export function hopTo(target: string | null, { hops }: Past): Hop | undefined {
  return hops.find((hop) => hop.target === target);
}
