import { describe, expect, test } from "vitest";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import { refusal, type Given } from "./store-chapter.ts";
import { givenDone, givenEvent, givenHop, givenInstance, givenResult, givenTask } from "./store-given.ts";

/** Rules of spec/reliability.md 8.1 that the schema itself keeps (C). */
export function rulesConform(given: Given): void {
  const refused = (part: Parameters<Given["commit"]>[0]) => refusal(given.commit(part));
  const child = (no: number, over: Partial<Instance>): Instance =>
    givenInstance(no, { parent: 1, depth: 2, root: 1, scope: "PROJECT", ...over });

  describe("rules of instances", () => {
    test("I1: a parent is of a listed scope, one level above, of the same tree", async () => {
      const wrong = [
        child(10, { scope: "GLOBAL" }),
        child(10, { scope: "ORCHESTRATION" }),
        child(10, { parent: 2, depth: 3 }),
        child(10, { depth: 3 }),
        child(10, { root: 10 }),
        child(10, { parent: 99 }),
        givenInstance(10, { depth: 2 }),
        givenInstance(10, { root: 1 }),
        child(10, { parent: 4, depth: 4, scope: "PERSONAL" }),
      ];
      for (const instance of wrong) {
        expect(await refused({ instances: { added: [instance] } })).toMatchObject({ kind: "constraint" });
      }
      await given.commit({
        instances: {
          added: [child(11, { scope: "PERSONAL", parent: 10, depth: 3 }), child(10, { scope: "FAMILY" })],
        },
      });
    });

    test("I1: a terminated parent gets no live children", async () => {
      await given.commit({ instances: { added: [child(10, { status: "terminated" })] } });
      const late = child(11, { parent: 10, depth: 3, scope: "ORCHESTRATION" });
      expect(await refused({ instances: { added: [late] } })).toMatchObject({ kind: "constraint" });
      await given.commit({ instances: { added: [{ ...late, status: "terminated" }] } });
    });

    test("a live name is unique, also against ids; a terminated instance gives its name free", async () => {
      const twice = { kind: "unique" };
      const named = (no: number, name: string, over: Partial<Instance> = {}) =>
        givenInstance(no, { name, ...over });
      expect(await refused({ instances: { added: [named(10, "instance-2")] } })).toMatchObject(twice);
      expect(await refused({ instances: { added: [named(10, givenInstance(2).id)] } })).toMatchObject(twice);
      expect(await refused({ instances: { added: [named(10, "x", { id: "instance-2" })] } })).toMatchObject(
        twice,
      );
      expect(
        await refused({ instances: { added: [named(10, "x", { id: givenInstance(2).id })] } }),
      ).toMatchObject(twice);
      expect(await refused({ instances: { changed: [named(1, "instance-2")] } })).toMatchObject(twice);
      expect(await refused({ instances: { changed: [named(1, givenInstance(2).id)] } })).toMatchObject(twice);
      await given.commit({
        instances: {
          changed: [{ ...givenInstance(3), scope: "PROJECT", status: "terminated" }],
          added: [named(10, "instance-3")],
        },
      });
      await given.commit({ instances: { added: [named(11, "own-id", { id: "own-id" })] } });
    });

    test("I3: terminated is final, and nothing becomes created again", async () => {
      await given.commit({ instances: { added: [givenInstance(10, { status: "terminated" })] } });
      for (const status of ["running", "created", "error"] as const) {
        const back = { instances: { changed: [givenInstance(10, { status })] } };
        expect((await refused(back)).rule).toMatch(/^I3/);
      }
      expect(
        (await refused({ instances: { changed: [givenInstance(1, { status: "created" })] } })).rule,
      ).toMatch(/^I3/);
    });
  });

  describe("rules of tasks", () => {
    test("T1: an unassigned task has no origin; a holder exists", async () => {
      const task = givenTask(1, { holder: null, origin: 4 });
      expect(await refused({ tasks: { added: [task] } })).toMatchObject({ kind: "constraint" });
      expect(await refused({ tasks: { added: [givenTask(1, { holder: 99 })] } })).toMatchObject({
        kind: "constraint",
      });
    });

    test("a task depends on tasks that exist, of the same commit too, and not on itself", async () => {
      await given.commit({
        tasks: { added: [givenTask(2, { dependsOn: [1] }), givenTask(1, { dependsOn: [3] }), givenTask(3)] },
      });
      for (const dependsOn of [[9], [4], [1, 1, 99]]) {
        expect(await refused({ tasks: { added: [givenTask(4, { dependsOn })] } })).toMatchObject({
          kind: "constraint",
        });
      }
    });

    test("T2: done is final, failed and cancelled end by a new round only", async () => {
      const ended = (no: number, status: "done" | "failed" | "cancelled"): Task =>
        givenTask(no, { status, outcome: status === "done" ? "succeeded" : status });
      await given.commit({ tasks: { added: [ended(1, "done"), ended(2, "failed"), ended(3, "cancelled")] } });
      const open = (no: number, over: Partial<Task>) => ({
        tasks: { moved: [givenTask(no, { version: 2, ...over })] },
      });
      expect((await refused(open(1, {}))).rule).toMatch(/^T2/);
      expect((await refused(open(1, { round: 2 }))).rule).toMatch(/^T2/);
      expect((await refused(open(1, { status: "failed", outcome: "failed" }))).rule).toMatch(/^T2/);
      expect((await refused(open(2, {}))).rule).toMatch(/^T2/);
      expect((await refused(open(3, { status: "done", outcome: "succeeded" }))).rule).toMatch(/^T2/);
      expect((await refused({ tasks: { edited: [givenTask(1, { version: 2 })] } })).rule).toMatch(/^T2/);
      await given.commit(open(2, { round: 2 }));
      await given.commit(open(3, { round: 2, status: "cancelled", outcome: "cancelled" }));
      await given.commit({ tasks: { moved: [{ ...ended(1, "done"), version: 2 }] } });
    });

    test("L1: epoch, version and round never fall", async () => {
      await given.commit({ tasks: { added: [givenTask(1, { epoch: 5, version: 5, round: 2 })] } });
      for (const over of [{ epoch: 4 }, { version: 4 }, { round: 1 }]) {
        const task = givenTask(1, { epoch: 5, version: 5, round: 2, ...over });
        expect((await refused({ tasks: { moved: [task] } })).rule).toMatch(/^L1/);
      }
    });

    test("T5: one result per task and round", async () => {
      await given.commit({ tasks: { added: [givenDone(1)] }, results: [givenResult(1)] });
      expect(await refused({ results: [givenResult(1)] })).toMatchObject({ kind: "unique" });
      expect(await refused({ results: [givenResult(9)] })).toMatchObject({ kind: "constraint" });
    });

    test("T7: a final task has no lease and no offer", async () => {
      for (const over of [{ leaseExpiresAt: 1 }, { pendingHop: 1 }]) {
        expect((await refused({ tasks: { added: [givenDone(1, over)] } })).rule).toMatch(/^T7/);
      }
    });

    test("ids of tasks are UUIDs, each once", async () => {
      expect(await refused({ tasks: { added: [givenTask(1, { id: "T-1" })] } })).toMatchObject({
        kind: "constraint",
      });
      const two = [givenTask(1), givenTask(2, { id: givenTask(1).id })];
      expect(await refused({ tasks: { added: two } })).toMatchObject({ kind: "unique" });
    });
  });

  describe("rules of delegations", () => {
    const hop = (over: Partial<Delegation>) => ({
      delegations: { added: [givenHop(1, { seq: 1, ...over })] },
    });

    test("D1: one pending hop per task; a decided one makes way in the same commit", async () => {
      await given.commit({ tasks: { added: [givenTask(1)] }, ...hop({}) });
      const second = givenHop(2, { seq: 2, target: 5 });
      expect(await refused({ delegations: { added: [second] } })).toMatchObject({ kind: "unique" });
      await given.commit({
        delegations: { added: [second], changed: [givenHop(1, { seq: 1, status: "rejected", version: 2 })] },
      });
    });

    test("D2, D9: a hop goes to a child, the parent or a sibling, as its type says", async () => {
      await given.commit({ tasks: { added: [givenTask(1)] } });
      const illegal: Partial<Delegation>[] = [
        { source: 2, target: 2 },
        { source: 1, target: 4 },
        { source: 4, target: 2 },
        { source: 3, target: 4, type: "decompose" },
        { source: 2, target: 4, type: "escalate" },
        { source: 4, target: 1, type: "escalate" },
        { source: 4, target: 2, type: "reassign" },
        { source: 4, target: 3, type: "reassign" },
        { source: 1, target: 2, type: "reassign" },
        { source: 2, target: 99 },
        { source: 99, target: 4 },
      ];
      for (const over of illegal)
        expect(await refused(hop(over)), JSON.stringify(over)).toMatchObject({ kind: "constraint" });
      await given.commit({
        delegations: {
          added: [
            givenHop(1, { source: 1, target: 2, status: "accepted" }),
            givenHop(2, { type: "decompose", status: "completed" }),
            givenHop(3, { source: 4, target: 2, type: "escalate", status: "completed" }),
            givenHop(4, { source: 4, target: 5, type: "reassign" }),
          ],
        },
      });
    });

    test("D7: a decided delegation stays decided; its task exists", async () => {
      expect(await refused(hop({}))).toMatchObject({ kind: "constraint" });
      await given.commit({ tasks: { added: [givenTask(1)] }, ...hop({ status: "accepted" }) });
      const to = (status: Delegation["status"]) => ({
        delegations: { changed: [givenHop(1, { seq: 1, status, version: 2 })] },
      });
      expect((await refused(to("pending"))).rule).toMatch(/^D7/);
      expect((await refused(to("rejected"))).rule).toMatch(/^D7/);
      await given.commit(to("completed"));
      expect((await refused(to("cancelled"))).rule).toMatch(/^D7/);
    });
  });

  describe("rules of the journal and of keys", () => {
    test("E1: positions are gapless", async () => {
      await given.commit({ events: [givenEvent(1), givenEvent(2)] });
      for (const events of [[givenEvent(2)], [givenEvent(4)], [givenEvent(3), givenEvent(5)]]) {
        expect((await refused({ events })).rule).toMatch(/^E1/);
      }
      await given.commit({ events: [givenEvent(3)] });
      await given.reopen();
      await given.commit({ events: [givenEvent(4)] });
    });

    test("a key is taken once per caller", async () => {
      const key = { caller: "a", key: "k", fingerprint: "f", command: 1, at: 1 };
      await given.commit({ keys: [key, { ...key, caller: "b", command: 2 }] });
      expect(await refused({ keys: [{ ...key, command: 3 }] })).toMatchObject({ kind: "unique" });
    });

    test("a value that is none is refused, and nothing of the batch stays", async () => {
      const broken = givenTask(2, { title: {} as unknown as string });
      expect(await refused({ tasks: { added: [givenTask(1), broken] } })).toMatchObject({
        kind: "constraint",
      });
      const fraction = givenTask(2, { updatedAt: 1.5 });
      expect(await refused({ tasks: { added: [fraction] } })).toMatchObject({ kind: "constraint" });
      expect(await given.store.task(1)).toBeNull();
    });
  });
}
