import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sameJson } from "../../machines/policies/same-json.ts";

/** The same value with the keys of its objects the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

test("JSON is the same whatever the order of its keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(sameJson(JSON.stringify(value), JSON.stringify(turned(value)))).toBe(true);
    }),
  );
});

test.each([
  ["1", "2"],
  ['"1"', "1"],
  ["[]", "{}"],
  ["[1,2]", "[2,1]"],
  ["[1]", "[1,1]"],
  ['{"a":1}', '{"b":1}'],
  ['{"a":null}', "{}"],
  ['{"a":{"b":1}}', '{"a":{"b":2}}'],
  ["null", "{}"],
  ["{}", "null"],
])("%s is not %s", (a, b) => {
  expect(sameJson(a, b)).toBe(false);
});

test("none is none, and nothing else", () => {
  expect([sameJson(null, null), sameJson(null, "1"), sameJson("1", null)]).toEqual([true, false, false]);
});
