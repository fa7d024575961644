import type { RunOptions } from "./lib/case.ts";
import { ROWS } from "./rows/index.ts";

/** Runs one case once, in this process alone, and sends what it measured to the parent. */
const [rowName, caseName, options] = process.argv.slice(2);
const found = ROWS.find((row) => row.name === rowName)?.cases.find((one) => one.name === caseName);
if (found === undefined || options === undefined) throw new Error(`no case ${rowName} / ${caseName}`);
// Hopper's own timers keep no process alive.
const alive = setInterval(() => undefined, 1_000);
const outcome = await found.run(JSON.parse(options) as RunOptions);
clearInterval(alive);
process.send?.(outcome, () => process.exit(0));
