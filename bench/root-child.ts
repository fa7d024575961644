import { once } from "node:events";
import type { RunOptions } from "./lib/case.ts";
import { openHopperEngine } from "./lib/hopper-engine.ts";
import { completionsOf, type RootReport } from "./lib/roots.ts";
import { measureW3 } from "./lib/w3-measure.ts";
import { planOf } from "./lib/w3-plans.ts";
import { createWorldFile } from "./lib/w3-world.ts";

/** One root of the row `roots`: opens a store of its own, says so, and runs W3 when it is told that all are ready. */
const [file, given] = process.argv.slice(2);
if (file === undefined || given === undefined) throw new Error("usage: root-child.ts FILE OPTIONS");
const plan = planOf("1000 in flight", JSON.parse(given) as RunOptions);
// Whoever asked has been ended: nobody wants the answer.
process.once("disconnect", () => process.exit(1));
await createWorldFile(file);
const engine = await openHopperEngine(file);
const { watched, completions } = completionsOf(engine, plan);
process.send?.("ready");
await once(process, "message");
const outcome = await measureW3(watched, plan);
await engine.hopper.close();
const report: RootReport = { outcome, completions: completions() };
process.send?.(report, () => process.exit(0));
