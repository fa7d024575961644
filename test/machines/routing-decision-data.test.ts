import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate, Decision, LostBecause } from "../../machines/messages/decision.ts";
import { compactDecision, expandDecision } from "../../machines/routing/decision-data.ts";
import { globalBehavior } from "../../machines/scopes/global.ts";
import { LIMITS } from "../../machines/settings.ts";
import { child, task, view } from "../support/routing-given.ts";

test.each([
  ["delegates", task({ title: "A shop", tags: ["ui"] })],
  ["holds", task({ project: "nowhere" })],
  ["has no candidates", task({ route: false })],
])("a decision that %s comes back from its event as it was, through JSON", (_what, given) => {
  const roster = [
    child(2, "shop", { capabilities: ["ui"] }),
    child(3, "api"),
    child(4, "off", { status: "paused" }),
  ];
  const decision = globalBehavior.decide(view("GLOBAL", roster), given);
  expect(expandDecision(stored(decision))).toEqual(decision);
});

/** A decision's data as the journal gives it back. */
function stored(decision: Decision): ReturnType<typeof compactDecision> {
  return JSON.parse(JSON.stringify(compactDecision(decision))) as ReturnType<typeof compactDecision>;
}

const LOST: readonly LostBecause[] = [
  "not_running",
  "scope",
  "in_chain",
  "refused_this_round",
  "not_named",
  "not_selected",
  "full",
  "backing_off",
  "fewer_tags",
  "lower_text_score",
  "busier",
  "more_open",
  "name_order",
];

test("candidates come back with whatever score, rank and reason they have", () => {
  const candidate = fc.record<Candidate>({
    instance: fc.nat(),
    tags: fc.nat({ max: 3 }),
    textScore: fc.option(
      fc.integer({ min: 0, max: 100 }).map((score) => score / 8),
      { nil: null },
    ),
    load: fc.nat({ max: 100 }).map((load) => load / 16),
    rank: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
    lostBecause: fc.constantFrom(null, ...LOST),
  });
  const decided = globalBehavior.decide(view("GLOBAL", []), task());
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: LIMITS.candidatesStored }), (candidates) => {
      const decision: Decision = { ...decided, candidates };
      expect(expandDecision(stored(decision))).toEqual(decision);
    }),
  );
});

test.each([
  { held: null, rule: null, unmatched: false },
  { held: "no_route", rule: null, unmatched: true },
  { held: null, rule: "nights at the mill", unmatched: false },
] as const)("%j comes back, and takes no place where it is not so", (said) => {
  const decision: Decision = { ...globalBehavior.decide(view("GLOBAL", []), task()), ...said };
  expect(expandDecision(stored(decision))).toEqual(decision);
  const there = Object.entries(said).filter(([, value]) => value !== null && value !== false);
  expect(stored(decision)).toMatchObject(Object.fromEntries(there));
  for (const [field, value] of Object.entries(said))
    expect(Object.hasOwn(stored(decision), field)).toBe(value !== null && value !== false);
});

test("what a reason is stored as stays what it is: journals hold it", () => {
  const candidates = LOST.map((lostBecause, index): Candidate => ({
    instance: index + 2,
    tags: 0,
    textScore: null,
    load: 0,
    rank: index < 7 ? null : index - 6,
    lostBecause,
  }));
  const decision: Decision = { ...globalBehavior.decide(view("GLOBAL", []), task()), candidates };
  expect(compactDecision(decision).candidates).toEqual(LOST.map((_lost, index) => [index + 2, index + 1, 0]));
});

test("of too many candidates the best are kept", () => {
  const count = LIMITS.candidatesStored + 10;
  const candidates = Array.from({ length: count }, (_, index): Candidate => {
    const rank = index < 5 ? null : count - index;
    return { instance: index + 2, tags: 0, textScore: null, load: 0, rank, lostBecause: null };
  });
  const decision: Decision = { ...globalBehavior.decide(view("GLOBAL", []), task()), candidates };
  const kept = expandDecision(compactDecision(decision)).candidates;
  expect(kept.map(({ rank }) => rank)).toEqual(
    Array.from({ length: LIMITS.candidatesStored }, (_, at) => at + 1),
  );
});
