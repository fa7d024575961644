import "../environment/node-version.ts";
import { HELD_UP_MS } from "../../actors/engine/wake-up.ts";
import { HopperError } from "../../machines/errors.ts";
import type { EventName } from "../../machines/events/catalogue.ts";
import { serialize } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { parseDuration } from "../contracts/duration.ts";
import type { ListEventsParams } from "../contracts/events.ts";
import type { Hopper } from "../hopper.ts";
import { INTERNALS, internalsOf, type Internals } from "../verbs/internals.ts";
import type { EventView } from "../views/views.ts";
import { Doorbells } from "./doorbells.ts";
import { Faults, type FaultKind } from "./faults.ts";
import { countingIds, seededRandom } from "./seeded.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { begin, driven, type Begun, type Environment, type SpawnParams } from "./begin.ts";

export { VirtualClock } from "./virtual-clock.ts";
export type { FaultKind } from "./faults.ts";
export { countingIds, seededRandom } from "./seeded.ts";
export type { SpawnParams } from "./begin.ts";

/** Batches after which a verb without an answer is a fault. */
const MOST_ROUNDS = 10_000;

/** Rounds after which a handler that waits for nothing but promises has done what it can. */
const QUIET_ROUNDS = 20;

/** What is waited for: the event of one task, of one instance, after a cursor. */
interface UntilParams extends Pick<ListEventsParams, "taskId" | "instanceId" | "since"> {
  /** How long at most, in virtual time: `5m`; a number counts milliseconds. Default `24h`. */
  readonly within?: string | number;
}

/** Rounds in which workers may end before a Hopper is closed under them. */
const PATIENT_ROUNDS = 100;

/** A Hopper in memory on a virtual clock: nothing happens but what the test asks for. */
export class SpawnedHopper {
  readonly #params: SpawnParams;
  readonly #environment: Environment;
  #store: Store;
  #hopper: Hopper;
  /** What a crash has left; null = it runs, or was closed. */
  #image: Uint8Array | null = null;
  #isClosed = false;

  private constructor(params: SpawnParams, { store, hopper }: Begun, environment: Environment) {
    this.#params = params;
    this.#environment = environment;
    this.#store = store;
    this.#hopper = hopper;
  }

  static async spawn(params: SpawnParams = {}): Promise<SpawnedHopper> {
    const random = seededRandom(params.seed ?? 1);
    const clock = new VirtualClock();
    const environment = {
      clock,
      random,
      ids: countingIds(),
      strays: [],
      faults: new Faults(),
      doorbells: new Doorbells(clock),
    };
    return new SpawnedHopper(params, await begin(params, environment, null), environment);
  }

  get clock(): VirtualClock {
    return this.#environment.clock;
  }

