import {
  asMutant,
  MACHINES,
  mutantsOf,
  watched,
  WAYS,
  type MachineName,
  type Mutant,
  type Way,
} from "./mutants.ts";
import type { Unreached } from "./unreached.ts";
import { FAILED, go, goesOtherwise, type Walk } from "./walk.ts";
import { instances } from "./walks/instances.ts";
import { offers } from "./walks/offers.ts";
import { planted } from "./walks/planted.ts";
import { taskEnds } from "./walks/task-ends.ts";
import { taskWaits } from "./walks/task-waits.ts";
import { taskWork } from "./walks/task-work.ts";

/** A walk over the machines as they are. */
export interface Gone {
  readonly walk: Walk;
  readonly lines: readonly string[];
  readonly taken: ReadonlySet<Way>;
}

/** Every walk over the machines as they are: by the library's verbs alone, and over planted records. */
export interface AllGone {
  readonly library: readonly Gone[];
  readonly planted: readonly Gone[];
}

export async function goAll(): Promise<AllGone> {
  const library = await goEach([...taskEnds, ...taskWork, ...taskWaits, ...offers, ...instances]);
  return { library, planted: await goEach(planted) };
}

async function goEach(walks: readonly Walk[]): Promise<Gone[]> {
  const gone: Gone[] = [];
  for (const walk of walks) {
    let lines: readonly string[] = [];
    const taken = await watched(async () => {
      lines = await go(walk);
    });
    gone.push({ walk, lines, taken });
  }
  return gone;
}

/** Why a transition is tried on planted records; undefined = a walk through the library has to take it. */
export function whyUnreached(
  { machine, from, event }: Way,
  listed: readonly Unreached[],
): string | undefined {
  return listed.find((one) => one.machine === machine && one.from === from && (one.event ?? event) === event)
    ?.why;
}

/** What is wrong with the walks and the list of what they do not reach, in sentences. */
export function faultsOf({ library, planted }: AllGone, listed: readonly Unreached[]): string[] {
  const broken = [...library, ...planted].flatMap(({ walk, lines }) =>
    lines.filter((line) => line.startsWith(FAILED)).map((line) => `"${walk.name}" ${line}`),
  );
  const ways = MACHINES.flatMap((machine) => WAYS[machine]);
  return [...broken, ...ways.flatMap((way) => faultOf(way) ?? [])];

  function faultOf(way: Way): string | null {
    const takes = ({ taken }: Gone): boolean => taken.has(way);
    const taker = library.find(takes);
    const name = `${way.machine}: ${way.name}`;
    if (whyUnreached(way, listed) === undefined) {
      return taker === undefined ? `${name}: no walk takes it, and no reason is listed` : null;
    }
    if (taker !== undefined) return `${name}: listed as unreached, but "${taker.walk.name}" takes it`;
    return planted.some(takes) ? null : `${name}: listed as unreached, but tried on no planted record`;
  }
}

/** The walks that go otherwise although no machine has changed: they would tell nothing. */
export async function unrepeatable({ library, planted }: AllGone): Promise<string[]> {
  const names: string[] = [];
  for (const { walk, lines } of [...library, ...planted]) {
    if (await goesOtherwise(walk, lines)) names.push(`"${walk.name}" goes otherwise by itself`);
  }
  return names;
}

/** Of these mutants, those that no walk over their transition tells from the machine as it is. */
export async function survivorsOf(all: AllGone, mutants: readonly Mutant[]): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  for (const mutant of mutants) if (!(await isKilled(all, mutant))) survivors.push(mutant);
  return survivors;
}

async function isKilled({ library, planted }: AllGone, mutant: Mutant): Promise<boolean> {
  const takes = ({ taken }: Gone): boolean => taken.has(mutant.way);
  const inLibrary = library.filter(takes);
  const tried = inLibrary.length > 0 ? inLibrary : planted.filter(takes);
  return await asMutant(mutant, async () => {
    for (const { walk, lines } of tried) if (await goesOtherwise(walk, lines)) return true;
    return false;
  });
}

/** Every transition of a machine with every other status as its target. */
export function allMutantsOf(machine: MachineName): Mutant[] {
  return WAYS[machine].flatMap(mutantsOf);
}
