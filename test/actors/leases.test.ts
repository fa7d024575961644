import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import {
  BATCHES,
  claimOne,
  countOf,
  crashAndRestart,
  eventsOf,
  expectSound,
  names,
  refusal,
  spawnTree,
  statusIn,
  tree,
} from "../support/spawned.ts";
import { internalsOf } from "../../src/verbs/internals.ts";

const MARK = { pid: 4_711, startedAt: "1" };

async function dataOf(h: SpawnedHopper, id: string, name: string): Promise<unknown[]> {
  return (await eventsOf(h, id, name)).map(({ data }) => data);
}

describe.each(BATCHES)("a lease (%s)", (_, params) => {
  it("given an operator completes the task, then it ends, and the late result is kept", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.tasks.heartbeat(id, { leaseToken: lease.token, progress: 0.5 });
    expect((await h.tasks.complete(id, { result: "by hand" })).result).toBe("by hand");
    expect(await refusal(h.tasks.complete(id, { leaseToken: lease.token, result: "late" }))).toBe(
      "lease_lost",
    );
    expect(await countOf(h, "lease.result_refused")).toBe(1);
    expect(await refusal(h.tasks.heartbeat(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await crashAndRestart(h);
    expect((await h.tasks.complete(id)).result).toBe("by hand");
    await expectSound(h);
  });

  it("given its worker completes again, then it gets the same answer, and with another result none", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    const done = await h.tasks.complete(id, { leaseToken: lease.token, result: { n: 1 } });
    await crashAndRestart(h);
    expect(await h.tasks.complete(id, { leaseToken: lease.token, result: { n: 1 } })).toEqual(done);
    expect(await refusal(h.tasks.complete(id, { leaseToken: lease.token, result: 2 }))).toBe(
      "illegal_transition",
    );
    await expectSound(h);
  });

  it("given heartbeats, then it is extended, and without it expires, with a new attempt and epoch", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    const { lease } = await claimOne(h, "build", { leaseSeconds: 10 });
    await h.advance("8s");
    expect((await h.tasks.heartbeat(id, { leaseToken: lease.token })).status).toBe("in_progress");
    await h.advance("8s");
    expect((await h.tasks.get(id)).status).toBe("in_progress");
    await crashAndRestart(h);
    await h.advance("10m");
    expect(await h.tasks.get(id)).toMatchObject({
      status: "queued",
      attempt: 2,
      epoch: 1,
      leaseLosses: 1,
      failures: 0,
    });
    expect((await claimOne(h, "build")).task).toMatchObject({ attempt: 2, epoch: 2 });
    expect(await refusal(h.tasks.release(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await expectSound(h);
  });

  it("given it is lost too often, then the task fails", async () => {
    const h = await spawnTree([tree()], { ...params, config: { tasks: { max_lease_losses: 2 } } });
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    for (let loss = 0; loss < 2; loss += 1) {
      await claimOne(h, "build", { leaseSeconds: 10 });
      await h.advance("1m");
    }
    const task = await h.tasks.get(id);
    if (task.status === "queued") {
      await claimOne(h, "build", { leaseSeconds: 10 });
      await h.advance("1m");
    }
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "lease_lost" } });
    await expectSound(h);
  });

  it("given the task's timeout passes, then it ends as a failure", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build", timeoutSeconds: 5, maxAttempts: 2 });
    const { lease } = await claimOne(h, "build");
    await h.advance("3s");
    await crashAndRestart(h);
    await h.advance("1m");
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await refusal(h.tasks.complete(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await claimOne(h, "build");
    await h.advance("6s");
    expect(await h.tasks.get(id)).toMatchObject({
      status: "failed",
      failures: 2,
      error: { code: "timeout" },
    });
    await expectSound(h);
  });

  it("given the task's deadline passes, then it ends, and the task is not tried again", async () => {
    const h = await spawnTree([tree()], params);
    const at = new Date(h.clock.now() + 5_000).toISOString();
    const queued = await h.tasks.add({ title: "a", project: "webapp", deadlineAt: at });
    const claimed = await h.tasks.add({
      title: "b",
      instanceId: "build",
      deadlineAt: at,
      priority: "urgent",
    });
    await h.settle();
    expect((await claimOne(h, "build")).task.id).toBe(claimed.id);
    await crashAndRestart(h);
    await h.advance("6s");
    for (const { id } of [queued, claimed]) {
      expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "deadline_exceeded" } });
    }
    expect(await refusal(h.tasks.add({ title: "past", instanceId: "build", deadlineAt: at }))).toBe(
      "validation_failed",
    );
    await expectSound(h);
  });

  it("given it is released, then the task is back at its place, with the same attempt", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    await h.tasks.add({ title: "b", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    expect(await h.tasks.release(id, { leaseToken: lease.token })).toMatchObject({
      status: "queued",
      attempt: 1,
    });
    await crashAndRestart(h);
    expect((await claimOne(h, "build")).task).toMatchObject({ id, attempt: 1, epoch: 2 });
    await expectSound(h);
  });
});

