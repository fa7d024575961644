import { createHash } from "node:crypto";
import type fc from "fast-check";
import type { CreateInstanceParams } from "../../src/contracts/instances.ts";
import type { Hopper } from "../../src/hopper.ts";
import { spawnHopper, type SpawnedHopper } from "../../src/testing/index.ts";
import type { AnyEvent } from "../support/any-event.ts";
import { faulty } from "../support/faulty-store.ts";
import type { Call, Lease } from "./call.ts";
import type { Case, Fault, RootSpec } from "./cases.ts";
import { wrongAtRest, wrongViews } from "./checks.ts";
import { Faults } from "./faults.ts";
import { applyEvent } from "./apply.ts";
import type { Marks } from "./marks.ts";
import { Model } from "./model.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { internalsOf } from "../../src/verbs/internals.ts";

/** Offers of callers expire within a case, and leases may be lost twice. */
const CONFIG = {
  delegation: { manual_expiry_ms: 240_000 },
  tasks: { max_lease_losses: 2 },
};
/** Turns of a batch: what never ends is to be seen soon. */
const MOST_TURNS = 300;
/** Rounds of the loop after which a verb without an answer is lost. */
const MOST_ROUNDS = 50;
/** Moments handled in one go after which time stands still. */
const MOST_MOMENTS = 500;

/** A Hopper under test, with the model beside it. */
export class World {
  readonly model = new Model();
  readonly marks: Marks;
  readonly leases: Lease[] = [];
  readonly scheduler: fc.Scheduler;
  /** How the case went, for a failure report. */
  readonly log: string[] = [];
  hopper!: SpawnedHopper;
  calls = 0;
  readonly #faults: Faults;
  #turn = 0;
  #cursor: string | null = null;
  #listens = false;
  /** Cursors of the events that a listener has been told since the last start. */
  #told: string[] = [];
  readonly #journal = createHash("sha256");

  private constructor(params: { marks: Marks; scheduler: fc.Scheduler; faults: Faults }) {
    this.marks = params.marks;
    this.scheduler = params.scheduler;
    this.#faults = params.faults;
  }

