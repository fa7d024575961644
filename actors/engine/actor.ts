import { effectiveConfig, type EffectiveConfig, type Settings } from "../../machines/settings.ts";
import {
  DESK,
  type ActorNo,
  type DelegationNo,
  type InstanceNo,
  type TaskNo,
} from "../../machines/records/values.ts";
import { emptyTally, type Instance, type RosterEntry, type Tally } from "../../machines/records/instance.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task, TaskStatus } from "../../machines/records/task.ts";
import { roomOf } from "../../machines/policies/capacity.ts";
import { Roster } from "../../machines/routing/roster.ts";
import { createTextIndex, type TextIndex } from "../../machines/routing/text-index.ts";
import type { RoutingView } from "../../machines/scopes/behavior.ts";
import { HeldQueue } from "../../machines/queues/held-queue.ts";
import { WorkerQueue } from "../../machines/queues/worker-queue.ts";
import { awaitedBy, endsByNews, type Awaited } from "../../machines/policies/held.ts";
import type { ActorRows } from "../../store/store.ts";
import type { TurnWorld } from "./environment.ts";

/** A pending offer this actor made: enough to withdraw it. */
export interface Offer {
  readonly delegation: DelegationNo;
  readonly target: InstanceNo;
}

/** What an actor's orders depend on beside its rows. */
export type ActorWorld = Pick<TurnWorld, "settings" | "scopes">;

/**
 * The working set of one actor: the rows it keeps and the orders derived from them, in memory while it
 * is active. Only its own turns change it, in place; a batch that fails drops it, and it is read again.
 * Source: spec/runtime.md 3.1.
 */
export class Actor {
  readonly no: ActorNo;
  /** null = the desk. */
  readonly instance: Instance | null;
  readonly tally: Tally;
  /** Its live children. */
  readonly roster = new Roster();
  /** Open tasks it keeps, and final ones for the length of a turn. */
  readonly tasks = new Map<TaskNo, Task>();
  /** Open hops that brought tasks here, by task. */
  readonly hops = new Map<TaskNo, Delegation>();
  /** Its own pending offers, by task. */
  readonly offers = new Map<TaskNo, Offer>();
  readonly queue = new WorkerQueue();
  readonly held = new HeldQueue();
  /** Batch in which it was last used, for passivation. */
  lastUsed = 0;
  /** What its parent believes of its room: what it was last told, less what was accepted from it since. */
  toldRoom = 0;
  /** It has ended, and has not yet given back all that it held. */
  isLeaving = false;
  /** The parent must hear of a change at the end of the batch. */
  newsDue = false;

  readonly #world: ActorWorld;
  /** null = the roster's words have changed. */
  #text: TextIndex | null = null;
  /** false = held tasks are as they came from their rows. */
  #isSorted = true;
  #config: EffectiveConfig | null = null;

  constructor(no: ActorNo, rows: ActorRows | null, world: ActorWorld) {
    this.no = no;
    this.#world = world;
    this.instance = rows?.instance ?? null;
    this.tally = rows?.tally ?? emptyTally(no);
    if (rows === null) return;
    for (const entry of rows.roster) this.roster.set(entry.child, entry);
    for (const hop of rows.hops) this.hops.set(hop.task, hop);
    for (const offer of rows.offers) {
      this.offers.set(offer.task, { delegation: offer.no, target: offer.target });
    }
    for (const task of rows.tasks) {
      this.tasks.set(task.no, task);
      this.file(task, "unsure");
    }
    this.#isSorted = this.held.size === 0;
  }

  get isDesk(): boolean {
    return this.no === DESK;
  }

