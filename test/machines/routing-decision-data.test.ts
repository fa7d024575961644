import { expect, test } from "vitest";
import type { Candidate, Decision } from "../../machines/messages/decision.ts";
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
  const stored: unknown = JSON.parse(JSON.stringify(compactDecision(decision)));
  expect(expandDecision(stored as { [key: string]: unknown })).toEqual(decision);
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
