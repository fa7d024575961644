import { emptyTally } from "../../machines/records/instance.ts";
import { DESK, type ActorNo } from "../../machines/records/values.ts";
import type { Settings } from "../../machines/settings.ts";
import type { Awaitable, Store } from "../../store/store.ts";
import { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";

/**
 * The actors in memory. An actor comes back from its rows when a message is for it, and is dropped when
 * others are used more: memory follows the active set. Source: spec/runtime.md 3.1.
 */
export class WorkingSets {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #max: number;
  readonly #actors = new Map<ActorNo, Actor>();
  #batch = 0;

  constructor(store: Store, settings: Settings, max: number) {
    this.#store = store;
    this.#settings = settings;
    this.#max = max;
  }

  /** The actor, from memory or from its rows; null when there is no such instance. */
  get(no: ActorNo, batch: Batch): Awaitable<Actor | null> {
    const active = this.#actors.get(no);
    if (active !== undefined) {
      active.lastUsed = this.#batch;
      return active;
    }
    return this.#activate(no, batch);
  }

  async #activate(no: ActorNo, batch: Batch): Promise<Actor | null> {
    const actor = await this.#read(no, batch);
    if (actor === null) return null;
    actor.toldFull = actor.instance !== null && actor.room(actor.config(this.#settings)) <= 0;
    actor.lastUsed = this.#batch;
    this.#actors.set(no, actor);
    // Dropped with the batch, should it fail: it may have been made from rows of this very batch.
    batch.actors.add(actor);
    return actor;
  }

  async #read(no: ActorNo, batch: Batch): Promise<Actor | null> {
    if (no === DESK) {
      const actor = new Actor(DESK, null);
      Object.assign(actor.tally, await this.#store.queries.tally(DESK));
      return actor;
    }
    const added = batch.instances.get(no);
    if (added?.added === true) {
      const nothing = { tally: emptyTally(no), roster: [], tasks: [], hops: [], offers: [] };
      return new Actor(no, { instance: added.instance, ...nothing });
    }
    const rows = await this.#store.actor(no);
    return rows === null ? null : new Actor(no, rows);
  }

  /** A failed batch costs the memory of every actor it touched: they are read again. */
  drop(batch: Batch): void {
    for (const actor of batch.actors) this.#actors.delete(actor.no);
  }

  committed(batch: Batch): void {
    this.#batch += 1;
    for (const actor of batch.actors) actor.newsDue = false;
    if (this.#actors.size > this.#max) this.#passivate();
  }

  #passivate(): void {
    const idle = [...this.#actors.values()].toSorted((a, b) => a.lastUsed - b.lastUsed);
    for (const actor of idle.slice(0, Math.ceil(this.#max / 4))) this.#actors.delete(actor.no);
  }
}
