import type { Row } from "../lib/case.ts";
import { CEILING_SHOWN, ceilingCases } from "../lib/ceiling/cases.ts";
import { openLeastRows } from "../lib/ceiling/least-rows/open.ts";
import { proveLeastRows } from "../lib/ceiling/least-rows/prove.ts";
import { createLeastFile } from "../lib/ceiling/least-rows/schema.ts";

/** The ceiling of W3 in any schema: the same engine, library and settings, and the same facts in as few rows as can be. */
export const ceilingLeast: Row = {
  name: "ceiling-least",
  title: "hand-written ceiling, least rows (W3)",
  group: "w3",
  cases: ceilingCases({
    create: createLeastFile,
    open: openLeastRows,
    prove: proveLeastRows,
    isHopperStore: false,
  }),
  shown: CEILING_SHOWN,
};
