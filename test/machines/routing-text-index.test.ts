import { describe, expect, test } from "vitest";
import { createTextIndex, TEXT_LIMITS } from "../../machines/routing/text-index.ts";
import { child } from "../support/routing-given.ts";

const ROSTER = [
  child(2, "webapp", {
    capabilities: ["frontend", "React"],
    description: "Pages of the shop, the login too",
  }),
  child(3, "api-backend", { capabilities: ["node.js"], domains: ["payments"] }),
  child(4, "it", { capabilities: ["C", "42"], description: null }),
];
const index = createTextIndex(ROSTER);

function found(title: string, description: string | null = null): number[] {
  return [...index.scores(title, description).keys()].toSorted((a, b) => a - b);
}

describe("the text index of a roster", () => {
  test.each([
    ["a capability", "Write REACT hooks", [2]],
    ["a name", "The webapp is slow", [2]],
    ["a part of a name", "new API", [3]],
    ["a domain", "refund payments", [3]],
    ["a description", "Login: broken!", [2]],
    ["words of two children", "login fails in the backend", [2, 3]],
    ["nothing in common", "Water the plants", []],
    ["a word that only looks like one", "Lagin", []],
    ["an empty title", "", []],
  ])("finds children by %s", (_what, title, expected) => {
    expect(found(title)).toEqual(expected);
  });

  test("reads the description as well as the title", () => {
    expect(found("Fix it", "It is about the payments.")).toEqual([3]);
  });

  test("overlooks stop words, numbers and single letters, in tasks and in children", () => {
    expect(found("the of it, 42, c")).toEqual([]);
  });

  test("splits at punctuation of other scripts too", () => {
    expect(found("「login」、payments。")).toEqual([2, 3]);
  });

  test("scores are above 0, and higher for more and rarer words", () => {
    const scores = index.scores("frontend login, then payments", null);
    expect(scores.get(2)).toBeGreaterThan(scores.get(3) ?? Number.NaN);
    expect(scores.get(3)).toBeGreaterThan(0);
    expect(scores.has(4)).toBe(false);
  });

  test("even a word that everybody has scores above 0", () => {
    const many = createTextIndex(Array.from({ length: 2_000 }, (_, no) => child(no + 2, `shop-${no}`)));
    const scores = [...many.scores("shop", null).values()];
    expect(scores).toHaveLength(2_000);
    expect(Math.min(...scores)).toBeGreaterThan(0);
  });

  test("children alike score alike", () => {
    const alike = createTextIndex([child(2, "shop-worker-1"), child(3, "shop-worker-2")]);
    const scores = alike.scores("A shop", null);
    expect(scores.get(2)).toBe(scores.get(3));
  });

  test("says by which words a child was found, in the order of the task", () => {
    expect(index.words("Login page of the frontend", null, 2)).toEqual(["login", "frontend"]);
    expect(index.words("Login page", null, 3)).toEqual([]);
    expect(index.words("Nothing", null, 2)).toEqual([]);
  });

  test("gives the same answer when asked about other tasks in between", () => {
    const one = [...index.scores("login", null)];
    index.scores("payments", null);
    index.scores("", null);
    expect([...index.scores("login", null)]).toEqual(one);
  });

  test("reads no more of a task than its limits", () => {
    const titleFull = "x".repeat(TEXT_LIMITS.titleChars);
    const descriptionFull = "x".repeat(TEXT_LIMITS.descriptionChars);
    expect(found(`${titleFull} login`, `${descriptionFull} payments`)).toEqual([]);
  });

  test("an empty roster finds nobody", () => {
    expect(createTextIndex([]).scores("login", "page").size).toBe(0);
  });

  test("reads the roster when it is first asked, and not again", () => {
    const changing = child(2, "webapp", { capabilities: ["payments"] });
    const made = createTextIndex([changing]);
    changing.capabilities = ["frontend"];
    expect(made.scores("frontend", null).has(2)).toBe(true);
    changing.capabilities = ["payments"];
    expect(made.scores("frontend", null).has(2)).toBe(true);
  });
});