  get instances(): Hopper["instances"] {
    return driven(this.#hopper.instances, this.#drive);
  }

  get tasks(): Hopper["tasks"] {
    return driven(this.#hopper.tasks, this.#drive);
  }

  /** Work done in the test itself: its handlers are run as the loop is, its leases and drains by the virtual clock. */
  get work(): Hopper["work"] {
    return this.#hopper.work;
  }

  get delegations(): Hopper["delegations"] {
    return driven(this.#hopper.delegations, this.#drive);
  }

  get deadLetters(): Hopper["deadLetters"] {
    return driven(this.#hopper.deadLetters, this.#drive);
  }

  get route(): Hopper["route"] {
    return driven(this.#hopper.route, this.#drive);
  }

  get [INTERNALS](): Internals {
    return driven(internalsOf(this.#hopper), this.#drive);
  }

  /** The library itself, for what needs no driving: `on`, `events`, `stats`, `doctor`. */
  get hopper(): Hopper {
    return this.#hopper;
  }

  /** The store under it, for looking. */
  get store(): Store {
    return this.#store;
  }

  readonly #drive = async <T>(pending: Promise<T>): Promise<T> => {
    // The verb first finds its records, then hands over its command: settle until it has its answer.
    const state = { done: false };
    const watched = pending.finally(() => {
      state.done = true;
    });
    watched.catch(() => undefined);
    for (let round = 0; round < MOST_ROUNDS && !state.done; round += 1) {
      await this.settle();
      await Promise.resolve();
    }
    return await watched;
  };

  /** Until nothing is due now. Throws when a turn has written a row that another actor keeps (T9). */
  async settle(): Promise<void> {
    await this.#hopper.settle();
    const { strays } = this.#environment;
    if (strays.length > 0) throw new Error(`a turn wrote what another keeps: ${strays.join("; ")}`);
  }

  /** Moves the clock, handling everything that comes due on the way, each at its moment. */
  async advance(duration: string | number): Promise<void> {
    const end = this.clock.now() + parseDuration(duration);
    for (;;) {
      await this.settle();
      const due = await internalsOf(this.#hopper).nextDue();
      if (due === null || due > end || this.clock.now() >= end) break;
      // What is due and could not be done, for want of room, is tried again as often as a running loop would.
      this.clock.moveTo(due > this.clock.now() ? due : Math.min(end, this.clock.now() + HELD_UP_MS));
    }
    this.clock.moveTo(end);
    await this.settle();
  }

  /** The wall clock is set, forward or back (`-1h`): no time passes; what comes due by it is handled. */
  async clockJump(by: string | number): Promise<void> {
    const isBack = typeof by === "string" && by.startsWith("-");
    const ms = typeof by === "number" ? by : parseDuration(isBack ? by.slice(1) : by);
    this.clock.jump(isBack ? -ms : ms);
    await this.settle();
  }

  /**
   * The next commit fails, or the n-th from now on. `full` and `busy`: callers hear so, what waits is tried again. `io`: nobody
   * knows what is stored, so this Hopper stops; `crash` and `restart` bring back what the store holds.
   */
  failCommit(kind: FaultKind = "io", n = 1): void {
    this.#environment.faults.plan(kind, n);
  }

  /** No commit finds room from now on (`storage_full`); false = there is some again. */
  diskFull(isFull = true): void {
    this.#environment.faults.setFull(isFull);
  }

  /** Commits that were to fail do not, and the disk has room. */
  clearFaults(): void {
    this.#environment.faults.clear();
  }

  /**
   * Whoever waits or listens (`claim` and `wait`, events that follow, `on`) hears of each commit so much later, in order;
   * 0 = at once.
   */
  delayDoorbells(by: string | number): void {
    this.#environment.doorbells.delay = typeof by === "number" ? by : parseDuration(by);
  }

  /**
   * The first such event, also one that has happened already; until then handlers run, and the clock moves to whatever comes
   * next. Throws when nothing comes any more, or not within `within` of virtual time (default 24 h).
   */
  async until<N extends EventName>(name: N, params: UntilParams = {}): Promise<EventView<N>> {
    const { within = "24h", ...filter } = params;
    const end = this.clock.now() + (typeof within === "number" ? within : parseDuration(within));
    for (;;) {
      await this.#quiet();
      for await (const event of this.#hopper.events({ ...filter, type: [name], limit: 1 }))
        return event as EventView<N>;
      const moments = [await internalsOf(this.#hopper).nextDue(), this.clock.next()];
      const next = Math.min(...moments.map((moment) => moment ?? Infinity));
      if (next > end)
        throw new Error(`there was no ${name} within ${within}; ${await this.#standing(filter)}`);
      this.clock.moveTo(next > this.clock.now() ? next : this.clock.now() + HELD_UP_MS);
    }
  }

  /** Handlers and the loop take turns until neither has anything to do. */
  async #quiet(): Promise<void> {
    for (let round = 0; round < QUIET_ROUNDS; round += 1) {
      await this.settle();
      await new Promise(setImmediate);
    }
  }

  async #standing({ taskId }: Pick<UntilParams, "taskId">): Promise<string> {
    if (taskId === undefined) return "name a task to hear what it waits for";
    return (await this.#hopper.tasks.explain(taskId)).lines.at(-1) ?? "";
  }

  /** Every event so far. */
  async history(): Promise<EventView[]> {
    const events: EventView[] = [];
    for await (const event of this.#hopper.events()) events.push(event);
    return events;
  }

  /** Everything but the bytes of the store is lost, in the middle of whatever went on. Once it has crashed, nothing more happens. */
  async crash(): Promise<void> {
    if (this.#image !== null) return;
    if (this.#isClosed)
      throw new HopperError("unavailable", "This Hopper was closed; there is nothing to crash.");
    this.#image = serialize(this.#store);
    for (const worker of internalsOf(this.#hopper).workers) worker.abandon();
    await this.#hopper.close();
  }

  /** Comes back from what the crash left. Errors: `illegal_transition` where there was none. */
  async restart(): Promise<void> {
    if (this.#image === null)
      throw new HopperError("illegal_transition", "restart comes after crash, and there was none.", {
        allowed: ["crash"],
      });
    const { store, hopper } = await begin(this.#params, this.#environment, this.#image);
    this.#store = store;
    this.#hopper = hopper;
    this.#image = null;
  }

  /** What workers have under way may end first, as far as that takes no time. */
  async close(): Promise<void> {
    const { workers } = internalsOf(this.#hopper);
    for (const worker of workers) void worker.stop();
    for (let round = 0; round < PATIENT_ROUNDS && workers.size > 0; round += 1) {
      await this.settle();
      await new Promise(setImmediate);
    }
    for (const worker of workers) worker.abandon();
    this.#isClosed = true;
    await this.#hopper.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Spawns Hopper in memory with a virtual clock.
 *
 * @example
 * await using hopper = await spawnHopper({ seed: 7 });
 * await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
 * await hopper.advance("5m");
 */
export function spawnHopper(params: SpawnParams = {}): Promise<SpawnedHopper> {
  return SpawnedHopper.spawn(params);
}
