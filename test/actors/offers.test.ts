import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import type { DelegationView, TaskView } from "../../src/views/views.ts";
import {
  delegationsOf,
  eventsOf,
  expectSound,
  names,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** A PROJECT that keeps its tasks, with a child to which a person offers one. */
async function offered(
  from: "queued" | "held" = "queued",
): Promise<{ h: SpawnedHopper; task: TaskView; hop: DelegationView }> {
  const h = await spawnTree([tree({ build: {} }, { auto_delegate: false })]);
  const task = await h.tasks.add({ title: "t", instanceId: "webapp", route: from === "queued" });
  await h.settle();
  const hop = await h.tasks.delegate(task.id, { targetInstanceId: "build" });
  await h.settle();
  return { h, task, hop };
}

describe("an offer of a person to a named child", () => {
  it("given no answer yet, then it waits at its source, in no queue, and takes no second offer", async () => {
    const { h, task, hop } = await offered();
    expect(hop.status).toBe("pending");
    expect(await statusOf(h, task.id)).toBe("pending(awaiting_acceptance)@webapp");
    expect(await h.instances.claim("webapp", { workerId: "w" })).toEqual([]);
    expect(await refusal(h.tasks.delegate(task.id, { targetInstanceId: "build" }))).toBe(
      "pending_delegation_exists",
    );
    await expectSound(h);
  });

  it("given it was queued, when it is accepted, then it is queued at the child, and a second answer is told so", async () => {
    const { h, task, hop } = await offered();
    const accepted = await h.delegations.accept(hop.ref, { note: "mine" });
    expect(accepted.status).toBe("accepted");
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@build");
    expect(await refusal(h.delegations.reject(hop.ref, { reason: "no" }))).toBe("already_decided");
    await expectSound(h);
  });

  it("given it was queued, when it is rejected, then it is queued again with the reason kept", async () => {
    const { h, task, hop } = await offered();
    const rejected = await h.delegations.reject(hop.ref, { reason: "not mine" });
    expect(rejected.reason).toEqual({ code: "declined", text: "not mine" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    expect(names(await eventsOf(h, task.id)).at(-1)).toBe("task.queued");
    await expectSound(h);
  });

  it("given it was held, when it is rejected, then it is held as rejected and not offered again", async () => {
    const { h, task, hop } = await offered("held");
    await h.delegations.reject(hop.ref, { reason: "not mine" });
    await h.advance("10m");
    expect(await statusOf(h, task.id)).toBe("pending(rejected)@webapp");
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build rejected:declined"]);
    await expectSound(h);
  });

  it("given nobody answers for a day, then it expires and the task is back as it was", async () => {
    const { h, task } = await offered();
    await h.advance("23h");
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build pending"]);
    await h.advance("61m");
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build rejected:expired"]);
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    await expectSound(h);
  });

  it("given it is withdrawn, then it is cancelled, the task is back, and accepting comes too late", async () => {
    const { h, task, hop } = await offered();
    await h.delegations.cancel(hop.ref, { reason: "changed my mind" });
    await h.settle();
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build cancelled:withdrawn"]);
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    expect(await refusal(h.delegations.accept(hop.ref))).toBe("already_decided");
    await expectSound(h);
  });

  it("given the task is cancelled, then the offer is cancelled with it", async () => {
    const { h, task } = await offered();
    await h.tasks.cancel(task.id, { reason: "obsolete" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("cancelled@webapp");
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build cancelled:task_cancelled"]);
    await expectSound(h);
  });

  it("given the task is edited, then the edit holds and the offer stays", async () => {
    const { h, task, hop } = await offered();
    const edited = await h.tasks.update(task.id, { title: "new", priority: "high" });
    expect([edited.title, edited.priority, edited.status]).toEqual(["new", "high", "pending"]);
    expect((await h.delegations.get(hop.ref)).status).toBe("pending");
    await h.delegations.accept(hop.ref);
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectSound(h);
  });

  it("given an operator completes the task, then the offer is withdrawn and the task is done at its source", async () => {
    const { h, task } = await offered();
    await h.tasks.complete(task.id, { result: "by hand" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("done@webapp");
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>build cancelled:withdrawn"]);
    await expectSound(h);
  });

  it("given the target is paused, when it is accepted, then that is refused, but rejecting works", async () => {
    const { h, task, hop } = await offered();
    await h.instances.pause("build");
    expect(await refusal(h.delegations.accept(hop.ref))).toBe("instance_not_running");
    await h.delegations.reject(hop.ref, { reason: "closed" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    await expectSound(h);
  });

  it("given it skips a level, leads upward or to itself, then it is refused and stores nothing", async () => {
    const h = await spawnTree([tree()]);
    const top = await h.tasks.add({ title: "top", instanceId: "global", route: false });
    const low = await h.tasks.add({ title: "low", instanceId: "build" });
    for (const [task, to] of [
      [top, "build"],
      [top, "global"],
      [low, "webapp"],
    ] as const) {
      expect(await refusal(h.tasks.delegate(task.id, { targetInstanceId: to }))).toBe("invalid_delegation");
      expect(await delegationsOf(h, task.id)).toEqual([]);
    }
    await expectSound(h);
  });
});

describe("an offer that routing makes", () => {
  it("given it waits for a person, when it expires, then the next child is asked", async () => {
    const manual = { acceptance: "manual" as const };
    const h = await spawnTree([tree({ a: manual, b: manual }, { auto_create_orchestrations: false })]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    await h.advance("61s");
    expect((await delegationsOf(h, task.id)).map((hop) => hop.split(" ").at(-1))).toEqual([
      "rejected:expired",
      "pending",
    ]);
    await h.advance("61s");
    expect(names(await eventsOf(h, task.id)).filter((name) => name === "delegation.rejected")).toHaveLength(
      2,
    );
    await expectSound(h);
  });
});

describe("answers to an offer that come together", () => {
  it("given cancel and complete, then one wins and the other is told", async () => {
    const { h, task } = await offered();
    const [cancelled, completed] = await Promise.allSettled([
      h.tasks.cancel(task.id),
      h.tasks.complete(task.id, { result: 1 }),
    ]);
    expect([cancelled.status, completed.status].sort()).toEqual(["fulfilled", "rejected"]);
    const { status } = await h.tasks.get(task.id);
    expect(status).toBe(cancelled.status === "fulfilled" ? "cancelled" : "done");
    const lost = cancelled.status === "rejected" ? cancelled : completed;
    expect(lost).toMatchObject({ reason: { code: "illegal_transition", facts: { status } } });
    await expectSound(h);
  });

  it("given accept, reject and withdraw, then exactly one settles the offer", async () => {
    const { h, hop } = await offered();
    const ends = await Promise.allSettled([
      h.delegations.accept(hop.ref),
      h.delegations.reject(hop.ref, { reason: "no" }),
      h.delegations.cancel(hop.ref),
    ]);
    expect(ends.filter((end) => end.status === "fulfilled")).toHaveLength(1);
    const lost = ends.filter((end) => end.status === "rejected");
    expect(lost.map(({ reason }) => (reason as { code: string }).code)).toEqual([
      "already_decided",
      "already_decided",
    ]);
    await expectSound(h);
  });

  it("given the offer expires now, when accept, cancel and complete come too, then one end wins", async () => {
    const { h, task, hop } = await offered();
    await h.advance("1439m");
    h.clock.moveTo(h.clock.now() + 60_000);
    const ends = await Promise.allSettled([
      h.delegations.accept(hop.ref),
      h.tasks.cancel(task.id),
      h.tasks.complete(task.id, { result: 1 }),
    ]);
    await h.settle();
    const { status } = await h.tasks.get(task.id);
    const [, cancelled, completed] = ends.map((end) => end.status === "fulfilled");
    expect([cancelled, completed].filter(Boolean)).toHaveLength(1);
    expect(status).toBe(cancelled === true ? "cancelled" : "done");
    expect((await h.delegations.get(hop.ref)).status).not.toBe("pending");
    await expectSound(h);
  });
});
