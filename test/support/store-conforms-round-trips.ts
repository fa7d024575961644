import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { Entry } from "../../machines/events/entry.ts";
import { evolveTask } from "../../machines/events/evolve.ts";
import type { Fields } from "../../machines/events/field.ts";
import { isFinal } from "../../machines/records/task.ts";
import {
  anyEvent,
  anyHop,
  anyInstance,
  anyNext,
  anyResult,
  anyRoster,
  anyTally,
  anyTask,
} from "./store-arbitraries.ts";
import type { Given } from "./store-chapter.ts";
import { givenTask } from "./store-given.ts";

/** Events that are written by statements of their own. */
const FREQUENT = {
  "task.claimed": { from: "queued", data: { by: "ada", until: 9_000, kind: "hand", ends: 8_000 } },
  "task.completed": { from: "in_progress", data: {} },
} as const;

const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 60);

/** Every field of every record comes back as it was written. */
export function roundTripsConform(given: Given): void {
  describe("round trips", () => {
    /** Each try takes numbers that no earlier one took. */
    function property<T>(
      make: (no: number) => fc.Arbitrary<T>,
      check: (value: T, no: number) => Promise<void>,
    ) {
      let no = 10;
      const values = fc.constant(0).chain(() => {
        no += 1;
        const mine = no;
        return make(mine).map((value) => ({ value, mine }));
      });
      return fc.assert(
        fc.asyncProperty(values, ({ value, mine }) => check(value, mine)),
        { numRuns: RUNS, endOnFailure: true },
      );
    }

    test("of an instance, added and changed", async () => {
      const two = (no: number) => fc.tuple(anyInstance(no), anyInstance(no));
      await property(two, async ([first, second]) => {
        await given.commit({ instances: { added: [first] } });
        expect(await given.store.queries.instance(first.no)).toEqual(first);
        if (first.status === "terminated" || second.status === "created") return;
        const changed = {
          ...second,
          createdBy: first.createdBy,
          createdAt: first.createdAt,
          type: first.type,
        };
        await given.commit({ instances: { changed: [changed] } });
        expect(await given.store.queries.instance(first.no)).toEqual(changed);
      });
    });

    test("of a task, added, moved and edited", async () => {
      const story = (no: number) => anyTask(no).chain((task) => fc.tuple(fc.constant(task), anyNext(task)));
      await property(story, async ([task, next]) => {
        await given.commit({ tasks: { added: [task] } });
        expect(await given.store.task(task.no)).toEqual(task);
        await given.commit({ tasks: { moved: [next.moved] } });
        expect(await given.store.task(task.no)).toEqual(next.moved);
        await given.commit({ tasks: { edited: [next.edited] } });
        expect(await given.store.task(task.no)).toEqual(next.edited);
      });
    });

    test("of a task that one event alone has moved, and of one that more has", async () => {
      const frequent = Object.keys(FREQUENT) as (keyof typeof FREQUENT)[];
      const known = Object.entries<Entry<Fields>>(ENTRIES).filter(
        ([, { task }]) => task?.changes !== undefined,
      );
      expect(known.map(([name]) => name)).toEqual(frequent);
      const story = (no: number) =>
        anyTask(no).chain((task) =>
          fc
            .constantFrom(...frequent)
            .chain((name) =>
              fc.tuple(fc.constant({ name, task: { ...task, status: FREQUENT[name].from } }), anyNext(task)),
            ),
        );
      await property(story, async ([{ name, task }, next]) => {
        const movedBy = new Map([[task.no, name]]);
        await given.commit({ tasks: { added: [task] } });
        const moved = { ...task };
        const event = { name, data: FREQUENT[name].data, position: 7, at: task.updatedAt + 1, instance: 4 };
        evolveTask(moved, event, ENTRIES[name].task?.to);
        await given.commit({ tasks: { moved: [moved], movedBy } });
        expect(await given.store.task(task.no)).toEqual(moved);
        if (isFinal(moved.status)) return;
        const more = { ...next.moved, version: moved.version + 2, epoch: moved.epoch + 1 };
        await given.commit({ tasks: { moved: [more], movedBy } });
        expect(await given.store.task(task.no)).toEqual(more);
      });
    });

    test("of a result and the task that ended with it", async () => {
      await property(anyResult, async (result, no) => {
        const status = result.outcome === "succeeded" ? "done" : result.outcome;
        const { outcome, value, error } = result;
        const task = givenTask(no, { status, outcome, result: value, error });
        await given.commit({ tasks: { added: [task] }, results: [result] });
        expect(await given.store.queries.resultsOf(no)).toEqual([result]);
        expect(await given.store.task(no)).toEqual(task);
      });
    });

    test("of a delegation, added and changed", async () => {
      await given.commit({ tasks: { added: [givenTask(1)] } });
      const two = (no: number) => fc.tuple(anyHop(no), anyHop(no));
      await property(two, async ([first, second], no) => {
        const hop = { ...first, previous: null };
        await given.commit({ delegations: { added: [hop] } });
        expect(await given.store.delegation(no)).toEqual(hop);
        const { decidedAt, completedAt, reasonCode, reasonText, outcome, taskStatus, version } = second;
        const next = { ...hop, decidedAt, completedAt, reasonCode, reasonText, outcome, taskStatus, version };
        await given.commit({ delegations: { changed: [next] } });
        expect(await given.store.queries.delegation(no)).toEqual(next);
      });
    });

    test("of an event", async () => {
      let position = 0;
      const next = fc.constant(0).chain(() => anyEvent(0));
      await fc.assert(
        fc.asyncProperty(fc.array(next, { maxLength: 50 }), async (some) => {
          const since = position;
          const events = some.map((event) => ({ ...event, position: ++position }));
          await given.commit({ events });
          const { items } = await given.store.queries.events({ since, limit: 100 });
          expect(items).toEqual(events);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    });

    test("of a roster entry and a tally", async () => {
      const both = fc.tuple(anyRoster(2, 4), anyTally(4));
      await fc.assert(
        fc.asyncProperty(both, async ([entry, tally]) => {
          await given.commit({ roster: { kept: [entry], ended: [] }, tallies: [tally] });
          const actor = await given.store.actor(2);
          expect(actor?.roster).toEqual([entry]);
          expect(await given.store.queries.tally(4)).toEqual(tally);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    });
  });
}
