import type { Row } from "../lib/case.ts";
import { CEILING_SHOWN, ceilingCases } from "../lib/ceiling/cases.ts";
import { openSameRows } from "../lib/ceiling/same-rows/open.ts";
import { refuseUnsound } from "../lib/sound.ts";
import { createWorldFile } from "../lib/w3-world.ts";

/** The practical ceiling of W3 in Hopper's schema: written by hand for this workload, on the same library, settings and rows. */
export const ceiling: Row = {
  name: "ceiling",
  title: "hand-written ceiling, same rows (W3)",
  group: "w3",
  cases: ceilingCases({
    create: createWorldFile,
    open: openSameRows,
    prove: refuseUnsound,
    isHopperStore: true,
  }),
  shown: CEILING_SHOWN,
};
