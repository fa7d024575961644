import { describe, expect, it } from "vitest";
import { BOTH, again, claimOne, isSound, make, named, refusedAs, statusOf, tree } from "./support2.ts";

describe.each(BOTH)("leases (%s)", (_, params) => {
  it("end when an operator completes the task; the late result is kept", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    const { lease } = await claimOne(h, "o");
    await h.tasks.heartbeat(id, { leaseToken: lease.token, progress: 0.5 });
    expect((await h.tasks.complete(id, { result: "by hand" })).result).toBe("by hand");
    expect(await refusedAs(h.tasks.complete(id, { leaseToken: lease.token, result: "late" }))).toBe(
      "lease_lost",
    );
    expect(await named(h, "lease.result_refused")).toBe(1);
    expect(await refusedAs(h.tasks.heartbeat(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await again(h);
    expect((await h.tasks.complete(id)).result).toBe("by hand");
    await isSound(h);
  });

  it("give the same answer to a worker that completes again, and to another result none", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    const { lease } = await claimOne(h, "o");
    const done = await h.tasks.complete(id, { leaseToken: lease.token, result: { n: 1 } });
    await again(h);
    expect(await h.tasks.complete(id, { leaseToken: lease.token, result: { n: 1 } })).toEqual(done);
    expect(await refusedAs(h.tasks.complete(id, { leaseToken: lease.token, result: 2 }))).toBe(
      "illegal_transition",
    );
    await isSound(h);
  });

  it("are extended by heartbeats and expire without, with a new attempt and epoch", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    const { lease } = await claimOne(h, "o", 10);
    await h.advance("8s");
    expect((await h.tasks.heartbeat(id, { leaseToken: lease.token })).status).toBe("in_progress");
    await h.advance("8s");
    expect((await h.tasks.get(id)).status).toBe("in_progress");
    await again(h);
    await h.advance("10m");
    expect(await h.tasks.get(id)).toMatchObject({
      status: "queued",
      attempt: 2,
      epoch: 1,
      leaseLosses: 1,
      failures: 0,
    });
    expect((await claimOne(h, "o")).task).toMatchObject({ attempt: 2, epoch: 2 });
    expect(await refusedAs(h.tasks.release(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await isSound(h);
  });

  it("that are lost too often fail the task", async () => {
    await using h = await tree({ ...params, config: { tasks: { max_lease_losses: 2 } } });
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    for (let loss = 0; loss < 2; loss += 1) {
      await claimOne(h, "o", 10);
      await h.advance("1m");
    }
    const task = await h.tasks.get(id);
    if (task.status === "queued") {
      await claimOne(h, "o", 10);
      await h.advance("1m");
    }
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "lease_lost" } });
    await isSound(h);
  });

  it("end at the task's timeout, as a failure", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o", timeoutSeconds: 5, maxAttempts: 2 });
    const { lease } = await claimOne(h, "o");
    await h.advance("3s");
    await again(h);
    await h.advance("1m");
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await refusedAs(h.tasks.complete(id, { leaseToken: lease.token }))).toBe("lease_lost");
    await claimOne(h, "o");
    await h.advance("6s");
    expect(await h.tasks.get(id)).toMatchObject({
      status: "failed",
      failures: 2,
      error: { code: "timeout" },
    });
    await isSound(h);
  });

  it("end at the task's deadline, and it is not tried again", async () => {
    await using h = await tree(params);
    const at = new Date(h.clock.now() + 5_000).toISOString();
    const queued = await h.tasks.add({ title: "a", project: "p", deadlineAt: at });
    const claimed = await h.tasks.add({ title: "b", instanceId: "o", deadlineAt: at, priority: "urgent" });
    await h.settle();
    expect((await claimOne(h, "o")).task.id).toBe(claimed.id);
    await again(h);
    await h.advance("6s");
    for (const { id } of [queued, claimed]) {
      expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "deadline_exceeded" } });
    }
    expect(await refusedAs(h.tasks.add({ title: "past", instanceId: "o", deadlineAt: at }))).toBe(
      "validation_failed",
    );
    await isSound(h);
  });

  it("released put the task back at its place, with the same attempt", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    await h.tasks.add({ title: "b", instanceId: "o" });
    const { lease } = await claimOne(h, "o");
    expect(await h.tasks.release(id, { leaseToken: lease.token })).toMatchObject({
      status: "queued",
      attempt: 1,
    });
    await again(h);
    expect((await claimOne(h, "o")).task).toMatchObject({ id, attempt: 1, epoch: 2 });
    await isSound(h);
  });

  it("a retryable failure is claimable again only after its backoff", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    for (let n = 1; n < 3; n += 1) {
      const { lease } = await claimOne(h, "o");
      const failed = await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
      expect(failed).toMatchObject({ status: "queued", attempt: n + 1, failures: n });
      expect(await h.instances.claim("o", { workerId: "w" })).toEqual([]);
      await again(h);
      await h.advance("5s");
    }
    const { lease } = await claimOne(h, "o");
    await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
    expect(await h.tasks.get(id)).toMatchObject({
      status: "failed",
      failures: 3,
      error: { code: "failed", message: "no" },
    });
    await isSound(h);
  });

  // Open: it goes back and forth between the two for ever (acceptance clears returnedBy on acceptance).
  it("on_failure reassign: a sibling tries once, then the first error goes up", async () => {
    await using h = await tree(params);
    await make(h, { name: "o2", scope: "ORCHESTRATION", parentId: "p", config: { on_failure: "reassign" } });
    await h.instances.terminate("o");
    await make(h, { name: "o3", scope: "ORCHESTRATION", parentId: "p", config: { on_failure: "reassign" } });
    const { id } = await h.tasks.add({ title: "a", project: "p", maxAttempts: 1 });
    await h.settle();
    const seen: (string | null)[] = [];
    for (const error of ["first", "second"]) {
      const task = await h.tasks.get(id);
      seen.push(task.instanceId);
      const { lease } = await claimOne(h, String(task.instanceId));
      await h.tasks.fail(id, { leaseToken: lease.token, error, retryable: true });
      await h.settle();
      await again(h);
    }
    expect(new Set(seen).size).toBe(2);
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await isSound(h);
  });

  it("on_failure escalate: the parent decides anew without it", async () => {
    await using h = await tree(params);
    const p = await h.instances.get("p");
    await h.instances.terminate("o");
    await make(h, { name: "o", scope: "ORCHESTRATION", parentId: "p", config: { on_failure: "escalate" } });
    const { id } = await h.tasks.add({ title: "a", project: "p", maxAttempts: 1 });
    await h.settle();
    const { lease } = await claimOne(h, "o");
    await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: p.id });
    await again(h);
    expect((await claimOne(h, "p")).task.id).toBe(id);
    await h.tasks.complete(id);
    expect(await statusOf(h, id)).toBe("done");
    await isSound(h);
  });
});
