import { describe, expect, test } from "vitest";
import {
  claimOne,
  expectSound,
  grown,
  hopsOf,
  names,
  refusal,
  tree,
  whereIs,
} from "../support/hopper-given.ts";

const PROJECT = { auto_create_orchestrations: false };

describe("a PROJECT that is terminated while work is claimed below", () => {
  test("given live children, when it is not a cascade, then it is refused and nothing changes", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    expect(await refusal(h.instances.terminate("webapp"))).toBe("has_live_children");
    expect((await h.instances.get("webapp")).status).toBe("running");
    await expectSound(h);
  });

  test("given a claimed task, when it cascades, then the work climbs to the root and the worker hears of it", async () => {
    const h = await grown([tree({ a: {}, b: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    await h.settle();
    const at = (await whereIs(h, task)).split("@")[1] ?? "";
    const { lease } = await claimOne(h, at);
    const gone = await h.instances.terminate("webapp", { cascade: true });
    expect(gone.status).toBe("terminated");
    await h.settle();
    for (const id of ["id-a", "id-b"]) expect((await h.instances.get(id)).status).toBe("terminated");
    expect(await whereIs(h, task)).toBe("pending(no_route)@global");
    expect(await hopsOf(h, task)).toEqual([
      "route global>webapp cancelled:instance_terminated",
      `route webapp>${at} cancelled:instance_terminated`,
    ]);
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await expectSound(h);
  });

  test("given children, when it cascades, then they end first and the parent writes its summary last", async () => {
    const h = await grown([tree({ a: {}, b: {} }, PROJECT)]);
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const ended = (await h.history()).filter(({ event }) => event === "instance.terminated");
    expect(ended).toHaveLength(3);
    expect(ended.at(-1)?.instanceId).toBe("id-webapp");
    expect(names(await h.history()).filter((name) => name === "instance.summary")).toHaveLength(3);
    await expectSound(h);
  });

  test("given a task created below, when it cascades, then it is cancelled, for nobody gave it", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect([now.status, now.error?.code]).toEqual(["cancelled", "instance_terminated"]);
    await expectSound(h);
  });

  test("given an offer that waits, when the target ends, then the offer is rejected and the task is back", async () => {
    const h = await grown([tree({ a: {} }, { ...PROJECT, auto_delegate: false })]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.tasks.delegate(task.id, { targetInstanceId: "a" });
    await h.instances.terminate("a");
    await h.settle();
    expect(await hopsOf(h, task)).toEqual(["route webapp>a rejected:terminated"]);
    expect(await whereIs(h, task)).toBe("queued@webapp");
    await expectSound(h);
  });

  test("given its own offer that waits, when the source ends, then it is withdrawn with the rest", async () => {
    const h = await grown([tree({ a: {} }, { ...PROJECT, auto_delegate: false })]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.tasks.delegate(task.id, { targetInstanceId: "a" });
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect([now.status, now.error?.code]).toEqual(["cancelled", "instance_terminated"]);
    await expectSound(h);
  });
});

describe("ends of a claimed task that meet", () => {
  test("given its deadline and lease pass now, when cancel and complete come together, then one end wins", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    const deadlineAt = new Date(h.clock.now() + 300_000).toISOString();
    const task = await h.tasks.add({ title: "x", instanceId: "a", deadlineAt });
    const { lease } = await claimOne(h, "a");
    h.clock.moveTo(h.clock.now() + 300_000);
    const [cancelled, completed] = await Promise.allSettled([
      h.tasks.cancel(task.id),
      h.tasks.complete(task.id, { leaseToken: lease.token }),
    ]);
    await h.settle();
    const { status } = await h.tasks.get(task.id);
    const winner =
      cancelled.status === "fulfilled" ? "cancelled" : completed.status === "fulfilled" ? "done" : "failed";
    expect(status).toBe(winner);
    expect([cancelled, completed].filter((end) => end.status === "fulfilled").length).toBeLessThan(2);
    const finals = names(await h.history()).filter((name) =>
      ["task.completed", "task.failed", "task.cancelled"].includes(name),
    );
    expect(finals).toHaveLength(1);
    await expectSound(h);
  });
});
