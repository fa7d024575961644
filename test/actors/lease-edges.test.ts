import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import { claimOne, expectSound, grown, place, refusal, storyOf, tree } from "../support/hopper-given.ts";

const MARK = { pid: 4_711, startedAt: "1" };

async function eventsOf(h: SpawnedHopper, task: { id: string }, name: string): Promise<unknown[]> {
  return (await storyOf(h, task)).filter(({ event }) => event === name).map(({ data }) => data);
}

describe("a claim", () => {
  it("given the worker names what it can do, then it gets what needs no more than that, whatever the case of the letters", async () => {
    const h = await grown([tree()]);
    await h.tasks.add({ title: "Both", instanceId: "build", tags: ["Web", "db"], priority: "urgent" });
    await h.tasks.add({ title: "Web", instanceId: "build", tags: ["WEB"] });
    await h.tasks.add({ title: "None", instanceId: "build" });
    const claims = await h.instances.claim("build", { workerId: "w", max: 5, capabilities: ["web"] });
    expect(claims.map(({ task }) => task.title)).toEqual(["Web", "None"]);
    const rest = await h.instances.claim("build", { workerId: "w", max: 5, capabilities: [] });
    expect(rest).toEqual([]);
    const last = await h.instances.claim("build", { workerId: "w", max: 5, capabilities: ["DB", "web"] });
    expect(last.map(({ task }) => task.title)).toEqual(["Both"]);
    await expectSound(h);
  });

  it("given a shell worker, then it gets only what has a command, and that lease counts as its own", async () => {
    const h = await grown([tree()]);
    await h.tasks.add({ title: "By hand", instanceId: "build", priority: "urgent" });
    const { id } = await h.tasks.add({ title: "Shell", instanceId: "build", run: "true" });
    const { claims } = await h.internals.claimOwn("build", { workerId: "w", leaseSeconds: 30 });
    expect(claims.map(({ task }) => task.id)).toEqual([id]);
    expect((await h.internals.claimOwn("build", { workerId: "w", leaseSeconds: 30 })).claims).toEqual([]);
    expect(await h.internals.orphans()).toMatchObject([{ taskId: id }]);
    await expectSound(h);
  });

  it("given an instance without a queue, then it is refused, and names the scope", async () => {
    const h = await grown([tree()]);
    expect(await refusal(h.instances.claim("global", { workerId: "w" }))).toBe("not_claimable");
  });

  it("given the limit of tasks in work, then no more are given, however many are asked for", async () => {
    const h = await grown([tree({ build: { max_concurrent_tasks: 2, max_queued_tasks: 9 } })]);
    for (let n = 0; n < 4; n += 1) await h.tasks.add({ title: `Task ${n}`, instanceId: "build" });
    expect(await h.instances.claim("build", { workerId: "w", max: 4 })).toHaveLength(2);
    expect(await h.instances.claim("build", { workerId: "w", max: 4 })).toHaveLength(0);
    await expectSound(h);
  });
});

describe("a heartbeat", () => {
  it("given progress within a second, then the journal notes the first and the end, and the lease is extended each time", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    const beat = (progress: number, note?: string): Promise<{ expiresAt: string }> =>
      h.tasks.heartbeat(id, { leaseToken: lease.token, leaseSeconds: 60, progress, ...(note && { note }) });
    await beat(0.1, "begun");
    await beat(0.2);
    await beat(0.2);
    await h.advance("1s");
    await beat(0.3);
    await beat(0.3);
    const { expiresAt } = await beat(1, "done soon");
    expect(await eventsOf(h, { id }, "task.progress")).toEqual([
      { progress: 0.1, note: "begun" },
      { progress: 0.3 },
      { progress: 1, note: "done soon" },
    ]);
    expect(await h.tasks.get(id)).toMatchObject({ progress: 1, status: "in_progress" });
    expect(Date.parse(expiresAt)).toBe(h.clock.now() + 60_000);
    await expectSound(h);
  });

  it("given the lease is another's by now, then it is refused and extends nothing", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.advance("10m");
    await claimOne(h, "build", "other");
    const before = await h.tasks.get(id);
    const late = { leaseToken: lease.token };
    expect(await refusal(h.tasks.heartbeat(id, { ...late, progress: 0.5 }))).toBe("lease_lost");
    expect(await refusal(h.tasks.release(id, late))).toBe("lease_lost");
    expect(await refusal(h.tasks.fail(id, { ...late, error: "late" }))).toBe("lease_lost");
    expect(await refusal(h.internals.started(id, { ...late, process: MARK }))).toBe("lease_lost");
    expect(await h.tasks.get(id)).toEqual(before);
    expect(await eventsOf(h, { id }, "lease.result_refused")).toMatchObject([{ verb: "fail" }]);
    await expectSound(h);
  });
});

