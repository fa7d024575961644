import { describe, expect, it } from "vitest";
import { spawnHopper } from "../../src/testing/index.ts";
import {
  BOTH,
  again,
  claimOne,
  isSound,
  make,
  named,
  refusal,
  refusedAs,
  statusOf,
  tree,
} from "./support2.ts";

describe.each(BOTH)("keys and dependencies (%s)", (_, params) => {
  it("a repeated keyed command gets the stored answer after a crash, another body is refused", async () => {
    await using h = await tree(params);
    const first = await h.tasks.add({ title: "a", instanceId: "o", idempotencyKey: "k" });
    await again(h);
    expect((await h.tasks.add({ title: "a", instanceId: "o", idempotencyKey: "k" })).id).toBe(first.id);
    expect(await refusedAs(h.tasks.add({ title: "b", instanceId: "o", idempotencyKey: "k" }))).toBe(
      "idempotency_key_reused",
    );
    expect(await named(h, "task.created")).toBe(1);
    await isSound(h);
  });

  it("an answer that a crash swallowed is found again by its key", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "o" });
    const lost = h.hopper.tasks.complete(id, { result: 1, idempotencyKey: "done" }).catch(() => null);
    await h.settle();
    await again(h);
    await lost;
    const done = await h.tasks.complete(id, { result: 1, idempotencyKey: "done" });
    expect(done).toMatchObject({ status: "done", result: 1 });
    expect(await named(h, "task.completed")).toBe(1);
    await isSound(h);
  });

  it("a failure runs down a chain over several instances, and a retry opens it again", async () => {
    await using h = await tree(params);
    await make(h, { name: "p2", scope: "PROJECT", parentId: "g" });
    const a = await h.tasks.add({ title: "a", instanceId: "o" });
    const b = await h.tasks.add({ title: "b", instanceId: "p2", dependsOn: [a.ref] });
    const c = await h.tasks.add({ title: "c", instanceId: "g", dependsOn: [b.ref] });
    const d = await h.tasks.add({
      title: "d",
      instanceId: "p2",
      dependsOn: [b.ref],
      onDependencyFailure: "run",
    });
    expect(b.status).toBe("blocked");
    await again(h);
    await h.tasks.fail(a.id, { error: "no" });
    await h.settle();
    for (const { id } of [b, c]) {
      expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "dependency_failed" } });
    }
    expect(await statusOf(h, d.id)).toBe("queued");
    await h.tasks.retry(a.id, { withDependents: true });
    await h.settle();
    expect(await statusOf(h, a.id)).toBe("queued");
    expect(await statusOf(h, b.id)).toBe("blocked");
    expect(await statusOf(h, c.id)).toBe("blocked");
    await again(h);
    await h.tasks.complete(a.id);
    await h.settle();
    await h.tasks.complete(b.id);
    await h.settle();
    expect(await statusOf(h, c.id)).toBe("queued");
    await isSound(h);
  });

  it("a batch may name its own keys, in any order, and no cycle", async () => {
    await using h = await tree(params);
    const { items } = await h.tasks.addBatch([
      { title: "last", key: "c", instanceId: "o", dependsOn: ["key:a", "key:b"] },
      { title: "a", key: "a", instanceId: "o" },
      { title: "b", key: "b", instanceId: "p", dependsOn: ["key:a"] },
    ]);
    await h.settle();
    const ids = items.map((task) => task.id);
    expect(await Promise.all(ids.map((id) => statusOf(h, id)))).toEqual(["blocked", "queued", "blocked"]);
    await h.tasks.complete(ids[1] ?? "");
    await again(h);
    await h.settle();
    await h.tasks.complete(ids[2] ?? "");
    await h.settle();
    expect(await statusOf(h, ids[0] ?? "")).toBe("queued");
    const cycle = h.tasks.addBatch([
      { title: "x", key: "x", instanceId: "o", dependsOn: ["key:y"] },
      { title: "y", key: "y", instanceId: "o", dependsOn: ["key:x"] },
    ]);
    expect(await refusedAs(cycle)).toBe("dependency_cycle");
    expect(await named(h, "task.created")).toBe(3);
    await isSound(h);
  });
});

