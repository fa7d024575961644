import { expect, test } from "vitest";
import { Roster } from "../../machines/routing/roster.ts";
import { child } from "../support/routing-given.ts";

test("a roster counts the open hops to all its children, through every change", () => {
  const one = child(2, "one", { ownOpen: 2 });
  const roster = Roster.of([one, child(3, "two", { ownOpen: 1, room: 0 })]);
  expect(roster.ownOpen).toBe(3);
  one.ownOpen = 5;
  roster.set(2, one);
  roster.set(2, { ...one, status: "paused", ownOpen: 4 });
  expect(roster.ownOpen).toBe(5);
  roster.delete(3);
  roster.delete(3);
  expect([roster.ownOpen, roster.size, roster.count("PROJECT")]).toEqual([4, 1, 1]);
});

test("a child stands where its last news put it, under the name it has now", () => {
  const roster = Roster.of([
    child(2, "one"),
    child(3, "two", { room: 0 }),
    child(4, "three", { status: "paused" }),
  ]);
  const standing = (): number[][] =>
    (["open", "full", "down"] as const).map((one) => [
      ...(roster.standing(one).get("PROJECT")?.keys() ?? []),
    ]);
  expect(standing()).toEqual([[2], [3], [4]]);
  roster.set(2, child(2, "first", { room: 0 }));
  roster.set(3, child(3, "two", { room: 1 }));
  roster.delete(4);
  expect(standing()).toEqual([[3], [2], []]);
  expect([roster.named("one"), roster.named("first")?.child, roster.named("three")]).toEqual([
    undefined,
    2,
    undefined,
  ]);
});

test("a name that has passed to another child is that one's", () => {
  const roster = Roster.of([child(2, "one"), child(3, "one")]);
  expect([roster.delete(2), roster.delete(2), roster.named("one")?.child]).toEqual([true, false, 3]);
});
