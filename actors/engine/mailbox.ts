import type { Envelope, Message } from "../../machines/messages/envelope.ts";
import type { ActorNo } from "../../machines/records/values.ts";

/** What is to be said of an envelope beyond whom it is for and what it says; absent = the runtime says it by itself. */
type Origin = Partial<Pick<Envelope, "from" | "reply" | "by" | "cause">>;

/** A message that was never stored, with its addressing. */
export function envelopeOf(to: ActorNo, message: Message, origin: Origin = {}): Envelope {
  const { from = null, reply = null, by = null, cause = 0 } = origin;
  return { to, from, message, reply, by, cause, row: 0, attempt: 0 };
}

/**
 * Envelopes that wait, first in first out per actor, taken round-robin over the actors, so that a busy one
 * starves nobody and the order sender → receiver is kept (M3). An actor that had nothing may be served next instead: so
 * what comes of one thing happens before another is begun. Source: spec/runtime.md 3.1.
 */
export class FairQueue {
  readonly #lanes = new Map<ActorNo, Lane>();
  /** Actors with something waiting, in the order in which they are served. */
  readonly #ring: ActorNo[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many wait for this actor. */
  depth(actor: ActorNo): number {
    const lane = this.#lanes.get(actor);
    return lane === undefined ? 0 : lane.items.length - lane.head;
  }

  /** `soon`: its actor is served next, if nothing waits for it yet. */
  add(envelope: Envelope, soon?: "soon"): void {
    let lane = this.#lanes.get(envelope.to);
    if (lane === undefined) {
      lane = { items: [], head: 0 };
      this.#lanes.set(envelope.to, lane);
      if (soon === undefined) this.#ring.push(envelope.to);
      else if (this.#head === 0) this.#ring.unshift(envelope.to);
      else this.#ring[(this.#head -= 1)] = envelope.to;
    }
    lane.items.push(envelope);
    this.#size += 1;
  }

  /** Before everything that waits for its actor: what an actor tells itself to end what it began. */
  addFirst(envelope: Envelope): void {
    const lane = this.#lanes.get(envelope.to);
    if (lane === undefined) {
      this.add(envelope);
      return;
    }
    lane.items.splice(lane.head, 0, envelope);
    this.#size += 1;
  }

  /** The next envelope; `choose` picks among the actors served next (tests and the simulator), 0 = in turn. */
  take(choose?: (actors: number) => number): Envelope | undefined {
    if (this.#size === 0) return undefined;
    if (choose !== undefined) {
      const at = this.#head + choose(this.#ring.length - this.#head);
      const chosen = this.#ring[at] as ActorNo;
      this.#ring[at] = this.#ring[this.#head] as ActorNo;
      this.#ring[this.#head] = chosen;
    }
    const actor = this.#ring[this.#head] as ActorNo;
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#ring.length) {
      this.#ring.splice(0, this.#head);
      this.#head = 0;
    }
    const lane = this.#lanes.get(actor) as Lane;
    const envelope = lane.items[lane.head] as Envelope;
    lane.head += 1;
    this.#size -= 1;
    if (lane.head === lane.items.length) {
      this.#lanes.delete(actor);
    } else {
      this.#ring.push(actor);
      if (lane.head > 1_024 && lane.head * 2 > lane.items.length) {
        lane.items.splice(0, lane.head);
        lane.head = 0;
      }
    }
    return envelope;
  }

  /** Empties the queue, in the order in which it would have been served. */
  drain(): Envelope[] {
    const all: Envelope[] = [];
    for (let envelope = this.take(); envelope !== undefined; envelope = this.take()) all.push(envelope);
    return all;
  }
}

interface Lane {
  items: Envelope[];
  head: number;
}
