import { describe, expect, it } from "vitest";
import {
  BATCHES,
  claimOne,
  crashAndRestart,
  createBelow,
  delegationsOf,
  expectSound,
  names,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

const PROJECT = { auto_create_orchestrations: false };

describe("a PROJECT that is terminated while work is claimed below", () => {
  it("given live children, when it is not a cascade, then it is refused and nothing changes", async () => {
    const h = await spawnTree([tree({ a: {} }, PROJECT)]);
    expect(await refusal(h.instances.terminate("webapp"))).toBe("has_live_children");
    expect((await h.instances.get("webapp")).status).toBe("running");
    await expectSound(h);
  });

  it("given a claimed task, when it cascades, then the work climbs to the root and the worker hears of it", async () => {
    const h = await spawnTree([tree({ a: {}, b: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    await h.settle();
    const at = (await statusOf(h, task.id)).split("@")[1] ?? "";
    const { lease } = await claimOne(h, at);
    const gone = await h.instances.terminate("webapp", { cascade: true });
    expect(gone.status).toBe("terminated");
    await h.settle();
    for (const id of ["id-a", "id-b"]) expect((await h.instances.get(id)).status).toBe("terminated");
    expect(await statusOf(h, task.id)).toBe("pending(no_route)@global");
    expect(await delegationsOf(h, task.id)).toEqual([
      "route global>webapp cancelled:instance_terminated",
      `route webapp>${at} cancelled:instance_terminated`,
    ]);
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await expectSound(h);
  });

  it("given children, when it cascades, then they end first and the parent writes its summary last", async () => {
    const h = await spawnTree([tree({ a: {}, b: {} }, PROJECT)]);
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const ended = (await h.history()).filter(({ event }) => event === "instance.terminated");
    expect(ended).toHaveLength(3);
    expect(ended.at(-1)?.instanceId).toBe("id-webapp");
    expect(names(await h.history()).filter((name) => name === "instance.summary")).toHaveLength(3);
    await expectSound(h);
  });

  it("given a task created below, when it cascades, then it is cancelled, for nobody gave it", async () => {
    const h = await spawnTree([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect([now.status, now.error?.code]).toEqual(["cancelled", "instance_terminated"]);
    await expectSound(h);
  });

  it("given an offer that waits, when the target ends, then the offer is rejected and the task is back", async () => {
    const h = await spawnTree([tree({ a: {} }, { ...PROJECT, auto_delegate: false })]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.tasks.delegate(task.id, { targetInstanceId: "a" });
    await h.instances.terminate("a");
    await h.settle();
    expect(await delegationsOf(h, task.id)).toEqual(["route webapp>a rejected:terminated"]);
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    await expectSound(h);
  });

  it("given its own offer that waits, when the source ends, then it is withdrawn with the rest", async () => {
    const h = await spawnTree([tree({ a: {} }, { ...PROJECT, auto_delegate: false })]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.tasks.delegate(task.id, { targetInstanceId: "a" });
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect([now.status, now.error?.code]).toEqual(["cancelled", "instance_terminated"]);
    await expectSound(h);
  });
});

describe.each(BATCHES)("a terminated instance (%s)", (_, params) => {
  it("given its name is used again, then the old one is found by id only", async () => {
    const h = await spawnTree([tree()], params);
    const old = await h.instances.get("build");
    await h.tasks.add({ title: "a", instanceId: "build" });
    await h.instances.terminate("build");
    await crashAndRestart(h);
    expect(await refusal(h.instances.get("build"))).toBe("not_found");
    const again = { name: "build", scope: "ORCHESTRATION", parentId: "webapp", start: true } as const;
    const fresh = await h.instances.create(again);
    expect((await h.instances.get("build")).id).toBe(fresh.id);
    expect((await h.instances.get(old.id)).status).toBe("terminated");
    expect(await refusal(h.instances.create(again))).toBe("already_exists");
    const routed = await h.tasks.add({ title: "b", project: "webapp" });
    expect((await h.tasks.get(routed.id)).instanceId).toBe(fresh.id);
    await expectSound(h);
  });
});

describe("a cascade of which every message goes through the mailbox", () => {
  it("given it returns work, then none is lost", async () => {
    const h = await spawnTree([tree()], { limits: { turns: 1 } });
    await createBelow(h, "global", { name: "shop", scope: "PROJECT" });
    const { id } = await h.tasks.add({ title: "a" });
    await h.settle();
    const holder = await h.tasks.get(id);
    await h.instances.terminate(holder.delegationChain[1] ?? "", { cascade: true });
    await crashAndRestart(h);
    await h.settle();
    const task = await h.tasks.get(id);
    expect([task.status, task.delegationChain[1] === holder.delegationChain[1]]).toEqual(["queued", false]);
    await expectSound(h);
  });
});
