import type { Row } from "../lib/case.ts";
import { ceilingLeast } from "./ceiling-least.ts";
import { ceiling } from "./ceiling.ts";
import { growth } from "./growth.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { pressure } from "./pressure.ts";
import { roots } from "./roots.ts";
import { sqlite } from "./sqlite.ts";
import { startup } from "./startup.ts";
import { w3 } from "./w3.ts";
import { xstate } from "./xstate.ts";

/** Every benchmark, in the order of the table. */
export const ROWS: readonly Row[] = [
  ceiling,
  ceilingLeast,
  w3,
  roots,
  growth,
  sqlite,
  mikroOrm,
  xstate,
  startup,
  pressure,
];
