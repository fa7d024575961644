import type { TaskStatus } from "./task.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "./values.ts";

export type DelegationType = "route" | "decompose" | "escalate" | "reassign";

export const DELEGATION_STATUSES = ["pending", "accepted", "rejected", "completed", "cancelled"] as const;
export type DelegationStatus = (typeof DELEGATION_STATUSES)[number];

export const REJECTION_CODES = [
  "at_capacity",
  "not_running",
  "capability_mismatch",
  "declined",
  "expired",
  "policy",
  "terminated",
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export const CANCELLATION_CODES = [
  "task_cancelled",
  "escalated",
  "reassigned",
  "superseded",
  "withdrawn",
  "instance_terminated",
] as const;
export type CancellationCode = (typeof CANCELLATION_CODES)[number];

export type ReasonCode = RejectionCode | CancellationCode;

export type DelegationOutcome = "succeeded" | "failed" | "handed_back";

export interface Delegation {
  readonly no: DelegationNo;
  readonly id: string;
  readonly task: TaskNo;
  readonly source: InstanceNo;
  readonly target: InstanceNo;
  readonly type: DelegationType;
  /** Position among the task's delegations, from 1. */
  readonly seq: number;
  status: DelegationStatus;
  readonly delegatedBy: string | null;
  readonly delegatedAt: number;
  decidedAt: number | null;
  completedAt: number | null;
  /** When it expires while it is pending. Kept after the decision. */
  readonly expiresAt: number | null;
  reasonCode: ReasonCode | null;
  reasonText: string | null;
  outcome: DelegationOutcome | null;
  /** Status of the task when it was completed. */
  taskStatus: TaskStatus | null;
  readonly notes: string | null;
  readonly previous: DelegationNo | null;
  readonly round: number;
  readonly routingRound: number;
  /** A caller named the target: refused, the task goes back as it was, with no fallback. */
  readonly byCaller: boolean;
  version: number;
}
