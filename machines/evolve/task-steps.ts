import type { Task } from "../records/task.ts";
import { DESK, type ErrorInfo } from "../records/values.ts";
import { type Happening, NOTHING } from "./happening.ts";

/** What several events do to a task alike. */

/** A new routing round asks everybody again; the first one leaves out who gave the task back. */
export function beginRound(task: Task, routingRound: number): void {
  if (routingRound !== task.routingRound && task.routingRound !== 0) {
    task.refusedBy = [];
    task.returnedBy = [];
  }
  task.routingRound = routingRound;
}

export function endLease(task: Task): void {
  task.claimedBy = null;
  task.leaseExpiresAt = null;
  task.leaseKind = null;
  task.attemptEndsAt = null;
  task.process = null;
}

export function takeLease(task: Task, data: { readonly [key: string]: unknown }, at: number): void {
  task.epoch += 1;
  task.claimedBy = data["by"] as string;
  task.leaseExpiresAt = data["until"] as number;
  task.leaseKind = (data["kind"] as Task["leaseKind"] | undefined) ?? "worker";
  task.attemptEndsAt = (data["ends"] as number | undefined) ?? null;
  task.progress = null;
  task.startedAt ??= at;
}

export function endTask(task: Task, status: "done" | "failed" | "cancelled", happening: Happening): void {
  const data = happening.data ?? NOTHING;
  task.status = status;
  task.outcome = status === "done" ? "succeeded" : status;
  task.error = (data["error"] as ErrorInfo | undefined) ?? null;
  task.heldReason = null;
  task.pendingHop = null;
  task.keeper = task.holder ?? DESK;
  task.firstError = null;
  task.completedAt = happening.at;
  count(task, data);
  endLease(task);
}

/** Counters stand in the data as they are after the event, where they changed. */
export function count(task: Task, data: { readonly [key: string]: unknown }): void {
  if (data["failures"] !== undefined) task.failures = data["failures"] as number;
  if (data["leaseLosses"] !== undefined) task.leaseLosses = data["leaseLosses"] as number;
  if (data["attempt"] !== undefined) task.attempt = data["attempt"] as number;
}
