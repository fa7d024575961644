import { join } from "node:path";
import { systemClock, systemIds } from "../../src/environment/real.ts";
import { openStore } from "../../store/open.ts";
import type { Case, Row } from "../lib/case.ts";
import { CeilingEngine } from "../lib/ceiling/engine.ts";
import { measureW3 } from "../lib/w3-measure.ts";
import { tasksOf } from "../lib/w3-loop.ts";
import { PLAN_NAMES, planOf, type PlanName } from "../lib/w3-plans.ts";
import { refuseUnsound } from "../lib/sound.ts";
import { createWorldFile, urlOf } from "../lib/w3-world.ts";

function ceilingCase(name: PlanName): Case {
  return {
    name,
    async run(options) {
      const file = join(options.folder, "ceiling.db");
      await createWorldFile(file);
      const ids = { uuid: () => systemIds.uuid(Date.now()) };
      const store = await openStore({ url: urlOf(file), clock: systemClock, ids });
      const engine = await CeilingEngine.open(store);
      const plan = planOf(name, options);
      let left = tasksOf(plan);
      const outcome = await measureW3(
        {
          database: engine.database,
          work: () => engine.work(),
          add: (title, tag) => engine.add(title, tag),
          claim: (place, max) => engine.claim(place, max),
          async complete(claimed) {
            await engine.complete(claimed);
            left -= 1;
            if (left === 0) engine.stop();
          },
        },
        plan,
      );
      await store.close();
      if (options.run === 1) await refuseUnsound(file);
      return outcome;
    },
  };
}

/** The practical ceiling of W3: written by hand for this workload, on the same library, settings, schema and rows. */
export const ceiling: Row = {
  name: "ceiling",
  title: "hand-written ceiling (W3)",
  group: "w3",
  cases: PLAN_NAMES.map(ceilingCase),
  shown: [
    "tasksPerSecond",
    "latencyP50",
    "latencyP99",
    "fsyncsPerSecond",
    "commitShare",
    "cpuPerTask",
    "bytesPerTask",
  ],
};
