import { describe, expect, it } from "vitest";
import {
  BATCHES,
  claimOne,
  crashAndRestart,
  createBelow,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

describe.each(BATCHES)("an instance and its tasks (%s)", (_, params) => {
  it("given it is paused, then it keeps its queue in order, also over a crash", async () => {
    const h = await spawnTree([tree()], params);
    const first = await h.tasks.add({ title: "a", instanceId: "build" });
    const second = await h.tasks.add({ title: "b", instanceId: "build" });
    const claimed = await claimOne(h, "build");
    await h.instances.pause("build");
    expect(await refusal(h.instances.claim("build", { workerId: "w" }))).toBe("instance_not_running");
    await crashAndRestart(h);
    const late = await h.tasks.add({ title: "c", instanceId: "build" });
    expect(await statusOf(h, late.id)).toBe("pending(instance_not_running)@build");
    expect(await statusOf(h, second.id)).toBe("queued@build");
    const done = await h.tasks.complete(first.id, { leaseToken: claimed.lease.token, result: 1 });
    expect(done.status).toBe("done");
    await h.instances.resume("build");
    expect((await claimOne(h, "build")).task.id).toBe(second.id);
    expect((await claimOne(h, "build")).task.id).toBe(late.id);
    await expectSound(h);
  });

  it("given it is stopped, then it waits in stopping for what is claimed", async () => {
    const h = await spawnTree([tree()], params);
    await h.tasks.add({ title: "a", instanceId: "build" });
    const { task, lease } = await claimOne(h, "build");
    expect((await h.instances.stop("build", { wait: false })).status).toBe("stopping");
    await crashAndRestart(h);
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token });
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    expect((await h.instances.get("build")).status).toBe("stopped");
    expect((await h.instances.get("build")).stoppedAt).not.toBeNull();
    await h.instances.start("build");
    expect((await h.instances.get("build")).stoppedAt).toBeNull();
    await expectSound(h);
  });

  it("given the drain timeout passes, then leases end and their tasks are queued again, as by a release", async () => {
    const h = await spawnTree([tree()], params);
    await h.tasks.add({ title: "a", instanceId: "build" });
    const { task, lease } = await claimOne(h, "build");
    await h.instances.stop("build", { wait: false, drainTimeoutMs: 5_000 });
    await h.advance("4s");
    expect((await h.instances.get("build")).status).toBe("stopping");
    await crashAndRestart(h);
    await h.advance("2s");
    expect((await h.instances.get("build")).status).toBe("stopped");
    expect(await h.tasks.get(task.id)).toMatchObject({ status: "queued", attempt: 1, epoch: 1 });
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await h.instances.start("build");
    expect((await claimOne(h, "build")).task).toMatchObject({ id: task.id, attempt: 1, epoch: 2 });
    await expectSound(h);
  });

  it("given it is paused, stopped or in error, then it restarts, but not while it is stopping", async () => {
    const h = await spawnTree([tree()], params);
    await h.instances.pause("build");
    expect((await h.instances.restart("build")).status).toBe("running");
    await h.instances.stop("build");
    expect((await h.instances.restart("build")).status).toBe("running");
    await h.instances.fail("build", { error: "broken" });
    expect((await h.instances.restart("build")).status).toBe("running");
    await h.tasks.add({ title: "a", instanceId: "build" });
    const { task } = await claimOne(h, "build");
    await h.instances.stop("build", { wait: false });
    await expect(h.instances.restart("build")).rejects.toMatchObject({
      code: "illegal_transition",
      allowed: expect.arrayContaining(["FAIL", "TERMINATE"]) as string[],
    });
    await h.tasks.complete(task.id);
    await expectSound(h);
  });

  it("given a task is claimed, then it restarts only when that is drained", async () => {
    const h = await spawnTree([tree()], params);
    await h.tasks.add({ title: "a", instanceId: "build" });
    await h.tasks.add({ title: "b", instanceId: "build" });
    const { task } = await claimOne(h, "build");
    const restarted = h.hopper.instances.restart("build");
    await h.settle();
    expect((await h.instances.get("build")).status).toBe("stopping");
    await h.tasks.complete(task.id);
    await h.settle();
    expect((await restarted).status).toBe("running");
    expect((await claimOne(h, "build")).task.title).toBe("b");
    await expectSound(h);
  });

  it("given a restart is not waited for, then it is answered in stopping, and ends at its drain timeout", async () => {
    const h = await spawnTree([tree()], params);
    await h.tasks.add({ title: "a", instanceId: "build" });
    const { task } = await claimOne(h, "build");
    const restart = { wait: false, drainTimeoutMs: 5_000 };
    expect((await h.instances.restart("build", restart)).status).toBe("stopping");
    await h.advance("4s");
    expect((await h.instances.get("build")).status).toBe("stopping");
    await h.advance("2s");
    expect((await h.instances.get("build")).status).toBe("running");
    expect((await claimOne(h, "build")).task).toMatchObject({ id: task.id, epoch: 2 });
    await h.tasks.complete(task.id);
    expect((await h.instances.restart("build", { wait: false })).status).toBe("stopping");
    await h.settle();
    expect((await h.instances.get("build")).status).toBe("running");
    await expectSound(h);
  });

  it("given a crash comes into a restart, then it finishes it", async () => {
    const h = await spawnTree([tree()], params);
    await h.tasks.add({ title: "a", instanceId: "build" });
    const { task } = await claimOne(h, "build");
    const restarted = h.hopper.instances.restart("build").catch(() => null);
    await h.settle();
    await crashAndRestart(h);
    await h.tasks.complete(task.id);
    await h.settle();
    await restarted;
    expect((await h.instances.get("build")).status).toBe("running");
    await expectSound(h);
  });

  it("given it is in error, then offers to it are held, and routed again after recover", async () => {
    const h = await spawnTree([tree()], params);
    await h.instances.fail("webapp", { error: { code: "boom", message: "it broke" } });
    const task = await h.tasks.add({ title: "a", project: "webapp" });
    expect(await statusOf(h, task.id)).toBe("pending(instance_not_running)@global");
    await crashAndRestart(h);
    expect((await h.instances.recover("webapp")).status).toBe("running");
    await h.settle();
    expect((await h.tasks.get(task.id)).status).toBe("queued");
    await expectSound(h);
  });

  it("given a verb that its state does not list, then it is refused with those that it does", async () => {
    const h = await spawnTree([tree()], params);
    await createBelow(h, "global", { name: "idle", scope: "PROJECT", start: false });
    await expect(h.instances.start("build")).rejects.toMatchObject({
      code: "illegal_transition",
      allowed: ["PAUSE", "STOP", "FAIL", "TERMINATE"],
    });
    expect(await refusal(h.instances.recover("build"))).toBe("illegal_transition");
    expect(await refusal(h.instances.resume("build"))).toBe("illegal_transition");
    expect(await refusal(h.instances.pause("idle"))).toBe("illegal_transition");
    expect(await refusal(h.instances.recover("idle"))).toBe("illegal_transition");
    expect(await refusal(h.instances.terminate("webapp"))).toBe("has_live_children");
    await h.instances.terminate("webapp", { cascade: true });
    await expectSound(h);
  });
});
