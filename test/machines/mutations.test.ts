import { beforeAll, describe, expect, it } from "vitest";
import {
  allMutantsOf,
  faultsOf,
  goAll,
  survivorsOf,
  unrepeatable,
  whyUnreached,
  type AllGone,
} from "../../scripts/check-machines/check.ts";
import { MACHINES, WAYS, type Mutant } from "../../scripts/check-machines/mutants.ts";
import { UNREACHED } from "../../scripts/check-machines/unreached.ts";

const DAY_MS = 86_400_000;
/** So many days until every mutant has been tried; `npm run check:machines` tries all. */
const SLICES = 20;
const slice = Math.floor(Date.now() / DAY_MS) % SLICES;

const unreached = MACHINES.flatMap((machine) => WAYS[machine]).filter(
  (way) => whyUnreached(way, UNREACHED) !== undefined,
);
const inWords = ({ way, to }: Mutant): string => `${way.machine}: ${way.name}, led to ${to}`;

/** The machines are what the runtime does: led elsewhere, it goes elsewhere. */
describe("the walks over the machines", () => {
  let gone: AllGone;
  beforeAll(async () => {
    gone = await goAll();
  });

  it("take every transition, or a reason is listed and a planted record takes it", () => {
    expect(faultsOf(gone, UNREACHED)).toEqual([]);
  });

  it("name a transition that they do not take without a reason, and a reason that is not true", () => {
    const faults = faultsOf(gone, [{ machine: "task", from: "queued", event: "CLAIM", why: "nobody works" }]);
    expect(faults).toHaveLength(unreached.length + 1);
    expect(faults).toContain(
      "task: pending DECOMPOSE [notOffered] > waiting: no walk takes it, and no reason is listed",
    );
    expect(faults.filter((fault) => fault.startsWith("task: queued CLAIM"))).toEqual([
      expect.stringContaining("> claimed: listed as unreached, but"),
    ]);
  });

  it("go the same way again over the same machines", async () => {
    expect(await unrepeatable(gone)).toEqual([]);
  });

  it(`go otherwise with each mutant of slice ${slice} of ${SLICES}`, async () => {
    const mutants = MACHINES.flatMap(allMutantsOf).filter((_, index) => index % SLICES === slice);
    expect(mutants.length).toBeGreaterThan(0);
    expect((await survivorsOf(gone, mutants)).map(inWords)).toEqual([]);
  });
});
