import type { EventName } from "../machines/events/catalogue.ts";
import type { JournalEvent } from "../machines/events/journal-event.ts";
import type { ActorNo, DelegationNo, InstanceNo, TaskNo } from "../machines/records/values.ts";
import type { Delegation, DelegationStatus } from "../machines/records/delegation.ts";
import type { Instance, InstanceStatus, InstanceType, Scope, Tally } from "../machines/records/instance.ts";
import type { Priority, Task, TaskResult, TaskStatus } from "../machines/records/task.ts";
import type { DeadLetter, MailRow } from "./commit.ts";

/** A value now, or a promise of it: SQLite answers at once, PostgreSQL later. */
export type Awaitable<T> = T | Promise<T>;

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; null = this was the last page. */
  readonly nextCursor: string | null;
  /** Only when asked for. */
  readonly total: number | null;
}

export interface PageRequest {
  /** 1…500. */
  readonly limit: number;
  readonly cursor: string | null;
  readonly count: boolean;
}

export interface InstanceFilter extends PageRequest {
  readonly scope?: readonly Scope[];
  /** Without it, and without `all`, terminated instances are left out. */
  readonly status?: readonly InstanceStatus[];
  readonly parent?: InstanceNo;
  readonly type?: readonly InstanceType[];
  /** Part of name or description, case-insensitive. */
  readonly q?: string;
  readonly all?: boolean;
}

export interface TaskFilter extends PageRequest {
  /** Holder. null = unassigned. */
  readonly holder?: InstanceNo | null;
  readonly status?: readonly TaskStatus[];
  readonly tags?: readonly string[];
  readonly notTags?: readonly string[];
  readonly priority?: readonly Priority[];
  readonly project?: string;
  readonly assignee?: string;
  readonly runId?: string;
  readonly q?: string;
  readonly parentTask?: TaskNo;
  /** Default `-created`: newest first. */
  readonly sort?: "created" | "-created" | "priority" | "updated" | "-updated";
}

export interface DelegationFilter extends PageRequest {
  readonly status?: readonly DelegationStatus[];
  readonly instance?: InstanceNo;
  readonly direction?: "incoming" | "outgoing" | "all";
}

export interface EventFilter {
  /** Exclusive. 0 = from the beginning. */
  readonly since: number;
  readonly limit: number;
  readonly names?: readonly EventName[];
  readonly instance?: InstanceNo;
  readonly task?: TaskNo;
}

/** A task's rows, and what the journal tells of it. */
export interface StoredHistory {
  readonly task: Task;
  /** In order of seq. */
  readonly delegations: readonly Delegation[];
  /** In order of position. */
  readonly events: readonly JournalEvent[];
}

/** What a command about a task is sent by. */
export type TaskAddress = Pick<Task, "no" | "keeper">;

/** Questions that change nothing; answered from committed rows. */
export interface Queries {
  instance(no: InstanceNo): Awaitable<Instance | null>;
  tally(no: ActorNo): Awaitable<Tally>;
  tallies(): Awaitable<readonly Tally[]>;
  instances(filter: InstanceFilter): Promise<Page<Instance>>;
  task(no: TaskNo): Awaitable<Task | null>;
  /** Where a task is found, by number or by id (a UUID in any case). */
  taskAddress(task: TaskNo | string): Awaitable<TaskAddress | null>;
  tasks(filter: TaskFilter): Promise<Page<Task>>;
  /** The ids of tasks or delegations by number; those that do not exist are left out. */
  idsOf(table: "task" | "delegation", numbers: readonly number[]): Awaitable<ReadonlyMap<number, string>>;
  delegation(no: DelegationNo): Awaitable<Delegation | null>;
  delegationNo(id: string): Awaitable<DelegationNo | null>;
  delegations(filter: DelegationFilter): Promise<Page<Delegation>>;
  /** In order of seq. */
  delegationsOf(task: TaskNo): Awaitable<readonly Delegation[]>;
  resultsOf(task: TaskNo): Awaitable<readonly TaskResult[]>;
  /** At most `limit` events after `since`; `next` is where to go on, even when a filter left the page short. */
  events(
    filter: EventFilter,
  ): Awaitable<{ readonly items: readonly JournalEvent[]; readonly next: number; readonly more: boolean }>;
  deadLetters(page: PageRequest): Promise<Page<DeadLetter>>;
  deadLetter(no: number): Awaitable<DeadLetter | null>;
  mailbox(actor: ActorNo, limit: number): Awaitable<readonly MailRow[]>;
  runTasks(runId: string): Awaitable<readonly Task[]>;
  /** Runs of a plan: run ids `NAME@HASH#N` beginning with this text, newest first. */
  runs(prefix: string): Awaitable<readonly string[]>;
  /**
   * The first `limit` tasks after a number, each with its delegations and all of its events, in order of number and of
   * one state of the store (T8).
   */
  histories(after: TaskNo, limit: number): Awaitable<readonly StoredHistory[]>;
  /** Every Q of spec/reliability.md 8.1 that rows alone can answer, by id. */
  doctor(): Awaitable<readonly DoctorFinding[]>;
  /**
   * Instances that nothing will bring out of `starting` or `stopping`, and those whose parent's roster says of them what they
   * are not (the auditor's question).
   */
  uneasy(limit: number): Awaitable<readonly InstanceNo[]>;
  /** Open tasks that nothing is under way for: no message, timer, live lease, queue, watch or person (the auditor's question). */
  stuck(limit: number): Awaitable<readonly { readonly task: TaskNo; readonly keeper: ActorNo }[]>;
}

export interface DoctorFinding {
  readonly check: string;
  /** What the check says when it holds. */
  readonly rule: string;
  /** One line per broken row, at most 20; empty = clean. */
  readonly broken: readonly string[];
}
