import { HopperError } from "../../machines/errors.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { ActorNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { Admission, Load } from "./entry.ts";
import { FairQueue } from "./mailbox.ts";

/** Of so many commands that are taken one asks for new work, if any waits: what goes on cannot keep it out for ever. */
const SHARE = 8;

/** Of a command that says nothing of what it asks for. */
const ONE: Load = { records: 1, chars: 0 };
/** Characters are kept in two bytes each, at most. */
const CHAR_BYTES = 2;

/**
 * Commands of the doors that wait for a batch. What moves or ends work that is there goes before what asks for new work, and
 * always finds room; new work is refused while too much of it waits. Source: spec/runtime.md 3.4 (Flow control), M7.
 */
export class Inbox {
  readonly #queues: Readonly<Record<Admission, FairQueue>> = {
    progress: new FairQueue(),
    work: new FairQueue(),
  };
  readonly #loads = new Map<Envelope, Load>();
  readonly #waiting = new Map<ActorNo, number>();
  #records = 0;
  #bytes = 0;
  #taken = 0;

  get size(): number {
    return this.#queues.progress.size + this.#queues.work.size;
  }

  /** Throws overloaded for new work when too much waits for its actor, or in this process; `load` as of its entry. */
  add(envelope: Envelope, admission: Admission, load = ONE): void {
    if (admission === "work") this.#admit(envelope, load);
    this.#queues[admission].add(envelope);
  }

  /** The next command; `choose` as of {@link FairQueue.take}. */
  take(choose?: (actors: number) => number): Envelope | undefined {
    const { progress, work } = this.#queues;
    this.#taken += 1;
    const isWorksTurn = this.#taken % SHARE === 0;
    const envelope = isWorksTurn
      ? (work.take(choose) ?? progress.take(choose))
      : (progress.take(choose) ?? work.take(choose));
    if (envelope !== undefined) this.#release(envelope);
    return envelope;
  }

  /** Commands that move or end work, as many as there are up to a limit. */
  takeProgress(limit: number): Envelope[] {
    const taken: Envelope[] = [];
    const { progress } = this.#queues;
    while (taken.length < limit && progress.size > 0) taken.push(progress.take() as Envelope);
    return taken;
  }

  #admit(envelope: Envelope, load: Load): void {
    const { records, chars } = load;
    const bytes = chars * CHAR_BYTES;
    const keepers = keepersOf(envelope, load);
    const most = Math.max(...Array.from(keepers, ([keeper]) => this.#waiting.get(keeper) ?? 0));
    const full =
      most >= LIMITS.mailbox
        ? `${most} commands wait for that instance already`
        : this.#records >= LIMITS.inbox
          ? `${this.#records} commands wait in this process already`
          : this.#bytes + bytes > LIMITS.inboxBytes && this.#records > 0
            ? `commands of ${Math.round(this.#bytes / 2 ** 20)} MiB wait in this process already`
            : null;
    if (full !== null) throw overloaded(full);
    this.#loads.set(envelope, load);
    for (const [keeper, count] of keepers)
      this.#waiting.set(keeper, (this.#waiting.get(keeper) ?? 0) + count);
    this.#records += records;
    this.#bytes += bytes;
  }

  #release(envelope: Envelope): void {
    const load = this.#loads.get(envelope);
    if (load === undefined) return;
    this.#loads.delete(envelope);
    for (const [keeper, count] of keepersOf(envelope, load)) {
      const left = (this.#waiting.get(keeper) ?? 0) - count;
      if (left > 0) this.#waiting.set(keeper, left);
      else this.#waiting.delete(keeper);
    }
    this.#records -= load.records;
    this.#bytes -= load.chars * CHAR_BYTES;
  }
}

function keepersOf({ to }: Envelope, { records, keepers }: Load): Iterable<readonly [ActorNo, number]> {
  return keepers ?? [[to, records]];
}

/** What a caller meets who asks for new work while too much of it waits; `full`: what waits, in words. */
export function overloaded(full: string): HopperError {
  return new HopperError("overloaded", `${full}; try again in a second.`, { retry_after: 1 });
}