describe("a task that a person takes by hand", () => {
  it("given it is queued, then it is in progress under the person's name, and its end needs no lease", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const taken = await h.tasks.status(id, { status: "in_progress", by: "ana" });
    expect(taken).toMatchObject({ status: "in_progress", claimedBy: "ana", epoch: 1 });
    expect(await h.tasks.status(id, { status: "done" })).toMatchObject({ status: "done" });
    await expectSound(h);
  });

  it("given it has a timeout, when that has passed, then the attempt ends", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build", timeoutSeconds: 60 });
    await h.tasks.status(id, { status: "in_progress", by: "ana" });
    await h.advance("60s");
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await eventsOf(h, { id }, "lease.expired")).toMatchObject([{ by: "ana", reason: "timeout" }]);
    await expectSound(h);
  });

  it("given a worker has claimed it, then it is in progress and stays the worker's", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    for (const _ of ["claimed", "in progress"]) {
      const taken = await h.tasks.status(id, { status: "in_progress", by: "ana" });
      expect(taken).toMatchObject({ status: "in_progress", claimedBy: "w1" });
    }
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    expect(await eventsOf(h, { id }, "task.in_progress")).toHaveLength(1);
    await expectSound(h);
  });

  it("given the holder does not run, is full, or the task is final, then it is refused and stays", async () => {
    const h = await grown([tree({ build: { max_concurrent_tasks: 1, max_queued_tasks: 5 } })]);
    const first = await h.tasks.add({ title: "First", instanceId: "build" });
    const { id } = await h.tasks.add({ title: "Second", instanceId: "build" });
    const take = (task: string): Promise<string> => refusal(h.tasks.status(task, { status: "in_progress" }));
    await h.instances.pause("build");
    expect(await take(id)).toBe("instance_not_running");
    await h.instances.resume("build");
    expect(await take(first.id)).toBe("accepted");
    expect(await take(id)).toBe("at_capacity");
    await h.tasks.cancel(id);
    expect(await take(id)).toBe("illegal_transition");
    expect(place(await h.tasks.get(id))).toBe("cancelled@build");
    await expectSound(h);
  });
});

describe("a failure", () => {
  it("given an operator says so and asks for another try, then only what is in work may be tried again", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    expect(await refusal(h.tasks.fail(id, { error: "no", retryable: true }))).toBe("illegal_transition");
    await claimOne(h, "build");
    const again = await h.tasks.fail(id, { error: "no", retryable: true });
    expect(again).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await h.tasks.fail(id, { error: "really no" })).toMatchObject({
      status: "failed",
      error: { message: "really no" },
      failures: 1,
    });
    expect(await refusal(h.tasks.fail(id, { error: "once more" }))).toBe("illegal_transition");
    await expectSound(h);
  });
});

describe("the lease of a worker that is gone with its owner", () => {
  async function begun(): Promise<{ h: SpawnedHopper; id: string; epoch: number; leaseToken: string }> {
    const h = await grown([tree()], { config: { tasks: { max_lease_losses: 2 } } });
    const run = "true";
    const { id } = await h.tasks.add({ title: "Shell", instanceId: "build", run, maxAttempts: 1 });
    const { claims } = await h.internals.claimOwn("build", { workerId: "w", leaseSeconds: 300 });
    const leaseToken = String(claims[0]?.lease.token);
    await h.internals.started(id, { leaseToken, process: MARK });
    const [orphan] = await h.internals.orphans();
    return { h, id, epoch: Number(orphan?.epoch), leaseToken };
  }

  it("given its process is noted, then the task is claimable at once, and the worker's result comes too late", async () => {
    const { h, id, epoch, leaseToken } = await begun();
    expect(await h.internals.orphans()).toMatchObject([{ taskId: id, process: MARK }]);
    await h.internals.orphaned(id, epoch);
    expect(await h.tasks.get(id)).toMatchObject({
      status: "queued",
      attempt: 2,
      leaseLosses: 1,
      notBefore: null,
    });
    expect(await eventsOf(h, { id }, "lease.expired")).toMatchObject([{ by: "w", reason: "owner_gone" }]);
    expect(await h.internals.orphans()).toEqual([]);
    expect((await claimOne(h, "build")).task.id).toBe(id);
    expect(await refusal(h.tasks.complete(id, { leaseToken }))).toBe("lease_lost");
    await expectSound(h);
  });

  it("given the lease is not that one, or no shell worker's, then nothing ends", async () => {
    const { h, id, epoch } = await begun();
    await h.internals.orphaned(id, epoch + 1);
    expect(await h.tasks.get(id)).toMatchObject({ status: "in_progress", leaseLosses: 0 });
    await h.internals.orphaned(id, epoch);
    const { lease } = await claimOne(h, "build");
    await h.internals.orphaned(id, epoch + 1);
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await expectSound(h);
  });

  it("given it was lost too often, then the task fails, and whoever asks is answered", async () => {
    const { h, id } = await begun();
    const losses: number[] = [];
    for (;;) {
      const [orphan] = await h.internals.orphans();
      if (orphan === undefined) break;
      await h.internals.orphaned(id, orphan.epoch);
      losses.push((await h.tasks.get(id)).leaseLosses);
      await h.internals.claimOwn("build", { workerId: "w", leaseSeconds: 300 });
    }
    expect(losses).toEqual([1, 2, 3]);
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "lease_lost" } });
    await expectSound(h);
  });
});

describe("moments that come together", () => {
  it("given the drain and the lease end at once, then the task is queued again once, and the instance is stopped", async () => {
    const h = await grown([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    await h.instances.claim("build", { workerId: "w", leaseSeconds: 60 });
    await h.instances.stop("build", { drainTimeoutMs: 60_000, wait: false });
    await h.advance("60s");
    expect(place(await h.tasks.get(id))).toBe("queued@build");
    expect(await eventsOf(h, { id }, "task.requeued")).toHaveLength(1);
    expect((await h.instances.get("build")).status).toBe("stopped");
    await expectSound(h);
  });

  it("given the deadline and the lease end at once, then it fails for its deadline, and is not tried again", async () => {
    const h = await grown([tree()]);
    const deadlineAt = new Date(h.clock.now() + 60_000).toISOString();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build", deadlineAt });
    await h.instances.claim("build", { workerId: "w", leaseSeconds: 60 });
    await h.advance("60s");
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "deadline_exceeded" } });
    expect(await eventsOf(h, { id }, "lease.expired")).toEqual([]);
    await expectSound(h);
  });
});
