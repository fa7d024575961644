import { hasQueue } from "../../machines/legality.ts";
import { limitOf } from "../../machines/policies/capacity.ts";
import { mayMove, type News } from "../../machines/policies/held.ts";
import type { Turn } from "../engine/turn.ts";
import { decideTask, wouldHandle } from "./routing.ts";

/** Held tasks are a queue: looked at again when what they wait for may have come. Source: spec/domain.md 2.6. */

/** Wakes this actor when the next refusing child may be tried again, if anything is held. */
export function armBackoff(turn: Turn): void {
  const { actor } = turn;
  const { instance } = actor;
  if (instance === null || instance.status !== "running" || actor.held.size === 0) return;
  let soonest: number | null = null;
  for (const entry of actor.roster.values()) {
    if (entry.backoffUntil !== null && (soonest === null || entry.backoffUntil < soonest))
      soonest = entry.backoffUntil;
  }
  if (soonest === null || (instance.wakeAt !== null && instance.wakeAt <= soonest)) return;
  instance.wakeAt = Math.max(soonest, turn.now + 1);
  turn.touchInstance();
}

/**
 * Looks at held tasks again, in their order: all that the news can move, or as many as there is room for. Each look is
 * a new routing round.
 */
export function redecideHeld(turn: Turn, news: News): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0) return;
  if (news === "backoff") endBackoffs(turn);
  let left = typeof news === "number" ? news : Number.POSITIVE_INFINITY;
  for (const no of Array.from(actor.held.inOrder())) {
    if (left <= 0) break;
    const task = actor.tasks.get(no);
    if (task === undefined || !mayMove(task, news)) continue;
    decideTask(turn, task);
    // One that could not use the room leaves it to the next.
    if (!actor.held.has(no)) left -= 1;
    else if (news === "backoff") break;
  }
}

/** Children whose backoff is over may be offered to again; one that is full says itself when it has room. */
function endBackoffs(turn: Turn): void {
  for (const entry of turn.actor.roster.values()) {
    if (entry.backoffUntil === null || entry.backoffUntil > turn.now) continue;
    entry.backoffUntil = null;
    turn.touchRoster(entry);
  }
}

/** Room has appeared in this actor's own queue: tasks held here for want of it are queued. */
export function admitHeld(turn: Turn): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0 || !hasQueue(turn.instance.scope)) return;
  const limit = limitOf(turn.config);
  for (const no of Array.from(actor.held.inOrder())) {
    if (actor.used() >= limit) return;
    const task = actor.tasks.get(no);
    // Held for want of room at a child, it waits for the child's news: offering it again here would never end (V3).
    if (task?.heldReason !== "no_capacity" || !wouldHandle(turn, task)) continue;
    decideTask(turn, task);
  }
}
