import { taskContext } from "../lifecycles/task-context.ts";
import type { TaskContext, TaskEvent } from "../lifecycles/task.ts";
import type { Task, TaskOutcome } from "../records/task.ts";
import { DESK, type ActorNo, type ErrorInfo, type TaskNo } from "../records/values.ts";
import type { Stamp } from "./entry.ts";
import type { DataOf } from "./field.ts";
import type { counters, lease } from "./task-fields.ts";

/** What several events do to a task alike, and what takes more than a few lines. */

/** A new routing round asks everybody again; the first one leaves out who gave the task back. */
export function beginRound(task: Task, routingRound: number): void {
  if (routingRound !== task.routingRound && task.routingRound !== 0) {
    task.refusedBy = [];
    task.returnedBy = [];
  }
  task.routingRound = routingRound;
}

const LEASE_HELD = ["claimedBy", "leaseExpiresAt", "leaseKind", "attemptEndsAt"] as const;
/** What {@link takeLease} changes. */
export const LEASE = [...LEASE_HELD, "epoch", "progress", "startedAt"] as const;
/** What {@link endTask} changes, where nothing was counted. */
export const END = [
  ...LEASE_HELD,
  "process",
  "outcome",
  "error",
  "heldReason",
  "pendingHop",
  "keeper",
  "firstError",
  "completedAt",
] as const;

export function endLease(task: Task): void {
  task.claimedBy = null;
  task.leaseExpiresAt = null;
  task.leaseKind = null;
  task.attemptEndsAt = null;
  task.process = null;
}

export function takeLease(task: Task, taken: DataOf<typeof lease>, at: number): void {
  task.epoch += 1;
  task.claimedBy = taken.by;
  task.leaseExpiresAt = taken.until;
  task.leaseKind = taken.kind ?? "worker";
  task.attemptEndsAt = taken.ends ?? null;
  task.progress = null;
  task.startedAt ??= at;
}

/** Counters stand in the data as they are after the event, where they changed. */
type Counters = DataOf<typeof counters>;

export function count(task: Task, { failures, leaseLosses, attempt }: Counters): void {
  if (failures !== undefined) task.failures = failures;
  if (leaseLosses !== undefined) task.leaseLosses = leaseLosses;
  if (attempt !== undefined) task.attempt = attempt;
}

export function endTask(
  task: Task,
  outcome: TaskOutcome,
  data: Counters & { readonly error?: ErrorInfo },
  { at }: Stamp,
): void {
  task.outcome = outcome;
  task.error = data.error ?? null;
  task.heldReason = null;
  task.pendingHop = null;
  task.keeper = task.holder ?? DESK;
  task.firstError = null;
  task.completedAt = at;
  count(task, data);
  endLease(task);
}

/** What a FAIL or a lost lease leads to depends on how many there may be. */
export function limited(
  record: Task,
  data: { readonly leaseLosses?: number; readonly maxLeaseLosses?: number },
): TaskContext | null {
  if (data.leaseLosses === undefined) return taskContext(record);
  return data.maxLeaseLosses === undefined
    ? null
    : taskContext(record, { maxLeaseLosses: data.maxLeaseLosses });
}

/** By what a task failed for good: a lost lease, its deadline, or a failure. */
export function failedBy(data: Counters & { readonly error: ErrorInfo }): TaskEvent {
  if (data.leaseLosses !== undefined) return { type: "LEASE_EXPIRED" };
  if (data.failures === undefined && data.error.code === "deadline_exceeded") return { type: "DEADLINE" };
  return { type: "FAIL", retryable: false };
}

/** A new round at its origin; null = the desk's. */
export function reopen(
  task: Task,
  data: Counters & {
    readonly origin: ActorNo | null;
    readonly waitsFor?: TaskNo[];
    readonly deadlineAt?: number | null;
  },
): void {
  const { origin } = data;
  task.waitsFor = data.waitsFor ?? task.waitsFor;
  task.origin = origin;
  task.holder = origin;
  task.keeper = origin ?? DESK;
  task.chain = origin === null ? [] : [origin];
  task.blockedByHand = false;
  task.round += 1;
  task.routingRound = 0;
  task.refusedBy = [];
  task.returnedBy = [];
  task.delegatedFrom = null;
  task.delegatedTo = null;
  task.arrival = null;
  task.notBefore = null;
  task.deadlineAt = data.deadlineAt === null ? null : task.deadlineAt;
  count(task, data);
  task.outcome = null;
  task.result = null;
  task.error = null;
  task.progress = null;
  task.startedAt = null;
  task.completedAt = null;
}
