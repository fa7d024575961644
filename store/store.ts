import type { EventName, JournalEvent } from "../machines/events.ts";
import type { Envelope } from "../machines/messages.ts";
import type {
  ActorNo,
  Delegation,
  DelegationNo,
  DelegationStatus,
  Instance,
  InstanceNo,
  InstanceStatus,
  InstanceType,
  Priority,
  RosterEntry,
  Scope,
  Tally,
  Task,
  TaskNo,
  TaskResult,
  TaskStatus,
  Watch,
} from "../machines/records.ts";

/** A value now, or a promise of it: SQLite answers at once, PostgreSQL later. */
export type Awaitable<T> = T | Promise<T>;

/** The highest number given so far, per kind. Kept in memory by the loop, stored with every commit. */
export interface Counters {
  instance: number;
  task: number;
  delegation: number;
  message: number;
  position: number;
  command: number;
}

/** A message that outlives its batch. */
export interface MailRow {
  readonly no: number;
  readonly envelope: Envelope;
  /** Not before this moment; 0 = at once. */
  readonly deliverAt: number;
  readonly enqueuedAt: number;
}

export interface DeadLetter {
  readonly no: number;
  readonly envelope: Envelope;
  readonly error: string;
  readonly at: number;
  readonly times: number;
}

/** An idempotency key with the command that first carried it. */
export interface CommandKey {
  readonly caller: string;
  readonly key: string;
  /** Hash of method, path and body. */
  readonly fingerprint: string;
  readonly command: number;
  readonly at: number;
}

/** The answer of a keyed command, as the JSON text of the machine's Answer. */
export interface CommandAnswer {
  readonly command: number;
  readonly body: string;
  readonly at: number;
}

/** Everything one batch changes: written in one transaction, each row once. */
export interface Commit {
  readonly at: number;
  readonly counters: Counters;
  readonly instances: { readonly added: readonly Instance[]; readonly changed: readonly Instance[] };
  /** Insert or replace. */
  readonly tallies: readonly Tally[];
  /** Insert or replace. */
  readonly roster: readonly RosterEntry[];
  readonly tasks: {
    readonly added: readonly Task[];
    /** What was asked is unchanged: only the columns of "where it is" and "how it fares" are written. */
    readonly moved: readonly Task[];
    /** Every changeable column is written. */
    readonly edited: readonly Task[];
  };
  readonly delegations: { readonly added: readonly Delegation[]; readonly changed: readonly Delegation[] };
  readonly results: readonly TaskResult[];
  /** Inserted unless there already; never ended. */
  readonly watches: readonly Watch[];
  readonly events: readonly JournalEvent[];
  readonly mail: { readonly added: readonly MailRow[]; readonly done: readonly number[] };
  readonly deadLetters: readonly DeadLetter[];
  readonly keys: readonly CommandKey[];
  readonly answers: readonly CommandAnswer[];
}

/** What an instance's actor needs to come back: its own row and every open row it keeps. */
export interface ActorRows {
  readonly instance: Instance;
  readonly tally: Tally;
  readonly roster: readonly RosterEntry[];
  /** Open tasks with keeper = this actor. */
  readonly tasks: readonly Task[];
  /** Pending and accepted delegations with target = this actor. */
  readonly hops: readonly Delegation[];
  /** Pending delegations with source = this actor: only their task, number and target are used. */
  readonly offers: readonly Delegation[];
}

/** One thing whose moment has come. */
export type Due =
  | { readonly kind: "task"; readonly actor: ActorNo; readonly task: TaskNo; readonly at: number }
  | {
      readonly kind: "delegation";
      readonly actor: ActorNo;
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly at: number;
    }
  | { readonly kind: "instance"; readonly actor: ActorNo; readonly at: number };

/** Enough of an instance to address and name it. */
export interface DirectoryEntry {
  readonly no: InstanceNo;
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  readonly status: InstanceStatus;
  readonly parent: InstanceNo | null;
  readonly root: InstanceNo;
}

