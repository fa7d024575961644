import { expect, test } from "vitest";
import { describeDecision } from "../../machines/routing/describe.ts";
import { createScopeRegistry } from "../../machines/scopes/registry.ts";
import { child, task, view } from "./routing-given.ts";

const NAMES = new Map([
  [1, "hopper-global"],
  [2, "webapp"],
]);

test.each([
  [task({ tags: ["frontend"] }), "hopper-global → webapp  route  matched tag frontend"],
  [task({ project: "nowhere" }), "hopper-global  hold no_route  no child named nowhere"],
])("a decision in one line", (given, line) => {
  const global = view("GLOBAL", [child(2, "webapp", { capabilities: ["frontend"] })]);
  const decision = createScopeRegistry().behaviorFor("GLOBAL").decide(global, given);
  expect(describeDecision(decision, (no) => NAMES.get(no) ?? "?")).toBe(line);
});

test("a decision to handle in one line", () => {
  const decision = createScopeRegistry().behaviorFor("PERSONAL").decide(view("PERSONAL", []), task());
  expect(describeDecision(decision, () => "ada")).toBe("ada  handle  on the list");
});
