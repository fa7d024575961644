import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { EventView } from "../views/views.ts";
import { endingOf } from "./ending.ts";
import { hopTo, type Past } from "./past.ts";

/** Takes an event of the task into its past, once it has been told. */
export function remember(past: Past, event: EventView): void {
  switch (event.event) {
    case "routing.decided":
      past.decided = { by: event.instanceId, reason: event.data.reason };
      break;
    case "delegation.pending": {
      const { source, target, type, expiresAt } = event.data;
      past.offer = { source, target, type, id: event.delegationId, until: expiresAt ?? null };
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

/** The hop to the instance of this event is not open any more. */
function close(past: Past, { instanceId }: EventView): void {
  past.hops = past.hops.filter(({ target }) => target !== instanceId);
  if (past.hops.length === 0) past.ending = null;
}
