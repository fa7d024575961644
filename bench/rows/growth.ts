import { statSync } from "node:fs";
import { join } from "node:path";
import { createHopper } from "../../src/index.ts";
import type { Case, Figures, Row, RunOptions } from "../lib/case.ts";
import { openFileStore } from "../lib/bench-store.ts";
import { openHopperEngine, type HopperEngine } from "../lib/hopper-engine.ts";
import { PAGES } from "../lib/pages.ts";
import { partOf } from "../lib/part-of.ts";
import { createGrownWorld, seededFile, type SeedPlan } from "../lib/seed.ts";
import { quantile, timedEach } from "../lib/stats.ts";
import { measureW3 } from "../lib/w3-measure.ts";
import { planOf } from "../lib/w3-plans.ts";
import { GLOBAL_NAME, PLACES, tagOf, urlOf } from "../lib/w3-world.ts";

export const EMPTY = "W3, 1000 in flight, empty file";
export const FULL = "W3, 1000 in flight, file full of finished tasks";
const CLAIM = "claim of one task, long queues";
const MEMORY = "file full of finished tasks, 1,000 idle instances, after 1,000 tasks of work";

function finished({ quick, seed }: RunOptions): SeedPlan {
  return { tasks: quick ? 100_000 : 1_000_000, state: "finished", seed };
}

function queued({ quick, seed }: RunOptions): SeedPlan {
  return { tasks: quick ? 20_000 : 100_000, state: "queued", seed };
}

/** W3 in a file; it leaves its own finished tasks there, two for every hundred of the million. */
async function w3In(file: string, options: RunOptions): Promise<Figures> {
  const engine = await openHopperEngine(file);
  const { task: storedTasks } = await engine.store.counters();
  const { figures } = await measureW3(engine, planOf("1000 in flight", options));
  await engine.hopper.close();
  return { ...figures, storedTasks };
}

const empty: Case = {
  name: EMPTY,
  async run(options) {
    const file = join(options.folder, "empty.db");
    await createGrownWorld(file);
    return { figures: await w3In(file, options) };
  },
};

const full: Case = {
  name: FULL,
  run: async (options) => ({
    figures: await w3In(await seededFile(options.keptFolder, finished(options)), options),
  }),
};

/** One claim after the other, each given back; what a claim takes, and what of it is not the commit. */
async function claimTimes(
  engine: HopperEngine,
  count: number,
): Promise<{ all: number[]; outside: number[] }> {
  const { instances, tasks } = engine.hopper;
  const [all, outside]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < count; turn++) {
    const [begin, before] = [performance.now(), engine.work().commitMs];
    const [claim] = await instances.claim(PLACES[turn % PLACES.length] ?? "", { workerId: "one" });
    const ms = performance.now() - begin;
    all.push(ms);
    outside.push(ms - (engine.work().commitMs - before));
    if (claim === undefined) throw new Error("nothing to claim among the queued tasks");
    await tasks.release(claim.task.id, { leaseToken: claim.lease.token });
  }
  return { all, outside };
}

const claims: Case = {
  name: CLAIM,
  async run(options) {
    const plan = queued(options);
    const engine = await openHopperEngine(await seededFile(options.keptFolder, plan));
    // Every orchestration comes back from its rows once: that is not part of a claim.
    await claimTimes(engine, 3 * PLACES.length);
    const { all, outside } = await claimTimes(engine, options.quick ? 500 : 3_000);
    await engine.hopper.close();
    return {
      figures: {
        p50: quantile(all, 0.5),
        p99: quantile(all, 0.99),
        p50Outside: quantile(outside, 0.5),
        p99Outside: quantile(outside, 0.99),
        storedTasks: plan.tasks,
      },
    };
  },
};

