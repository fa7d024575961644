import { isFinal, taskDueAt, type Task } from "../../../machines/records/task.ts";
import {
  HELD_REASON,
  LEASE_KIND,
  ON_DEPENDENCY_FAILURE,
  OUTCOME,
  PRIORITY,
  TASK_SOURCE,
  TASK_STATUS,
} from "./codes.ts";
import { jsonText, listText } from "./values.ts";

/** Columns of table `task` that never change, with {@link constantValues} in the same order. */
export const CONSTANT_COLUMNS = [
  "no",
  "id",
  "key",
  "run_id",
  "on_dependency_failure",
  "source",
  "created_by",
  "created_at",
  "parent_task",
] as const;

export function constantValues(t: Task): unknown[] {
  return [
    t.no,
    t.id,
    t.key,
    t.runId,
    ON_DEPENDENCY_FAILURE[t.onDependencyFailure],
    TASK_SOURCE[t.source],
    t.createdBy,
    t.createdAt,
    t.parentTask,
  ];
}

/** What was asked and an edit may change; texts, tags and dependencies stand in tables of their own as well. */
export const ASKED_COLUMNS = [
  "title",
  "tags",
  "priority",
  "project",
  "deadline_at",
  "not_before",
  "timeout_seconds",
  "max_attempts",
  "route",
] as const;

export function askedValues(t: Task): unknown[] {
  return [
    t.title,
    listText(t.tags),
    PRIORITY[t.priority],
    t.project,
    t.deadlineAt,
    t.notBefore,
    t.timeoutSeconds,
    t.maxAttempts,
    t.route ? 1 : 0,
  ];
}

/** Whose it is. Most turns leave that as it is, and not writing it spares an index and two foreign keys. */
export const CUSTODY_COLUMNS = ["holder", "origin", "keeper"] as const;

export function custodyValues(t: Task): unknown[] {
  return [t.holder, t.origin, t.keeper];
}

/** The status once it is final, else 0. Writing it runs the trigger of final states. */
export const FINAL_COLUMN = "final";

export function finalValue(t: Task): number {
  return isFinal(t.status) ? TASK_STATUS[t.status] : 0;
}

/** The rest of where it is, and how it fares: what nearly every turn changes. */
export const MOVING_COLUMNS = [
  "status",
  "held_reason",
  "pending_hop",
  "delegated_from",
  "delegated_to",
  "chain",
  "hops",
  "last_hop",
  "attempt",
  "failures",
  "lease_losses",
  "round",
  "routing_round",
  "refused_by",
  "returned_by",
  "waits_for",
  "watched",
  "blocked_by_hand",
  "arrival",
  "epoch",
  "claimed_by",
  "lease_expires_at",
  "lease_kind",
  "attempt_ends_at",
  "process",
  "progress",
  "outcome",
  "error",
  "first_error",
  "version",
  "updated_at",
  "started_at",
  "completed_at",
  "due_at",
] as const;

export function movingValues(t: Task): unknown[] {
  return [
    TASK_STATUS[t.status],
    t.heldReason === null ? null : HELD_REASON[t.heldReason],
    t.pendingHop,
    t.delegatedFrom,
    t.delegatedTo,
    t.chain.length === 0 ? null : t.chain.join(","),
    t.hops,
    t.lastHop,
    t.attempt,
    t.failures,
    t.leaseLosses,
    t.round,
    t.routingRound,
    listText(t.refusedBy),
    listText(t.returnedBy),
    listText(t.waitsFor),
    t.watched ? 1 : 0,
    t.blockedByHand ? 1 : 0,
    t.arrival,
    t.epoch,
    t.claimedBy,
    t.leaseExpiresAt,
    t.leaseKind === null ? null : LEASE_KIND[t.leaseKind],
    t.attemptEndsAt,
    jsonText(t.process),
    t.progress,
    t.outcome === null ? null : OUTCOME[t.outcome],
    // A final task's error stands in its result row, once.
    isFinal(t.status) ? null : jsonText(t.error),
    jsonText(t.firstError),
    t.version,
    t.updatedAt,
    t.startedAt,
    t.completedAt,
    taskDueAt(t),
  ];
}
