/**
 * The records Hopper keeps, in the shape its own code uses: camelCase, moments as milliseconds since
 * the epoch, references as integers. What users see (snake_case, ISO 8601, UUIDs) is made from these
 * in one place, src/views.ts. Source: 2-domain.md 2.1.
 */

/** Row number of an instance, 1…; also the address of its actor. */
export type InstanceNo = number;
/** Row number of a task: `T-42` is 42. */
export type TaskNo = number;
/** Row number of a delegation: `D-7` is 7. */
export type DelegationNo = number;
/** Address of an actor: an instance's number, or {@link DESK}. */
export type ActorNo = number;

/** The reserved actor that keeps what belongs to no instance. */
export const DESK: ActorNo = 0;

export const SCOPES = [
  "GLOBAL",
  "PROJECT",
  "ORCHESTRATION",
  "PERSONAL",
  "FAMILY",
  "EVENT",
  "FEDERATED",
] as const;
export type Scope = (typeof SCOPES)[number];

export const INSTANCE_TYPES = ["persistent", "ephemeral", "temporary"] as const;
export type InstanceType = (typeof INSTANCE_TYPES)[number];

export const INSTANCE_STATUSES = [
  "created",
  "starting",
  "running",
  "paused",
  "stopping",
  "stopped",
  "error",
  "terminated",
] as const;
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

