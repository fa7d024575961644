import { expect, test } from "vitest";
import { hasQueue } from "../../machines/legality.ts";
import { SCOPES } from "../../machines/records/instance.ts";
import { createScopeRegistry } from "../../machines/scopes/registry.ts";
import { personalBehavior } from "../../machines/scopes/unrouted.ts";
import { child, task, view } from "../support/routing-given.ts";

test("every scope has a behavior", () => {
  const registry = createScopeRegistry();
  expect(SCOPES.map((scope) => [scope, registry.behaviorFor(scope).name])).toEqual([
    ["GLOBAL", "global"],
    ["PROJECT", "project"],
    ["ORCHESTRATION", "orchestration"],
    ["PERSONAL", "personal"],
    ["FAMILY", "personal"],
    ["EVENT", "personal"],
    ["FEDERATED", "federated"],
  ]);
});

test("a behavior can be replaced, in one registry only", () => {
  const registry = createScopeRegistry();
  registry.register("PROJECT", personalBehavior);
  expect(registry.behaviorFor("PROJECT").name).toBe("personal");
  expect(registry.behaviorFor("PROJECT").decide(view("PROJECT", []), task()).reason).toBe("on the list");
  expect(createScopeRegistry().behaviorFor("PROJECT").name).toBe("project");
});

test.each(["ORCHESTRATION", "PERSONAL"] as const)(
  "%s queues everything, whatever is said of routing",
  (scope) => {
    const behavior = createScopeRegistry().behaviorFor(scope);
    const decision = behavior.decide(
      view(scope, [child(2, "a")], { config: { auto_delegate: false } }),
      task({ route: false, routingRound: 3 }),
    );
    expect(decision).toMatchObject({
      action: "handle",
      held: null,
      target: null,
      routingRound: 3,
      candidates: [],
    });
  },
);

test("no scope without a queue ever handles a task", () => {
  const registry = createScopeRegistry();
  const rosters = [[], [child(2, "a")], [child(2, "a", { room: 0 })], [child(2, "a", { status: "paused" })]];
  for (const scope of SCOPES.filter((some) => !hasQueue(some))) {
    for (const roster of rosters) {
      for (const given of [
        task(),
        task({ project: "b" }),
        task({ refusedBy: [2] }),
        task({ route: false }),
      ]) {
        expect(registry.behaviorFor(scope).decide(view(scope, roster), given).action).not.toBe("handle");
      }
    }
  }
});

/** Throws what other languages' callers may: also what is no error. */
function throwing(thrown: unknown): never {
  const thrower = (function* (): Generator<never, never> {
    for (;;) yield* [];
  })();
  return thrower.throw(thrown).value;
}

test.each([
  [new Error("no such rule"), "no such rule"],
  ["just text", "just text"],
])("a behavior that throws (%s) holds the task for a person and says why", (thrown, text) => {
  const registry = createScopeRegistry();
  registry.register("PROJECT", {
    name: "picky",
    decide: () => throwing(thrown),
  });
  expect(
    registry.behaviorFor("PROJECT").decide(view("PROJECT", []), task({ routingRound: 4 })),
  ).toMatchObject({
    action: "hold",
    held: "message_failed",
    target: null,
    routingRound: 4,
    reason: `the behavior picky failed: ${text}`,
  });
});
