import type { HopperError } from "../../machines/errors.ts";
import type {
  DelegationStatus,
  DelegationType,
  DelegationOutcome,
  ReasonCode,
} from "../../machines/records/delegation.ts";
import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import type {
  HeldReason,
  Priority,
  TaskOutcome,
  TaskSource,
  TaskStatus,
  Task,
} from "../../machines/records/task.ts";
import type { InstanceConfig, InstanceStatus, InstanceType, Scope } from "../../machines/records/instance.ts";
import type { EventName, ShownEventData } from "../../machines/events/catalogue.ts";
import type { InstanceEvent } from "../../machines/lifecycles/instance.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Decision, LostBecause } from "../../machines/messages/decision.ts";

/** What users see of a task's lease: who has the token may heartbeat, complete, fail and release it. */
export interface LeaseView {
  token: string;
  expiresAt: string;
}

/** A task that was claimed, and the lease under which it is. */
export interface Claim {
  task: TaskView;
  lease: LeaseView;
}

/** How one of several was answered: by the task, or by what is against it. */
export interface EndedView {
  /** As it was named. */
  id: string;
  task: TaskView | null;
  error: HopperError | null;
}

/** One attempt of a task: from the moment a worker took it to its end. */
export interface AttemptView {
  /** From 1, in each round anew. An attempt that was given back or lost is made again under its number. */
  attempt: number;
  round: number;
  instanceId: string | null;
  worker: string;
  startedAt: string;
  /** null = it is under way. */
  endedAt: string | null;
  /** `released`: given back, it does not count · `taken_back`: somebody moved the task away from under it. */
  outcome: "running" | "succeeded" | "failed" | "cancelled" | "released" | "lease_lost" | "taken_back";
  /** Of one that failed. */
  error: ErrorInfo | null;
  /** Of a command that ended by itself, or by its timeout; of what it printed the last 16,384 bytes of each stream. */
  command: {
    exitCode: number | null;
    signal: string | null;
    durationMs: number;
    timedOut: boolean;
    stdout: string;
    stderr: string;
  } | null;
}

/** What a heartbeat is answered with. */
export interface HeartbeatView {
  expiresAt: string;
  status: TaskStatus;
  cancelRequested: boolean;
}

/** The queue of an instance. */
export interface QueueView {
  /** The first of them, in the order of claims. */
  items: TaskView[];
  /** All of them. */
  queued: number;
  claimed: number;
  maxConcurrentTasks: number;
  maxQueuedTasks: number;
  /** How long the oldest has been queued, in ms; null = nothing is. */
  oldestWaitMs: number | null;
}

/** Everything counted. */
export interface Stats {
  /** `names`: at most 100 of each group. */
  instances: { scope: Scope; status: InstanceStatus; count: number; names: string[] }[];
  tasks: {
    total: number;
    /** Not final. */
    open: number;
    /** Claimed or in progress. */
    inProgress: number;
    byStatus: Record<TaskStatus, number>;
    /** Pending: in no queue, waiting for a decision. */
    held: number;
  };
  deadLetters: number;
  /** The process that owns the store now, and how it was started; null = none, or a store in memory. */
  owner: { pid: number; command: string | null; since: string | null } | null;
}

/**
 * What users see of a record, in camelCase: ids instead of row numbers, ISO 8601 moments with
 * milliseconds and Z. The wire (JSON of the CLI and the API) is the same with snake_case keys
 * (src/wire.ts). Source: spec/domain.md 2.1, spec/api.md 4.6.
 */
export type TallyView = Record<TaskStatus, number>;

export interface InstanceView {
  id: string;
  name: string;
  scope: Scope;
  instanceType: InstanceType;
  parentId: string | null;
  config: InstanceConfig;
  runtimeMetadata: { [key: string]: Json };
  status: InstanceStatus;
  description: string | null;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  stoppedAt: string | null;
  version: number;
  /** Tasks it holds by status. */
  counts: TallyView;
  /** Upper-case machine events that would be accepted now. */
  allowedEvents: InstanceEvent["type"][];
}

export interface InstanceTreeView extends InstanceView {
  children: InstanceTreeView[];
}

export interface TaskView {
  id: string;
  ref: string;
  title: string;
  description: string | null;
  tags: string[];
  priority: Priority;
  status: TaskStatus;
  heldReason: HeldReason | null;
  project: string | null;
  /** The holder; null = unassigned. */
  instanceId: string | null;
  originInstanceId: string | null;
  delegatedFromInstanceId: string | null;
  delegatedToInstanceId: string | null;
  delegationChain: string[];
  parentTaskId: string | null;
  key: string | null;
  runId: string | null;
  dependsOn: string[];
  onDependencyFailure: Task["onDependencyFailure"];
  deadlineAt: string | null;
  notBefore: string | null;
  timeoutSeconds: number | null;
  attempt: number;
  failures: number;
  leaseLosses: number;
  maxAttempts: number;
  round: number;
  epoch: number;
  result: Json;
  error: ErrorInfo | null;
  outcome: TaskOutcome | null;
  run: string | null;
  payload: Json;
  route: boolean;
  source: TaskSource;
  createdBy: string | null;
  claimedBy: string | null;
  leaseExpiresAt: string | null;
  progress: number | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  completedAt: string | null;
}

export interface DelegationView {
  id: string;
  ref: string;
  taskId: string;
  sourceInstanceId: string;
  targetInstanceId: string;
  sourceName: string;
  targetName: string;
  delegationType: DelegationType;
  status: DelegationStatus;
  seq: number;
  delegatedBy: string | null;
  delegatedAt: string;
  decidedAt: string | null;
  completedAt: string | null;
  expiresAt: string | null;
  reason: { code: ReasonCode; text: string | null } | null;
  result: { outcome: DelegationOutcome; taskStatus: TaskStatus; completedAt: string; output: Json } | null;
  notes: string | null;
  previousId: string | null;
  round: number;
  routingRound: number;
  version: number;
}

export interface ChainView {
  taskId: string;
  originInstanceId: string | null;
  currentInstanceId: string | null;
  /** Hops from origin to holder. */
  depth: number;
  items: DelegationView[];
}

/** What every event says, whatever happened. */
interface EventHead {
  cursor: string;
  at: string;
  instanceId: string | null;
  taskId: string | null;
  delegationId: string | null;
  actor: string | null;
  /** Cursor of the event that sent the message, or the command's id (`C-17`). */
  cause: string | null;
}

/** The change that an event says, by its name. */
export type EventDataView<N extends EventName = EventName> = N extends "routing.decided"
  ? DecisionView
  : ShownEventData<N>;

/** One line of the journal, by its name: new names may come with a minor version, so a switch needs a default. */
export type EventView<N extends EventName = EventName> = N extends EventName
  ? EventHead & { event: N; data: EventDataView<N> }
  : never;

export interface DecisionView {
  action: Decision["action"];
  reason: string;
  instanceId: string;
  targetId: string | null;
  rule: string | null;
  unmatched: boolean;
  routingRound: number;
  candidates: {
    instanceId: string;
    name: string;
    tags: number;
    textScore: number | null;
    load: number;
    rank: number | null;
    lostBecause: LostBecause | null;
  }[];
}

export interface DeadLetterView {
  id: string;
  toInstanceId: string | null;
  fromInstanceId: string | null;
  type: Message["type"];
  taskId: string | null;
  error: string;
  at: string;
  times: number;
}

export interface ListView<T> {
  items: T[];
  nextCursor: string | null;
  hasMore: boolean;
  /** Only with `count: true`. */
  total?: number;
}
