import type { EventName } from "./events.ts";
import {
  DESK,
  type ActorNo,
  type Delegation,
  type DelegationNo,
  type DelegationType,
  type ErrorInfo,
  type HeldReason,
  type Instance,
  type InstanceNo,
  type ProcessMark,
  type ReasonCode,
  type Task,
  type TaskNo,
  type TaskStatus,
} from "./records.ts";

/**
 * What each event does to the records: the turns apply it as they record the event, and folding the
 * journal applies it again, so the two cannot differ (T8). Only what an event's name, place and
 * moment do not tell stands in its data. Each event that changes a record is one version of it (T3).
 */

/** The part of an event that evolving a record needs. */
export interface Happening {
  readonly name: EventName;
  readonly position: number;
  readonly at: number;
  readonly instance: ActorNo;
  readonly data: { readonly [key: string]: unknown } | null;
}

const NOTHING: { readonly [key: string]: unknown } = {};

/** Data of `task.created`: what was asked, where it is, and what it waits for; absent = the default. */
export type TaskCreated = Partial<
  Pick<
    Task,
    | "title"
    | "description"
    | "tags"
    | "priority"
    | "project"
    | "key"
    | "runId"
    | "dependsOn"
    | "onDependencyFailure"
    | "deadlineAt"
    | "notBefore"
    | "timeoutSeconds"
    | "maxAttempts"
    | "run"
    | "payload"
    | "route"
    | "source"
    | "parentTask"
    | "status"
    | "holder"
    | "waitsFor"
  >
> & { readonly by?: string | null };

/** A task as `task.created` makes it. */
export function createTask(no: TaskNo, id: string, happening: Happening): Task {
  const data = (happening.data ?? NOTHING) as TaskCreated;
  const holder = data.holder ?? null;
  return {
    no,
    id,
    title: data.title ?? "",
    description: data.description ?? null,
    tags: data.tags ?? [],
    priority: data.priority ?? "medium",
    project: data.project ?? null,
    key: data.key ?? null,
    runId: data.runId ?? null,
    dependsOn: data.dependsOn ?? [],
    onDependencyFailure: data.onDependencyFailure ?? "fail",
    deadlineAt: data.deadlineAt ?? null,
    notBefore: data.notBefore ?? null,
    timeoutSeconds: data.timeoutSeconds ?? null,
    maxAttempts: data.maxAttempts ?? 3,
    run: data.run ?? null,
    payload: data.payload ?? null,
    route: data.route ?? true,
    source: data.source ?? "library",
    createdBy: data.by ?? null,
    createdAt: happening.at,
    parentTask: data.parentTask ?? null,
    status: data.status ?? "pending",
    heldReason: null,
    holder,
    origin: holder,
    keeper: holder ?? DESK,
    pendingHop: null,
    delegatedFrom: null,
    delegatedTo: null,
    chain: holder === null ? [] : [holder],
    hops: 0,
    lastHop: null,
    attempt: 1,
    failures: 0,
    leaseLosses: 0,
    round: 1,
    routingRound: 0,
    refusedBy: [],
    returnedBy: [],
    waitsFor: data.waitsFor ?? [],
    watched: false,
    blockedByHand: false,
    arrival: null,
    epoch: 0,
    claimedBy: null,
    leaseExpiresAt: null,
    leaseKind: null,
    attemptEndsAt: null,
    process: null,
    progress: null,
    outcome: null,
    result: null,
    error: null,
    firstError: null,
    version: 1,
    updatedAt: happening.at,
    startedAt: null,
    completedAt: null,
  };
}

/** Data of `delegation.pending`, and of `delegation.accepted` for a hop that was never pending (an escalation that gives back). */
export interface HopCreated {
  readonly source: InstanceNo;
  readonly target: InstanceNo;
  readonly type: DelegationType;
  readonly seq: number;
  readonly expiresAt?: number;
  readonly previous?: DelegationNo;
  readonly round?: number;
  readonly routingRound?: number;
  readonly byCaller?: true;
  readonly by?: string;
  readonly notes?: string;
}

/** A delegation as its first event makes it. */
export function createHop(no: DelegationNo, id: string, task: TaskNo, happening: Happening): Delegation {
  const data = happening.data as unknown as HopCreated;
  return {
    no,
    id,
    task,
    source: data.source,
    target: data.target,
    type: data.type,
    seq: data.seq,
    status: "pending",
    delegatedBy: data.by ?? null,
    delegatedAt: happening.at,
    decidedAt: null,
    completedAt: null,
    expiresAt: data.expiresAt ?? null,
    reasonCode: null,
    reasonText: null,
    outcome: null,
    taskStatus: null,
    notes: data.notes ?? null,
    previous: data.previous ?? null,
    round: data.round ?? 1,
    routingRound: data.routingRound ?? 0,
    byCaller: data.byCaller ?? false,
    version: 1,
  };
}

