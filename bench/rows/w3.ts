import { join } from "node:path";
import type { Case, Derived, Row } from "../lib/case.ts";
import { openHopperEngine } from "../lib/hopper-engine.ts";
import { partOf } from "../lib/part-of.ts";
import { measureW3 } from "../lib/w3-measure.ts";
import { PLAN_NAMES, planOf, type PlanName } from "../lib/w3-plans.ts";
import { refuseUnsound } from "../lib/sound.ts";
import { createWorldFile } from "../lib/w3-world.ts";

/** Added and completed by the hundred. */
const MANY = "1000 in flight, batches of 100";

function hopperCase(name: PlanName, shown: string = name): Case {
  return {
    name: shown,
    async run(options) {
      const file = join(options.folder, "w3.db");
      await createWorldFile(file);
      const engine = await openHopperEngine(file, shown === MANY ? "many" : undefined);
      const outcome = await measureW3(engine, planOf(name, options));
      await engine.hopper.close();
      if (options.run === 1) await refuseUnsound(file);
      return outcome;
    },
  };
}

/** What Hopper is compared with: a row, and what the lines call it. */
interface Ceiling {
  readonly row: string;
  readonly called: string;
}
const SAME_ROWS: Ceiling = { row: "ceiling", called: "of the ceiling" };
const LEAST_ROWS: Ceiling = { row: "ceiling-least", called: "of the least rows" };

/** Hopper's throughput as a part of a ceiling's; for one way also by CPU time, which other work on the machine changes less. */
function ratiosOf({ row, called }: Ceiling): Derived[] {
  const busy = "1000 in flight";
  return [
    ...PLAN_NAMES.map((name) =>
      partOf(`${name}, ${called}`, "tasksPerSecond", [`w3 · ${name}`, `${row} · ${name}`]),
    ),
    partOf(`${busy}, ${called}, by CPU time`, "cpuPerTask", [`${row} · ${busy}`, `w3 · ${busy}`]),
  ];
}

/** Hopper itself through its library, in-process: the workload W3 of spec/performance.md 9.1. */
export const w3: Row = {
  name: "w3",
  title: "Hopper (W3)",
  group: "w3",
  cases: [...PLAN_NAMES.map((name) => hopperCase(name)), hopperCase("1000 in flight", MANY)],
  shown: [
    "tasksPerSecond",
    "latencyP50",
    "latencyP99",
    "turnsPerCommit",
    "fsyncsPerSecond",
    "commitShare",
    "cpuPerTask",
    "bytesPerTask",
    "rssMb",
    "loopDelayP99",
  ],
  targets: [
    { what: "1000 in flight", figure: "tasksPerSecond", atLeast: 10_000 },
    { what: "1000 in flight, of the ceiling", figure: "ratio", atLeast: 40 },
    { what: "1000 in flight", figure: "loopDelayP99", atMost: 50 },
    { what: "1000 in flight", figure: "bytesPerTask", atMost: 3_072 },
    { what: "one task alone", figure: "latencyP50", atMost: 1.5 },
    { what: "one task alone", figure: "latencyP99", atMost: 5 },
  ],
  derived: [...ratiosOf(SAME_ROWS), ...ratiosOf(LEAST_ROWS)],
};
