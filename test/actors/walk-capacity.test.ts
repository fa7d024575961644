import { describe, expect, test } from "vitest";
import {
  claimOne,
  expectSound,
  grown,
  hopsOf,
  names,
  storyOf,
  tree,
  whereIs,
} from "../support/hopper-given.ts";

const TINY = { max_concurrent_tasks: 1, max_queued_tasks: 0 };
const PROJECT = { auto_create_orchestrations: false };

describe("orchestrations that are full", () => {
  test("given room for two, when six tasks storm in, then two run and four are held for capacity", async () => {
    const h = await grown([tree({ a: TINY, b: TINY }, PROJECT)]);
    const { items } = await h.tasks.addBatch(
      Array.from({ length: 6 }, (_, n) => ({ title: `t${n}`, instanceId: "webapp" })),
    );
    await h.settle();
    const places = await Promise.all(items.map((task) => whereIs(h, task)));
    expect(places.toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "pending(no_capacity)@webapp"),
      "queued@a",
      "queued@b",
    ]);
    await expectSound(h);
  });

  test("given held tasks, when capacity is freed, then each is offered again until all are done", async () => {
    const h = await grown([tree({ a: TINY, b: TINY }, PROJECT)]);
    const { items } = await h.tasks.addBatch(
      Array.from({ length: 6 }, (_, n) => ({ title: `t${n}`, instanceId: "webapp" })),
    );
    await h.settle();
    for (let round = 0; round < 3; round += 1) {
      for (const at of ["a", "b"]) {
        const { task, lease } = await claimOne(h, at);
        await h.tasks.complete(task.id, { leaseToken: lease.token });
      }
      await h.advance("2m");
    }
    for (const task of items) expect((await h.tasks.get(task.id)).status).toBe("done");
    await expectSound(h);
  });

  test("given one place, when it is freed, then priority decides who gets it", async () => {
    const h = await grown([tree({ a: TINY }, PROJECT)]);
    await h.tasks.add({ title: "first", instanceId: "webapp" });
    const low = await h.tasks.add({ title: "low", instanceId: "webapp", priority: "low" });
    const urgent = await h.tasks.add({ title: "urgent", instanceId: "webapp", priority: "urgent" });
    await h.settle();
    const { task, lease } = await claimOne(h, "a");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.advance("2m");
    expect(await whereIs(h, urgent)).toBe("queued@a");
    expect(await whereIs(h, low)).toBe("pending(no_capacity)@webapp");
    await expectSound(h);
  });

  test("given the roster did not know yet, then a rejection says how full, and the next candidate is tried", async () => {
    const h = await grown([tree({ a: TINY, b: TINY }, PROJECT)]);
    const direct = await Promise.all([
      h.tasks.add({ title: "x", instanceId: "a" }),
      h.tasks.add({ title: "y", instanceId: "webapp" }),
      h.tasks.add({ title: "z", instanceId: "webapp" }),
    ]);
    await h.settle();
    const places = await Promise.all(direct.map((task) => whereIs(h, task)));
    expect(places.filter((one) => one.startsWith("queued"))).toHaveLength(2);
    for (const task of direct) {
      const { items } = await h.tasks.delegations(task.id);
      for (const hop of items.filter(({ status }) => status === "rejected"))
        expect(hop.reason).toEqual({ code: "at_capacity", text: "at capacity (1/1)" });
    }
    await expectSound(h);
  });

  test("given a full orchestration, when a task is created there, then it is held and queued when there is room", async () => {
    const h = await grown([tree({ a: TINY }, PROJECT)]);
    await h.tasks.add({ title: "x", instanceId: "a" });
    const second = await h.tasks.add({ title: "y", instanceId: "a" });
    expect(await whereIs(h, second)).toBe("pending(no_capacity)@a");
    const { task, lease } = await claimOne(h, "a");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    expect(await whereIs(h, second)).toBe("queued@a");
    await expectSound(h);
  });

  test("given routed offers wait for a person, when it expires, then the next is asked, and the end is a hold", async () => {
    const manual = { acceptance: "manual" as const };
    const h = await grown([tree({ a: manual, b: manual }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    await h.advance("61s");
    expect((await hopsOf(h, task)).map((hop) => hop.split(" ").at(-1))).toEqual([
      "rejected:expired",
      "pending",
    ]);
    await h.advance("61s");
    expect(names(await storyOf(h, task)).filter((name) => name === "delegation.rejected")).toHaveLength(2);
    await expectSound(h);
  });
});