/** What a delegation event does to its delegation. The event that creates it is not given here. */
export function evolveHop(hop: Delegation, happening: Happening): void {
  const data = happening.data ?? NOTHING;
  hop.version += 1;
  switch (happening.name) {
    case "delegation.accepted":
      hop.status = "accepted";
      hop.decidedAt = happening.at;
      return;
    case "delegation.rejected":
      hop.status = "rejected";
      hop.decidedAt = happening.at;
      break;
    case "delegation.cancelled":
      hop.status = "cancelled";
      hop.decidedAt ??= happening.at;
      break;
    default:
      hop.status = "completed";
      hop.completedAt = happening.at;
      hop.outcome = data["outcome"] as Delegation["outcome"];
      hop.taskStatus = data["taskStatus"] as TaskStatus;
      return;
  }
  hop.reasonCode = data["code"] as ReasonCode;
  hop.reasonText = (data["text"] as string | undefined) ?? null;
}

/** What a delegation event does to the task it is about. */
export function evolveTaskByHop(task: Task, hop: Delegation, happening: Happening): void {
  switch (happening.name) {
    case "delegation.pending":
      task.status = "pending";
      task.heldReason = null;
      task.pendingHop = hop.no;
      task.keeper = hop.target;
      task.delegatedFrom = hop.source;
      task.delegatedTo = hop.target;
      task.hops = hop.seq;
      task.lastHop = hop.no;
      beginRound(task, hop.routingRound);
      endLease(task);
      // A caller's offer that is refused puts the task back in its old place.
      if (!hop.byCaller) task.arrival = null;
      break;
    case "delegation.accepted":
      if (task.pendingHop !== hop.no) return;
      task.pendingHop = null;
      task.holder = hop.target;
      task.chain = [...task.chain, hop.target];
      task.heldReason = null;
      task.arrival = null;
      task.routingRound = 0;
      // While others are tried after a failure, who has had it is remembered: each is tried once (2.7).
      if (task.firstError === null) task.returnedBy = [];
      task.refusedBy = [...task.returnedBy];
      break;
    case "delegation.rejected":
    case "delegation.cancelled":
      if (task.pendingHop !== hop.no) return;
      task.pendingHop = null;
      task.keeper = hop.source;
      task.heldReason = null;
      if (!hop.byCaller) task.refusedBy = [...task.refusedBy, hop.target];
      break;
    default:
      return;
  }
  task.version += 1;
  task.updatedAt = happening.at;
}

/** A new routing round asks everybody again; the first one leaves out who gave the task back. */
function beginRound(task: Task, routingRound: number): void {
  if (routingRound !== task.routingRound && task.routingRound !== 0) {
    task.refusedBy = [];
    task.returnedBy = [];
  }
  task.routingRound = routingRound;
}

function endLease(task: Task): void {
  task.claimedBy = null;
  task.leaseExpiresAt = null;
  task.leaseKind = null;
  task.attemptEndsAt = null;
  task.process = null;
}

function takeLease(task: Task, data: { readonly [key: string]: unknown }, at: number): void {
  task.epoch += 1;
  task.claimedBy = data["by"] as string;
  task.leaseExpiresAt = data["until"] as number;
  task.leaseKind = (data["kind"] as Task["leaseKind"] | undefined) ?? "worker";
  task.attemptEndsAt = (data["ends"] as number | undefined) ?? null;
  task.progress = null;
  task.startedAt ??= at;
}

function endTask(task: Task, status: "done" | "failed" | "cancelled", happening: Happening): void {
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
function count(task: Task, data: { readonly [key: string]: unknown }): void {
  if (data["failures"] !== undefined) task.failures = data["failures"] as number;
  if (data["leaseLosses"] !== undefined) task.leaseLosses = data["leaseLosses"] as number;
  if (data["attempt"] !== undefined) task.attempt = data["attempt"] as number;
}

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

const INSTANCE_STATUS: Partial<Record<EventName, Instance["status"]>> = {
  "instance.starting": "starting",
  "instance.running": "running",
  "instance.paused": "paused",
  "instance.stopping": "stopping",
  "instance.stopped": "stopped",
  "instance.error": "error",
  "instance.terminated": "terminated",
};

/** What an instance event does to its instance. `instance.created` is not given here. */
export function evolveInstance(instance: Instance, happening: Happening): void {
  const status = INSTANCE_STATUS[happening.name];
  const data = happening.data ?? NOTHING;
  if (status !== undefined) {
    if (status === "running" && instance.status === "starting") {
      instance.startedAt = happening.at;
      instance.stoppedAt = null;
    }
    if (status === "stopped" || status === "terminated") instance.stoppedAt = happening.at;
    instance.status = status;
    instance.intent = (data["intent"] as Instance["intent"] | undefined) ?? null;
  } else if (data["runtimeMetadata"] !== undefined) {
    instance.runtimeMetadata = data["runtimeMetadata"] as Instance["runtimeMetadata"];
  } else {
    return;
  }
  instance.version += 1;
  instance.updatedAt = happening.at;
}
