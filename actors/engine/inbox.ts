import { HopperError } from "../../machines/errors.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { ActorNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { Admission } from "./entry.ts";
import { FairQueue } from "./mailbox.ts";

/** Of so many commands that are taken one asks for new work, if any waits: what goes on cannot keep it out for ever. */
const SHARE = 8;

/** How much a command asks for. */
interface Load {
  readonly to: ActorNo;
  /** Tasks and instances it would bring into being. */
  readonly records: number;
  readonly bytes: number;
}

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

  /** Throws overloaded for new work when too much waits for its actor, or in this process; `records` as of its entry. */
  add(envelope: Envelope, admission: Admission, records = 1): void {
    if (admission === "work") this.#admit(envelope, records);
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

  #admit(envelope: Envelope, records: number): void {
    const { to, message } = envelope;
    const bytes = bytesOf(message);
    const here = this.#waiting.get(to) ?? 0;
    const full =
      here >= LIMITS.mailbox
        ? `${here} commands wait for that instance already`
        : this.#records >= LIMITS.inbox
          ? `${this.#records} commands wait in this process already`
          : this.#bytes + bytes > LIMITS.inboxBytes && this.#records > 0
            ? `commands of ${Math.round(this.#bytes / 2 ** 20)} MiB wait in this process already`
            : null;
    if (full !== null) throw overloaded(full);
    this.#loads.set(envelope, { to, records, bytes });
    this.#waiting.set(to, here + records);
    this.#records += records;
    this.#bytes += bytes;
  }

  #release(envelope: Envelope): void {
    const load = this.#loads.get(envelope);
    if (load === undefined) return;
    this.#loads.delete(envelope);
    const left = (this.#waiting.get(load.to) ?? 0) - load.records;
    if (left > 0) this.#waiting.set(load.to, left);
    else this.#waiting.delete(load.to);
    this.#records -= load.records;
    this.#bytes -= load.bytes;
  }
}

/** What a caller meets who asks for new work while too much of it waits; `full`: what waits, in words. */
export function overloaded(full: string): HopperError {
  return new HopperError("overloaded", `${full}; try again in a second.`, { retry_after: 1 });
}

/** The texts of a command, two bytes a character. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const member of Object.values(value)) bytes += bytesOf(member);
  return bytes;
}
