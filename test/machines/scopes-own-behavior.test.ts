import { describe, expect, test } from "vitest";
import type { Decision } from "../../machines/messages/decision.ts";
import type { RosterEntry } from "../../machines/records/instance.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { rankCandidates } from "../../machines/routing/router.ts";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { create, delegate, handle, hold } from "../../machines/scopes/decisions.ts";
import { createScopeRegistry } from "../../machines/scopes/registry.ts";
import { child, task, view } from "../support/routing-given.ts";

/** A project that does small things itself, asks a person before it deploys, and grows when all below it are full. */
const releaseTrain: ScopeBehavior = {
  name: "release-train",
  decide(seen, given) {
    if (given.tags.includes("deploy"))
      return hold(seen, given, { held: "manual", reason: "somebody says go" });
    if (given.priority === "low") return handle(seen, given, "too small to pass on");
    const ranking = rankCandidates(seen, given, { scopes: ["ORCHESTRATION"] });
    if (ranking.best !== null) return delegate(seen, given, ranking);
    if (ranking.why === "full") return create(seen, given, `${ranking.reason}, one more`, ranking);
    return hold(seen, given, { held: "no_route", reason: ranking.reason }, ranking);
  },
};

const BUILD = child(2, "build", { scope: "ORCHESTRATION", capabilities: ["ci"] });

function decide(roster: readonly RosterEntry[], given: Partial<RoutableTask> = {}): Decision {
  const registry = createScopeRegistry();
  registry.register("PROJECT", releaseTrain);
  return registry.behaviorFor("PROJECT").decide(view("PROJECT", roster), task(given));
}

describe("a behavior of one's own", () => {
  test.each<[string, RosterEntry[], Partial<RoutableTask>, Partial<Decision>]>([
    ["hold", [BUILD], { tags: ["deploy"] }, { held: "manual", reason: "somebody says go" }],
    ["handle", [BUILD], { priority: "low" }, { reason: "too small to pass on" }],
    ["delegate", [BUILD], { tags: ["ci"] }, { target: 2, reason: "matched tag ci" }],
    ["create", [{ ...BUILD, room: 0 }], {}, { reason: "all are full, one more" }],
    ["hold", [], {}, { held: "no_route", reason: "no child" }],
  ])("may %s", (action, roster, given, expected) => {
    expect(decide(roster, given)).toEqual({
      action,
      instance: 1,
      target: null,
      held: null,
      rule: null,
      unmatched: false,
      routingRound: 1,
      candidates: expect.any(Array) as unknown,
      ...expected,
    });
  });

  test("keeps with its decision who was considered, where it ranked", () => {
    expect(decide([{ ...BUILD, room: 0 }]).candidates).toMatchObject([{ instance: 2, lostBecause: "full" }]);
    expect(decide([BUILD], { priority: "low" }).candidates).toEqual([]);
  });

  test("holds for a person what only the load would place, where the configuration says so", () => {
    const seen = view("PROJECT", [BUILD], { config: { unmatched: "hold" } });
    expect(releaseTrain.decide(seen, task({ tags: ["cobol"] }))).toMatchObject({
      action: "hold",
      held: "no_route",
      unmatched: true,
    });
  });
});
