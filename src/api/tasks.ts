import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import type { TaskStatus } from "../../machines/records/task.ts";
import type {
  ChainView,
  DecisionView,
  DelegationView,
  EventView,
  ListView,
  TaskView,
} from "../views/views.ts";
import type { CommandOptions, PageParams } from "./options.ts";

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
