import type { Database } from "../../../store/dialects/sqlite/library.ts";
import type { MeasuredEngine } from "../w3-measure.ts";
import type { Claimed } from "../w3-loop.ts";
import { GLOBAL_NAME, PLACES } from "../w3-world.ts";
import type { Add, Claim, Complete, Operation } from "./operations.ts";
import { route } from "./routing.ts";
import type { CeilingCounters, CeilingTask, Child, Place } from "./state.ts";
import type { CeilingWriter } from "./writer.ts";

const LEASE_MS = 300_000;

/** What an engine begins with. */
export interface CeilingParts {
  readonly database: Database;
  readonly places: ReadonlyMap<string, Place>;
  readonly counters: CeilingCounters;
  /** Tasks that somebody has; those that wait stand in the queues of their places. */
  readonly claimed?: readonly CeilingTask[];
  readonly writer: CeilingWriter;
}

/** An engine over its file. */
export interface OpenedCeiling {
  readonly engine: CeilingEngine;
  readonly close: () => Promise<void>;
}

/**
 * What W3 costs at least on this machine: one class that knows this workload and nothing else. No XState, no ORM, no
 * checks, no general messages; everything in memory, one commit for all that came in meanwhile. It decides; what its
 * decisions become on disk is the writer's. As in Hopper, an answer comes after the commit that holds its effect.
 */
export class CeilingEngine implements MeasuredEngine {
  readonly database: Database;
  readonly #writer: CeilingWriter;
  readonly #global: Place;
  readonly #places: readonly Place[];
  readonly #counters: CeilingCounters;
  readonly #claimed: Map<number, CeilingTask>;
  readonly #parked = new Map<Place, Claim[]>();
  /** Tasks of this batch: they can be claimed once they are committed. */
  #arrived: CeilingTask[] = [];
  #answers: (() => void)[] = [];
  #operations: Operation[] = [];
  #scheduled = false;
  #closing = false;
  readonly #work = { commits: 0, commitMs: 0, turns: null };

  constructor({ database, places, counters, claimed = [], writer }: CeilingParts) {
    const place = (name: string): Place => {
      const found = places.get(name);
      if (found === undefined) throw new Error(`the store has no instance ${name}`);
      return found;
    };
    this.database = database;
    this.#writer = writer;
    this.#global = place(GLOBAL_NAME);
    this.#places = PLACES.map(place);
    this.#counters = counters;
    this.#claimed = new Map(claimed.map((task) => [task.no, task]));
  }

  work(): { commits: number; commitMs: number; turns: null } {
    return { ...this.#work };
  }

  add(title: string, tag: string): Promise<number> {
    return new Promise((resolve) =>
      this.#take({ kind: "add", title, tag, resolve, command: this.#nextCommand() }),
    );
  }

  claim(place: number, max: number): Promise<Claimed[]> {
    const at = this.#places[place];
    if (at === undefined) throw new RangeError(`no place ${place}`);
    const worker = `worker-${place}`;
    return new Promise((resolve) =>
      this.#take({ kind: "claim", place: at, worker, max, resolve, command: this.#nextCommand() }),
    );
  }

  complete(claimed: Claimed): Promise<number> {
    const task = this.#claimed.get(Number(claimed.task));
    if (task === undefined) throw new Error(`task ${claimed.task} is not claimed`);
    return new Promise((resolve) =>
      this.#take({ kind: "complete", task, resolve, command: this.#nextCommand() }),
    );
  }

  /** Claims that wait get nothing from now on. */
  stop(): void {
    this.#closing = true;
    for (const claims of this.#parked.values()) for (const claim of claims) claim.resolve([]);
    this.#parked.clear();
  }

  #nextCommand(): number {
    this.#counters.command += 1;
    return this.#counters.command;
  }

  #take(operation: Operation): void {
    this.#operations.push(operation);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#batch();
    });
  }

  /** Everything that came in: handled, committed once, answered. */
  #batch(): void {
    const now = Date.now();
    const operations = this.#operations;
    this.#operations = [];
    for (const operation of operations) {
      if (operation.kind === "add") this.#add(operation, now);
      else if (operation.kind === "claim") this.#claim(operation, now);
      else this.#complete(operation, now);
    }
    const answers = this.#answers;
    if (answers.length > 0) this.#commit(now);
    for (const task of this.#arrived) task.toPlace.place.queue.push(task);
    this.#arrived = [];
    for (const answer of answers) answer();
    this.#unpark();
  }

  #commit(now: number): void {
    const start = performance.now();
    this.#writer.commit(now);
    this.#work.commits += 1;
    this.#work.commitMs += performance.now() - start;
    this.#answers = [];
  }

  #add({ title, tag, resolve, command }: Add, now: number): void {
    const no = (this.#counters.task += 1);
    const first = route(this.#global, tag);
    const second = route(first.winner.place, tag);
    const task: CeilingTask = {
      no,
      title,
      tag,
      toProject: first.winner,
      toPlace: second.winner,
      hops: [this.#offer(first.winner), this.#offer(second.winner)],
    };
    second.winner.place.tally.queued += 1;
    this.#arrived.push(task);
    this.#writer.added({ task, routed: [first, second], command }, now);
    this.#answers.push(() => resolve(no));
  }

  /** A hop to a child, taken at once; its number. */
  #offer(to: Child): number {
    to.entry.ownOpen += 1;
    this.#counters.delegation += 1;
    return this.#counters.delegation;
  }

  #claim(claim: Claim, now: number): void {
    const { place, worker, max, command } = claim;
    const tasks = place.queue.splice(0, max);
    if (tasks.length === 0) {
      if (this.#closing) claim.resolve([]);
      else this.#parked.set(place, [...(this.#parked.get(place) ?? []), claim]);
      return;
    }
    for (const task of tasks) this.#claimed.set(task.no, task);
    place.tally.queued -= tasks.length;
    place.tally.claimed += tasks.length;
    this.#writer.claimed({ tasks, worker, leaseMs: LEASE_MS, command }, now);
    this.#answers.push(() =>
      claim.resolve(tasks.map((task) => ({ title: task.title, task: task.no, token: 1 }))),
    );
  }

  #complete({ task, resolve, command }: Complete, now: number): void {
    const { tally } = task.toPlace.place;
    this.#claimed.delete(task.no);
    tally.claimed -= 1;
    tally.done += 1;
    for (const child of [task.toPlace, task.toProject]) child.entry.ownOpen -= 1;
    this.#writer.completed({ task, command }, now);
    this.#answers.push(() => resolve(task.no));
  }

  /** Claims that waited for what has now been committed. */
  #unpark(): void {
    for (const [place, claims] of this.#parked) {
      if (place.queue.length === 0) continue;
      this.#parked.delete(place);
      for (const claim of claims) this.#take(claim);
    }
  }
}
