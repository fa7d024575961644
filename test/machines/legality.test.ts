import { describe, expect, test } from "vitest";
import { allowedParents, givesWorkTo, hasQueue, mayGiveWork, mayParent } from "../../machines/legality.ts";
import { SCOPES, type Scope } from "../../machines/records/instance.ts";

/** The table of spec/domain.md 2.3, written down a second time: "child < parent" and "giver > taker". */
const MAY_BE_BELOW = new Set([
  "GLOBAL < none",
  ...["PROJECT", "FAMILY", "EVENT", "FEDERATED"].flatMap((child) => [`${child} < none`, `${child} < GLOBAL`]),
  ...["none", "GLOBAL", "FAMILY"].map((parent) => `PERSONAL < ${parent}`),
  ...["none", "PROJECT", "EVENT"].map((parent) => `ORCHESTRATION < ${parent}`),
]);
const MAY_GIVE = new Set([
  ...["PROJECT", "PERSONAL", "FAMILY", "EVENT", "FEDERATED"].map((taker) => `GLOBAL > ${taker}`),
  "PROJECT > ORCHESTRATION",
  "EVENT > ORCHESTRATION",
  "FAMILY > PERSONAL",
]);
const PAIRS = SCOPES.flatMap((one) => SCOPES.map((other): [Scope, Scope] => [one, other]));

describe("who may be below whom", () => {
  test.each(PAIRS)("%s below %s", (child, parent) => {
    expect(mayParent(child, parent)).toBe(MAY_BE_BELOW.has(`${child} < ${parent}`));
  });

  test.each(SCOPES)("%s may be a root", (scope) => {
    expect(mayParent(scope, null)).toBe(true);
  });

  test.each(PAIRS)(
    "the list of parents allowed for %s has %s exactly when it may be one",
    (child, parent) => {
      expect(allowedParents(child).includes(parent)).toBe(mayParent(child, parent));
    },
  );
});

describe("who gives work to whom", () => {
  test.each(PAIRS)("%s to %s", (from, to) => {
    expect(mayGiveWork(from, to)).toBe(MAY_GIVE.has(`${from} > ${to}`));
    expect(givesWorkTo(from).includes(to)).toBe(mayGiveWork(from, to));
  });

  test("only to scopes that may be below it", () => {
    const giving = PAIRS.filter(([from, to]) => mayGiveWork(from, to));
    expect(giving.filter(([from, to]) => !mayParent(to, from))).toEqual([]);
  });
});

test("all scopes but GLOBAL and FEDERATED have a queue", () => {
  expect(SCOPES.filter((scope) => !hasQueue(scope))).toEqual(["GLOBAL", "FEDERATED"]);
});