/** From the file to the first task in a worker's hands. */
const firstClaim: Case = {
  name: "opening a file with long queues, and its first claim",
  async run(options) {
    const plan = queued(options);
    const file = await seededFile(options.keptFolder, plan);
    const start = performance.now();
    const hopper = await createHopper({ store: urlOf(file) });
    const [claim] = await hopper.instances.claim(PLACES[0] ?? "", { workerId: "first" });
    const ms = performance.now() - start;
    if (claim === undefined) throw new Error("nothing to claim among the queued tasks");
    await hopper.tasks.release(claim.task.id, { leaseToken: claim.lease.token });
    await hopper.close();
    return { figures: { ms, storedTasks: plan.tasks } };
  },
};

function pageName(list: keyof typeof PAGES): string {
  return `page of 50 ${list}, the slowest documented filter, file full of finished tasks`;
}

function pagesCase(list: keyof typeof PAGES): Case {
  return {
    name: pageName(list),
    async run(options) {
      const plan = finished(options);
      const hopper = await createHopper({ store: urlOf(await seededFile(options.keptFolder, plan)) });
      const figures: { [figure: string]: number } = {};
      const asked = options.quick ? 20 : 100;
      let worst = { p50: 0, p99: 0 };
      for (const { name, ask } of await PAGES[list](hopper, plan.tasks)) {
        await timedEach(5, ask);
        const times = await timedEach(asked, ask);
        const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
        figures[`p50 of ${name}`] = p50;
        figures[`p99 of ${name}`] = p99;
        worst = { p50: Math.max(worst.p50, p50), p99: Math.max(worst.p99, p99) };
      }
      await hopper.close();
      return { figures: { ...worst, storedTasks: plan.tasks, ...figures } };
    },
  };
}

async function tasksIn(file: string): Promise<number> {
  const store = await openFileStore(file);
  const { task } = await store.counters();
  await store.close();
  return task;
}

const memory: Case = {
  name: MEMORY,
  async run(options) {
    const plan = finished(options);
    const file = await seededFile(options.keptFolder, plan);
    const hopper = await createHopper({ store: urlOf(file) });
    for (let turn = 0; turn < 1_000; turn++) {
      const { id } = await hopper.tasks.add({
        title: `More ${turn}`,
        tags: [tagOf(turn % 8)],
        instanceId: GLOBAL_NAME,
      });
      await hopper.tasks.complete(id, { result: { ok: true }, force: true });
    }
    for (let page = 0; page < 20; page++) await hopper.tasks.list({ instanceId: PLACES[page] });
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    await hopper.close();
    const storedTasks = await tasksIn(file);
    const bytesPerTask = statSync(file).size / storedTasks;
    return { figures: { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20, bytesPerTask, storedTasks } };
  },
};

const RATIO = "W3 in a file full of finished tasks, of the empty file's";

const [SMALL, BIG] = [`growth · ${EMPTY}`, `growth · ${FULL}`] as const;
/** By CPU time, too, which other work on the machine changes less. */
const ratios = [
  partOf(RATIO, "tasksPerSecond", [BIG, SMALL]),
  partOf(`${RATIO}, by CPU time`, "cpuPerTask", [SMALL, BIG]),
];

const LISTS = Object.keys(PAGES) as (keyof typeof PAGES)[];

/** What a file that has grown costs. The seeded files stay in HOPPER_BENCH_DIR; making them takes minutes. */
export const growth: Row = {
  name: "growth",
  title: "growth",
  group: "growth",
  cases: [empty, full, claims, firstClaim, ...LISTS.map(pagesCase), memory],
  shown: [
    "tasksPerSecond",
    "cpuPerTask",
    "p50",
    "p99",
    "p99Outside",
    "ms",
    "rssMb",
    "heapMb",
    "bytesPerTask",
    "storedTasks",
  ],
  targets: [
    { what: RATIO, figure: "ratio", atLeast: 80 },
    { what: CLAIM, figure: "p99", atMost: 1 },
    { what: MEMORY, figure: "rssMb", atMost: 150 },
    { what: MEMORY, figure: "bytesPerTask", atMost: 3_072 },
  ],
  derived: ratios,
  slow: true,
  timeoutSeconds: 900,
};
