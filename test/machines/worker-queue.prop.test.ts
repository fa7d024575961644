import fc from "fast-check";
import { expect, test } from "vitest";
import { PRIORITIES } from "../../machines/records/task.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import { WorkerQueue, type QueueEntry } from "../../machines/worker-queue.ts";

const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 400);

/** A list that is sorted whenever somebody looks: what a worker queue does, said in the simplest way. */
class ModelQueue {
  entries: QueueEntry[] = [];

  add(entry: QueueEntry): void {
    this.remove(entry.no);
    this.entries.push(entry);
  }

  remove(no: TaskNo): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.no !== no);
    return this.entries.length < before;
  }

  inOrder(): QueueEntry[] {
    return this.entries.toSorted(
      (a, b) =>
        PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
        a.arrival - b.arrival ||
        a.no - b.no,
    );
  }

  first(now: number, accept: (no: TaskNo) => boolean): TaskNo | null {
    return this.inOrder().find((entry) => Number(entry.notBefore) <= now && accept(entry.no))?.no ?? null;
  }

  nextAt(now: number, accept: (no: TaskNo) => boolean): number | null {
    const later = this.entries
      .filter(({ no }) => accept(no))
      .map((entry) => Number(entry.notBefore))
      .filter((at) => at > now);
    return later.length === 0 ? null : Math.min(...later);
  }
}

type Step =
  | { readonly do: "add"; readonly entry: QueueEntry }
  | { readonly do: "remove"; readonly no: TaskNo }
  | { readonly do: "claim"; readonly modulus: number }
  | { readonly do: "wait"; readonly ms: number };

/** Few numbers, arrivals and moments, so that they meet. */
const entry: fc.Arbitrary<QueueEntry> = fc.record({
  no: fc.integer({ min: 1, max: 40 }),
  priority: fc.constantFrom(...PRIORITIES),
  arrival: fc.integer({ min: 1, max: 30 }),
  notBefore: fc.option(fc.integer({ min: 1, max: 100 })),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), entry }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("remove" as const), no: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim" as const), modulus: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 30 }) }),
  },
);

test("K3: a worker queue gives what a sorted list gives, by priority, then first in first out", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new WorkerQueue();
      const model = new ModelQueue();
      let now = 0;
      for (const one of steps) {
        const { ms, said, expected } = carryOut(one, { queue, model, now });
        now += ms;
        expect(said).toEqual(expected);
        expect(queue.size).toBe(model.entries.length);
        expect([...queue.inOrder()]).toEqual(model.inOrder().map(({ no }) => no));
        expect(queue.nextAt(now)).toBe(model.nextAt(now, () => true));
        expect(queue.nextAt(now, isEven)).toBe(model.nextAt(now, isEven));
        expect(queue.first(now)).toBe(model.first(now, () => true));
      }
    }),
    { numRuns: RUNS },
  );
});

const isEven = (no: TaskNo): boolean => no % 2 === 0;

interface Both {
  readonly queue: WorkerQueue;
  readonly model: ModelQueue;
  readonly now: number;
}

/** Does a step to both: the ms that pass by it, and what each of them said. */
function carryOut(one: Step, { queue, model, now }: Both): { ms: number; said: unknown; expected: unknown } {
  switch (one.do) {
    case "add":
      queue.add(one.entry);
      model.add(one.entry);
      return { ms: 0, said: queue.has(one.entry.no), expected: true };
    case "remove":
      return { ms: 0, said: queue.remove(one.no), expected: model.remove(one.no) };
    case "claim": {
      const accept = (no: TaskNo): boolean => no % one.modulus === 0;
      const said = queue.first(now, accept);
      const expected = model.first(now, accept);
      if (said !== null) queue.remove(said);
      if (expected !== null) model.remove(expected);
      return { ms: 0, said, expected };
    }
    case "wait":
      return { ms: one.ms, said: null, expected: null };
  }
}

test("nobody overtakes within a priority, and no block boundary shows, with many in one lane", () => {
  const arrivals = fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), {
    minLength: 1_000,
    maxLength: 2_500,
  });
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 2, max: 5 }), (given, every) => {
      const queue = new WorkerQueue();
      for (const arrival of given) queue.add({ no: arrival, priority: "high", arrival, notBefore: null });
      for (const [index, no] of given.entries()) if (index % every === 0) queue.remove(no);
      const left = given.filter((_, index) => index % every !== 0).toSorted((a, b) => a - b);
      expect([...queue.inOrder()]).toEqual(left);
    }),
    { numRuns: Math.ceil(RUNS / 20) },
  );
});
