import { expect, test } from "vitest";
import { compareRules, ruleFor } from "../../machines/routing/rules.ts";
import { child, rule, task } from "./routing-given.ts";

const WEBAPP = child(2, "webapp");

test("a rule is for the child it names, when it is enabled and matches", () => {
  const asked: unknown[] = [];
  const urgent = rule("urgent", "webapp", {
    matches: (one, candidate) => {
      asked.push(candidate);
      return one.priority === "urgent";
    },
  });
  expect(ruleFor([urgent], task({ priority: "urgent" }), WEBAPP)).toBe(urgent);
  expect(ruleFor([urgent], task({ priority: "low" }), WEBAPP)).toBe(null);
  expect(ruleFor([urgent], task({ priority: "urgent" }), child(3, "api"))).toBe(null);
  expect(ruleFor([{ ...urgent, enabled: false }], task({ priority: "urgent" }), WEBAPP)).toBe(null);
  expect(asked).toEqual([WEBAPP, WEBAPP]);
});

test("of several rules the one of the highest priority counts, among equals the first", () => {
  const rules = [
    rule("one", "webapp", { priority: 1 }),
    rule("two", "webapp", { priority: 2 }),
    rule("also two", "webapp", { priority: 2 }),
    rule("three, not for this", "webapp", { priority: 3, matches: () => false }),
  ];
  expect(ruleFor(rules, task(), WEBAPP)?.name).toBe("two");
});

test("candidates with a rule go before those without, then by its priority, then by its place", () => {
  const low = rule("low", "a", { priority: 1 });
  const high = rule("high", "b", { priority: 5 });
  const alsoLow = rule("also low", "c", { priority: 1 });
  const rules = [low, high, alsoLow];
  const sorted = [null, alsoLow, low, high].toSorted((a, b) => compareRules(rules, a, b));
  expect(sorted).toEqual([high, low, alsoLow, null]);
  expect(compareRules(rules, null, low)).toBeGreaterThan(0);
  expect(compareRules(rules, low, low)).toBe(0);
});
