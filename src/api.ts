import type { Metrics } from "../actors/system-params.ts";
import type { ErrorInfo, InstanceConfig, Json, ProcessMark, TaskStatus } from "../machines/records.ts";
import type { EventName } from "../machines/events.ts";
import type { DoctorFinding } from "../store/store.ts";
import type {
  ChainView,
  DeadLetterView,
  DecisionView,
  DelegationView,
  EventView,
  InstanceTreeView,
  InstanceView,
  LeaseView,
  ListView,
  TaskView,
} from "./views.ts";

/**
 * The library, verb by verb: the door that every other door uses. Ids, refs (`T-42`, `D-7`) and names
 * of live instances are taken wherever an id is read. Every promise resolves after the commit that
 * holds its effect; a refusal is a thrown HopperError. Source: 5-cli.md 5.5, 5.6.
 */

/** Taken by every verb that changes something. */
export interface CommandOptions {
  /** Same key and body: the stored answer, also after a restart. Kept 24 h. */
  idempotencyKey?: string | undefined;
  /** Who asks; shown in the journal. Default `library`. */
  by?: string | undefined;
}

export interface PageParams {
  /** 1…500, default 50. */
  limit?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

export interface CreateInstanceParams extends CommandOptions {
  name: string;
  scope: string;
  parentId?: string | null | undefined;
  id?: string | undefined;
  instanceType?: string | undefined;
  config?: InstanceConfig | undefined;
  description?: string | null | undefined;
  /** Resolves in running. */
  start?: boolean | undefined;
}

export interface ListInstancesParams extends PageParams {
  scope?: string | string[] | undefined;
  status?: string | string[] | undefined;
  parentId?: string | undefined;
  instanceType?: string | string[] | undefined;
  q?: string | undefined;
  all?: boolean | undefined;
}

export interface CreateTaskParams extends CommandOptions {
  title: string;
  description?: string | null | undefined;
  tags?: string[] | undefined;
  /** urgent, high, medium or low, in any case. */
  priority?: string | undefined;
  /** Created there and decided by that scope. Not given: the only live GLOBAL root, else unassigned. */
  instanceId?: string | null | undefined;
  project?: string | null | undefined;
  key?: string | null | undefined;
  runId?: string | null | undefined;
  /** Ids or refs; inside a batch also `key:KEY`. */
  dependsOn?: string[] | undefined;
  onDependencyFailure?: "fail" | "run" | undefined;
  deadlineAt?: string | null | undefined;
  notBefore?: string | null | undefined;
  timeoutSeconds?: number | null | undefined;
  maxAttempts?: number | undefined;
  run?: string | null | undefined;
  payload?: Json | undefined;
  route?: boolean | undefined;
  source?: string | undefined;
  /** Wait at most this long (≤ 30000) until it is queued, held, blocked, waiting or final. */
  settleMs?: number | undefined;
}

export interface ListTasksParams extends PageParams {
  /** The holder; `none` = unassigned. */
  instanceId?: string | undefined;
  /** `open` = every status that is not final. */
  status?: string | string[] | undefined;
  tag?: string | string[] | undefined;
  notTag?: string | string[] | undefined;
  priority?: string | string[] | undefined;
  project?: string | undefined;
  assignee?: string | undefined;
  runId?: string | undefined;
  q?: string | undefined;
  parentTaskId?: string | undefined;
  sort?: "created" | "-created" | "priority" | "updated" | "-updated" | undefined;
}

export interface ListDelegationsParams extends PageParams {
  status?: string | string[] | undefined;
  instanceId?: string | undefined;
  direction?: "incoming" | "outgoing" | "all" | undefined;
}

export interface ListEventsParams {
  /** A cursor, `0`, or a duration like `5m`. Exclusive. */
  since?: string | undefined;
  limit?: number | undefined;
  type?: string | string[] | undefined;
  instanceId?: string | undefined;
  taskId?: string | undefined;
}

export interface UpdateTaskParams extends CommandOptions {
  title?: string | undefined;
  description?: string | null | undefined;
  tags?: string[] | undefined;
  priority?: string | undefined;
  project?: string | null | undefined;
  /** Can only be shortened. */
  dependsOn?: string[] | undefined;
  deadlineAt?: string | null | undefined;
  notBefore?: string | null | undefined;
  timeoutSeconds?: number | null | undefined;
  maxAttempts?: number | undefined;
  payload?: Json | undefined;
  route?: boolean | undefined;
  ifVersion?: number | undefined;
}

export interface ClaimParams extends CommandOptions {
  workerId: string;
  /** Default 300. */
  leaseSeconds?: number | undefined;
  /** 1…100, default 1. */
  max?: number | undefined;
  /** Wait at most this long (≤ 50) for a task. */
  waitSeconds?: number | undefined;
  /** Only tasks whose tags are all among them. */
  capabilities?: string[] | undefined;
}

export interface Claim {
  task: TaskView;
  lease: LeaseView;
}

export interface Instances {
  create(params: CreateInstanceParams): Promise<InstanceView>;
  get(id: string): Promise<InstanceView>;
  list(params?: ListInstancesParams): Promise<ListView<InstanceView>>;
  start(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** Resolves when drained, or at once in `stopping` with `wait: false`. */
  stop(
    id: string,
    params?: CommandOptions & { drainTimeoutMs?: number | undefined; wait?: boolean | undefined },
  ): Promise<InstanceView>;
  restart(id: string, params?: CommandOptions): Promise<InstanceView>;
  pause(id: string, params?: CommandOptions): Promise<InstanceView>;
  resume(id: string, params?: CommandOptions): Promise<InstanceView>;
  recover(id: string, params?: CommandOptions): Promise<InstanceView>;
  fail(id: string, params: CommandOptions & { error: string | ErrorInfo }): Promise<InstanceView>;
  /** Soft; resolves when all below have reported. */
  terminate(id: string, params?: CommandOptions & { cascade?: boolean | undefined }): Promise<InstanceView>;
  children(id: string): Promise<ListView<InstanceView>>;
  /** From the parent up to the root. */
  ancestors(id: string): Promise<ListView<InstanceView>>;
  /** The tree below an instance, or the whole forest. Terminated ones only with `all`. */
  hierarchy(id?: string, params?: { all?: boolean | undefined }): Promise<InstanceTreeView[]>;
  queue(id: string): Promise<{
    items: TaskView[];
    queued: number;
    claimed: number;
    maxConcurrentTasks: number;
    maxQueuedTasks: number;
    oldestWaitMs: number | null;
  }>;
  claim(id: string, params: ClaimParams): Promise<Claim[]>;
}

export interface Tasks {
  add(params: CreateTaskParams): Promise<TaskView>;
  /** All or nothing; at most 1000; `dependsOn: ["key:types"]` inside the batch. */
  addBatch(items: CreateTaskParams[], options?: CommandOptions): Promise<{ items: TaskView[] }>;
  get(id: string): Promise<TaskView>;
  list(params?: ListTasksParams): Promise<ListView<TaskView>>;
  update(id: string, params: UpdateTaskParams): Promise<TaskView>;
  assign(id: string, params: CommandOptions & { instanceId: string }): Promise<TaskView>;
  delegate(
    id: string,
    params?: CommandOptions & {
      targetInstanceId?: string | undefined;
      delegationType?: string | undefined;
      notes?: string | undefined;
      autoAccept?: boolean | undefined;
    },
  ): Promise<DelegationView>;
  escalate(id: string, params?: CommandOptions & { reason?: string | undefined }): Promise<DelegationView>;
  reassign(
    id: string,
    params: CommandOptions & {
      targetInstanceId: string;
      reason?: string | undefined;
      autoAccept?: boolean | undefined;
    },
  ): Promise<DelegationView>;
  /** done, failed, cancelled, blocked, pending, in_progress; aliases completed, complete, canceled. */
  status(
    id: string,
    params: CommandOptions & { status: string; result?: Json | undefined; reason?: string | undefined },
  ): Promise<TaskView>;
  complete(
    id: string,
    params?: CommandOptions & {
      result?: Json | undefined;
      leaseToken?: string | undefined;
      force?: boolean | undefined;
    },
  ): Promise<TaskView>;
  fail(
    id: string,
    params: CommandOptions & {
      error: string | Partial<ErrorInfo>;
      retryable?: boolean | undefined;
      leaseToken?: string | undefined;
    },
  ): Promise<TaskView>;
  heartbeat(
    id: string,
    params: CommandOptions & {
      leaseToken: string;
      leaseSeconds?: number | undefined;
      progress?: number | undefined;
      note?: string | undefined;
    },
  ): Promise<{ expiresAt: string; status: TaskStatus; cancelRequested: boolean }>;
  release(id: string, params: CommandOptions & { leaseToken: string }): Promise<TaskView>;
  cancel(id: string, params?: CommandOptions & { reason?: string | undefined }): Promise<TaskView>;
  retry(
    id: string,
    params?: CommandOptions & { resetAttempts?: boolean | undefined; withDependents?: boolean | undefined },
  ): Promise<TaskView>;
  /** Every delegation in order of seq. */
  delegations(id: string): Promise<ChainView>;
  events(id: string): Promise<ListView<EventView>>;
  decisions(id: string): Promise<ListView<DecisionView & { at: string }>>;
  /** The task's story in words, one line per step. */
  explain(id: string): Promise<{ task: TaskView; lines: string[] }>;
  /** Resolves when final; rejects `timed_out` (facts: status) after `timeoutMs`. */
  wait(id: string, params?: { timeoutMs?: number | undefined }): Promise<TaskView>;
}

export interface Delegations {
  get(id: string): Promise<DelegationView>;
  list(params?: ListDelegationsParams): Promise<ListView<DelegationView>>;
  accept(id: string, params?: CommandOptions & { note?: string | undefined }): Promise<DelegationView>;
  reject(id: string, params: CommandOptions & { reason: string }): Promise<DelegationView>;
  complete(id: string, params?: CommandOptions & { result?: Json | undefined }): Promise<DelegationView>;
  /** Withdraw a pending offer. */
  cancel(id: string, params?: CommandOptions & { reason?: string | undefined }): Promise<DelegationView>;
}

export interface Stats {
  instances: { scope: string; status: string; count: number; names: string[] }[];
  tasks: {
    total: number;
    open: number;
    inProgress: number;
    byStatus: Record<TaskStatus, number>;
    held: number;
  };
  deadLetters: number;
}

export interface HopperEvents {
  (params?: ListEventsParams & { follow?: boolean | undefined }): AsyncIterable<EventView>;
}

/** For Hopper's own workers and plan runner: not part of the promise to library users. */
export interface Internals {
  /** Enter a hierarchy (created or matched by name, started) and tasks, in one transaction. Tasks are unassigned until {@link assign}. */
  enterPlan(params: {
    runId: string;
    hierarchy: PlanNode;
    tasks: CreateTaskParams[];
    by?: string | undefined;
  }): Promise<{ rootId: string; tasks: TaskView[] }>;
  claimOwn(
    id: string,
    params: { workerId: string; leaseSeconds: number },
  ): Promise<{ claims: Claim[]; nextAt: number | null }>;
  /** The mark of the process group that will run the command; resolves after its commit, before the command may start. */
  started(taskId: string, params: { leaseToken: string; process: ProcessMark }): Promise<TaskView>;
  /** Tasks that were under a lease of a worker of the former owner, with their processes. */
  orphans(): Promise<{ taskId: string; ref: string; epoch: number; process: ProcessMark | null }[]>;
  /** Ends such a lease at once: the process is known to be gone. */
  orphaned(taskId: string, epoch: number): Promise<void>;
  /** What a former owner had left running when this one opened the store; it was ended before the loop began. */
  readonly left: OrphansEnded;
  /** Batches, turns, commits and stored messages since the store was opened. */
  metrics(): Readonly<Metrics>;
  /** Runs of a plan by prefix of the run id, newest first. */
  runs(prefix: string): Promise<string[]>;
  runTasks(runId: string): Promise<TaskView[]>;
  /** Called after each commit, with the instance ids at which something became claimable (a hint; polling is the truth). */
  onClaimable(listener: () => void): () => void;
  /** Moment of the next timer; null = none. For "nothing is running, due or backing off". */
  nextDue(): Promise<number | null>;
}

/** What a former owner had left running, and what was done. */
export interface OrphansEnded {
  /** Refs of the tasks whose lease was ended. */
  readonly tasks: readonly string[];
  /** Process groups that were still running, and are not any more. */
  readonly groups: readonly number[];
}

export interface PlanNode {
  name: string;
  scope: string;
  config?: InstanceConfig | undefined;
  description?: string | undefined;
  instanceType?: string | undefined;
  children: PlanNode[];
}

export interface Hopper extends AsyncDisposable {
  readonly instances: Instances;
  readonly tasks: Tasks;
  readonly delegations: Delegations;
  readonly route: { preview(params: CreateTaskParams): Promise<DecisionView> };
  readonly deadLetters: { list(params?: PageParams): Promise<ListView<DeadLetterView>> };
  /** Committed events in order; ends after the newest unless `follow`. */
  readonly events: HopperEvents;
  /** Once per event, after commit, in journal order; an exception in a listener harms nothing. Returns the way to stop. */
  on(event: EventName | "*", listener: (event: EventView) => void): () => void;
  stats(): Promise<Stats>;
  doctor(): Promise<DoctorFinding[]>;
  /** Resolves when nothing is due: every command answered, every message handled. */
  settle(): Promise<void>;
  /** Nothing new is taken, the running batch commits, the store is closed. May be called twice. */
  close(): Promise<void>;
  readonly internals: Internals;
}
