import { describe, expect, it } from "vitest";
import { BOTH, again, claimOne, isSound, make, refusal, refusedAs, statusOf, tree } from "./support2.ts";

describe.each(BOTH)("an instance and its tasks (%s)", (_, params) => {
  it("keeps its queue in order while paused, also over a crash", async () => {
    await using h = await tree(params);
    const first = await h.tasks.add({ title: "a", instanceId: "o" });
    const second = await h.tasks.add({ title: "b", instanceId: "o" });
    const claimed = await claimOne(h, "o");
    await h.instances.pause("o");
    expect(await refusedAs(h.instances.claim("o", { workerId: "w" }))).toBe("instance_not_running");
    await again(h);
    const late = await h.tasks.add({ title: "c", instanceId: "o" });
    expect(await statusOf(h, late.id)).toBe("pending instance_not_running");
    expect(await statusOf(h, second.id)).toBe("queued");
    const done = await h.tasks.complete(first.id, { leaseToken: claimed.lease.token, result: 1 });
    expect(done.status).toBe("done");
    await h.instances.resume("o");
    expect((await claimOne(h, "o")).task.id).toBe(second.id);
    expect((await claimOne(h, "o")).task.id).toBe(late.id);
    await isSound(h);
  });

  it("waits in stopping for what is claimed, then is stopped", async () => {
    await using h = await tree(params);
    await h.tasks.add({ title: "a", instanceId: "o" });
    const { task, lease } = await claimOne(h, "o");
    expect((await h.instances.stop("o", { wait: false })).status).toBe("stopping");
    await again(h);
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token });
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    expect((await h.instances.get("o")).status).toBe("stopped");
    expect((await h.instances.get("o")).stoppedAt).not.toBeNull();
    await h.instances.start("o");
    expect((await h.instances.get("o")).stoppedAt).toBeNull();
    await isSound(h);
  });

  it("ends the leases at the drain timeout and queues the tasks again, as by a release", async () => {
    await using h = await tree(params);
    await h.tasks.add({ title: "a", instanceId: "o" });
    const { task, lease } = await claimOne(h, "o");
    await h.instances.stop("o", { wait: false, drainTimeoutMs: 5_000 });
    await h.advance("4s");
    expect((await h.instances.get("o")).status).toBe("stopping");
    await again(h);
    await h.advance("2s");
    expect((await h.instances.get("o")).status).toBe("stopped");
    expect(await h.tasks.get(task.id)).toMatchObject({ status: "queued", attempt: 1, epoch: 1 });
    expect(await refusedAs(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await h.instances.start("o");
    expect((await claimOne(h, "o")).task).toMatchObject({ id: task.id, attempt: 1, epoch: 2 });
    await isSound(h);
  });

  it("restarts from paused, stopped and error, and not while stopping", async () => {
    await using h = await tree(params);
    await h.instances.pause("o");
    expect((await h.instances.restart("o")).status).toBe("running");
    await h.instances.stop("o");
    expect((await h.instances.restart("o")).status).toBe("running");
    await h.instances.fail("o", { error: "broken" });
    expect((await h.instances.restart("o")).status).toBe("running");
    await h.tasks.add({ title: "a", instanceId: "o" });
    const { task } = await claimOne(h, "o");
    await h.instances.stop("o", { wait: false });
    expect(await refusal(h.instances.restart("o"))).toMatchObject({
      code: "illegal_transition",
      allowed: expect.arrayContaining(["FAIL", "TERMINATE"]) as string[],
    });
    await h.tasks.complete(task.id);
    await isSound(h);
  });

  it("restarts while a task is claimed only when that is drained", async () => {
    await using h = await tree(params);
    await h.tasks.add({ title: "a", instanceId: "o" });
    await h.tasks.add({ title: "b", instanceId: "o" });
    const { task } = await claimOne(h, "o");
    const restarted = h.hopper.instances.restart("o");
    await h.settle();
    expect((await h.instances.get("o")).status).toBe("stopping");
    await h.tasks.complete(task.id);
    await h.settle();
    expect((await restarted).status).toBe("running");
    expect((await claimOne(h, "o")).task.title).toBe("b");
    await isSound(h);
  });

  it("finishes a restart that a crash came into", async () => {
    await using h = await tree(params);
    await h.tasks.add({ title: "a", instanceId: "o" });
    const { task } = await claimOne(h, "o");
    const restarted = h.hopper.instances.restart("o").catch(() => null);
    await h.settle();
    await again(h);
    await h.tasks.complete(task.id);
    await h.settle();
    await restarted;
    expect((await h.instances.get("o")).status).toBe("running");
    await isSound(h);
  });

  it("holds offers to what is in error, and routes again after recover", async () => {
    await using h = await tree(params);
    await h.instances.fail("p", { error: { code: "boom", message: "it broke" } });
    const task = await h.tasks.add({ title: "a", project: "p" });
    expect(await statusOf(h, task.id)).toBe("pending instance_not_running");
    await again(h);
    expect((await h.instances.recover("p")).status).toBe("running");
    await h.settle();
    expect((await h.tasks.get(task.id)).status).toBe("queued");
    await isSound(h);
  });

  it("refuses verbs that its state does not list and names those that it does", async () => {
    await using h = await tree(params);
    await make(h, { name: "idle", scope: "PROJECT", parentId: "g", start: false });
    expect(await refusal(h.instances.start("o"))).toMatchObject({
      code: "illegal_transition",
      allowed: ["PAUSE", "STOP", "FAIL", "TERMINATE"],
    });
    expect(await refusedAs(h.instances.recover("o"))).toBe("illegal_transition");
    expect(await refusedAs(h.instances.resume("o"))).toBe("illegal_transition");
    expect(await refusedAs(h.instances.pause("idle"))).toBe("illegal_transition");
    expect(await refusedAs(h.instances.recover("idle"))).toBe("illegal_transition");
    expect(await refusedAs(h.instances.terminate("p"))).toBe("has_live_children");
    await h.instances.terminate("p", { cascade: true });
    await isSound(h);
  });

  it("lets the name of a terminated instance be used again, and finds the old one by id only", async () => {
    await using h = await tree(params);
    const old = await h.instances.get("o");
    await h.tasks.add({ title: "a", instanceId: "o" });
    await h.instances.terminate("o");
    await again(h);
    expect(await refusedAs(h.instances.get("o"))).toBe("not_found");
    const fresh = await make(h, { name: "o", scope: "ORCHESTRATION", parentId: "p" });
    expect((await h.instances.get("o")).id).toBe(fresh.id);
    expect((await h.instances.get(old.id)).status).toBe("terminated");
    expect(await refusedAs(make(h, { name: "o", scope: "ORCHESTRATION", parentId: "p" }))).toBe(
      "already_exists",
    );
    const routed = await h.tasks.add({ title: "b", project: "p" });
    expect((await h.tasks.get(routed.id)).instanceId).toBe(fresh.id);
    await isSound(h);
  });

  it("asks which root is meant when there are two", async () => {
    await using h = await tree(params);
    await make(h, { name: "g2", scope: "GLOBAL" });
    const task = await h.tasks.add({ title: "a" });
    expect(task.instanceId).toBeNull();
    const asked = await refusal(h.route.preview({ title: "a" }));
    expect(asked.code).toBe("not_found");
    expect(asked.detail).toMatch(/which|root|instance/iu);
    expect((await h.route.preview({ title: "a", instanceId: "g" })).action).toBe("delegate");
    await h.tasks.assign(task.id, { instanceId: "g2" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("pending no_route");
    await isSound(h);
  });
});
