// `npm run check:machines`: each transition of the three machines is led to every other status, one at a time, and a walk
// that takes it must go otherwise. Every mutant loads: what the host would refuse proves nothing about the runtime.

import {
  allMutantsOf,
  faultsOf,
  goAll,
  survivorsOf,
  unrepeatable,
  whyUnreached,
} from "./check-machines/check.ts";
import { MACHINES, WAYS } from "./check-machines/mutants.ts";
import { UNREACHED } from "./check-machines/unreached.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const gone = await goAll();
const faults = [...faultsOf(gone, UNREACHED), ...(await unrepeatable(gone))];
for (const machine of MACHINES) {
  const mutants = allMutantsOf(machine);
  const survivors = await survivorsOf(gone, mutants);
  const killed = `${mutants.length - survivors.length}/${mutants.length} killed`;
  say(`${machine.padEnd(10)} ${WAYS[machine].length} transitions, ${killed}`);
  for (const [{ name }, led] of Map.groupBy(survivors, ({ way }) => way)) {
    faults.push(`${machine}: ${name}: nothing goes otherwise, led to ${led.map(({ to }) => to).join(", ")}`);
  }
}

const unreached = MACHINES.flatMap((machine) => WAYS[machine]).flatMap((way) => {
  const why = whyUnreached(way, UNREACHED);
  return why === undefined ? [] : { way: `${way.machine}: ${way.name}`, why };
});
for (const [why, ways] of Map.groupBy(unreached, ({ why }) => why)) {
  say(`\nOn planted records, since ${why}:`);
  for (const { way } of ways) say(`  ${way}`);
}

if (faults.length > 0) say(`\n${faults.join("\n")}`);
process.exitCode = faults.length > 0 ? 1 : 0;
