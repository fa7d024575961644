import type { EventName } from "../../../machines/events/catalogue.ts";
import type { SqliteStore } from "../../../store/dialects/sqlite/sqlite-store.ts";
import type { Store } from "../../../store/store.ts";
import type { MeasuredEngine } from "../w3-measure.ts";
import type { Claimed } from "../w3-loop.ts";
import { GLOBAL_NAME, PLACES } from "../w3-world.ts";
import { newId } from "./ids.ts";
import type { CeilingEvent } from "./journal.ts";
import type { Add, Claim, Complete, Operation } from "./operations.ts";
import { route } from "./routing.ts";
import { loadPlaces, type CeilingTask, type Place } from "./state.ts";
import { ceilingWriter, type CeilingCounters, type CeilingRows, type CeilingWriter } from "./writer.ts";

const LEASE_MS = 300_000;

/** An event at a place. */
interface Noted extends Omit<CeilingEvent, "name" | "instance"> {
  readonly place: Place;
}

/**
 * What W3 costs at least on this machine and schema: one class that knows this workload and nothing else. No XState,
 * no ORM, no checks, no general messages; everything in memory, written with the fewest statements, one commit for
 * all that came in meanwhile. As in Hopper, a task can be claimed once it is committed.
 */
export class CeilingEngine implements MeasuredEngine {
  readonly database: SqliteStore["database"];
  readonly #writer: CeilingWriter;
  readonly #global: Place;
  readonly #places: readonly Place[];
  readonly #counters: CeilingCounters;
  readonly #claimed = new Map<number, CeilingTask>();
  readonly #parked = new Map<Place, Claim[]>();
  #rows: CeilingRows = emptyRows();
  #answers: (() => void)[] = [];
  #operations: Operation[] = [];
  #scheduled = false;
  #closing = false;
  readonly #work = { commits: 0, commitMs: 0, turns: null };

  static async open(store: Store): Promise<CeilingEngine> {
    const places = await loadPlaces(store);
    return new CeilingEngine(store as SqliteStore, places, { ...(await store.counters()) });
  }

  private constructor(store: SqliteStore, places: ReadonlyMap<string, Place>, counters: CeilingCounters) {
    const place = (name: string): Place => {
      const found = places.get(name);
      if (found === undefined) throw new Error(`the store has no instance ${name}`);
      return found;
    };
    this.database = store.database;
    this.#writer = ceilingWriter(store.database);
    this.#global = place(GLOBAL_NAME);
    this.#places = PLACES.map(place);
    this.#counters = counters;
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
      else this.#complete(operation.task, operation, now);
    }
    const answers = this.#answers;
    if (answers.length > 0) this.#commit(now);
    for (const answer of answers) answer();
    this.#unpark();
  }

  #commit(now: number): void {
    const start = performance.now();
    this.#writer.commit(this.#rows, this.#counters, now);
    this.#work.commits += 1;
    this.#work.commitMs += performance.now() - start;
    this.#rows = emptyRows();
    this.#answers = [];
  }

  #note(at: number, name: EventName, event: Noted): number {
    this.#counters.position += 1;
    const { position } = this.#counters;
    const { place, ...rest } = event;
    this.#writer.journal.note(position, at, { name, instance: place.no, ...rest });
    return position;
  }

  #add({ title, tag, resolve, command }: Add, now: number): void {
    const no = (this.#counters.task += 1);
    const cause = -command;
    const task = no;
    const global = this.#global;
    const created = `[${JSON.stringify(title)},"pending",${global.no},"library",[["${tag}"]]]`;
    this.#note(now, "task.created", { place: global, task, cause, data: created });
    const first = route(global, tag);
    this.#note(now, "routing.decided", { place: global, task, cause, data: first.data });
    const hop = this.#offer(global, first.winner, { task, seq: 1, cause, now });
    const project = first.winner.place;
    const second = route(project, tag);
    this.#note(now, "routing.decided", {
      place: project,
      task,
      cause: hop.cause,
      data: second.data,
    });
    const last = this.#offer(project, second.winner, {
      task,
      seq: 2,
      cause: hop.cause,
      now,
      previous: hop.no,
    });
    const { place } = second.winner;
    const arrival = this.#note(now, "task.queued", { place, task, cause: last.cause });
    const hops = [hop.no, last.no] as const;
    const record: CeilingTask = {
      no,
      title,
      tag,
      toProject: first.winner,
      toPlace: second.winner,
      hops,
      createdAt: now,
      arrival,
      worker: null,
      until: 0,
    };
    this.#writer.insertTask(record, [newId(now), newId(now), newId(now)]);
    place.queue.push(record);
    place.tally.queued += 1;
    for (const touched of [global, project, place]) this.#rows.tallies.add(touched.tally);
    this.#answers.push(() => resolve(no));
  }

  #offer(
    from: Place,
    to: CeilingTask["toPlace"],
    hop: { task: number; seq: number; cause: number; now: number; previous?: number },
  ): { no: number; cause: number } {
    const no = (this.#counters.delegation += 1);
    const { task, seq, now, previous } = hop;
    const before = previous === undefined ? "" : `,${previous}`;
    const data = `[${from.no},${to.place.no},"route",${seq},60000,1,"library"${before}]`;
    const cause = this.#note(now, "delegation.pending", {
      place: from,
      task,
      hop: no,
      cause: hop.cause,
      data,
    });
    this.#note(now, "delegation.accepted", { place: to.place, task, hop: no, cause });
    to.entry.ownOpen += 1;
    this.#rows.roster.add(to.entry);
    return { no, cause };
  }

  #claim(claim: Claim, now: number): void {
    const { place, worker, max } = claim;
    const tasks = place.queue.splice(0, max);
    if (tasks.length === 0) {
      if (this.#closing) claim.resolve([]);
      else this.#parked.set(place, [...(this.#parked.get(place) ?? []), claim]);
      return;
    }
    const until = now + LEASE_MS;
    for (const task of tasks) {
      task.worker = worker;
      task.until = until;
      const data = `["${worker}",${LEASE_MS}]`;
      this.#note(now, "task.claimed", { place, task: task.no, cause: -claim.command, data });
      this.#claimed.set(task.no, task);
      this.#rows.claimed.push(task);
    }
    place.tally.queued -= tasks.length;
    place.tally.claimed += tasks.length;
    this.#rows.tallies.add(place.tally);
    this.#answers.push(() =>
      claim.resolve(tasks.map((task) => ({ title: task.title, task: task.no, token: 1 }))),
    );
  }

  #complete(task: CeilingTask, { resolve, command }: Complete, now: number): void {
    const { place } = task.toPlace;
    const closed = '["succeeded","done"]';
    this.#claimed.delete(task.no);
    this.#note(now, "task.completed", {
      place,
      task: task.no,
      cause: -command,
      data: "[1]",
    });
    const cause = this.#note(now, "delegation.completed", {
      place,
      task: task.no,
      hop: task.hops[1],
      cause: -command,
      data: closed,
    });
    const project = task.toProject.place;
    this.#note(now, "delegation.completed", {
      place: project,
      task: task.no,
      hop: task.hops[0],
      cause,
      data: closed,
    });
    place.tally.claimed -= 1;
    place.tally.done += 1;
    this.#rows.tallies.add(place.tally);
    for (const child of [task.toPlace, task.toProject]) {
      child.entry.ownOpen -= 1;
      this.#rows.roster.add(child.entry);
    }
    this.#rows.finished.push(task);
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

function emptyRows(): CeilingRows {
  return { tallies: new Set(), roster: new Set(), claimed: [], finished: [] };
}
