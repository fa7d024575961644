import { describe, expect, test } from "vitest";
import { walkAll, WHOLE, type Given } from "./store-chapter.ts";
import { givenEvent, givenHop, givenInstance, givenMail, givenTask, NOW } from "./store-given.ts";

/** Lists of instances, delegations and dead letters, and the journal. */
export function listsConform(given: Given): void {
  describe("other lists", () => {
    test("instances are listed in order of creation, terminated ones when asked for", async () => {
      await given.commit({
        instances: {
          added: [
            givenInstance(6, { status: "terminated", description: "the old Garden" }),
            givenInstance(7, {
              parent: 1,
              depth: 2,
              root: 1,
              scope: "PERSONAL",
              type: "ephemeral",
              status: "paused",
            }),
          ],
        },
      });
      const nos = async (filter: object, limit = 100) =>
        (await walkAll((page) => given.store.queries.instances({ ...filter, ...page }), limit)).map(
          ({ no }) => no,
        );
      for (const limit of [1, 2, 100]) {
        expect(await nos({}, limit)).toEqual([1, 2, 3, 4, 5, 7]);
        expect(await nos({ all: true }, limit)).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(await nos({ status: ["terminated", "paused"] }, limit)).toEqual([6, 7]);
        expect(await nos({ scope: ["PROJECT"] }, limit)).toEqual([2, 3]);
        expect(await nos({ parent: 1 }, limit)).toEqual([2, 3, 7]);
        expect(await nos({ parent: 1, all: true, type: ["ephemeral"] }, limit)).toEqual([7]);
        expect(await nos({ q: "garden", all: true }, limit)).toEqual([6]);
        expect(await nos({ q: "NCE-4" }, limit)).toEqual([4]);
      }
      const counted = await given.store.queries.instances({ ...WHOLE, count: true, scope: ["PROJECT"] });
      expect(counted.total).toBe(2);
    });

    test("delegations are listed the newest first, by status, instance and direction", async () => {
      await given.commit({
        tasks: { added: [givenTask(1), givenTask(2)] },
        delegations: {
          added: [
            givenHop(1, { source: 1, target: 2, status: "accepted" }),
            givenHop(2, { status: "rejected" }),
            givenHop(3, { target: 5, status: "accepted" }),
            givenHop(4, { task: 2, source: 1, target: 2, status: "completed" }),
            givenHop(5, { task: 2 }),
          ],
        },
      });
      const nos = async (filter: object, limit = 100) =>
        (await walkAll((page) => given.store.queries.delegations({ ...filter, ...page }), limit)).map(
          ({ no }) => no,
        );
      for (const limit of [1, 2, 100]) {
        expect(await nos({}, limit)).toEqual([5, 4, 3, 2, 1]);
        expect(await nos({ status: ["accepted"] }, limit)).toEqual([3, 1]);
        expect(await nos({ status: ["pending"] }, limit)).toEqual([5]);
        expect(await nos({ status: ["rejected", "completed"] }, limit)).toEqual([4, 2]);
        expect(await nos({ instance: 2 }, limit)).toEqual([5, 4, 3, 2, 1]);
        expect(await nos({ instance: 2, direction: "incoming" }, limit)).toEqual([4, 1]);
        expect(await nos({ instance: 2, direction: "outgoing" }, limit)).toEqual([5, 3, 2]);
        expect(await nos({ instance: 2, direction: "outgoing", status: ["pending"] }, limit)).toEqual([5]);
        expect(
          await nos({ instance: 2, direction: "incoming", status: ["pending", "accepted"] }, limit),
        ).toEqual([1]);
        expect(await nos({ instance: 4, direction: "all", status: ["pending"] }, limit)).toEqual([5]);
      }
      expect(
        (await given.store.queries.delegations({ ...WHOLE, count: true, status: ["accepted"] })).total,
      ).toBe(2);
      expect((await given.store.queries.delegations({ ...WHOLE, count: true })).total).toBe(5);
    });

    test("dead letters are listed the newest first", async () => {
      const letter = (no: number) => ({
        no,
        envelope: givenMail(no).envelope,
        error: "boom",
        at: NOW,
        times: 1,
      });
      await given.commit({ deadLetters: [letter(1), letter(2), letter(3)] });
      const walked = await walkAll((page) => given.store.queries.deadLetters(page), 2);
      expect(walked).toEqual([letter(3), letter(2), letter(1)]);
    });

    test("events are read from a position on, and `next` says where to go on", async () => {
      const events = Array.from({ length: 40 }, (_, index) =>
        givenEvent(index + 1, {
          name: index % 4 === 0 ? "task.completed" : "task.created",
          instance: index % 3,
          task: index % 5 === 0 ? null : index % 5,
        }),
      );
      await given.commit({ events });
      const read = async (filter: object, limit: number) => {
        const found: number[] = [];
        let since = 0;
        for (let more = true; more;) {
          const page = await given.store.queries.events({ ...filter, since, limit });
          expect(page.next).toBeGreaterThanOrEqual(since);
          found.push(...page.items.map(({ position }) => position));
          ({ next: since, more } = page);
        }
        expect(since).toBe(40);
        return found;
      };
      const wanted = (fits: (event: (typeof events)[number]) => boolean) =>
        events.filter(fits).map(({ position }) => position);
      for (const limit of [1, 3, 40, 100]) {
        expect(await read({}, limit)).toEqual(wanted(() => true));
        expect(await read({ instance: 2 }, limit)).toEqual(wanted((e) => e.instance === 2));
        expect(await read({ names: ["task.completed"] }, limit)).toEqual(
          wanted((e) => e.name === "task.completed"),
        );
        expect(await read({ names: [] }, limit)).toEqual([]);
        expect(await read({ task: 3 }, limit)).toEqual(wanted((e) => e.task === 3));
        expect(await read({ task: 3, instance: 1, names: ["task.created"] }, limit)).toEqual(
          wanted((e) => e.task === 3 && e.instance === 1 && e.name === "task.created"),
        );
      }
      expect(await given.store.queries.events({ since: 40, limit: 5 })).toEqual({
        items: [],
        next: 40,
        more: false,
      });
      expect(await given.store.queries.events({ since: 99, limit: 5 })).toEqual({
        items: [],
        next: 99,
        more: false,
      });
    });

    test("a few events among very many are found in as many looks as there are places with one", async () => {
      const [last, step] = [120_000, 1_500];
      const nameAt = (position: number) => (position % step === 0 ? "task.completed" : "task.created");
      const events = Array.from({ length: last }, (_, index) =>
        givenEvent(index + 1, { name: nameAt(index + 1), instance: (index + 1) % step === 0 ? 5 : 4 }),
      );
      for (let from = 0; from < last; from += 10_000) {
        await given.commit({ events: events.slice(from, from + 10_000) });
      }
      await given.reopen();
      await given.commit({ events: [givenEvent(last + 1, { name: "task.completed", instance: 5 })] });
      const few = events.filter(({ position }) => position % step === 0).map(({ position }) => position);
      const found = [...few, last + 1];
      const look = async (filter: object, since: number, limit: number) => {
        const { items, next } = await given.store.queries.events({ ...filter, since, limit });
        return { found: items.map(({ position }) => position), next };
      };
      const names = ["task.completed"];
      for (const filter of [{ instance: 5 }, { names }, { instance: 5, names }]) {
        const looks: number[][] = [];
        for (let since = 0; since <= last;) {
          const one = await look(filter, since, 500);
          looks.push(one.found);
          since = one.next;
        }
        expect(looks.flat()).toEqual(found);
        expect(looks.map(({ length }) => length)).toEqual([16, 16, 16, 16, 17]);
        expect(await look(filter, step, 2)).toEqual({ found: [2 * step, 3 * step], next: 3 * step });
      }
      expect(await look({ instance: 4, names }, 0, 500)).toEqual({ found: [], next: last + 1 });
    });

    test("an instance's events of rare names are found at one look, in order, whatever the number of names", async () => {
      const words = ["task.failed", "task.created", "task.cancelled", "task.requeued"] as const;
      const events = Array.from({ length: 4_000 }, (_, index) =>
        givenEvent(index + 1, { name: words[index % 4] as (typeof words)[number], instance: index % 3 }),
      );
      await given.commit({ events });
      const names = ["task.cancelled", "task.failed"] as const;
      const wanted = events
        .filter((event) => event.instance === 2 && (event.name === names[0] || event.name === names[1]))
        .map(({ position }) => position);
      const all = await given.store.queries.events({ since: 0, limit: 5_000, instance: 2, names });
      expect(all.items.map(({ position }) => position)).toEqual(wanted);
      expect([all.next, all.more]).toEqual([4_000, false]);
      const some = await given.store.queries.events({
        since: wanted[9] as number,
        limit: 3,
        instance: 2,
        names,
      });
      expect(some.items.map(({ position }) => position)).toEqual(wanted.slice(10, 13));
      expect([some.next, some.more]).toEqual([wanted[12], true]);
      expect(
        (await given.store.queries.events({ since: 0, limit: 9, instance: 2, names: [] })).items,
      ).toEqual([]);
    });
  });
}