describe.each(BOTH)("where tasks begin (%s)", (_, params) => {
  it("created at a full orchestration it is held and queued when there is room", async () => {
    await using h = await tree(params);
    await make(h, {
      name: "small",
      scope: "ORCHESTRATION",
      parentId: "p",
      config: { max_concurrent_tasks: 1, max_queued_tasks: 1 },
    });
    const ids: string[] = [];
    for (const title of ["a", "b", "c", "d"])
      ids.push((await h.tasks.add({ title, instanceId: "small" })).id);
    const all = () => Promise.all(ids.map((id) => statusOf(h, id)));
    expect(await all()).toEqual(["queued", "queued", "pending no_capacity", "pending no_capacity"]);
    await again(h);
    await claimOne(h, "small");
    expect(await h.instances.claim("small", { workerId: "w", max: 5 })).toEqual([]);
    await h.tasks.complete(ids[0] ?? "");
    await h.settle();
    expect(await all()).toEqual(["done", "queued", "queued", "pending no_capacity"]);
    await h.tasks.cancel(ids[1] ?? "");
    await h.settle();
    expect(await all()).toEqual(["done", "cancelled", "queued", "queued"]);
    await isSound(h);
  });

  it("without a root a task is unassigned: the desk completes, cancels and assigns, and refuses the rest", async () => {
    await using h = await spawnHopper(params);
    const add = async (title: string) => (await h.tasks.add({ title })).id;
    const [a, b, c] = [await add("a"), await add("b"), await add("c")];
    expect(await h.tasks.get(a)).toMatchObject({ instanceId: null, originInstanceId: null });
    expect((await refusal(h.tasks.escalate(a))).status).toBe(409);
    expect((await refusal(h.tasks.retry(a))).code).toBe("illegal_transition");
    expect((await h.tasks.complete(a, { result: 1 })).status).toBe("done");
    expect((await h.tasks.cancel(b)).status).toBe("cancelled");
    await again(h);
    const o = await make(h, { name: "o", scope: "ORCHESTRATION" });
    await h.tasks.assign(c, { instanceId: "o" });
    await h.settle();
    expect(await h.tasks.get(c)).toMatchObject({
      status: "queued",
      instanceId: o.id,
      originInstanceId: o.id,
    });
    expect(await refusedAs(h.tasks.assign(a, { instanceId: "o" }))).toBe("illegal_transition");
    await isSound(h);
  });

  it("a failure that had bubbled is retried from the origin; when that is terminated, unassigned", async () => {
    await using h = await tree(params);
    const { id } = await h.tasks.add({ title: "a", project: "p", instanceId: "g" });
    await h.settle();
    await h.tasks.fail(id, { error: "no" });
    const before = await h.tasks.delegations(id);
    expect(before.items.map((hop) => hop.status)).toEqual(["completed", "completed"]);
    await again(h);
    await h.tasks.retry(id);
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", round: 2, error: null });
    await h.tasks.fail(id, { error: "no" });
    await h.instances.terminate("g", { cascade: true });
    await again(h);
    await h.tasks.retry(id);
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({
      status: "pending",
      instanceId: null,
      originInstanceId: null,
    });
    const fresh = await make(h, { name: "o", scope: "ORCHESTRATION" });
    await h.tasks.assign(id, { instanceId: "o" });
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: fresh.id, round: 3 });
    await isSound(h);
  });
});

describe.each(BOTH)("an ephemeral orchestration (%s)", (_, params) => {
  const complex = { title: "big", description: "x".repeat(600), tags: ["a", "b", "c"], priority: "high" };

  it("is made for a complex task, ends with it, and its parent keeps the totals", async () => {
    await using h = await spawnHopper(params);
    await make(h, { name: "g", scope: "GLOBAL" });
    await make(h, { name: "p", scope: "PROJECT", parentId: "g" });
    const { id } = await h.tasks.add({ ...complex, project: "p" });
    await h.settle();
    const run = await h.instances.get("p-run-1");
    expect(run).toMatchObject({ status: "running", instanceType: "ephemeral" });
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: run.id });
    await again(h);
    await h.tasks.complete(id);
    await h.settle();
    expect((await h.instances.get(run.id)).status).toBe("terminated");
    const { runtimeMetadata } = await h.instances.get("p");
    expect(JSON.stringify(runtimeMetadata)).toContain("p-run-1");
    const next = await h.tasks.add({ ...complex, project: "p" });
    await h.settle();
    expect((await h.tasks.get(next.id)).status).toBe("queued");
    await isSound(h);
  });

  it("that ends while an offer comes loses no task", async () => {
    await using h = await spawnHopper(params);
    await make(h, { name: "p", scope: "PROJECT" });
    const first = await h.tasks.add({ ...complex, instanceId: "p" });
    await h.settle();
    const ends = h.hopper.tasks.complete(first.id);
    const comes = h.hopper.tasks.add({ ...complex, instanceId: "p" });
    await h.settle();
    await ends;
    const { id } = await comes;
    await h.settle();
    const task = await h.tasks.get(id);
    expect(task.status).toBe("queued");
    expect((await h.instances.get(String(task.instanceId))).status).toBe("running");
    await isSound(h);
  });

  it("lingers for the next task when it is told to", async () => {
    await using h = await tree(params);
    const e = await make(h, {
      name: "e",
      scope: "ORCHESTRATION",
      parentId: "p",
      instanceType: "ephemeral",
      config: { linger_seconds: 10 },
    });
    const a = await h.tasks.add({ title: "a", instanceId: "e" });
    await h.tasks.complete(a.id);
    await h.advance("6s");
    const b = await h.tasks.add({ title: "b", instanceId: "e" });
    await h.advance("20s");
    expect((await h.instances.get(e.id)).status).toBe("running");
    await h.tasks.complete(b.id);
    await again(h);
    await h.advance("9s");
    expect((await h.instances.get(e.id)).status).toBe("running");
    await h.advance("2s");
    expect((await h.instances.get(e.id)).status).toBe("terminated");
    await isSound(h);
  });
});
