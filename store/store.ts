import type { ActorNo, DelegationNo, InstanceNo, TaskNo } from "../machines/records/values.ts";
import type { Delegation } from "../machines/records/delegation.ts";
import type { Instance, RosterEntry, Tally } from "../machines/records/instance.ts";
import type { Task, Watch } from "../machines/records/task.ts";
import type { CommandKey, Commit, Counters, MailRow } from "./commit.ts";
import type { Awaitable, Queries } from "./queries.ts";
import type { StoreError } from "./store-error.ts";

export type { CommandAnswer, CommandKey, Commit, Counters, DeadLetter, MailRow } from "./commit.ts";
export type {
  Awaitable,
  DelegationFilter,
  DoctorFinding,
  EventFilter,
  InstanceFilter,
  Page,
  PageRequest,
  Queries,
  TaskAddress,
  TaskFilter,
} from "./queries.ts";

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
export type Due = { readonly actor: ActorNo; readonly at: number } & (
  | { readonly kind: "task"; readonly task: TaskNo }
  | { readonly kind: "delegation"; readonly task: TaskNo; readonly delegation: DelegationNo }
  | { readonly kind: "instance" }
);

/** Enough of an instance to address and name it. */
export type DirectoryEntry = Readonly<
  Pick<Instance, "no" | "id" | "name" | "scope" | "type" | "status" | "parent" | "root">
>;

/** What an instance is looked up by. */
export type InstanceKey = { readonly no: InstanceNo } | { readonly id: string } | { readonly ended: string };

/** Why a commit did not happen (or may have). The loop treats each kind differently (spec/runtime.md 3.1, 3.3). */
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
  /** Which process owns it, as far as that can be said; null = none, or only this one can reach it. */
  owner(): Owner | null;
  counters(): Awaitable<Counters>;
  /** Instances in order of number: the live ones, or all. */
  directory(which?: "all"): Awaitable<readonly DirectoryEntry[]>;
  /** One instance, live or ended; by `ended`, the newest ended one of a name. */
  directoryEntry(by: InstanceKey): Awaitable<DirectoryEntry | null>;
  /** Another number once another connection has committed: what a reader beside an owner looks at. */
  revision(): Awaitable<number>;
  /** One transaction. Throws {@link CommitError}. */
  commit(commit: Commit): Awaitable<void>;
  actor(no: InstanceNo): Awaitable<ActorRows | null>;
  task(no: TaskNo): Awaitable<Task | null>;
  delegation(no: DelegationNo): Awaitable<Delegation | null>;
  /** Who waits for this task: the first `limit` whose number is higher than `after`, in order. */
  watches(task: TaskNo, after: TaskNo, limit: number): Awaitable<readonly Watch[]>;
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
   * Moves the ends of spans by so many ms: of leases, attempts, backoffs and offers, and when instances wake. Moments that
   * somebody gave stay. One transaction. Throws {@link CommitError}.
   */
  moveSpans(by: number): Awaitable<void>;
  /** When the last commit was made, in ms since the epoch; null = there is none. */
  newestAt(): Awaitable<number | null>;
  /**
   * Forgets at most `limit` idempotency keys, with their answers, of before this moment (they are kept for 24 h,
   * spec/runtime.md 3.4). How many went: fewer than `limit` = that was all.
   */
  forgetKeys(before: number, limit: number): Awaitable<number>;
  /**
   * Where a part of the store could not be read: an error that says so and names the file; null = that is not why. Asked
   * of what was thrown, and only then: reads are too frequent to be watched each.
   */
  damageBehind(error: unknown): StoreError | null;
  /** Truncate the log when nothing is going on. */
  checkpoint(): Awaitable<void>;
  close(): Awaitable<void>;
  /**
   * Lets go of a store that has failed: others may open it, and nothing of it is read or written any more. Closing it
   * would write what an fsync has refused.
   */
  abandon(): Awaitable<void>;
}

/** The process that changes a store. */
export interface Owner {
  readonly pid: number;
  /** When it became the owner, in ms since the epoch; null = it did not say. */
  readonly since: number | null;
  /** How it was started, in words; null = it did not say. */
  readonly command: string | null;
}

/** Is nobody's turn at fault? The store cannot be written, or read. */
export function hasFailed(store: Store, error: unknown): boolean {
  return (error instanceof CommitError && error.kind === "io") || store.damageBehind(error) !== null;
}

/** The file of a store, as people name it; `:memory:` for one that has none. */
export function pathOf({ url }: Pick<Store, "url">): string {
  return url.replace(/^\w+:/u, "");
}
