import type { Tally } from "../../../../machines/records/instance.ts";
import type { Database, Statement } from "../../../../store/dialects/sqlite/library.ts";
import type { CeilingTask, ChildEntry } from "../state.ts";
import type { Added, CeilingWriter, ClaimedTasks, Completed } from "../writer.ts";
import { CeilingEvents, type EventCounters } from "../events.ts";
import { newId } from "../ids.ts";
import { Inserts, NULL } from "../inserts.ts";
import {
  CLAIM,
  CLOSE,
  COUNTER,
  DELEGATION,
  FINISH,
  RESULTS,
  ROSTER,
  TAG,
  TALLY,
  TASK,
} from "./statements.ts";

interface Claim {
  readonly task: CeilingTask;
  readonly worker: string;
  readonly until: number;
}

/** Every statement, compiled once. Inserts are collected as flat values, ready to bind. */
function statements(database: Database) {
  const inserts = ([columns, row]: readonly [string, string]): Inserts => new Inserts(database, columns, row);
  const prepare = (sql: string): Statement => database.prepare(sql);
  return {
    begin: prepare("BEGIN IMMEDIATE"),
    end: prepare("COMMIT"),
    tasks: inserts(TASK),
    tags: inserts(TAG),
    delegations: inserts(DELEGATION),
    results: inserts(RESULTS),
    claim: prepare(CLAIM),
    finish: prepare(FINISH),
    close: prepare(CLOSE),
    tally: prepare(TALLY),
    roster: prepare(ROSTER),
    counter: prepare(COUNTER),
  };
}

/** Writes the rows that Hopper writes, in Hopper's schema, with the fewest statements: each touched row once. */
export class SameRowsWriter implements CeilingWriter {
  readonly #counters: EventCounters;
  readonly #events: CeilingEvents;
  readonly #statements: ReturnType<typeof statements>;
  readonly #tallies = new Set<Tally>();
  readonly #roster = new Set<ChildEntry>();
  #claims: Claim[] = [];
  #finished: CeilingTask[] = [];

  constructor(database: Database, counters: EventCounters) {
    this.#counters = counters;
    this.#events = new CeilingEvents(database, counters);
    this.#statements = statements(database);
  }

  added(added: Added, now: number): void {
    const { task, routed } = added;
    const { no, title, tag, toProject, toPlace, hops } = task;
    const [origin, project, place] = [toProject.entry.parent, toProject.place.no, toPlace.place.no];
    const { tasks, tags, delegations } = this.#statements;
    const arrival = this.#events.added(added, now);
    const chain = `${origin},${project},${place}`;
    const where = [place, origin, place, project, place, chain, hops[1], arrival] as const;
    tasks.add(no, newId(now), title, `["${tag}"]`, now, ...where, now);
    tags.add(tag, no);
    const expires = now + 60_000;
    delegations.add(hops[0], newId(now), no, origin, project, 1, now, now, expires, NULL);
    delegations.add(hops[1], newId(now), no, project, place, 2, now, now, expires, hops[0]);
    for (const touched of [routed[0].place, toProject.place, toPlace.place]) this.#tallies.add(touched.tally);
    for (const child of [toProject, toPlace]) this.#roster.add(child.entry);
  }

  claimed(claimed: ClaimedTasks, now: number): void {
    const { tasks, worker, leaseMs } = claimed;
    this.#events.claimed(claimed, now);
    for (const task of tasks) {
      this.#claims.push({ task, worker, until: now + leaseMs });
      this.#tallies.add(task.toPlace.place.tally);
    }
  }

  completed(completed: Completed, now: number): void {
    const { task } = completed;
    this.#events.completed(completed, now);
    this.#finished.push(task);
    this.#tallies.add(task.toPlace.place.tally);
    for (const child of [task.toPlace, task.toProject]) this.#roster.add(child.entry);
  }

  commit(now: number): void {
    const { begin, end, tasks, tags, delegations, results, counter } = this.#statements;
    begin.run();
    tasks.write();
    tags.write();
    this.#update(now);
    delegations.write();
    results.write();
    this.#events.write();
    const { task, delegation, position, command } = this.#counters;
    counter.run(task, delegation, position, command);
    end.run();
  }

  /** Rows that are there already. */
  #update(now: number): void {
    const { claim, finish, close, tally, roster, results } = this.#statements;
    for (const one of this.#tallies) tally.run(one.pending, one.queued, one.claimed, one.done, one.instance);
    for (const entry of this.#roster) roster.run(entry.ownOpen, entry.parent, entry.child);
    for (const { task, worker, until } of this.#claims) claim.run(worker, until, now, until, now, task.no);
    for (const task of this.#finished) {
      finish.run(now, now, task.no);
      close.run(now, task.hops[1]);
      close.run(now, task.hops[0]);
      results.add(task.no, now);
    }
    this.#tallies.clear();
    this.#roster.clear();
    [this.#claims, this.#finished] = [[], []];
  }
}