export const PRIORITIES = ["urgent", "high", "medium", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const TASK_STATUSES = [
  "pending",
  "blocked",
  "queued",
  "claimed",
  "in_progress",
  "waiting",
  "done",
  "failed",
  "cancelled",
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const FINAL_TASK_STATUSES = ["done", "failed", "cancelled"] as const;
export type FinalTaskStatus = (typeof FINAL_TASK_STATUSES)[number];

export const HELD_REASONS = [
  "manual",
  "no_route",
  "no_capacity",
  "awaiting_acceptance",
  "instance_not_running",
  "rejected",
  "message_failed",
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

export const DELEGATION_TYPES = ["route", "decompose", "escalate", "reassign"] as const;
export type DelegationType = (typeof DELEGATION_TYPES)[number];

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

export const TASK_SOURCES = [
  "api",
  "cli",
  "library",
  "plan",
  "mcp",
  "inbox",
  "czarina",
  "federation",
] as const;
export type TaskSource = (typeof TASK_SOURCES)[number];

export type TaskOutcome = "succeeded" | "failed" | "cancelled";
export type HopOutcome = "succeeded" | "failed" | "handed_back";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An instance's own configuration; keys as users write them (2-domain.md 2.9). Unknown keys are kept. */
export interface InstanceConfig {
  capabilities?: string[];
  strict_capabilities?: boolean;
  domains?: string[];
  max_concurrent_tasks?: number;
  max_queued_tasks?: number;
  auto_delegate?: boolean;
  acceptance?: "auto" | "manual";
  orchestration_threshold?: number;
  auto_create_orchestrations?: boolean;
  max_orchestrations_per_project?: number;
  auto_create_projects?: boolean;
  unmatched?: "hold" | "load";
  on_failure?: "propagate" | "reassign" | "escalate";
  fallback?: "hold" | "handle";
  routing_engine?: "rules";
  child_defaults?: InstanceConfig;
  linger_seconds?: number;
  expires_at?: string;
  ends_at?: string;
  drain_timeout_seconds?: number;
  [key: string]: unknown;
}

/** Where an answer goes: the command that asked, and whether its answer is stored under a key. */
export interface Reply {
  readonly command: number;
  readonly keyed: boolean;
}

export interface Instance {
  readonly no: InstanceNo;
  readonly id: string;
  name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  readonly parent: InstanceNo | null;
  /** 1 for a root; at most 16. */
  readonly depth: number;
  /** Number of the root of its tree; its own for a root. */
  readonly root: InstanceNo;
  config: InstanceConfig;
  /** `child_defaults` of its ancestors as they were when it was created, the nearest on top. */
  inherited: InstanceConfig;
  runtimeMetadata: { [key: string]: Json };
  status: InstanceStatus;
  description: string | null;
  readonly createdBy: string | null;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  stoppedAt: number | null;
  version: number;
  /** What follows a `stopping`: nothing, START again, or the end of a cascade. */
  intent: "restart" | "terminate" | null;
  /** When a drain gives up, or an ephemeral instance's linger ends. null = no such moment. */
  wakeAt: number | null;
  /** Callers who wait for a drain or a cascade to end. */
  waiting: Reply[];
}

/** Tasks an instance holds by status, kept by that instance. An offered task counts as pending at its source. */
export interface Tally {
  readonly instance: ActorNo;
  pending: number;
  blocked: number;
  queued: number;
  claimed: number;
  in_progress: number;
  waiting: number;
  done: number;
  failed: number;
  cancelled: number;
}

/** What a parent was told of one child, kept by the parent. Source: 3-runtime.md 3.1. */
export interface RosterEntry {
  readonly parent: InstanceNo;
  readonly child: InstanceNo;
  name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  status: InstanceStatus;
  description: string | null;
  capabilities: string[];
  strictCapabilities: boolean;
  domains: string[];
  maxConcurrent: number;
  /** How many more tasks it said it would take. 0 = full. */
  room: number;
  /** Open tasks it holds that did not come over this parent's hops, as last told. */
  openElsewhere: number;
  /** Open hops from this parent to it. */
  ownOpen: number;
  /** Version of the child's row that the last news came from; older news is dropped. */
  childVersion: number;
  /** Not offered held work before this moment, after it refused. null = no backoff. */
  backoffUntil: number | null;
  /** Refusals in a row since it last took something or sent news. */
  refusals: number;
}

/** A machine-readable reason for failure or cancellation. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
}

/** The commands a shell worker runs may be ended by a new owner of the store: pid and start time name one for sure. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time of the process in the kernel's own unit, as text (field 22 of /proc/PID/stat on Linux). */
  readonly startedAt: string;
}

export interface Task {
  readonly no: TaskNo;
  readonly id: string;

  // What was asked. Changes only by an edit.
  title: string;
  description: string | null;
  tags: string[];
  priority: Priority;
  /** Explicit assignment to a project, as the caller wrote it (name or id). */
  project: string | null;
  readonly key: string | null;
  readonly runId: string | null;
  dependsOn: TaskNo[];
  readonly onDependencyFailure: "fail" | "run";
  deadlineAt: number | null;
  notBefore: number | null;
  timeoutSeconds: number | null;
  maxAttempts: number;
  readonly run: string | null;
  /** Free JSON of the caller as text, untouched; null = none. */
  payload: string | null;
  /** false = held `manual` until somebody delegates it. */
  route: boolean;
  readonly source: TaskSource;
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly parentTask: TaskNo | null;

  // Where it is.
  status: TaskStatus;
  heldReason: HeldReason | null;
  /** The instance that holds it (`instance_id`); null = unassigned. */
  holder: InstanceNo | null;
  origin: InstanceNo | null;
  /** The one actor whose turns change this row: the target of its pending hop, else its holder, else the desk. */
  keeper: ActorNo;
  /** Its pending hop; null = it is not on offer. */
  pendingHop: DelegationNo | null;
  delegatedFrom: InstanceNo | null;
  delegatedTo: InstanceNo | null;
  /** Instances from origin to holder. */
  chain: InstanceNo[];
  /** Number of its delegations so far; the next hop's seq is one more. */
  hops: number;
  /** Number of its newest delegation; null = none yet. */
  lastHop: DelegationNo | null;

  // How it fares.
  attempt: number;
  failures: number;
  leaseLosses: number;
  round: number;
  routingRound: number;
  /** Instances that refused it, or gave it back, in this routing round. */
  refusedBy: InstanceNo[];
  /** Those of `refusedBy` who had taken it and gave it back: they never count as full. */
  returnedBy: InstanceNo[];
  /** Dependencies that are still open, out of `dependsOn`. */
  waitsFor: TaskNo[];
  /** Somebody waits for it: its watches are read when it ends. Not journalled. */
  watched: boolean;
  /** A person blocked it: it stays blocked when its dependencies are done. */
  blockedByHand: boolean;
  /** Its place in the holder's queue, kept while it is retried or offered by a caller; null = never queued there. */
  arrival: number | null;
  epoch: number;
  claimedBy: string | null;
  leaseExpiresAt: number | null;
  /** worker = claimed over a door; hand = a person; own = a worker that Hopper itself runs. */
  leaseKind: "worker" | "hand" | "own" | null;
  /** When `timeoutSeconds` of this attempt end. */
  attemptEndsAt: number | null;
  process: ProcessMark | null;
  progress: number | null;
  outcome: TaskOutcome | null;
  /** The final result (JSON text) or error of this round; also in the `task_result` row. */
  result: string | null;
  error: ErrorInfo | null;
  /** Set while others are tried after its first holder gave up (`on_failure`): the failure that is propagated when nobody else succeeds. */
  firstError: ErrorInfo | null;
  version: number;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
}

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
  /** When a pending hop expires. Kept after the decision. */
  readonly expiresAt: number | null;
  reasonCode: ReasonCode | null;
  reasonText: string | null;
  outcome: HopOutcome | null;
  /** Status of the task when the hop was completed. */
  taskStatus: TaskStatus | null;
  readonly notes: string | null;
  readonly previous: DelegationNo | null;
  readonly round: number;
  readonly routingRound: number;
  /** A caller named the target: refused, the task goes back as it was, with no fallback. */
  readonly byCaller: boolean;
  version: number;
}

/** The result of one round of a task. One row per final task and round (T5). */
export interface TaskResult {
  readonly task: TaskNo;
  readonly round: number;
  readonly outcome: TaskOutcome;
  /** JSON text; null = none. */
  readonly value: string | null;
  readonly error: ErrorInfo | null;
  /** Epoch of the lease that completed it; null = an operator or the runtime did. */
  readonly epoch: number | null;
  readonly at: number;
}

/** Somebody waits for a task to be final: kept by the keeper of the task waited for, and for ever (a retry settles again). */
export interface Watch {
  readonly task: TaskNo;
  readonly dependent: TaskNo;
}

export function isFinal(status: TaskStatus): status is FinalTaskStatus {
  return status === "done" || status === "failed" || status === "cancelled";
}

export function emptyTally(instance: ActorNo): Tally {
  return {
    instance,
    pending: 0,
    blocked: 0,
    queued: 0,
    claimed: 0,
    in_progress: 0,
    waiting: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
}

/** When the keeper of this task must look at it next; null = never by itself. */
export function taskDueAt(task: Task): number | null {
  if (isFinal(task.status)) return null;
  let due = task.deadlineAt;
  const sooner = (at: number | null): void => {
    if (at !== null && (due === null || at < due)) due = at;
  };
  if (task.status === "claimed" || task.status === "in_progress") {
    sooner(task.leaseExpiresAt);
    sooner(task.attemptEndsAt);
  }
  return due;
}
