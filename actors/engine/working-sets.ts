import { emptyTally } from "../../machines/records/instance.ts";
import { DESK, type ActorNo } from "../../machines/records/values.ts";
import type { Awaitable, Store } from "../../store/store.ts";
import { Actor, type ActorWorld } from "./actor.ts";
import type { Batch } from "./batch.ts";

/**
 * The actors in memory. An actor comes back from its rows when a message is for it, and is dropped when
 * others are used more: memory follows the active set. Source: spec/runtime.md 3.1.
 */
export class WorkingSets {
  readonly #store: Store;
  readonly #world: ActorWorld;
  readonly #max: number;
  readonly #actors = new Map<ActorNo, Actor>();
  #batch = 0;

  constructor(store: Store, world: ActorWorld, max: number) {
    this.#store = store;
    this.#world = world;
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
    // At least so much: what its parent believes is not stored with it.
    if (actor.instance !== null) actor.toldRoom = Math.min(1, actor.room(actor.config(this.#world.settings)));
    actor.lastUsed = this.#batch;
    this.#actors.set(no, actor);
    // Dropped with the batch, should it fail: it may have been made from rows of this very batch.
    batch.actors.add(actor);
    return actor;
  }

  async #read(no: ActorNo, batch: Batch): Promise<Actor | null> {
    if (no === DESK) {
      const actor = new Actor(DESK, null, this.#world);
      Object.assign(actor.tally, await this.#store.queries.tally(DESK));
      return actor;
    }
    const added = batch.instances.get(no);
    if (added?.added === true) {
      const nothing = { tally: emptyTally(no), roster: [], tasks: [], hops: [], offers: [] };
      return new Actor(no, { instance: added.instance, ...nothing }, this.#world);
    }
    const rows = await this.#store.actor(no);
    return rows === null ? null : new Actor(no, rows, this.#world);
  }

  /** Everything is read again when it is needed. */
  clear(): void {
    this.#actors.clear();
  }

  /** A failed batch costs the memory of every actor it touched: they are read again. */
  drop(batch: Batch): void {
    for (const actor of batch.actors) this.#actors.delete(actor.no);
  }

  committed(batch: Batch): void {
    this.#batch += 1;
    for (const actor of batch.actors) actor.newsDue = false;
    // What has ended and holds nothing is hardly asked again.
    for (const { instance } of batch.instances.values())
      if (instance.status === "terminated" && this.#actors.get(instance.no)?.tasks.size === 0)
        this.#actors.delete(instance.no);
    if (this.#actors.size > this.#max) this.#passivate();
  }

  #passivate(): void {
    const idle = [...this.#actors.values()].toSorted((a, b) => a.lastUsed - b.lastUsed);
    for (const actor of idle.slice(0, Math.ceil(this.#max / 4))) this.#actors.delete(actor.no);
  }
}
