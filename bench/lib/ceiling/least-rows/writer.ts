import type { Database, Statement } from "../../../../store/dialects/sqlite/library.ts";
import { CeilingEvents, type EventCounters } from "../events.ts";
import { newId } from "../ids.ts";
import { Inserts } from "../inserts.ts";
import { RESULT, type Added, type CeilingWriter, type ClaimedTasks, type Completed } from "../writer.ts";

/** Writes the same facts in the fewest rows, as schema.ts has them: seven a task, each once. */
export class LeastRowsWriter implements CeilingWriter {
  readonly #counters: EventCounters;
  readonly #events: CeilingEvents;
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #tail: Statement;
  readonly #tasks: Inserts;
  readonly #hops: Inserts;
  readonly #results: Inserts;
  /** Open tasks, the oldest first, with the position of their first event. */
  readonly #open = new Map<number, number>();

  constructor(database: Database, counters: EventCounters) {
    this.#counters = counters;
    this.#events = new CeilingEvents(database, counters);
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#end = database.prepare("COMMIT");
    this.#tail = database.prepare("UPDATE tail SET task = ?, position = ?, command = ?");
    this.#tasks = new Inserts(database, "task (no, id, title, tag, at)", "(?, unhex(?), ?, ?, ?)");
    this.#hops = new Inserts(database, "hop (no, id, task, source, target, at)", "(?, unhex(?), ?, ?, ?, ?)");
    this.#results = new Inserts(database, "result (task, value, at)", `(?, '${RESULT}', ?)`);
  }

  added(added: Added, now: number): void {
    const { no, title, tag, hops, toProject, toPlace } = added.task;
    this.#open.set(no, this.#counters.position + 1);
    this.#events.added(added, now);
    this.#tasks.add(no, newId(now), title, tag, now);
    for (const [hop, { entry }] of [[hops[0], toProject] as const, [hops[1], toPlace] as const])
      this.#hops.add(hop, newId(now), no, entry.parent, entry.child, now);
  }

  claimed(claimed: ClaimedTasks, now: number): void {
    this.#events.claimed(claimed, now);
  }

  completed(completed: Completed, now: number): void {
    const { no } = completed.task;
    this.#open.delete(no);
    this.#events.completed(completed, now);
    this.#results.add(no, now);
  }

  commit(): void {
    const { task, position, command } = this.#counters;
    const [oldest = [task + 1, position + 1]] = this.#open;
    this.#begin.run();
    for (const rows of [this.#tasks, this.#hops, this.#results]) rows.write();
    this.#events.write();
    this.#tail.run(...oldest, command);
    this.#end.run();
  }
}