/** Why a commit did not happen (or may have). The loop treats each kind differently (3-runtime.md 3.1, 3.3). */
export class CommitError extends Error {
  override readonly name = "CommitError";
  /** constraint = rolled back, a row broke a rule; full = rolled back, no space; busy = rolled back, try again; io = it may have happened. */
  readonly kind: "constraint" | "unique" | "full" | "busy" | "io";
  /** The constraint or trigger, as the database names it. */
  readonly rule: string;
  constructor(kind: CommitError["kind"], rule: string, options?: ErrorOptions) {
    super(`commit refused (${kind}): ${rule}`, options);
    this.kind = kind;
    this.rule = rule;
  }
}

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

/** Questions that change nothing; answered from committed rows. */
/** What a command about a task is sent by. */
export type TaskAddress = Pick<Task, "no" | "keeper">;

export interface Queries {
  instance(no: InstanceNo): Awaitable<Instance | null>;
  tally(no: ActorNo): Awaitable<Tally>;
  tallies(): Awaitable<readonly Tally[]>;
  instances(filter: InstanceFilter): Promise<Page<Instance>>;
  task(no: TaskNo): Awaitable<Task | null>;
  /** Where a task is found, by number or by id (a UUID in any case). */
  taskAddress(task: TaskNo | string): Awaitable<TaskAddress | null>;
  tasks(filter: TaskFilter): Promise<Page<Task>>;
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
  mailbox(actor: ActorNo, limit: number): Awaitable<readonly MailRow[]>;
  runTasks(runId: string): Awaitable<readonly Task[]>;
  /** Runs of a plan: run ids `NAME@HASH#N` beginning with this text, newest first. */
  runs(prefix: string): Awaitable<readonly string[]>;
  /** Every Q of 8-reliability.md whose rows exist, by id. */
  doctor(): Awaitable<readonly DoctorFinding[]>;
  /** Open tasks that nothing is under way for: no message, timer, live lease, queue, watch or person (the auditor's question). */
  stuck(
    now: number,
    limit: number,
  ): Awaitable<readonly { readonly task: TaskNo; readonly keeper: ActorNo }[]>;
}

export interface DoctorFinding {
  readonly check: string;
  /** What the check says when it holds. */
  readonly rule: string;
  /** One line per broken row, at most 20; empty = clean. */
  readonly broken: readonly string[];
}

/**
 * The storage port. One owner at a time. Everything the loop needs between two commits is here;
 * what people ask is in {@link Queries}.
 */
export interface Store {
  /** `sqlite:PATH` or `sqlite::memory:`. */
  readonly url: string;
  /** Identity of this store, a UUID; part of every cursor. */
  readonly id: string;
  readonly generation: number;
  readonly queries: Queries;
  counters(): Awaitable<Counters>;
  directory(): Awaitable<readonly DirectoryEntry[]>;
  /** One transaction. Throws {@link CommitError}. */
  commit(commit: Commit): Awaitable<void>;
  actor(no: InstanceNo): Awaitable<ActorRows | null>;
  task(no: TaskNo): Awaitable<Task | null>;
  delegation(no: DelegationNo): Awaitable<Delegation | null>;
  /** Who waits for this task. */
  watches(task: TaskNo): Awaitable<readonly Watch[]>;
  /** Stored messages whose moment has come, oldest first, with `no` > after. */
  mail(now: number, after: number, limit: number): Awaitable<readonly MailRow[]>;
  /** Tasks, pending delegations and instances whose moment has come, soonest first. */
  due(now: number, limit: number): Awaitable<readonly Due[]>;
  /** The soonest moment of any message, task, delegation or instance; null = none. */
  nextDue(): Awaitable<number | null>;
  commandByKey(
    caller: string,
    key: string,
  ): Awaitable<(CommandKey & { readonly answer: string | null }) | null>;
  /** Tasks under a lease of a worker that the store's owner itself ran. */
  ownLeases(): Awaitable<readonly Task[]>;
  /**
   * Forgets at most `limit` idempotency keys, with their answers, of before this moment (they are kept for 24 h,
   * 3-runtime.md 3.4). How many went: fewer than `limit` = that was all.
   */
  forgetKeys?(before: number, limit: number): Awaitable<number>;
  /** Truncate the log when nothing is going on. */
  checkpoint(): Awaitable<void>;
  close(): Awaitable<void>;
}
