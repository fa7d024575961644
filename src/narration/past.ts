import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { EventView } from "../views/views.ts";
import { endingOf, type Ending } from "./ending.ts";

/** A hop, by the ids of its ends. A task comes to an instance by one open hop at most, so the target names it. */
export interface Hop {
  readonly source: string | null;
  readonly target: string | null;
  readonly type: string;
}

/** What of a task's past is needed to tell what comes next. */
export interface Past {
  /** Accepted hops from the origin down. */
  hops: readonly Hop[];
  offer: Hop | null;
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

/** Takes an event of the task into its past, once it has been told. */
export function remember(past: Past, event: EventView): void {
  switch (event.event) {
    case "routing.decided":
      past.decided = { by: event.instanceId, reason: event.data.reason };
      break;
    case "delegation.pending": {
      const { source, target, type } = event.data;
      past.offer = { source, target, type };
      break;
    }
    case "delegation.accepted":
      if (past.offer !== null && hopTo(past.offer.target, past) === undefined)
        past.hops = [...past.hops, past.offer];
      past.offer = null;
      break;
    case "delegation.rejected":
      past.offer = null;
      break;
    case "delegation.cancelled":
      if (past.worker !== null) past.givenUp ??= event;
      if (past.offer === null) close(past, event);
      past.offer = null;
      break;
    case "delegation.completed":
      if (event.data.outcome !== "handed_back") close(past, event);
      break;
    case "task.claimed":
    case "task.in_progress":
      past.worker = event.data.by ?? past.worker;
      break;
    case "task.requeued":
      past.attempt = event.data.attempt ?? past.attempt;
      break;
    case "task.completed":
    case "task.failed":
    case "task.cancelled":
      past.offer = null;
      past.ending = past.hops.length === 0 ? null : endingOf(event);
      break;
    case "task.retried":
      past.hops = [];
      past.attempt = event.data.attempt ?? 1;
      past.ending = null;
      break;
    default:
  }
  if (ENTRIES[event.event].endsAttempt === true) {
    past.worker = null;
    past.givenUp = null;
  }
}

/** The open hop that leads to an instance. */
export function hopTo(target: string | null, { hops }: Past): Hop | undefined {
  return hops.find((hop) => hop.target === target);
}

/** The hop to the instance of this event is not open any more. */
function close(past: Past, { instanceId }: EventView): void {
  past.hops = past.hops.filter(({ target }) => target !== instanceId);
  if (past.hops.length === 0) past.ending = null;
}
