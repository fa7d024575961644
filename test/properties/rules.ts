import type { ModelInstance } from "./model.ts";

/** What is legal, written down by hand from spec/domain.md 2.2, 2.3, 2.4 and 2.5. */

/** Statuses from which each event of an instance may come; `instance.updated` and summaries change no status. */
const LIFE: { readonly [event: string]: readonly string[] } = {
  "instance.starting": ["created", "stopped", "error"],
  "instance.running": ["starting", "paused"],
  "instance.paused": ["running"],
  "instance.stopping": ["running", "paused"],
  "instance.stopped": ["stopping"],
  "instance.error": ["created", "starting", "running", "paused", "stopping", "stopped"],
  "instance.terminated": ["created", "starting", "running", "paused", "stopping", "stopped", "error"],
};

export function mayLive(event: string, instance: ModelInstance, isCascade: boolean): boolean {
  // TERMINATE with live children leads from anywhere but terminated to stopping; a cascade ends in nothing else.
  if (event === "instance.stopping" && isCascade) {
    return instance.status !== "terminated" && !instance.terminating;
  }
  if (instance.terminating && event !== "instance.terminated") return false;
  return LIFE[event]?.includes(instance.status) === true;
}

/** 2.3: which scope may stand below which; null = a root. */
const PARENTS: { readonly [scope: string]: readonly (string | null)[] } = {
  GLOBAL: [null],
  PROJECT: [null, "GLOBAL"],
  ORCHESTRATION: [null, "PROJECT", "EVENT"],
  PERSONAL: [null, "GLOBAL", "FAMILY"],
};

export function mayStand(scope: string, parent: string | null): boolean {
  return PARENTS[scope]?.includes(parent) === true;
}

/** 2.4: who may offer to whom by which type; null = it may. */
export function whyNotOffer(type: string, source: ModelInstance, target: ModelInstance): string | null {
  if (source.id === target.id) return "to itself";
  if (type === "route" || type === "decompose") {
    if (target.parent !== source.id) return "not to a child";
    const gives = { GLOBAL: ["PROJECT", "PERSONAL"], PROJECT: ["ORCHESTRATION"] }[source.scope];
    return gives?.includes(target.scope) === true ? null : `${source.scope} gives no work to ${target.scope}`;
  }
  if (type === "escalate") return source.parent === target.id ? null : "not to the parent";
  if (type === "reassign") {
    return source.parent !== null && source.parent === target.parent ? null : "not to a sibling";
  }
  return `no such type ${type}`;
}

/** 2.5: statuses from which each event of a task may come. */
const TASK: { readonly [event: string]: readonly string[] } = {
  "task.assigned": ["pending", "blocked"],
  "task.queued": ["pending"],
  "task.held": ["pending"],
  "task.claimed": ["queued"],
  "task.in_progress": ["claimed", "in_progress", "queued"],
  "task.progress": ["claimed", "in_progress"],
  "task.requeued": ["claimed", "in_progress"],
  "task.returned": ["pending", "queued", "claimed", "in_progress", "waiting", "blocked"],
  "task.blocked": ["pending", "queued"],
  "task.unblocked": ["blocked"],
  "task.completed": ["pending", "blocked", "queued", "claimed", "in_progress"],
  "task.failed": ["pending", "blocked", "queued", "claimed", "in_progress", "waiting"],
  "task.cancelled": ["pending", "blocked", "queued", "claimed", "in_progress", "waiting"],
  "task.retried": ["failed", "cancelled"],
  "delegation.pending": ["pending", "queued", "claimed", "in_progress", "waiting"],
};

export function mayHappen(event: string, status: string): boolean {
  return TASK[event]?.includes(status) === true;
}

/** While an offer is pending the task takes only the offer's ends, edits, COMPLETE, FAIL (final), DEADLINE and CANCEL. */
const WHILE_OFFERED = new Set(["task.completed", "task.failed", "task.cancelled", "task.updated"]);

export function mayHappenWhileOffered(event: string, reason: unknown): boolean {
  return WHILE_OFFERED.has(event) || (event === "task.held" && reason === "awaiting_acceptance");
}

/** 2.4: pending → accepted | rejected | cancelled; accepted → completed | cancelled. */
const DELEGATION: { readonly [event: string]: readonly string[] } = {
  "delegation.accepted": ["pending"],
  "delegation.rejected": ["pending"],
  "delegation.completed": ["accepted"],
  "delegation.cancelled": ["pending", "accepted"],
};

export function mayDecide(event: string, status: string): boolean {
  return DELEGATION[event]?.includes(status) === true;
}

export const REJECTIONS: ReadonlySet<unknown> = new Set([
  "at_capacity",
  "not_running",
  "capability_mismatch",
  "declined",
  "expired",
  "policy",
  "terminated",
]);
export const CANCELLATIONS: ReadonlySet<unknown> = new Set([
  "task_cancelled",
  "escalated",
  "reassigned",
  "superseded",
  "withdrawn",
  "instance_terminated",
]);
export const HELD: ReadonlySet<unknown> = new Set([
  "manual",
  "no_route",
  "no_capacity",
  "awaiting_acceptance",
  "instance_not_running",
  "rejected",
]);
