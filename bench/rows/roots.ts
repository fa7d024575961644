import type { Case, Derived, Row } from "../lib/case.ts";
import { partOf } from "../lib/part-of.ts";
import { measureRoots } from "../lib/roots.ts";

const COUNTS = { "one process": 1, "two processes": 2, "four processes": 4 } as const;

type CaseName = keyof typeof COUNTS;
const NAMES = Object.keys(COUNTS) as CaseName[];

function rootsCase(name: CaseName): Case {
  return { name, run: (options) => measureRoots(COUNTS[name], options) };
}

/** What several do together as a part of what one does alone in the same run: 200 % = twice as much. */
function ratioOf(name: CaseName): Derived {
  return partOf(`${name}, of one`, "tasksPerSecond", [`roots · ${name}`, "roots · one process"]);
}

/** W3 with 1000 in flight at several roots that share nothing but the machine: what more processes give. */
export const roots: Row = {
  name: "roots",
  title: "many roots, a process each (W3)",
  group: "roots",
  cases: NAMES.map(rootsCase),
  shown: ["tasksPerSecond", "slowest", "fastest", "cpuPerTask", "rssMb"],
  derived: NAMES.filter((name) => COUNTS[name] > 1).map(ratioOf),
  slow: true,
  timeoutSeconds: 300,
};