  /** Puts a task it keeps where its status says: the queue, the held, or neither. */
  file(task: Task, awaited?: Awaited): void {
    if (task.status === "queued") {
      this.queue.add({
        no: task.no,
        priority: task.priority,
        arrival: task.arrival ?? task.no,
        notBefore: task.notBefore,
        tags: task.tags,
        runs: task.run !== null,
      });
    } else if (task.status === "pending" && task.pendingHop === null && task.heldReason !== null) {
      const entry = { no: task.no, priority: task.priority, arrival: task.no };
      this.held.add(entry, awaited ?? this.#awaited(task, false));
    }
  }

  /** As {@link file}, for one that was decided just now: all that it may wait for was looked at. */
  fileDecided(task: Task): void {
    this.file(task, this.#awaited(task, true));
  }

  /** The held tasks by what they wait for, for a turn that looks at some of them: those of its rows are sorted then. */
  sortedHeld(): HeldQueue {
    if (this.#isSorted) return this.held;
    this.#isSorted = true;
    for (const task of this.tasks.values()) if (this.held.has(task.no)) this.file(task);
    return this.held;
  }

  #awaited(task: Task, isDecided: boolean): Awaited {
    if (this.instance === null || !endsByNews(task.heldReason)) return "person";
    const { scopes, settings } = this.#world;
    const { status, scope } = this.instance;
    const behavior = scopes.behaviorFor(scope);
    const { unmatched } = this.config(settings);
    return awaitedBy({ task, isRunning: status === "running", behavior, unmatched, isDecided });
  }

  /** Takes a task from where its status, as it was, had put it. */
  unfile(task: TaskNo, was: TaskStatus): void {
    if (was === "queued") this.queue.remove(task);
    else if (was === "pending") this.held.remove(task);
  }

  config(settings: Settings): EffectiveConfig {
    if (this.instance === null) throw new Error("the desk has no configuration");
    this.#config ??= effectiveConfig(this.instance, settings);
    return this.#config;
  }

  /** Claimed and in progress. */
  get claimed(): number {
    return this.tally.claimed + this.tally.in_progress;
  }

  /** How many more offers it would take. */
  room(config: EffectiveConfig): number {
    const load = { queued: this.tally.queued, claimed: this.claimed, held: this.held.size };
    return roomOf(this.instance?.scope, config, load);
  }

  /** Queued and claimed: what an orchestration's limit counts. */
  used(): number {
    return this.tally.queued + this.claimed;
  }

  view(settings: Settings, now: number): RoutingView {
    this.#text ??= createTextIndex(this.roster.values());
    return {
      instance: this.instance as Instance,
      config: this.config(settings),
      roster: this.roster,
      text: this.#text,
      now,
      load: this.used() + this.held.size,
      liveOrchestrations: this.roster.count("ORCHESTRATION"),
    };
  }

  /** Puts a child on the roster, or what it has become. */
  enrol(entry: RosterEntry): void {
    const known = this.roster.get(entry.child);
    if (known === undefined || !isWordedAlike(known, entry)) this.#text = null;
    this.roster.set(entry.child, entry);
  }

  /** A child has ended. */
  strike({ child }: RosterEntry): void {
    this.roster.delete(child);
    this.#text = null;
  }

  /** The first of the queue as workers get it, and the one that came first of all. */
  queued(now: number, limit: number): { readonly tasks: readonly Task[]; readonly oldest: Task | null } {
    const tasks = this.queue
      .inOrder(now)
      .take(limit)
      .map((no) => this.tasks.get(no) as Task);
    const oldest = this.queue.oldest();
    return { tasks: [...tasks], oldest: oldest === null ? null : (this.tasks.get(oldest) ?? null) };
  }

  /** True when nothing open is here, below it, or on its way here. */
  isEmpty(): boolean {
    const none = this.tasks.size === 0 && this.hops.size === 0 && this.offers.size === 0;
    return none && this.roster.ownOpen === 0;
  }
}

/** Whether a text finds both by the same words. */
function isWordedAlike(a: RosterEntry, b: RosterEntry): boolean {
  const words = ({ name, description, capabilities, domains }: RosterEntry): unknown[] => [
    name,
    description,
    ...capabilities,
    "",
    ...domains,
  ];
  const [before, after] = [words(a), words(b)];
  return before.length === after.length && before.every((word, at) => word === after[at]);
}
