/**
 * The records Hopper keeps, in the shape its own code uses: camelCase, moments as milliseconds since
 * the epoch, references as integers. What users see (snake_case, ISO 8601, UUIDs) is made from these
 * in one place, src/views.ts. Source: 2-domain.md 2.1.
 */
export {
  DESK,
  type InstanceNo,
  type TaskNo,
  type DelegationNo,
  type ActorNo,
  type Json,
  type Reply,
  type ErrorInfo,
} from "./records/values.ts";
export {
  SCOPES,
  INSTANCE_TYPES,
  INSTANCE_STATUSES,
  emptyTally,
  type Scope,
  type InstanceType,
  type InstanceStatus,
  type InstanceConfig,
  type Instance,
  type Tally,
  type RosterEntry,
} from "./records/instance.ts";
export {
  PRIORITIES,
  TASK_STATUSES,
  HELD_REASONS,
  TASK_SOURCES,
  isFinal,
  taskDueAt,
  type Priority,
  type TaskStatus,
  type FinalTaskStatus,
  type HeldReason,
  type TaskSource,
  type TaskOutcome,
  type ProcessMark,
  type Task,
  type TaskResult,
  type Watch,
} from "./records/task.ts";
export {
  DELEGATION_STATUSES,
  REJECTION_CODES,
  CANCELLATION_CODES,
  type DelegationType,
  type DelegationStatus,
  type RejectionCode,
  type CancellationCode,
  type ReasonCode,
  type HopOutcome,
  type Delegation,
} from "./records/delegation.ts";
