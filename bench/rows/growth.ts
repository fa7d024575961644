import { statSync } from "node:fs";
import { join } from "node:path";
import { createHopper } from "../../src/index.ts";
import type { Case, Derived, Figures, Row, RunOptions } from "../lib/case.ts";
import { openHopperEngine } from "../lib/hopper-engine.ts";
import { PAGES } from "../lib/pages.ts";
import { createGrownWorld, seededFile } from "../lib/seed.ts";
import type { SeedPlan } from "../lib/seed.ts";
import { quantile, timedEach } from "../lib/stats.ts";
import { measureW3 } from "../lib/w3-measure.ts";
import { planOf } from "../lib/w3-plans.ts";
import { GLOBAL_NAME, PLACES, tagOf, urlOf } from "../lib/w3-world.ts";

const EMPTY = "W3, 1000 in flight, empty file";
const FULL = "W3, 1000 in flight, a million finished tasks in the file";

function finished({ quick, seed }: RunOptions): SeedPlan {
  return { tasks: quick ? 100_000 : 1_000_000, state: "finished", seed };
}

function queued({ quick, seed }: RunOptions): SeedPlan {
  return { tasks: quick ? 20_000 : 100_000, state: "queued", seed };
}

/** W3 in a file; it leaves its own finished tasks there, a few thousand beside the million. */
async function w3In(file: string, options: RunOptions): Promise<Figures> {
  const engine = await openHopperEngine(file);
  const { figures } = await measureW3(engine, planOf("1000 in flight", options));
  await engine.hopper.close();
  return figures;
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

const claims: Case = {
  name: "claim of one task, 100,000 queued",
  async run(options) {
    const file = await seededFile(options.keptFolder, queued(options));
    const start = performance.now();
    const hopper = await createHopper({ store: urlOf(file) });
    const first = await hopper.instances.claim(PLACES[0] ?? "", { workerId: "first" });
    const seconds = (performance.now() - start) / 1_000;
    for (const { task, lease } of first) await hopper.tasks.release(task.id, { leaseToken: lease.token });
    const times: number[] = [];
    const claimAndRelease = async (turn: number): Promise<void> => {
      const begin = performance.now();
      const [claim] = await hopper.instances.claim(PLACES[turn % PLACES.length] ?? "", { workerId: "one" });
      times.push(performance.now() - begin);
      if (claim === undefined) throw new Error("nothing to claim among the queued tasks");
      await hopper.tasks.release(claim.task.id, { leaseToken: claim.lease.token });
    };
    // Every orchestration comes back from its rows once: that is not part of a claim.
    for (let turn = 0; turn < 3 * PLACES.length; turn++) await claimAndRelease(turn);
    times.length = 0;
    for (let turn = 0; turn < (options.quick ? 500 : 3_000); turn++) await claimAndRelease(turn);
    await hopper.close();
    return { figures: { p50: quantile(times, 0.5), p99: quantile(times, 0.99), seconds } };
  },
};

function pagesCase(list: keyof typeof PAGES): Case {
  return {
    name: `page of 50 ${list}, the slowest documented filter, a million finished tasks`,
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
      return { figures: { p50: worst.p50, p99: worst.p99, ...figures } };
    },
  };
}

const memory: Case = {
  name: "a million stored tasks, 1,000 idle instances, after 1,000 tasks of work",
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
    const bytesPerTask = statSync(file).size / plan.tasks;
    await hopper.close();
    return { figures: { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20, bytesPerTask } };
  },
};

const RATIO = "W3 with a million finished tasks, of the empty file's";

const ratio: Derived = {
  name: RATIO,
  figure: "ratio",
  value(of) {
    const [small, big] = [
      of(`growth · ${EMPTY}`, "tasksPerSecond"),
      of(`growth · ${FULL}`, "tasksPerSecond"),
    ];
    return small === null || big === null ? null : (big / small) * 100;
  },
};

/** The same by CPU time, which other work on the machine changes less. */
const cpuRatio: Derived = {
  name: `${RATIO}, by CPU time`,
  figure: "ratio",
  value(of) {
    const [small, big] = [of(`growth · ${EMPTY}`, "cpuPerTask"), of(`growth · ${FULL}`, "cpuPerTask")];
    return small === null || big === null ? null : (small / big) * 100;
  },
};

/** What a file that has grown costs. The seeded files stay in HOPPER_BENCH_DIR; making them takes minutes. */
export const growth: Row = {
  name: "growth",
  title: "growth",
  group: "growth",
  cases: [empty, full, claims, pagesCase("tasks"), pagesCase("delegations"), pagesCase("events"), memory],
  shown: ["tasksPerSecond", "cpuPerTask", "p50", "p99", "seconds", "rssMb", "heapMb", "bytesPerTask"],
  derived: [ratio, cpuRatio],
  slow: true,
  timeoutSeconds: 900,
};
