import { ACTORS } from "./actors.ts";
import { AROUND } from "./around.ts";
import { MACHINES } from "./machines.ts";
import type { Mutant } from "./mutant.ts";
import { SURVIVED } from "./survived.ts";

/** Every bug that is planted, alone. */
export const MUTANTS: readonly Mutant[] = [...SURVIVED, ...MACHINES, ...ACTORS, ...AROUND].map(
  ([file, text, replacement, rule, ...tests]) => ({ file, text, replacement, rule, tests }),
);
