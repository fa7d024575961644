import { join } from "node:path";
import { createHopper, type Hopper } from "../../src/index.ts";
import type { Case, Row } from "../lib/case.ts";
import {
  BURSTS,
  buildWaits,
  endMany,
  floodWith,
  PRESSURES,
  type Burst,
  type Pressure,
} from "../lib/pressure-cases.ts";
import { quantile, timedEach } from "../lib/stats.ts";
import { urlOf } from "../lib/w3-world.ts";

/** Not timed: compiled code, caches, actors that come back. */
const WARM_UP = 5;

/** Measures at a hopper where so many wait. */
async function beside(
  file: string,
  size: number,
  build: Pressure["build"],
  measure: (hopper: Hopper) => Promise<number>,
): Promise<number> {
  const hopper = await createHopper({ store: urlOf(file) });
  await build(hopper, size);
  const figure = await measure(hopper);
  await hopper.close();
  return figure;
}

async function p50({ op, times = 100 }: Pressure, hopper: Hopper): Promise<number> {
  await timedEach(Math.min(times, WARM_UP), (turn) => op(hopper, turn));
  return quantile(await timedEach(times, (turn) => op(hopper, turn)), 0.5);
}

function caseOf(pressure: Pressure): Case {
  const [small, large] = pressure.sizes;
  return {
    name: pressure.name,
    async run({ folder }) {
      const at = (size: number, file: string) =>
        beside(join(folder, file), size, pressure.build, (hopper) => p50(pressure, hopper));
      const few = await at(small, "small.db");
      const manyOnes = await at(large, "large.db");
      return { figures: { few, many: manyOnes, times: manyOnes / few, waiting: large } };
    },
  };
}

/** The longest time in which nothing else could run, in ms, while this went on. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let over = false;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  await work();
  over = true;
  look();
  return longest;
}

function burstCaseOf(burst: Burst): Case {
  const [small, large] = burst.sizes;
  return {
    name: burst.name,
    async run({ folder }) {
      const at = (size: number, file: string) =>
        beside(join(folder, file), size, burst.build, (hopper) => longestBlock(() => burst.op(hopper, size)));
      const fewBlock = await at(small, "small.db");
      const manyBlock = await at(large, "large.db");
      return { figures: { fewBlock, manyBlock, waiting: large } };
    },
  };
}

/** Heap in use when all garbage is gone, in bytes. */
function heap(): number {
  for (let round = 0; round < 5; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** By how much the heap has grown with this, in bytes. */
async function grown(work: () => Promise<unknown>): Promise<number> {
  const before = heap();
  await work();
  return heap() - before;
}

const WAITED = "memory of waits for a task, for each commit meanwhile";

const waited: Case = {
  name: WAITED,
  async run({ folder }) {
    const waiting = 5_000;
    const bytesEach = await beside(join(folder, "waited.db"), waiting, buildWaits, async (hopper) => {
      const add = async (): Promise<unknown> => await hopper.tasks.add({ title: "One", instanceId: "build" });
      await timedEach(WARM_UP, add);
      const commits = 300;
      return (await grown(() => timedEach(commits, add))) / (waiting * commits);
    });
    return { figures: { bytesEach, waiting } };
  },
};

const FLOOD = "adds that nobody waits for, over 50 instances";

const flood: Case = {
  name: FLOOD,
  async run({ folder }) {
    const waiting = 300_000;
    const build = (hopper: Hopper, adds: number) => floodWith(hopper, { adds, instances: 50 });
    const largest = () => Promise.resolve(process.resourceUsage().maxRSS / 1_024);
    const rssMb = await beside(join(folder, "flood.db"), waiting, build, largest);
    return { figures: { rssMb, waiting } };
  },
};

const ENDED = "memory of orchestrations that have ended, each with one task";

const ended: Case = {
  name: ENDED,
  async run({ folder }) {
    const waiting = 3_000;
    const newest = 1_500;
    const bytesEach = await beside(join(folder, "ended.db"), newest, endMany, async (hopper) => {
      // What is kept of the newest is kept by now.
      return (await grown(() => endMany(hopper, waiting))) / waiting;
    });
    return { figures: { bytesEach, waiting } };
  },
};

/** What an operation costs beside much that waits, against little: flat, or it is a fault. */
export const pressure: Row = {
  name: "pressure",
  title: "pressure",
  group: "pressure",
  cases: [...PRESSURES.map(caseOf), ...BURSTS.map(burstCaseOf), waited, flood, ended],
  shown: ["few", "many", "times", "fewBlock", "manyBlock", "bytesEach", "rssMb", "waiting"],
  targets: [
    ...PRESSURES.map(({ name }) => ({ what: name, figure: "times", atMost: 2 })),
    ...BURSTS.map(({ name }) => ({ what: name, figure: "manyBlock", atMost: 50 })),
    { what: WAITED, figure: "bytesEach", atMost: 16 },
    { what: ENDED, figure: "bytesEach", atMost: 256 },
  ],
  slow: true,
  timeoutSeconds: 600,
};
