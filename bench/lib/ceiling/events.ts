import type { EventName } from "../../../machines/events/catalogue.ts";
import type { Database } from "../../../store/dialects/sqlite/library.ts";
import type { CeilingCounters } from "./state.ts";
import type { Added, ClaimedTasks, Completed } from "./writer.ts";
import { decisionText } from "./decision.ts";
import { CeilingJournal, type CeilingEvent } from "./journal.ts";

const CLOSED = '["succeeded","done"]';

/** As the store has them. */
export interface EventCounters extends CeilingCounters {
  position: number;
}

/** What happens to a task, as the events that Hopper writes of it. */
export class CeilingEvents {
  readonly #journal: CeilingJournal;
  readonly #counters: EventCounters;

  constructor(database: Database, counters: EventCounters) {
    this.#journal = new CeilingJournal(database);
    this.#counters = counters;
  }

  /** The position of its arrival in the queue. */
  added({ task: { no: task, title, tag, hops }, routed, command }: Added, now: number): number {
    const [first, second] = routed;
    const [global, project, place] = [first.place.no, second.place.no, second.winner.place.no];
    const created = `[${JSON.stringify(title)},"pending",${global},"library",[["${tag}"]]]`;
    const asked = -command;
    this.#note(now, "task.created", { instance: global, task, cause: asked, data: created });
    const why = decisionText(first, tag);
    this.#note(now, "routing.decided", { instance: global, task, cause: asked, data: why });
    const to = { task, from: global, to: project, hop: hops[0], seq: 1, cause: asked, previous: "" };
    const offered = this.#offered(now, to);
    const whyOn = decisionText(second, tag);
    this.#note(now, "routing.decided", { instance: project, task, cause: offered, data: whyOn });
    const on = { task, from: project, to: place, hop: hops[1], seq: 2, cause: offered };
    const cause = this.#offered(now, { ...on, previous: `,${hops[0]}` });
    return this.#note(now, "task.queued", { instance: place, task, cause });
  }

  claimed({ tasks, worker, leaseMs, command }: ClaimedTasks, now: number): void {
    const data = `["${worker}",${leaseMs}]`;
    for (const task of tasks) {
      const instance = task.toPlace.place.no;
      this.#note(now, "task.claimed", { instance, task: task.no, cause: -command, data });
    }
  }

  completed({ task: { no: task, hops, toPlace, toProject }, command }: Completed, now: number): void {
    const [place, project] = [toPlace.place.no, toProject.place.no];
    const asked = -command;
    this.#note(now, "task.completed", { instance: place, task, cause: asked, data: "[1]" });
    const below = { instance: place, task, hop: hops[1], cause: asked, data: CLOSED };
    const cause = this.#note(now, "delegation.completed", below);
    const above = { instance: project, task, hop: hops[0], cause, data: CLOSED };
    this.#note(now, "delegation.completed", above);
  }

  /** Only inside a transaction. */
  write(): void {
    this.#journal.write();
  }

  /** An offer and its acceptance; the position of the offer. */
  #offered(
    now: number,
    offer: {
      readonly task: number;
      readonly from: number;
      readonly to: number;
      readonly hop: number;
      readonly seq: number;
      readonly cause: number;
      readonly previous: string;
    },
  ): number {
    const { task, from, to, hop, seq, cause, previous } = offer;
    const data = `[${from},${to},"route",${seq},60000,1,"library"${previous}]`;
    const offered = this.#note(now, "delegation.pending", { instance: from, task, hop, cause, data });
    this.#note(now, "delegation.accepted", { instance: to, task, hop, cause: offered });
    return offered;
  }

  #note(at: number, name: EventName, event: Omit<CeilingEvent, "name">): number {
    this.#counters.position += 1;
    const { position } = this.#counters;
    this.#journal.note(position, at, { name, ...event });
    return position;
  }
}