describe("a heartbeat", () => {
  it("given progress within a second, then the journal notes the first and the end, and the lease is extended each time", async () => {
    const h = await spawnTree([tree()]);
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
    expect(await dataOf(h, id, "task.progress")).toEqual([
      { progress: 0.1, note: "begun" },
      { progress: 0.3 },
      { progress: 1, note: "done soon" },
    ]);
    expect(await h.tasks.get(id)).toMatchObject({ progress: 1, status: "in_progress" });
    expect(Date.parse(expiresAt)).toBe(h.clock.now() + 60_000);
    await expectSound(h);
  });

  it("given the lease is another's by now, then it is refused and extends nothing", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.advance("10m");
    await claimOne(h, "build", { workerId: "other" });
    const before = await h.tasks.get(id);
    const late = { leaseToken: lease.token };
    expect(await refusal(h.tasks.heartbeat(id, { ...late, progress: 0.5 }))).toBe("lease_lost");
    expect(await refusal(h.tasks.release(id, late))).toBe("lease_lost");
    expect(await refusal(h.tasks.fail(id, { ...late, error: "late" }))).toBe("lease_lost");
    expect(await refusal(internalsOf(h).started(id, { ...late, process: MARK }))).toBe("lease_lost");
    expect(await h.tasks.get(id)).toEqual(before);
    expect(await dataOf(h, id, "lease.result_refused")).toMatchObject([{ verb: "fail" }]);
    await expectSound(h);
  });
});

describe("the lease of a worker that is gone with its owner", () => {
  async function begun(): Promise<{ h: SpawnedHopper; id: string; epoch: number; leaseToken: string }> {
    const h = await spawnTree([tree()], { config: { tasks: { max_lease_losses: 2 } } });
    const run = "true";
    const { id } = await h.tasks.add({ title: "Shell", instanceId: "build", run, maxAttempts: 1 });
    const { claims } = await internalsOf(h).claimOwn("build", { workerId: "w", leaseSeconds: 300 });
    const leaseToken = String(claims[0]?.lease.token);
    await internalsOf(h).started(id, { leaseToken, process: MARK });
    const [orphan] = await internalsOf(h).orphans();
    return { h, id, epoch: Number(orphan?.epoch), leaseToken };
  }

  it("given its process is noted, then the task is claimable at once, and the worker's result comes too late", async () => {
    const { h, id, epoch, leaseToken } = await begun();
    expect(await internalsOf(h).orphans()).toMatchObject([{ taskId: id, process: MARK }]);
    await internalsOf(h).orphaned(id, epoch);
    expect(await h.tasks.get(id)).toMatchObject({
      status: "queued",
      attempt: 2,
      leaseLosses: 1,
      notBefore: null,
    });
    expect(await dataOf(h, id, "lease.expired")).toMatchObject([{ by: "w", reason: "owner_gone" }]);
    expect(await internalsOf(h).orphans()).toEqual([]);
    expect((await claimOne(h, "build")).task.id).toBe(id);
    expect(await refusal(h.tasks.complete(id, { leaseToken }))).toBe("lease_lost");
    await expectSound(h);
  });

  it("given the lease is not that one, or no shell worker's, then nothing ends", async () => {
    const { h, id, epoch } = await begun();
    await internalsOf(h).orphaned(id, epoch + 1);
    expect(await h.tasks.get(id)).toMatchObject({ status: "in_progress", leaseLosses: 0 });
    await internalsOf(h).orphaned(id, epoch);
    const { lease } = await claimOne(h, "build");
    await internalsOf(h).orphaned(id, epoch + 1);
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await expectSound(h);
  });

  it("given it was lost too often, then the task fails, and whoever asks is answered", async () => {
    const { h, id } = await begun();
    const losses: number[] = [];
    for (;;) {
      const [orphan] = await internalsOf(h).orphans();
      if (orphan === undefined) break;
      await internalsOf(h).orphaned(id, orphan.epoch);
      losses.push((await h.tasks.get(id)).leaseLosses);
      await internalsOf(h).claimOwn("build", { workerId: "w", leaseSeconds: 300 });
    }
    expect(losses).toEqual([1, 2, 3]);
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "lease_lost" } });
    await expectSound(h);
  });
});

describe("the end of a lease that meets another end", () => {
  it("given the drain ends with it, then the task is queued again once, and the instance is stopped", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    await h.instances.claim("build", { workerId: "w", leaseSeconds: 60 });
    await h.instances.stop("build", { drainTimeoutMs: 60_000, wait: false });
    await h.advance("60s");
    expect(statusIn(await h.tasks.get(id))).toBe("queued@build");
    expect(await dataOf(h, id, "task.requeued")).toHaveLength(1);
    expect((await h.instances.get("build")).status).toBe("stopped");
    await expectSound(h);
  });

  it("given the deadline passes with it, then the task fails for its deadline, and is not tried again", async () => {
    const h = await spawnTree([tree()]);
    const deadlineAt = new Date(h.clock.now() + 60_000).toISOString();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build", deadlineAt });
    await h.instances.claim("build", { workerId: "w", leaseSeconds: 60 });
    await h.advance("60s");
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "deadline_exceeded" } });
    expect(await dataOf(h, id, "lease.expired")).toEqual([]);
    await expectSound(h);
  });

  it("given the deadline passes with it, when cancel and complete come too, then one end wins", async () => {
    const h = await spawnTree([tree({ a: {} })]);
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
