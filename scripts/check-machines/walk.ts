import type { ActorRows, Store } from "../../store/store.ts";
import type { CreateInstanceParams } from "../../src/contracts/instances.ts";
import { spawnHopper, type SpawnedHopper } from "../../src/testing/index.ts";
import type { Claim, TaskView } from "../../src/views/views.ts";

/** What a walk does: a fixed sequence of the library's verbs. What it sees is told line by line. */
export interface Walk {
  readonly name: string;
  /** hopper.yaml. */
  readonly config?: unknown;
  /** What the store says of an actor, changed: records planted in a status that no verb leads to. */
  readonly plants?: (rows: ActorRows) => ActorRows;
  run(walker: Walker): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** Times that the loop looks for what is due, after which a walk is given up: no answer comes, or something is due for ever. */
const MOST_TICKS = 100;
/** Turns of a batch: few, so that one that goes on for ever is soon found. */
const TURNS = 20;

export const FAILED = "failed:";

/** Walks through the library, and keeps what it hears. */
export class Walker {
  readonly hopper: SpawnedHopper;
  readonly #tell: Tell;

  constructor(hopper: SpawnedHopper, tell: Tell) {
    this.hopper = hopper;
    this.#tell = tell;
  }

  /** A verb, its answer, and what follows from it. A refusal ends the walk. */
  readonly does = async <T>(verb: Promise<T>): Promise<T> => {
    const answer = await verb;
    await this.hopper.settle();
    this.tells(answer);
    return answer;
  };

  tells(what: unknown): void {
    if (!this.#tell(JSON.stringify(what))) throw new Error("enough is seen");
  }

  /** A moment so far from now, as verbs take it. */
  moment(hours: number): string {
    return new Date(this.hopper.clock.now() + hours * HOUR_MS).toISOString();
  }

  /** It forgets everything but the store, and reads it again with what the walk plants. */
  async restarts(): Promise<void> {
    await this.hopper.crash();
    await this.hopper.restart();
  }

  /** An instance, started unless it says otherwise; its id is its name. */
  async instance(name: string, params: Omit<CreateInstanceParams, "name">): Promise<void> {
    await this.does(this.hopper.instances.create({ start: true, ...params, name, id: name }));
  }

  async task(params: Partial<Parameters<SpawnedHopper["tasks"]["add"]>[0]> = {}): Promise<TaskView> {
    return await this.does(this.hopper.tasks.add({ title: "Build", ...params }));
  }

  /** A task that a worker at the instance has in hands. */
  async claimed(instanceId: string, params: Parameters<Walker["task"]>[0] = {}): Promise<Claim> {
    await this.task({ instanceId, ...params });
    return await this.claim(instanceId);
  }

  async claim(instanceId: string): Promise<Claim> {
    const [claim] = await this.does(
      this.hopper.instances.claim(instanceId, { workerId: "w", leaseSeconds: 7_200 }),
    );
    if (claim === undefined) throw new Error(`nothing to claim at ${instanceId}`);
    return claim;
  }

  async passes(duration: string): Promise<void> {
    await this.hopper.advance(duration);
    this.tells(`${duration} later`);
  }

  /** What the library shows at the end. */
  async looks(): Promise<void> {
    const { hopper } = this.hopper;
    await this.hopper.settle();
    for (const { items } of [
      await hopper.tasks.list(),
      await hopper.delegations.list(),
      await hopper.instances.list({ all: true }),
    ]) {
      for (const item of items) this.tells(item);
    }
    for (const event of await this.hopper.history()) this.tells(event);
    this.tells(await hopper.stats());
  }
}

/** What a walk has seen, line by line; the last one begins with {@link FAILED} if it went wrong or left things broken. */
export async function go(walk: Walk): Promise<string[]> {
  const lines: string[] = [];
  const broken = await walkOn(walk, (line) => lines.push(line) > 0);
  if (walk.plants === undefined) lines.push(...broken.map((line) => `${FAILED} ${line}`));
  return lines;
}

/**
 * True if a walk sees anything but what it saw before; it ends there. What doctor finds does not count: the runtime
 * itself must go otherwise.
 */
export async function goesOtherwise(walk: Walk, before: readonly string[]): Promise<boolean> {
  let at = 0;
  let differs = false;
  await walkOn(walk, (line) => {
    differs ||= before[at] !== line;
    at += 1;
    return !differs;
  });
  return differs || at < before.length;
}

/** Told what is seen; false = that is enough. */
type Tell = (line: string) => boolean;

/** Returns what doctor finds at the end. */
async function walkOn(walk: Walk, tell: Tell): Promise<string[]> {
  await using hopper = await spawnHopper({
    config: walk.config,
    limits: { turns: TURNS },
    wrap: (store) => layered(store, walk.plants),
  });
  try {
    const walker = new Walker(hopper, tell);
    await walk.run(walker);
    await walker.looks();
    return (await hopper.hopper.doctor()).flatMap(({ broken }) => broken);
  } catch (error) {
    tell(`${FAILED} ${(error as Error).message}`);
    return [];
  }
}

function layered(store: Store, plants: Walk["plants"]): Store {
  let ticks = 0;
  const layer: Partial<Store> = {
    async actor(no) {
      const rows = await store.actor(no);
      return rows === null || plants === undefined ? rows : plants(rows);
    },
    async due(now, limit) {
      ticks += 1;
      if (ticks > MOST_TICKS) throw new Error("goes on for ever");
      return await store.due(now, limit);
    },
  };
  return Object.setPrototypeOf(layer, store) as Store;
}
