import type {
  DelegationStatus,
  DelegationType,
  DelegationOutcome,
  ReasonCode,
} from "../../machines/records/delegation.ts";
import type {
  HeldReason,
  Priority,
  Task,
  TaskOutcome,
  TaskSource,
  TaskStatus,
} from "../../machines/records/task.ts";
import type { Instance, InstanceStatus, InstanceType, Scope } from "../../machines/records/instance.ts";
import { EVENT_NAME } from "./event-codes.ts";

/**
 * Words and the small integers that stand for them in the file (spec/performance.md 9.3).
 * A number given once keeps its meaning for ever: files of older versions hold it. New words get new numbers
 * and a migration that adds them to the table `word` and touches nothing else.
 */

export const SCOPE = {
  GLOBAL: 1,
  PROJECT: 2,
  ORCHESTRATION: 3,
  PERSONAL: 4,
  FAMILY: 5,
  EVENT: 6,
  FEDERATED: 7,
} as const satisfies Record<Scope, number>;

export const INSTANCE_TYPE = {
  persistent: 1,
  ephemeral: 2,
  temporary: 3,
} as const satisfies Record<InstanceType, number>;

export const INSTANCE_STATUS = {
  created: 1,
  starting: 2,
  running: 3,
  paused: 4,
  stopping: 5,
  stopped: 6,
  error: 7,
  terminated: 8,
} as const satisfies Record<InstanceStatus, number>;

export const INTENT = {
  restart: 1,
  terminate: 2,
} as const satisfies Record<NonNullable<Instance["intent"]>, number>;

/** In order of urgency, so that `ORDER BY priority` is the order of the queue. */
export const PRIORITY = {
  urgent: 1,
  high: 2,
  medium: 3,
  low: 4,
} as const satisfies Record<Priority, number>;

/** Final statuses are 7 and above: indexes and triggers rest on it. */
export const TASK_STATUS = {
  pending: 1,
  blocked: 2,
  queued: 3,
  claimed: 4,
  in_progress: 5,
  waiting: 6,
  done: 7,
  failed: 8,
  cancelled: 9,
} as const satisfies Record<TaskStatus, number>;

export const HELD_REASON = {
  manual: 1,
  no_route: 2,
  no_capacity: 3,
  awaiting_acceptance: 4,
  instance_not_running: 5,
  rejected: 6,
  message_failed: 7,
} as const satisfies Record<HeldReason, number>;

export const TASK_SOURCE = {
  api: 1,
  cli: 2,
  library: 3,
  plan: 4,
  mcp: 5,
  inbox: 6,
  czarina: 7,
  federation: 8,
} as const satisfies Record<TaskSource, number>;

export const ON_DEPENDENCY_FAILURE = {
  fail: 1,
  run: 2,
} as const satisfies Record<Task["onDependencyFailure"], number>;

export const LEASE_KIND = {
  worker: 1,
  hand: 2,
  own: 3,
} as const satisfies Record<NonNullable<Task["leaseKind"]>, number>;

/** Outcomes of tasks and of delegations share one list. */
export const OUTCOME = {
  succeeded: 1,
  failed: 2,
  cancelled: 3,
  handed_back: 4,
} as const satisfies Record<TaskOutcome | DelegationOutcome, number>;

export const DELEGATION_TYPE = {
  route: 1,
  decompose: 2,
  escalate: 3,
  reassign: 4,
} as const satisfies Record<DelegationType, number>;

/** Open ones are 1 and 2, final ones 3 and above. */
export const DELEGATION_STATUS = {
  pending: 1,
  accepted: 2,
  rejected: 3,
  completed: 4,
  cancelled: 5,
} as const satisfies Record<DelegationStatus, number>;

/** Rejections from 1, cancellations from 11. */
export const REASON = {
  at_capacity: 1,
  not_running: 2,
  capability_mismatch: 3,
  declined: 4,
  expired: 5,
  policy: 6,
  terminated: 7,
  task_cancelled: 11,
  escalated: 12,
  reassigned: 13,
  superseded: 14,
  withdrawn: 15,
  instance_terminated: 16,
} as const satisfies Record<ReasonCode, number>;

/** Every list, by the name it has in the table `word`. */
export const WORDS = {
  scope: SCOPE,
  instance_type: INSTANCE_TYPE,
  instance_status: INSTANCE_STATUS,
  intent: INTENT,
  priority: PRIORITY,
  task_status: TASK_STATUS,
  held_reason: HELD_REASON,
  task_source: TASK_SOURCE,
  on_dependency_failure: ON_DEPENDENCY_FAILURE,
  lease_kind: LEASE_KIND,
  outcome: OUTCOME,
  delegation_type: DELEGATION_TYPE,
  delegation_status: DELEGATION_STATUS,
  reason: REASON,
  event: EVENT_NAME,
} as const;
