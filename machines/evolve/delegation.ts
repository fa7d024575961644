import type { Delegation, DelegationType, ReasonCode } from "../records/delegation.ts";
import type { Task, TaskStatus } from "../records/task.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "../records/values.ts";
import { type Happening, NOTHING } from "./happening.ts";
import { beginRound, endLease } from "./task-steps.ts";

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
