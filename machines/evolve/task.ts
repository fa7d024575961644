import type { EventName } from "../events.ts";
import type { HeldReason, ProcessMark, Task } from "../records/task.ts";
import { DESK, type DelegationNo, type ErrorInfo, type InstanceNo, type TaskNo } from "../records/values.ts";
import { type Happening, NOTHING } from "./happening.ts";
import { beginRound, count, endLease, endTask, takeLease } from "./task-steps.ts";

/** What a task event does to its task; events that say nothing about the row leave it as it is. */
export function evolveTask(task: Task, happening: Happening): void {
  const change = TASK_CHANGES[happening.name];
  if (change === undefined) return;
  change(task, happening.data ?? NOTHING, happening);
  task.version += 1;
  task.updatedAt = happening.at;
}

type TaskChange = (task: Task, data: { readonly [key: string]: unknown }, happening: Happening) => void;

const TASK_CHANGES: Partial<Record<EventName, TaskChange>> = {
  "task.assigned": (task, data) => {
    const holder = data["holder"] as InstanceNo;
    task.holder = holder;
    task.origin = holder;
    task.keeper = holder;
    task.chain = [holder];
    task.heldReason = null;
  },
  "task.updated": (task, data) => {
    for (const key of EDITABLE) {
      if (data[key] !== undefined) (task as unknown as { [key: string]: unknown })[key] = data[key];
    }
  },
  "task.queued": (task, _data, happening) => {
    task.status = "queued";
    task.heldReason = null;
    task.arrival ??= happening.position;
  },
  "task.held": (task, data) => {
    task.status = "pending";
    task.heldReason = data["reason"] as HeldReason;
    beginRound(task, (data["routingRound"] as number | undefined) ?? task.routingRound);
  },
  "task.claimed": (task, data, happening) => {
    task.status = "claimed";
    takeLease(task, data, happening.at);
  },
  "task.in_progress": (task, data, happening) => {
    task.status = "in_progress";
    if (data["by"] !== undefined) takeLease(task, data, happening.at);
    task.process = (data["process"] as ProcessMark | undefined) ?? task.process;
  },
  "task.progress": (task, data) => {
    task.progress = data["progress"] as number;
  },
  "task.requeued": (task, data) => {
    task.status = "queued";
    task.notBefore = (data["notBefore"] as number | undefined) ?? null;
    count(task, data);
    endLease(task);
  },
  "task.returned": (task, data) => {
    const holder = data["holder"] as InstanceNo;
    if (task.status !== "blocked") task.status = "pending";
    task.holder = holder;
    task.keeper = holder;
    task.chain = task.chain.slice(0, task.chain.indexOf(holder) + 1);
    task.heldReason = null;
    task.arrival = null;
    task.routingRound = 0;
    task.returnedBy = (data["returnedBy"] as InstanceNo[] | undefined) ?? [];
    task.refusedBy = [...task.returnedBy];
    task.hops = (data["hops"] as number | undefined) ?? task.hops;
    task.lastHop = (data["lastHop"] as DelegationNo | undefined) ?? task.lastHop;
    task.firstError = (data["firstError"] as ErrorInfo | undefined) ?? task.firstError;
    count(task, data);
    endLease(task);
  },
  "task.blocked": (task, data) => {
    task.status = "blocked";
    task.blockedByHand = data["byHand"] === true;
    task.waitsFor = (data["waitsFor"] as TaskNo[] | undefined) ?? task.waitsFor;
    task.heldReason = null;
    task.arrival = null;
  },
  "task.unblocked": (task) => {
    task.status = "pending";
    task.blockedByHand = false;
    task.waitsFor = [];
  },
  "task.completed": (task, _data, happening) => endTask(task, "done", happening),
  "task.failed": (task, _data, happening) => endTask(task, "failed", happening),
  "task.cancelled": (task, _data, happening) => endTask(task, "cancelled", happening),
  "task.retried": (task, data) => {
    const origin = data["origin"] as InstanceNo | null;
    const waitsFor = (data["waitsFor"] as TaskNo[] | undefined) ?? task.waitsFor;
    task.status = waitsFor.length > 0 ? "blocked" : "pending";
    task.waitsFor = waitsFor;
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
    task.deadlineAt = data["deadlineAt"] === null ? null : task.deadlineAt;
    count(task, data);
    task.outcome = null;
    task.result = null;
    task.error = null;
    task.progress = null;
    task.startedAt = null;
    task.completedAt = null;
  },
};

/** What `task.updated` may carry. */
const EDITABLE = [
  "title",
  "description",
  "tags",
  "priority",
  "project",
  "dependsOn",
  "waitsFor",
  "deadlineAt",
  "notBefore",
  "timeoutSeconds",
  "maxAttempts",
  "payload",
  "route",
] as const;
