import fc from "fast-check";
import { expect, test } from "vitest";
import { PRIORITIES } from "../../../machines/records/task.ts";
import type { TaskNo } from "../../../machines/records/values.ts";
import { WorkerQueue, type QueueEntry, type Wanted } from "../../../machines/queues/worker-queue.ts";

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

  #wanted({ able, runs }: Wanted): QueueEntry[] {
    return this.entries
      .filter((entry) => (!runs || entry.runs) && (able === null || entry.tags.every((tag) => able.has(tag))))
      .toSorted(
        (a, b) =>
          PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
          a.arrival - b.arrival ||
          a.no - b.no,
      );
  }

  first(now: number, wanted: Wanted = ANYTHING): TaskNo | null {
    return this.#wanted(wanted).find(({ notBefore }) => Number(notBefore) <= now)?.no ?? null;
  }

  nextAt(now: number, wanted: Wanted = ANYTHING): number | null {
    const later = this.#wanted(wanted)
      .map((entry) => Number(entry.notBefore))
      .filter((at) => at > now);
    return later.length === 0 ? null : Math.min(...later);
  }
  inOrder(now: number): TaskNo[] {
    const all = this.#wanted(ANYTHING);
    const isLater = ({ notBefore }: QueueEntry): boolean => Number(notBefore) > now;
    const later = all.filter(isLater).toSorted((a, b) => Number(a.notBefore) - Number(b.notBefore));
    return [...all.filter((entry) => !isLater(entry)), ...later].map(({ no }) => no);
  }

  oldest(): number | null {
    return this.entries.length === 0 ? null : Math.min(...this.entries.map(({ arrival }) => arrival));
  }
}

const ANYTHING: Wanted = { able: null, runs: false };

type Step =
  | { readonly do: "add"; readonly entry: QueueEntry }
  | { readonly do: "remove"; readonly no: TaskNo }
  | { readonly do: "claim"; readonly wanted: Wanted }
  | { readonly do: "wait"; readonly ms: number };

const tag = fc.constantFrom("a", "b", "c", "d");
const wanted: fc.Arbitrary<Wanted> = fc.record({
  able: fc.option(fc.uniqueArray(tag).map((tags) => new Set(tags))),
  runs: fc.boolean(),
});

/** Few numbers, arrivals and moments, so that they meet. */
const entry: fc.Arbitrary<QueueEntry> = fc.record({
  no: fc.integer({ min: 1, max: 40 }),
  priority: fc.constantFrom(...PRIORITIES),
  arrival: fc.integer({ min: 1, max: 30 }),
  notBefore: fc.option(fc.integer({ min: 1, max: 100 })),
  tags: fc.uniqueArray(tag, { maxLength: 3 }),
  runs: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), entry }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("remove" as const), no: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim" as const), wanted }),
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
        expect([...queue.inOrder(now)]).toEqual(model.inOrder(now));
        const oldest = queue.oldest();
        expect(model.entries.find(({ no }) => no === oldest)?.arrival ?? null).toBe(model.oldest());
        expect(queue.nextAt(now)).toBe(model.nextAt(now));
        expect(queue.first(now)).toBe(model.first(now));
        for (const some of SOME) {
          expect(queue.nextAt(now, some)).toBe(model.nextAt(now, some));
          expect(queue.first(now, some)).toBe(model.first(now, some));
        }
      }
    }),
    { numRuns: RUNS },
  );
});

const SOME: readonly Wanted[] = [
  { able: new Set(["a", "b"]), runs: false },
  { able: null, runs: true },
];

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
      const said = queue.first(now, one.wanted);
      const expected = model.first(now, one.wanted);
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
      for (const arrival of given)
        queue.add({ no: arrival, priority: "high", arrival, notBefore: null, tags: [], runs: false });
      for (const [index, no] of given.entries()) if (index % every === 0) queue.remove(no);
      const left = given.filter((_, index) => index % every !== 0).toSorted((a, b) => a - b);
      const got: TaskNo[] = [];
      for (let no = queue.first(0); no !== null; no = queue.first(0)) {
        got.push(no);
        queue.remove(no);
      }
      expect(got).toEqual(left);
    }),
    { numRuns: Math.ceil(RUNS / 20) },
  );
});
