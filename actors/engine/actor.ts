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
import type { Task } from "../../machines/records/task.ts";
import { roomOf } from "../../machines/policies/capacity.ts";
import { createTextIndex, type TextIndex } from "../../machines/routing/text-index.ts";
import type { RoutingView } from "../../machines/scopes/behavior.ts";
import { WorkerQueue } from "../../machines/worker-queue.ts";
import type { ActorRows } from "../../store/store.ts";

/** A pending offer this actor made: enough to withdraw it. */
export interface Offer {
  readonly delegation: DelegationNo;
  readonly target: InstanceNo;
}

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
  readonly roster = new Map<InstanceNo, RosterEntry>();
  /** Open tasks it keeps, and final ones for the length of a turn. */
  readonly tasks = new Map<TaskNo, Task>();
  /** Open hops that brought tasks here, by task. */
  readonly hops = new Map<TaskNo, Delegation>();
  /** Its own pending offers, by task. */
  readonly offers = new Map<TaskNo, Offer>();
  readonly queue = new WorkerQueue();
  /** Held tasks in the order in which they are looked at again: priority, then first in first out. */
  readonly held = new WorkerQueue();
  /** Batch in which it was last used, for passivation. */
  lastUsed = 0;
  /** What its parent was last told about its room: full or not. */
  toldFull = false;
  /** Set when the roster's words changed. */
  textIndex: TextIndex | null = null;
  /** The parent must hear of a change at the end of the batch. */
  newsDue = false;

  #config: EffectiveConfig | null = null;

  constructor(no: ActorNo, rows: ActorRows | null) {
    this.no = no;
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
      this.file(task);
    }
  }

  get isDesk(): boolean {
    return this.no === DESK;
  }

  /** Puts a task it keeps where its status says: the queue, the held, or neither. */
  file(task: Task): void {
    if (task.status === "queued") {
      this.queue.add({
        no: task.no,
        priority: task.priority,
        arrival: task.arrival ?? task.no,
        notBefore: task.notBefore,
      });
    } else if (task.status === "pending" && task.pendingHop === null && task.heldReason !== null) {
      this.held.add({ no: task.no, priority: task.priority, arrival: task.no, notBefore: null });
    }
  }

  unfile(task: TaskNo): void {
    this.queue.remove(task);
    this.held.remove(task);
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
    let liveOrchestrations = 0;
    for (const entry of this.roster.values()) {
      if (entry.scope === "ORCHESTRATION" && entry.status !== "terminated") liveOrchestrations += 1;
    }
    this.textIndex ??= createTextIndex(this.roster.values());
    return {
      instance: this.instance as Instance,
      config: this.config(settings),
      roster: this.roster,
      text: this.textIndex,
      now,
      load: this.used() + this.held.size,
      liveOrchestrations,
    };
  }

  liveChildren(): number {
    let live = 0;
    for (const entry of this.roster.values()) if (entry.status !== "terminated") live += 1;
    return live;
  }

  /** True when nothing open is here, below it, or on its way here. */
  isEmpty(): boolean {
    if (this.tasks.size > 0 || this.hops.size > 0 || this.offers.size > 0) return false;
    for (const entry of this.roster.values()) if (entry.ownOpen > 0) return false;
    return true;
  }
}
