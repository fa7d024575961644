import { describe, expect, it } from "vitest";
import {
  claimOne,
  crashAndRestart,
  delegationsOf,
  eventsOf,
  expectSound,
  names,
  refusal,
  spawnTree,
  statusIn,
  statusOf,
  tree,
} from "../support/spawned.ts";

describe("a task routed from GLOBAL over PROJECT to ORCHESTRATION", () => {
  it("given room everywhere, when it is added, then it is queued at the bottom in one chain of events", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect(statusIn(now)).toBe("queued@build");
    expect(now.delegationChain).toEqual(["id-global", "id-webapp", "id-build"]);
    expect(await delegationsOf(h, task.id)).toEqual([
      "route global>webapp accepted",
      "route webapp>build accepted",
    ]);
    expect(names(await eventsOf(h, task.id))).toEqual([
      "task.created",
      "routing.decided",
      "delegation.pending",
      "delegation.accepted",
      "routing.decided",
      "delegation.pending",
      "delegation.accepted",
      "task.queued",
    ]);
    await expectSound(h);
  });

  it("given its events, when their causes are followed, then each leads back to the command", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const events = await eventsOf(h, task.id);
    const byCursor = new Map(events.map((event) => [event.cursor, event]));
    for (const event of events) {
      let cause = event.cause;
      for (let step = 0; cause !== null && byCursor.has(cause); step += 1) {
        expect(step).toBeLessThan(events.length);
        cause = byCursor.get(cause)?.cause ?? null;
      }
      expect(cause, event.event).toMatch(/^C-\d+$/u);
    }
    await expectSound(h);
  });

  it("given it is completed below, then its delegations close upward with its result and the holder counts it", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token, result: { ok: true } });
    expect(await delegationsOf(h, task.id)).toEqual([
      "route global>webapp completed:succeeded",
      "route webapp>build completed:succeeded",
    ]);
    const { items } = await h.tasks.delegations(task.id);
    expect(items.map((hop) => hop.result?.output)).toEqual([{ ok: true }, { ok: true }]);
    const end = (await eventsOf(h, task.id)).slice(-3);
    expect(end.map(({ event, instanceId }) => `${event}@${instanceId}`)).toEqual([
      "task.completed@id-build",
      "delegation.completed@id-build",
      "delegation.completed@id-webapp",
    ]);
    expect((await h.instances.get("build")).counts).toMatchObject({ done: 1, queued: 0, claimed: 0 });
    expect((await h.instances.get("webapp")).counts).toMatchObject({ done: 0, pending: 0 });
    await expectSound(h);
  });

  it("given a crash, then it is where it was and is completed there", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    await crashAndRestart(h);
    expect(await statusOf(h, task.id)).toBe("queued@build");
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token, result: 1 });
    expect(await statusOf(h, task.id)).toBe("done@build");
    await expectSound(h);
  });
});

describe("a task that is delegated without a target", () => {
  it("given it is held by hand, then routing chooses", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    expect(await statusOf(h, task.id)).toBe("pending(manual)@global");
    const hop = await h.tasks.delegate(task.id);
    expect([hop.targetName, hop.status]).toEqual(["webapp", "accepted"]);
    await expectSound(h);
  });

  it("given no child at all, then it is refused", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    expect(await refusal(h.tasks.delegate(task.id))).toBe("no_route");
    expect(await delegationsOf(h, task.id)).toEqual([]);
    await expectSound(h);
  });
});
