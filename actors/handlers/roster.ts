import type { InstanceSummary, Notice, RosterNews } from "../../machines/messages/notice.ts";
import type { Instance, RosterEntry } from "../../machines/records/instance.ts";
import type { Json } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { hasQueue } from "../../machines/legality.ts";
import type { Settings } from "../../machines/settings.ts";
import type { Actor } from "../engine/actor.ts";
import { decideTask, wouldHandle } from "./routing.ts";
import type { Turn } from "../engine/turn.ts";

/** What a parent is told of its children, and what it does with the news. Source: 3-runtime.md 3.1, 2-domain.md 2.6. */

/** What an actor tells its parent when something of it changed. */
export function newsOf(actor: Actor, settings: Settings, now: number): RosterNews {
  const instance = actor.instance as Instance;
  const config = actor.config(settings);
  const summary: { summary?: InstanceSummary } =
    instance.status === "terminated"
      ? {
          summary: {
            id: instance.id,
            name: instance.name,
            done: actor.tally.done,
            failed: actor.tally.failed,
            cancelled: actor.tally.cancelled,
            lifetimeMs: now - instance.createdAt,
          },
        }
      : {};
  return {
    name: instance.name,
    scope: instance.scope,
    type: instance.type,
    status: instance.status,
    description: instance.description,
    capabilities: [...config.capabilities],
    strictCapabilities: config.strictCapabilities,
    domains: [...config.domains],
    maxConcurrent: config.maxConcurrent,
    room: actor.room(config),
    openElsewhere: Math.max(0, actor.tasks.size - actor.hops.size),
    childVersion: instance.version,
    ...summary,
  };
}

/** News from a child: the roster learns it, and held tasks may find a taker. */
export function onStatus(turn: Turn, message: Extract<Notice, { type: "instance.status" }>): void {
  const { actor } = turn;
  const { news, child } = message;
  const known = actor.roster.get(child);
  if (known !== undefined && known.childVersion > news.childVersion) return;
  const before = known?.status;
  const hadRoom = (known?.room ?? 0) > 0;
  const { summary, ...facts } = news;
  const entry: RosterEntry = {
    ...facts,
    parent: actor.no,
    child,
    ownOpen: known?.ownOpen ?? 0,
    backoffUntil: null,
    refusals: 0,
  };
  actor.roster.set(child, entry);
  actor.textIndex = null;
  turn.touchRoster(entry);
  if (summary !== undefined && before !== "terminated") keepSummary(turn, summary);
  if (news.status === "running" && before !== "running") redecideHeld(turn, "all");
  else if (news.status === "running" && news.room > 0 && !hadRoom) redecideHeld(turn, news.room);
  else if (news.status === "running") redecideHeld(turn, news.room);
}

/** Totals and the last 20 summaries of ended children, in the parent's runtime_metadata (2.2). */
function keepSummary(turn: Turn, summary: InstanceSummary): void {
  const metadata = turn.instance.runtimeMetadata;
  const totals = (metadata["ended_totals"] ?? {}) as { [key: string]: number };
  const recent = (metadata["ended_recent"] ?? []) as Json[];
  const line: Json = {
    id: summary.id,
    name: summary.name,
    done: summary.done,
    failed: summary.failed,
    cancelled: summary.cancelled,
    lifetime_ms: summary.lifetimeMs,
  };
  turn.lifecycle("instance.updated", {
    runtimeMetadata: {
      ...metadata,
      ended_totals: {
        instances: (totals["instances"] ?? 0) + 1,
        done: (totals["done"] ?? 0) + summary.done,
        failed: (totals["failed"] ?? 0) + summary.failed,
        cancelled: (totals["cancelled"] ?? 0) + summary.cancelled,
      },
      ended_recent: [...recent, line].slice(-20),
    },
  });
}

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

/** Held for a reason that news can end. `manual` and `rejected` wait for a person. */
function mayMove(task: Task): boolean {
  return (
    task.heldReason === "no_route" ||
    task.heldReason === "no_capacity" ||
    task.heldReason === "instance_not_running"
  );
}

/**
 * Looks at held tasks again, in their order: `all` of them (a child started, this instance runs again),
 * as many as there is room for, or those that a backoff kept waiting. Each look is a new routing round.
 */
export function redecideHeld(turn: Turn, which: "all" | "backoff" | number): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0) return;
  if (which === "backoff") {
    for (const entry of actor.roster.values()) {
      if (entry.backoffUntil === null || entry.backoffUntil > turn.now) continue;
      entry.backoffUntil = null;
      // It may have room again without having said so; the offer will tell.
      if (entry.room <= 0) entry.room = 1;
      turn.touchRoster(entry);
    }
  }
  let left = typeof which === "number" ? which : Number.POSITIVE_INFINITY;
  for (const no of Array.from(actor.held.inOrder())) {
    if (left <= 0) break;
    const task = actor.tasks.get(no);
    if (task === undefined || !mayMove(task)) continue;
    if (typeof which === "number" && task.heldReason === "instance_not_running") continue;
    decideTask(turn, task);
    // One that could not use the room leaves it to the next.
    if (!actor.held.has(no)) left -= 1;
    if (which === "backoff" && actor.held.has(no)) break;
  }
}

/** Room has appeared in this actor's own queue: tasks held here for want of it are queued. */
export function admitHeld(turn: Turn): void {
  const { actor } = turn;
  if (!turn.isRunning || actor.held.size === 0 || !hasQueue(turn.instance.scope)) return;
  const limit = turn.config.maxConcurrent + turn.config.maxQueued;
  for (const no of Array.from(actor.held.inOrder())) {
    if (actor.used() >= limit) return;
    const task = actor.tasks.get(no);
    // Held for want of room at a child, it waits for the child's news: offering it again here would never end (V3).
    if (task?.heldReason !== "no_capacity" || !wouldHandle(turn, task)) continue;
    decideTask(turn, task);
  }
}

/** Whether the parent must hear about this actor at the end of the batch: status, config, or room coming or going. */
export function isNewsDue(actor: Actor, room: number): boolean {
  return actor.newsDue || room <= 0 !== actor.toldFull;
}
