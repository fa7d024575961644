import { describe, expect, test } from "vitest";
import { HeldQueue } from "../../../machines/queues/held-queue.ts";
import type { Ranked } from "../../../machines/queues/rank.ts";
import type { Priority } from "../../../machines/records/task.ts";

function ranked(no: number, priority: Priority = "medium"): Ranked {
  return { no, priority, arrival: no };
}

/** What is looked at one after the other. */
function walk(held: HeldQueue, ...awaited: Parameters<HeldQueue["add"]>[1][]): number[] {
  const seen: number[] = [];
  for (let next = held.next(awaited, null); next !== null; next = held.next(awaited, next))
    seen.push(next.no);
  return seen;
}

describe("held tasks", () => {
  test("are looked at by priority, then first in first out, over all groups that are asked", () => {
    const held = new HeldQueue();
    held.add(ranked(1), "room");
    held.add(ranked(2, "urgent"), "child:web");
    held.add(ranked(3), "child:web");
    held.add(ranked(4, "urgent"), "room");
    held.add(ranked(5), "person");
    expect(walk(held, "room", "child:web")).toEqual([2, 4, 1, 3]);
    expect(walk(held, "room")).toEqual([4, 1]);
    expect(walk(held, "child:api")).toEqual([]);
    expect([...held.groups()]).toEqual(["room", "child:web", "person"]);
  });

  test("that are filed again stand where they are put now, once", () => {
    const held = new HeldQueue();
    held.add(ranked(1), "room");
    held.add(ranked(2), "room");
    held.add(ranked(2), "room");
    held.add(ranked(2, "high"), "room");
    held.add(ranked(1), "child");
    expect([held.size, walk(held, "room"), walk(held, "child")]).toEqual([2, [2], [1]]);
    held.remove(1);
    held.remove(1);
    expect([held.has(1), held.has(2), [...held.groups()]]).toEqual([false, true, ["room"]]);
  });

  test("of one group may be put into another", () => {
    const held = new HeldQueue();
    held.add(ranked(2), "room");
    for (const no of [3, 1]) held.add(ranked(no), "child");
    held.merge("child", "room");
    held.merge("child", "room");
    expect([walk(held, "room"), [...held.groups()]]).toEqual([[1, 2, 3], ["room"]]);
  });

  test("are walked on from where the walk stopped, though that one is gone, over thousands", () => {
    const held = new HeldQueue();
    for (let no = 1; no <= 2_000; no += 1) held.add(ranked(no), no % 2 === 0 ? "room" : "match");
    const seen: number[] = [];
    let last: Ranked | null = null;
    for (let next = held.next(["room"], last); next !== null; next = held.next(["room"], last)) {
      held.remove(next.no);
      seen.push(next.no);
      last = next;
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, index) => (index + 1) * 2));
    expect(held.size).toBe(1_000);
  });
});
