import { describe, expect, test } from "vitest";
import type { Given } from "./store-chapter.ts";
import {
  givenDone,
  givenEvent,
  givenHop,
  givenInstance,
  givenMail,
  givenResult,
  givenRoster,
  givenTally,
  givenTask,
  NOW,
} from "./store-given.ts";

/** What is committed is there, once and whole. */
export function commitsConform(given: Given): void {
  describe("commits", () => {
    test("a new store has no rows and counts from zero; what was committed survives the process", async () => {
      await given.commit({ counters: { task: 7, position: 0 }, tasks: { added: [givenTask(7)] } });
      const before = given.store.id;
      await given.reopen();
      expect(given.store.id).toBe(before);
      expect(given.store.generation).toBe(1);
      expect(await given.store.counters()).toMatchObject({ task: 7, position: 0 });
      expect(await given.store.task(7)).toEqual(givenTask(7));
      expect(await given.store.task(8)).toBeNull();
    });

    test("a refused commit leaves nothing behind, and the next one works", async () => {
      const doomed = {
        tasks: { added: [givenTask(1), givenTask(1)] },
        events: [givenEvent(1, { actor: "cli:eve" })],
      };
      await expect(given.commit(doomed)).rejects.toMatchObject({ name: "CommitError", kind: "unique" });
      expect(await given.store.task(1)).toBeNull();
      await given.commit({ tasks: { added: [givenTask(1)] }, events: [givenEvent(1, { actor: "cli:eve" })] });
      const { items } = await given.store.queries.events({ since: 0, limit: 10 });
      expect(items.map(({ actor }) => actor)).toEqual(["cli:eve"]);
      const filtered = await given.store.queries.events({ since: 0, limit: 10, names: ["task.created"] });
      expect(filtered.items).toEqual(items);
    });

    test("the directory names every instance, also terminated ones", async () => {
      await given.commit({
        instances: {
          added: [givenInstance(6, { status: "terminated" })],
          changed: [givenInstance(1, { name: "root" })],
        },
      });
      const directory = await given.store.directory("all");
      expect(directory.map(({ no }) => no)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await given.store.directory()).map(({ no }) => no)).toEqual([1, 2, 3, 4, 5]);
      const { id, name } = givenInstance(6);
      for (const by of [{ no: 6 }, { id }, { ended: name }])
        expect(await given.store.directoryEntry(by)).toEqual(directory[5]);
      expect((await given.store.directoryEntry({ no: 1 }))?.name).toBe("root");
      for (const by of [{ no: 7 }, { id: "none" }, { ended: "root" }])
        expect(await given.store.directoryEntry(by)).toBeNull();
      expect(directory[0]).toEqual({
        no: 1,
        id: givenInstance(1).id,
        name: "root",
        scope: "GLOBAL",
        type: "persistent",
        status: "running",
        parent: null,
        root: 1,
      });
    });

    test("an actor comes back with its own row and every open row it keeps", async () => {
      const offered = givenTask(2, { status: "pending", holder: 2, keeper: 4, pendingHop: 2 });
      await given.commit({
        tasks: { added: [givenTask(1), offered, givenDone(3), givenTask(4, { holder: 5 })] },
        delegations: {
          added: [
            givenHop(1, { task: 1, status: "accepted", seq: 1 }),
            givenHop(2, { task: 2, seq: 1 }),
            givenHop(3, { task: 3, seq: 1, status: "completed" }),
          ],
        },
        results: [givenResult(3)],
        roster: { kept: [givenRoster(2, 4), givenRoster(2, 5, { room: 0 })], ended: [] },
        tallies: [givenTally(4, { queued: 1, done: 1 })],
      });
      const four = await given.store.actor(4);
      expect(four?.instance.name).toBe("instance-4");
      expect(four?.tasks.map(({ no }) => no)).toEqual([1, 2]);
      expect(four?.hops.map(({ no }) => no)).toEqual([1, 2]);
      expect(four?.offers).toEqual([]);
      expect(four?.tally).toEqual(givenTally(4, { queued: 1, done: 1 }));
      const two = await given.store.actor(2);
      expect(two?.offers.map(({ no, task, target }) => [no, task, target])).toEqual([[2, 2, 4]]);
      expect(two?.roster.map(({ child, room }) => [child, room])).toEqual([
        [4, 5],
        [5, 0],
      ]);
      expect(two?.tally).toEqual(givenTally(2));
      expect(await given.store.actor(99)).toBeNull();
    });

    test("a tally and a roster entry are replaced", async () => {
      await given.commit({
        tallies: [givenTally(4, { queued: 1 })],
        roster: { kept: [givenRoster(2, 4)], ended: [] },
      });
      await given.commit({
        tallies: [givenTally(4, { done: 1 })],
        roster: { kept: [givenRoster(2, 4, { room: 1, name: "new" })], ended: [] },
      });
      expect(await given.store.queries.tally(4)).toEqual(givenTally(4, { done: 1 }));
      expect(await given.store.queries.tallies()).toEqual([givenTally(4, { done: 1 })]);
      expect((await given.store.actor(2))?.roster).toEqual([givenRoster(2, 4, { room: 1, name: "new" })]);
    });

    test("a final task shows the result of its round, an earlier round keeps its own", async () => {
      const error = { code: "failed", message: "it broke" };
      const failed = givenTask(1, { status: "failed", outcome: "failed", error, completedAt: NOW });
      await given.commit({
        tasks: { added: [failed] },
        results: [givenResult(1, { outcome: "failed", value: null, error })],
      });
      expect(await given.store.task(1)).toEqual(failed);
      const again = givenTask(1, { round: 2, version: 2 });
      await given.commit({ tasks: { moved: [again] } });
      expect(await given.store.task(1)).toEqual(again);
      const done = givenDone(1, { round: 2, version: 3 });
      await given.commit({ tasks: { moved: [done] }, results: [givenResult(1, { round: 2 })] });
      expect(await given.store.task(1)).toEqual(done);
      expect((await given.store.queries.resultsOf(1)).map(({ round, outcome }) => [round, outcome])).toEqual([
        [1, "failed"],
        [2, "succeeded"],
      ]);
    });

    test("an error while others are tried is kept with the open task", async () => {
      const error = { code: "timeout", message: "too slow", details: { after: 3 } };
      await given.commit({ tasks: { added: [givenTask(1)] } });
      await given.commit({ tasks: { moved: [givenTask(1, { error, firstError: error, version: 2 })] } });
      expect(await given.store.task(1)).toMatchObject({ error, firstError: error });
    });

    test("a moved task keeps what was asked; an edited one has it changed, with its tags and dependencies", async () => {
      const first = givenTask(2, { tags: ["a", "b"], dependsOn: [1, 3], description: "long", waitsFor: [1] });
      await given.commit({ tasks: { added: [givenTask(1), first, givenTask(3)] } });
      await given.commit({
        tasks: { moved: [{ ...first, title: "ignored", tags: [], status: "claimed", version: 2 }] },
      });
      expect(await given.store.task(2)).toEqual({ ...first, status: "claimed", version: 2 });
      const next = {
        ...first,
        title: "new",
        tags: ["b", "c"],
        dependsOn: [3],
        description: null,
        payload: "{}",
        version: 3,
      };
      await given.commit({ tasks: { edited: [next] } });
      expect(await given.store.task(2)).toEqual(next);
      const page = async (tag: string) => {
        const { items } = await given.store.queries.tasks({
          limit: 10,
          cursor: null,
          count: false,
          tags: [tag],
        });
        return items.map(({ no }) => no);
      };
      expect([await page("a"), await page("b"), await page("c")]).toEqual([[], [2], [2]]);
    });

    test("rows that are changed must be there", async () => {
      const missing = [
        { tasks: { moved: [givenTask(9)] } },
        { tasks: { edited: [givenTask(9)] } },
        { instances: { changed: [givenInstance(9)] } },
        { delegations: { changed: [givenHop(9)] } },
      ];
      for (const part of missing)
        await expect(given.commit(part)).rejects.toMatchObject({ kind: "constraint" });
    });

    test("delegations of a task come in order of seq, with their rows by number", async () => {
      await given.commit({
        tasks: { added: [givenTask(1)] },
        delegations: {
          added: [
            givenHop(5, {
              seq: 2,
              status: "rejected",
              reasonCode: "declined",
              reasonText: "no",
              previous: 4,
            }),
            givenHop(4, { seq: 1, source: 1, target: 2, status: "accepted" }),
          ],
        },
      });
      expect((await given.store.queries.delegationsOf(1)).map(({ no }) => no)).toEqual([4, 5]);
      expect(await given.store.delegation(5)).toMatchObject({ reasonCode: "declined", reasonText: "no" });
      expect(await given.store.queries.delegation(6)).toBeNull();
    });

    test("who waits for a task is told, however often it was said", async () => {
      await given.commit({ tasks: { added: [givenTask(1), givenTask(2), givenTask(3)] } });
      await given.commit({
        watches: [
          { task: 1, dependent: 3 },
          { task: 1, dependent: 2 },
        ],
      });
      await given.commit({ watches: [{ task: 1, dependent: 3 }] });
      expect(await given.store.watches(1, 0, 10)).toEqual([
        { task: 1, dependent: 2 },
        { task: 1, dependent: 3 },
      ]);
      expect(await given.store.watches(2, 0, 10)).toEqual([]);
    });

    test("a key is found with the answer of its command, as soon as there is one", async () => {
      const key = { caller: "token-1", key: "k", fingerprint: "abc", command: 17, at: NOW };
      await given.commit({ keys: [key] });
      expect(await given.store.commandByKey("token-1", "k")).toEqual({ ...key, answer: null });
      expect(await given.store.commandByKey("token-2", "k")).toBeNull();
      await given.commit({ answers: [{ command: 17, body: '{"ok":true}', at: NOW + 5 }] });
      await given.reopen();
      expect(await given.store.commandByKey("token-1", "k")).toEqual({ ...key, answer: '{"ok":true}' });
    });

    test("keys are forgotten with their answers when they are old, some at a time", async () => {
      const key = (command: number) => ({
        caller: "a",
        key: `k${command}`,
        fingerprint: "f",
        command,
        at: NOW + command,
      });
      await given.commit({
        keys: [key(1), key(2), key(3), key(4)],
        answers: [{ command: 1, body: "{}", at: NOW }],
      });
      expect(await given.store.forgetKeys(NOW + 4, 2)).toBe(2);
      expect(await given.store.forgetKeys(NOW + 4, 2)).toBe(1);
      expect(await given.store.forgetKeys(NOW + 4, 2)).toBe(0);
      expect(await given.store.commandByKey("a", "k3")).toBeNull();
      expect(await given.store.commandByKey("a", "k4")).toEqual({ ...key(4), answer: null });
      await given.commit({ answers: [{ command: 1, body: "{}", at: NOW }] });
    });

    test("messages wait in the mailbox of their actor until they are done", async () => {
      const asked = givenMail(2, {
        to: 5,
        from: null,
        by: "cli:ada",
        cause: -3,
        reply: { command: 3, keyed: true },
      });
      await given.commit({ mail: { added: [givenMail(1), asked, givenMail(3)] } });
      expect(await given.store.queries.mailbox(5, 10)).toEqual([asked]);
      expect((await given.store.queries.mailbox(4, 1)).map(({ no }) => no)).toEqual([1]);
      await given.commit({ mail: { done: [1] } });
      expect((await given.store.queries.mailbox(4, 10)).map(({ no }) => no)).toEqual([3]);
    });

    test("a dead letter that dies again is the same letter", async () => {
      const letter = { no: 4, envelope: givenMail(4).envelope, error: "boom", at: NOW, times: 1 };
      await given.commit({ deadLetters: [letter] });
      await given.commit({ deadLetters: [{ ...letter, times: 2, at: NOW + 1 }] });
      const page = await given.store.queries.deadLetters({ limit: 10, cursor: null, count: true });
      expect(page).toEqual({ items: [{ ...letter, times: 2, at: NOW + 1 }], nextCursor: null, total: 1 });
    });

    test("closing twice is closing once", async () => {
      await given.store.checkpoint();
      const { store } = given;
      await given.reopen();
      await store.close();
      await store.close();
      expect(await given.store.queries.instance(1)).toEqual(givenInstance(1));
    });
  });
}
