import { describe, expect, test } from "vitest";
import { WorkerQueue, type QueueEntry } from "../../../machines/queues/worker-queue.ts";
import { PRIORITIES } from "../../../machines/records/task.ts";

function entry(no: number, more: Partial<QueueEntry> = {}): QueueEntry {
  return { no, priority: "medium", arrival: no, notBefore: null, tags: [], runs: false, ...more };
}

function queueOf(...entries: QueueEntry[]): WorkerQueue {
  const queue = new WorkerQueue();
  for (const one of entries) queue.add(one);
  return queue;
}

/** What workers get one after the other at this moment. */
function drain(queue: WorkerQueue, now: number): number[] {
  const got: number[] = [];
  for (let no = queue.first(now); no !== null; no = queue.first(now)) {
    got.push(no);
    queue.remove(no);
  }
  return got;
}

describe("a worker queue", () => {
  test("is empty at first", () => {
    const queue = new WorkerQueue();
    expect([queue.size, queue.first(0), queue.nextAt(0)]).toEqual([0, null, null]);
  });

  test("gives the urgent first, then high, medium and low, each in order of arrival", () => {
    const queue = queueOf(
      entry(1, { priority: "low" }),
      entry(2),
      entry(3, { priority: "urgent" }),
      entry(4, { priority: "high" }),
      entry(5, { priority: "urgent" }),
      entry(6),
    );
    expect(drain(queue, 0)).toEqual([3, 5, 4, 2, 6, 1]);
  });

  test("gives a requeued task its old place", () => {
    const queue = queueOf(entry(1), entry(2), entry(3));
    queue.remove(1);
    queue.add(entry(4));
    queue.add(entry(1));
    expect(drain(queue, 0)).toEqual([1, 2, 3, 4]);
  });

  test("orders equal arrivals by number", () => {
    expect(drain(queueOf(entry(2, { arrival: 7 }), entry(1, { arrival: 7 })), 0)).toEqual([1, 2]);
  });

  test("passes over what is not claimable yet, which keeps its place", () => {
    const queue = queueOf(entry(1, { notBefore: 500 }), entry(2), entry(3));
    expect([queue.first(499), queue.nextAt(499)]).toEqual([2, 500]);
    expect([queue.first(500), queue.nextAt(500)]).toEqual([1, null]);
    expect(drain(queue, 500)).toEqual([1, 2, 3]);
  });

  test("says when the soonest of those waiting becomes claimable", () => {
    const queue = queueOf(
      entry(1, { notBefore: 300 }),
      entry(2, { notBefore: 200 }),
      entry(3, { notBefore: 200 }),
    );
    expect(queue.nextAt(0)).toBe(200);
    expect(drain(queue, 250)).toEqual([2, 3]);
    expect(queue.nextAt(250)).toBe(300);
    expect(queue.remove(1)).toBe(true);
    expect(queue.nextAt(250)).toBe(null);
  });

  test("gives a worker what it can do, whatever the case of a tag", () => {
    const queue = queueOf(
      entry(1, { tags: ["Java"] }),
      entry(2, { priority: "low", tags: ["SQL", "java"] }),
      entry(3, { priority: "low" }),
    );
    const able = (...tags: string[]) => ({ able: new Set(tags), runs: false });
    expect(queue.first(0, able("java"))).toBe(1);
    expect(queue.first(0, able("sql"))).toBe(3);
    expect(queue.first(0, able())).toBe(3);
    queue.remove(1);
    queue.remove(3);
    expect([queue.first(0, able("java")), queue.first(0, able("java", "sql"))]).toEqual([null, 2]);
    expect(queue.size).toBe(1);
  });

  test("gives a worker that runs commands what has one", () => {
    const queue = queueOf(
      entry(1),
      entry(2, { runs: true, tags: ["a"] }),
      entry(3, { runs: true, notBefore: 9 }),
    );
    const runs = { able: null, runs: true };
    expect([queue.first(0, runs), queue.nextAt(0, runs)]).toEqual([2, 9]);
    queue.remove(2);
    queue.remove(3);
    expect([queue.first(0, runs), queue.nextAt(0, runs), queue.first(0)]).toEqual([null, null, 1]);
  });

  test("files what asks for several tags under the one that is rarest there", () => {
    const customers = Array.from({ length: 300 }, (_, no) =>
      entry(no + 1, { tags: ["area", `customer-${no}`] }),
    );
    const queue = queueOf(...customers);
    let asked = 0;
    // Every kind that is looked at asks whether the worker can do its tags.
    class Counted extends Set<string> {
      override has(tag: string): boolean {
        asked += 1;
        return super.has(tag);
      }
    }
    const able = new Counted(["area", "customer-299"]);
    expect(queue.first(0, { able, runs: false })).toBe(300);
    expect(asked).toBeLessThan(10);
  });

  test("moves a task that is added again to where it is put now", () => {
    const queue = queueOf(entry(1), entry(2), entry(3, { notBefore: 900 }));
    queue.add(entry(2, { priority: "urgent" }));
    queue.add(entry(3, { priority: "high" }));
    expect(queue.size).toBe(3);
    expect(drain(queue, 0)).toEqual([2, 3, 1]);
  });

  test("knows what it has, and says whether there was something to remove", () => {
    const queue = queueOf(entry(1));
    expect([queue.has(1), queue.has(2), queue.remove(2), queue.remove(1), queue.has(1)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test("removes what had to wait and has become claimable", () => {
    const queue = queueOf(entry(1, { notBefore: 10 }));
    expect(queue.first(10)).toBe(1);
    expect([queue.remove(1), queue.size, queue.first(10)]).toEqual([true, 0, null]);
  });

  test("keeps the order of thousands that come one after the other", () => {
    const all = Array.from({ length: 2_000 }, (_, no) => no);
    const queue = queueOf(...all.map((no) => entry(no)));
    expect(drain(queue, 0)).toEqual(all);
  });

  test("keeps the order of thousands, whichever way they come", () => {
    const count = 5_000;
    const queue = new WorkerQueue();
    // 1_237 has no divisor in common with the count: every number once, out of order.
    for (let step = 0; step < count; step += 1) {
      const no = (step * 1_237) % count;
      queue.add(entry(no, { priority: PRIORITIES[no % 2] ?? "low", notBefore: no % 3 === 0 ? no : null }));
    }
    const all = Array.from({ length: count }, (_, no) => no);
    const expected = [...all.filter((no) => no % 2 === 0), ...all.filter((no) => no % 2 === 1)];
    expect(drain(queue, count)).toEqual(expected);
    expect(queue.size).toBe(0);
  });
});
