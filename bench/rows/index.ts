import type { Row } from "../lib/case.ts";
import { ceiling } from "./ceiling.ts";
import { w3 } from "./w3.ts";

/** Every benchmark, in the order of the table. */
export const ROWS: readonly Row[] = [ceiling, w3];
