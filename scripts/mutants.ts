// `npm run mutants`: plants each bug of test/mutants/ alone in a copy of the sources and runs the tests that must find it.
// Killed of planted, and the minutes it took; fails below 95 %. A text may be given: only bugs of such files or rules.

import { MUTANTS } from "../test/mutants/list.ts";
import { tryMutants } from "../test/mutants/try-mutants.ts";

const ENOUGH = 0.95;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [only = ""] = process.argv.slice(2);
const chosen = MUTANTS.filter(({ file, rule }) => `${file} ${rule}`.includes(only));
const startedAt = performance.now();
const tried = await tryMutants(chosen, ({ mutant, killed }) => {
  const how = killed === null ? "NOT THERE" : killed ? "killed" : "SURVIVED";
  say(`${how.padEnd(10)}${mutant.file}: ${mutant.rule}`);
});
const killed = tried.filter((one) => one.killed === true).length;
const minutes = (performance.now() - startedAt) / 60_000;
say(`\n${killed}/${tried.length} killed in ${minutes.toFixed(1)} min`);
process.exitCode = killed >= tried.length * ENOUGH && tried.every((one) => one.killed !== null) ? 0 : 1;
