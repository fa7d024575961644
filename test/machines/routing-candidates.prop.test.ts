import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Roster } from "../../machines/routing/roster.ts";
import { rankCandidates } from "../../machines/routing/router.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import type { RosterEntry } from "../../machines/records/instance.ts";
import { givesWorkTo } from "../../machines/legality.ts";
import type { RoutingView } from "../../machines/scopes/behavior.ts";
import { child, task, view } from "../support/routing-given.ts";

const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 400);
const WORDS = ["react", "node", "login", "shop", "Garden"];

const word = fc.constantFrom(...WORDS);
const words = fc.array(word, { maxLength: 3 });
const few = fc.integer({ min: 0, max: 3 });

const entry: fc.Arbitrary<Partial<RosterEntry>> = fc.record({
  scope: fc.constantFrom("PROJECT", "PROJECT", "EVENT", "PERSONAL", "FAMILY", "FEDERATED", "ORCHESTRATION"),
  status: fc.constantFrom("running", "running", "running", "paused", "created"),
  description: fc.option(
    words.map((some) => some.join(" ")),
    { nil: null },
  ),
  capabilities: words,
  maxConcurrent: fc.integer({ min: 0, max: 4 }),
  room: fc.constantFrom(0, 1, 5),
  openElsewhere: few,
  ownOpen: few,
});
const roster = fc
  .array(entry, { maxLength: 8 })
  .map((entries) => entries.map((more, index) => child(index + 2, `c${(index * 5) % 8}x`, more)));
const numbers = fc.array(fc.integer({ min: 2, max: 9 }), { maxLength: 3 });
const given: fc.Arbitrary<RoutableTask> = fc
  .record({
    title: words.map((some) => `About ${some.join(" ")}`),
    description: fc.option(words.map((some) => some.join(", "))),
    tags: words,
    project: fc.option(
      fc.integer({ min: 0, max: 8 }).map((no) => `c${no}x`),
      { freq: 4 },
    ),
    chain: numbers.map((some) => [...some, 1]),
    refusedBy: numbers,
    returnedBy: numbers,
  })
  .map((more) => task(more));

/** What the page says, written as plainly as can be: all scores for everybody, one sort. */
function expectedOrder(one: RoutingView, about: RoutableTask): number[] {
  const scores = one.text.scores(about.title, about.description);
  const tagsOf = (candidate: RosterEntry): number => {
    const capabilities = new Set(candidate.capabilities.map((capability) => capability.toLowerCase()));
    return capabilities.intersection(new Set(about.tags.map((tag) => tag.toLowerCase()))).size;
  };
  const isNamed = (candidate: RosterEntry): boolean =>
    !["PERSONAL", "FAMILY", "FEDERATED"].includes(candidate.scope) ||
    about.project !== null ||
    tagsOf(candidate) > 0 ||
    scores.has(candidate.child);
  const keys = (candidate: RosterEntry): number[] => {
    const open = candidate.ownOpen + candidate.openElsewhere;
    return [
      -tagsOf(candidate),
      -(scores.get(candidate.child) ?? 0),
      open / Math.max(candidate.maxConcurrent, 1),
      open,
    ];
  };
  return [...one.roster.values()]
    .filter((candidate) => candidate.status === "running" && candidate.scope !== "ORCHESTRATION")
    .filter((candidate) => about.project === null || candidate.name === about.project)
    .filter(({ child: no }) => !about.chain.includes(no) && !about.refusedBy.includes(no))
    .filter((candidate) => candidate.room > 0 && isNamed(candidate))
    .toSorted((a, b) => {
      const other = keys(b);
      const differing = keys(a).map((key, index) => key - (other[index] ?? 0));
      return differing.find((order) => order !== 0) ?? (a.name < b.name ? -1 : 1);
    })
    .map(({ child: no }) => no);
}

function ascending(a: number, b: number): number {
  return a - b;
}

describe("ranking", () => {
  const about = fc.record({ roster, given });
  const rankOf = (one: RoutingView, some: RoutableTask) =>
    rankCandidates(one, some, { scopes: givesWorkTo("GLOBAL"), named: some.project });

  test("chooses who a plain sort by all criteria puts first", () => {
    fc.assert(
      fc.property(about, (situation) => {
        const one = view("GLOBAL", situation.roster);
        const ranking = rankOf(one, situation.given);
        const expected = expectedOrder(one, situation.given);
        expect(ranking.best).toBe(expected[0] ?? null);
        expect(ranking.why === "ok").toBe(expected.length > 0);
        const ranked = ranking.ranked.filter(({ rank }) => rank !== null);
        const wasTextAsked = ranked[0]?.textScore !== null;
        // The others are in the order of the sort too, unless the text was not needed to find the first.
        expect(wasTextAsked ? ranked.map(({ instance }) => instance) : expected).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  test("names every live child once, the winner alone without a reason for losing", () => {
    fc.assert(
      fc.property(about, (situation) => {
        const one = view("GLOBAL", situation.roster);
        const { ranked, best } = rankOf(one, situation.given);
        expect(ranked.map(({ instance }) => instance).toSorted(ascending)).toEqual(
          situation.roster.map(({ child: no }) => no).toSorted(ascending),
        );
        for (const candidate of ranked) {
          expect(candidate.lostBecause === null).toBe(candidate.instance === best);
          expect(candidate.rank === 1).toBe(candidate.instance === best);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("does not depend on the order of the roster, nor on being asked before", () => {
    fc.assert(
      fc.property(about, (situation) => {
        const one = view("GLOBAL", situation.roster);
        const turned = { ...one, roster: Roster.of([...one.roster.values()].toReversed()) };
        const first = rankOf(one, situation.given);
        expect(rankOf(one, situation.given)).toEqual(first);
        const other = rankOf(turned, situation.given);
        expect([other.best, other.reason, other.why]).toEqual([first.best, first.reason, first.why]);
      }),
      { numRuns: RUNS },
    );
  });
});
