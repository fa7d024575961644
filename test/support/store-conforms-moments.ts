import { describe, expect, test } from "vitest";
import type { Given } from "./store-chapter.ts";
import { givenDone, givenHop, givenInstance, givenMail, givenResult, givenTask, NOW } from "./store-given.ts";

/** What is due and when, what is under a lease, and what nothing is under way for. */
export function momentsConform(given: Given): void {
  describe("moments", () => {
    test("nothing is due in a new store", async () => {
      expect(await given.store.nextDue()).toBeNull();
      expect(await given.store.due(NOW, 10)).toEqual([]);
      expect(await given.store.mail(NOW, 0, 10)).toEqual([]);
    });

    test("tasks, pending hops and instances come due, the soonest first, each with its keeper", async () => {
      await given.commit({
        instances: { changed: [givenInstance(1, { wakeAt: NOW + 20 })] },
        tasks: {
          added: [
            givenTask(1, { deadlineAt: NOW + 30 }),
            givenTask(2, {
              status: "claimed",
              leaseExpiresAt: NOW + 10,
              leaseKind: "worker",
              attemptEndsAt: NOW + 99,
            }),
            givenTask(3, { status: "queued", leaseExpiresAt: null, attemptEndsAt: NOW + 1 }),
            givenTask(4),
          ],
        },
        delegations: {
          added: [
            givenHop(1, { task: 4, seq: 1, source: 1, target: 2, status: "accepted", expiresAt: NOW + 1 }),
            givenHop(2, { task: 4, seq: 2, expiresAt: NOW + 15 }),
          ],
        },
      });
      expect(await given.store.nextDue()).toBe(NOW + 10);
      expect(await given.store.due(NOW + 9, 10)).toEqual([]);
      expect(await given.store.due(NOW + 30, 10)).toEqual([
        { kind: "task", actor: 4, task: 2, at: NOW + 10 },
        { kind: "delegation", actor: 4, task: 4, delegation: 2, at: NOW + 15 },
        { kind: "instance", actor: 1, at: NOW + 20 },
        { kind: "task", actor: 4, task: 1, at: NOW + 30 },
      ]);
      expect(await given.store.due(NOW + 30, 2)).toHaveLength(2);
    });

    test("what was decided or ended is due no more", async () => {
      await given.commit({
        tasks: { added: [givenTask(1, { deadlineAt: NOW })] },
        delegations: { added: [givenHop(1, { expiresAt: NOW })] },
      });
      await given.commit({
        tasks: { moved: [givenDone(1, { deadlineAt: NOW, version: 2 })] },
        delegations: { changed: [givenHop(1, { status: "accepted", version: 2 })] },
        results: [givenResult(1)],
      });
      expect(await given.store.due(NOW + 1, 10)).toEqual([]);
      expect(await given.store.nextDue()).toBeNull();
    });

    test("a moment is due when it was asked before it was written, sooner than those known", async () => {
      const due = async (now: number) => (await given.store.due(now, 10)).map(({ at }) => at);
      await given.commit({ tasks: { added: [givenTask(1, { deadlineAt: NOW + 100 })] } });
      expect(await due(NOW)).toEqual([]);
      await given.commit({ tasks: { added: [givenTask(2, { deadlineAt: NOW + 50 }), givenTask(3)] } });
      expect(await due(NOW + 49)).toEqual([]);
      expect(await due(NOW + 50)).toEqual([NOW + 50]);
      await given.commit({ tasks: { moved: [givenTask(2, { deadlineAt: null, version: 2 })] } });
      expect(await due(NOW + 60)).toEqual([]);
      await given.commit({ delegations: { added: [givenHop(1, { task: 3, seq: 1, expiresAt: NOW + 70 })] } });
      expect(await due(NOW + 69)).toEqual([]);
      expect(await due(NOW + 70)).toEqual([NOW + 70]);
      await given.commit({
        delegations: { changed: [givenHop(1, { task: 3, seq: 1, status: "accepted", version: 2 })] },
        tasks: { edited: [givenTask(1, { deadlineAt: NOW + 65, version: 2 })] },
      });
      expect(await due(NOW + 65)).toEqual([NOW + 65]);
      await given.commit({ instances: { changed: [givenInstance(1, { wakeAt: NOW + 61, version: 2 })] } });
      expect(await due(NOW + 64)).toEqual([NOW + 61]);
    });

    test("messages come in order of number from the moment they are due", async () => {
      await given.commit({
        mail: {
          added: [
            givenMail(1, {}, { deliverAt: NOW + 10 }),
            givenMail(2),
            givenMail(3, {}, { deliverAt: NOW + 5 }),
            givenMail(4),
          ],
        },
      });
      const due = async (now: number, after: number, limit = 10) =>
        (await given.store.mail(now, after, limit)).map(({ no }) => no);
      expect(await due(NOW, 0)).toEqual([2, 4]);
      expect(await due(NOW + 5, 0)).toEqual([2, 3, 4]);
      expect(await due(NOW + 10, 0)).toEqual([1, 2, 3, 4]);
      expect(await due(NOW + 10, 2)).toEqual([3, 4]);
      expect(await due(NOW + 10, 0, 2)).toEqual([1, 2]);
      expect(await given.store.nextDue()).toBe(0);
      await given.commit({ mail: { done: [2, 4] } });
      expect(await given.store.nextDue()).toBe(NOW + 5);
    });

    test("leases of the owner's own workers are found", async () => {
      const lease = { leaseExpiresAt: NOW + 1, epoch: 1 };
      await given.commit({
        tasks: {
          added: [
            givenTask(1, { status: "claimed", leaseKind: "own", ...lease }),
            givenTask(2, { status: "in_progress", leaseKind: "worker", ...lease }),
            givenTask(3, {
              status: "in_progress",
              leaseKind: "own",
              process: { pid: 1, startedAt: "12" },
              ...lease,
            }),
            givenTask(4),
          ],
        },
      });
      expect((await given.store.ownLeases()).map(({ no }) => no)).toEqual([1, 3]);
    });

    test("a task is stuck when nothing is under way for it", async () => {
      const pending = { status: "pending" } as const;
      await given.commit({
        tasks: {
          added: [
            givenTask(1, pending),
            givenTask(2, { ...pending, heldReason: "manual" }),
            givenTask(3, {
              ...pending,
              heldReason: "awaiting_acceptance",
              holder: 2,
              keeper: 4,
              pendingHop: 1,
            }),
            givenTask(4, { ...pending, heldReason: "awaiting_acceptance" }),
            givenTask(5, { ...pending, deadlineAt: NOW + 1 }),
            givenTask(6, pending),
            givenTask(7, { status: "blocked", dependsOn: [1], waitsFor: [1] }),
            givenTask(8, { status: "blocked", dependsOn: [1], waitsFor: [1] }),
            givenTask(9, { status: "blocked", blockedByHand: true }),
            givenTask(10, { status: "waiting" }),
            givenTask(11, { status: "waiting" }),
            givenTask(12, { parentTask: 11 }),
            givenTask(13, { status: "claimed" }),
            givenTask(14, { ...pending, heldReason: "no_capacity" }),
            givenTask(15, { ...pending, holder: null }),
          ],
        },
        delegations: { added: [givenHop(1, { task: 3, seq: 1 })] },
        watches: [{ task: 1, dependent: 7 }],
        mail: {
          added: [givenMail(1, { message: { type: "timer.task", task: 6 } }, { deliverAt: NOW + 99 })],
        },
      });
      const stuck = async (limit: number) => (await given.store.queries.stuck(limit)).map(({ task }) => task);
      expect((await stuck(99)).toSorted((a, b) => a - b)).toEqual([1, 4, 8, 10, 15]);
      expect(await stuck(2)).toHaveLength(2);
      const all = await given.store.queries.stuck(99);
      expect(all.find(({ task }) => task === 15)).toEqual({ task: 15, keeper: 0 });
    });

    test("a dependent whose dependency has ended is stuck unless it is being told", async () => {
      await given.commit({
        tasks: {
          added: [givenDone(1), givenTask(2, { status: "blocked", dependsOn: [1], waitsFor: [1] })],
        },
        results: [givenResult(1)],
        watches: [{ task: 1, dependent: 2 }],
      });
      expect(await given.store.queries.stuck(9)).toEqual([{ task: 2, keeper: 4 }]);
      const told = { type: "dependency.settled", task: 2, dependency: 1, status: "done" } as const;
      await given.commit({ mail: { added: [givenMail(1, { message: told })] } });
      expect(await given.store.queries.stuck(9)).toEqual([]);
    });
  });
}
