import { HopperError, type Claim, type Hopper, type InstanceView, type TaskView } from "../../src/index.ts";
import { seededRandom, type SpawnedHopper } from "../../src/testing/index.ts";
import { hasQueue } from "../../machines/legality.ts";
import { StoreError } from "../../store/store-error.ts";

/** A Hopper, who asks it, who waits for it, and what came about. */
export class DayWorld {
  /** How often each thing came about: a day that never met it proves nothing of it. */
  readonly met = new Map<string, number>();
  readonly h: SpawnedHopper;
  readonly random: () => number;
  /** What workers were given, the newest last. */
  readonly claims: Claim[] = [];
  /** Waits that are not over. */
  waiting = 0;
  /** Cursors of all that a follower has read, over every crash. */
  readonly followed: string[] = [];
  #following: Promise<void> = Promise.resolve();
  #fault: Error | undefined;

  constructor(h: SpawnedHopper, seed: number) {
    this.h = h;
    this.random = seededRandom(seed);
  }

  /** Asks, and waits for the answer; a refusal is an answer, and anything else a fault. */
  async ask<T>(what: string, ask: (h: SpawnedHopper) => Promise<T>): Promise<T | null> {
    try {
      const answer = await ask(this.h);
      this.note(what);
      return answer;
    } catch (error) {
      this.#refused(what, error);
      return null;
    }
  }

  #refused(what: string, error: unknown): void {
    if (!(error instanceof HopperError) || error.code === "internal") throw error;
    this.note(error.code);
    this.note(`${what}: ${error.code}`);
  }

  /** Somebody waits, and is to be answered in the end, one way or another. */
  async wait(what: string, wait: (hopper: Hopper) => Promise<unknown>): Promise<void> {
    this.waiting += 1;
    await wait(this.h.hopper)
      .then(
        () => this.note(what),
        (error: unknown) => this.#refused(what, error),
      )
      .then(
        () => (this.waiting -= 1),
        (error: unknown) => (this.#fault ??= error as Error),
      );
  }

  /** Time goes by; the store may fail meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.ask("time", (h) => h.advance(ms));
    await this.recover();
  }

  async crash(): Promise<void> {
    this.note("crash");
    await this.h.crash();
    await this.#following;
    // As its owner would: what is busy, full or failed when it is opened is opened again.
    for (let tries = 0; ; tries += 1) {
      try {
        await this.h.restart();
        break;
      } catch (error) {
        if (!(error instanceof StoreError) || tries === 10) throw error;
        this.note(`restart: ${error.kind}`);
      }
    }
    this.follow();
  }

  /** A store that has failed is opened anew, as its owner would. */
  async recover(): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    const isUp = await this.h.hopper.stats().then(
      () => true,
      () => false,
    );
    if (!isUp) await this.crash();
  }

  /** Reads on where the last one stopped, until the Hopper ends under it. */
  follow(): void {
    this.#following = this.wait("follow", async (hopper) => {
      const since = this.followed.at(-1);
      for await (const { cursor } of hopper.events({
        follow: true,
        ...(since === undefined ? {} : { since }),
      }))
        this.followed.push(cursor);
    });
  }

  note(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  pick<T>(among: readonly T[]): T | undefined {
    return among[this.below(among.length)];
  }

  async live(): Promise<InstanceView[]> {
    const page = await this.ask("list", (h) => h.instances.list({ limit: 200 }));
    return (page?.items ?? []).filter(({ status }) => status !== "terminated");
  }

  /** Who has a queue. */
  async places(): Promise<InstanceView[]> {
    return (await this.live()).filter(({ scope }) => hasQueue(scope));
  }

  async someTask(): Promise<TaskView | undefined> {
    const page = await this.ask("list", (h) => h.tasks.list({ limit: 100 }));
    return this.pick(page?.items ?? []);
  }
}
