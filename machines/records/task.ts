import type { ActorNo, DelegationNo, ErrorInfo, InstanceNo, TaskNo } from "./values.ts";

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

/** The commands a shell worker runs may be ended by a new owner of the store: pid and start time name one for sure. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time of the process in the kernel's own unit, as text (field 22 of /proc/PID/stat on Linux). */
  readonly startedAt: string;
}

/** What was asked, as an edit may change it. */
export interface AskedTask {
  title: string;
  description: string | null;
  tags: string[];
  priority: Priority;
  /** Explicit assignment to a project, as the caller wrote it (name or id). */
  project: string | null;
  dependsOn: TaskNo[];
  deadlineAt: number | null;
  notBefore: number | null;
  timeoutSeconds: number | null;
  maxAttempts: number;
  /** Free JSON of the caller as text, untouched; null = none. */
  payload: string | null;
  /** false = held `manual` until somebody delegates it. */
  route: boolean;
}

export interface Task extends AskedTask {
  readonly no: TaskNo;
  readonly id: string;

  // What was asked once and for ever.
  readonly key: string | null;
  readonly runId: string | null;
  readonly onDependencyFailure: "fail" | "run";
  readonly run: string | null;
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
  /** Number of its delegations so far; the seq of the next is one more. */
  delegationCount: number;
  /** Its newest delegation; null = none yet. */
  lastDelegation: DelegationNo | null;

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