  /** A Hopper with the instances of the case, all of them running. */
  static async spawn(given: Case, params: { marks: Marks; scheduler: fc.Scheduler }): Promise<World> {
    const faults = new Faults();
    const world = new World({ ...params, faults });
    const { turns } = given;
    world.hopper = await spawnHopper({
      seed: given.seed,
      config: CONFIG,
      limits: { turns: MOST_TURNS, ...given.loop },
      ...(turns.length === 0
        ? {}
        : { choose: (actors) => (turns[world.#turn++ % turns.length] as number) % actors }),
      wrap: (store) => faulty(world.#faults.paced(store), world.#faults.next),
    });
    world.#listens = given.seed % 4 === 0;
    world.#listen();
    await world.#create(given.roots);
    await world.look();
    return world;
  }

  get api(): Hopper {
    return this.hopper.hopper;
  }

  get now(): number {
    return this.hopper.clock.now();
  }

  async #create(roots: readonly RootSpec[]): Promise<void> {
    const levels: CreateInstanceParams[][] = [[], [], []];
    for (const [r, root] of roots.entries()) {
      const id = `g${r}`;
      levels[0]?.push({ id, name: id, scope: "GLOBAL", config: root.config });
      for (const [p, { config, orchestrations }] of root.projects.entries()) {
        const project = `${id}p${p}`;
        levels[1]?.push({ id: project, name: project, scope: "PROJECT", parentId: id, config });
        for (const [o, own] of orchestrations.entries()) {
          const name = `${project}o${o}`;
          levels[2]?.push({ id: name, name, scope: "ORCHESTRATION", parentId: project, config: own });
        }
      }
    }
    // Those of a level at once, parents first.
    for (const level of levels) {
      await Promise.all(level.map((one) => this.hopper.instances.create({ ...one, start: true })));
    }
  }

  // ------------------------------------------------------------------ faults

  arm(fault: Fault | null): void {
    this.#faults.arm(fault);
  }

  get fired(): Fault["how"] | null {
    return this.#faults.fired;
  }

  get hasCrashed(): boolean {
    return this.#faults.hasCrashed;
  }

  /** Everything but the bytes is lost. */
  async restart(): Promise<void> {
    await this.hopper.crash();
    await this.hopper.restart();
    const { store } = this.hopper;
    if ((await store.mail(this.now, 0, 1)).length > 0) this.marks.note("crash with messages under way");
    // What was committed and told to nobody is in the journal.
    await this.#read();
    this.#listen();
  }

  #listen(): void {
    this.#told = [];
    if (this.#listens) this.api.on("*", ({ cursor }) => this.#told.push(cursor));
  }

  // ------------------------------------------------------------------ calls

  /** Asks all of them at once, in an order that the scheduler chooses, with the loop running between. */
  async together(calls: readonly Call[], params: { passes: number; moment?: number }): Promise<Outcome[]> {
    const results = calls.map((): Outcome | null => null);
    for (const [index, call] of calls.entries()) {
      this.scheduler.scheduleSequence([
        {
          label: call.name,
          builder: async () => {
            void outcomeOf(call.ask(this.api)).then((outcome) => {
              results[index] = outcome;
            });
            await pass(call.lead);
          },
        },
      ]);
    }
    const loop = Array.from({ length: params.passes }, () => ({
      label: "the loop",
      builder: () => this.settle(),
    }));
    this.scheduler.scheduleSequence(loop);
    const { moment } = params;
    const { clock } = this.hopper;
    if (moment !== undefined) {
      this.scheduler.scheduleSequence([
        {
          label: "time passes",
          async builder() {
            clock.moveTo(moment);
          },
        },
      ]);
    }
    await this.scheduler.waitIdle();
    for (let round = 0; round < MOST_ROUNDS && results.includes(null); round += 1) {
      await this.settle();
      await pass(20);
      // A drain waits for its time to be over.
      if (round === MOST_ROUNDS / 2) await this.advance(31_000);
    }
    const lost = calls.filter((_, index) => results[index] === null);
    if (lost.length > 0) throw new Error(`never answered: ${lost.map(({ name }) => name).join(", ")}`);
    return results as Outcome[];
  }

  /** Asks one thing of a Hopper that nothing else is asked of. */
  async alone<A extends object>(ask: (hopper: Hopper) => Promise<A>): Promise<Outcome<A>> {
    const asked: { outcome: Outcome<A> | null } = { outcome: null };
    void outcomeOf(ask(this.api)).then((outcome) => {
      asked.outcome = outcome;
    });
    for (let round = 0; round < MOST_ROUNDS && asked.outcome === null; round += 1) {
      await this.settle();
      await pass(20);
    }
    if (asked.outcome === null) throw new Error("never answered");
    await this.catchUp();
    return asked.outcome;
  }

  /** Until nothing is due now; a loop that has stopped by a fault does nothing more. */
  async settle(): Promise<void> {
    await this.hopper.settle().catch((error: unknown) => {
      if (!this.hasCrashed || (error as { code?: unknown }).code !== "unavailable") throw error;
    });
  }

  /** Moves the clock, handling everything that comes due on the way at its moment. */
  async advance(ms: number): Promise<void> {
    const { clock } = this.hopper;
    const end = clock.now() + ms;
    for (let moments = 0; moments < MOST_MOMENTS; moments += 1) {
      await this.settle();
      if (this.hasCrashed) return;
      const due = await internalsOf(this.api).nextDue();
      if (due === null || due > end) {
        clock.moveTo(end);
        await this.settle();
        return;
      }
      clock.moveTo(Math.max(due, clock.now() + 1));
    }
    throw new Error(`V3: something is due again and again within ${ms} ms`);
  }

  // ------------------------------------------------------------------ looking

  /** Tells the model what has happened since it was last told. */
  async catchUp(): Promise<void> {
    const news = await this.#read();
    // E5: whoever listens hears every event once, in order; who dies with the loop hears what was told before.
    const told = this.#told.splice(0);
    if (this.#listens && !this.hasCrashed && told.join() !== news.join()) {
      this.fail([`E5: a listener was told ${told.length} events of ${news.length}`]);
    }
    this.fail(this.model.broken);
  }

  /** Cursors of the events that are new. */
  async #read(): Promise<string[]> {
    const since = this.#cursor === null ? {} : { since: this.#cursor };
    const news: AnyEvent[] = [];
    for await (const event of this.api.events(since)) news.push(event as AnyEvent);
    for (const event of news) {
      this.#journal.update(JSON.stringify(event));
      applyEvent(this.model, this.marks, event);
      this.log.push(`    ${this.model.events} ${inWords(event, this.model)}`);
    }
    this.#cursor = news.at(-1)?.cursor ?? this.#cursor;
    return news.map(({ cursor }) => cursor);
  }

  /** Of every event so far. */
  digest(): string {
    return this.#journal.copy().digest("hex");
  }

  /** Everything that must hold of a Hopper at rest. */
  async look(): Promise<void> {
    this.#faults.rest();
    await this.catchUp();
    this.fail([...(await wrongViews(this.model, this.api)), ...wrongAtRest(this.model, this.now)]);
  }

  fail(wrong: readonly string[]): void {
    if (wrong.length > 0) throw new Error([...new Set(wrong)].join("\n"));
  }

  ownEvents(call: Call): AnyEvent[] {
    return this.model.byActor.get(call.by) ?? [];
  }
}

/** One event on one line, as a failure report shows it. */
function inWords({ event, instanceId, taskId, delegationId, data }: AnyEvent, model: Model): string {
  const task = taskId === null ? "" : ` ${model.tasks.get(taskId)?.ref}`;
  const delegation = delegationId === null ? undefined : model.delegations.get(delegationId);
  const way =
    delegation === undefined
      ? ""
      : ` D${delegation.seq} ${delegation.type} ${delegation.source}>${delegation.target}`;
  const code =
    data["code"] ?? data["reason"] ?? data["why"] ?? (data["error"] as { code?: string } | undefined)?.code;
  return `${event}${task}${way} by ${instanceId}${code === undefined ? "" : ` (${JSON.stringify(code)})`}`;
}

/** Lets others go on a little. */
async function pass(microtasks: number): Promise<void> {
  for (let left = microtasks; left > 0; left -= 1) await Promise.resolve();
}
