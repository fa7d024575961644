import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import {
  BATCHES,
  claimOne,
  countOf,
  crashAndRestart,
  createBelow,
  eventsOf,
  expectSound,
  refusal,
  spawnTree,
  statusIn,
  statusOf,
  tree,
} from "../support/spawned.ts";

async function failedDependency(): Promise<{
  readonly h: SpawnedHopper;
  readonly first: { readonly id: string };
  readonly dependent: { readonly id: string };
}> {
  const h = await spawnTree([tree({ build: {}, side: {} })]);
  const first = await h.tasks.add({ title: "First", instanceId: "build" });
  const dependent = await h.tasks.add({ title: "Then", instanceId: "side", dependsOn: [first.id] });
  await h.settle();
  const { lease } = await claimOne(h, "build");
  await h.tasks.fail(first.id, {
    error: { code: "broken", message: "broken" },
    retryable: false,
    leaseToken: lease.token,
  });
  await h.settle();
  expect(await statusOf(h, dependent.id)).toBe("failed@side");
  return { h, first, dependent };
}

describe("a dependent that failed for its dependency alone", () => {
  it("given its dependency is retried with it, then it waits again at its origin", async () => {
    const { h, first, dependent } = await failedDependency();
    await h.tasks.retry(first.id, { withDependents: true });
    await h.settle();
    expect(await statusOf(h, dependent.id)).toBe("blocked@side");
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(first.id, { leaseToken: lease.token });
    await h.settle();
    expect(await statusOf(h, dependent.id)).toBe("queued@side");
    await expectSound(h);
  });

  it("I4: given its origin was terminated, then it is reopened at the nearest live instance above", async () => {
    const { h, first, dependent } = await failedDependency();
    await h.instances.terminate("side");
    await h.tasks.retry(first.id, { withDependents: true });
    await h.settle();
    const task = await h.tasks.get(dependent.id);
    expect(statusIn(task)).toBe("blocked@webapp");
    expect(task.originInstanceId).toBe("id-webapp");
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(first.id, { leaseToken: lease.token });
    await h.settle();
    expect(await statusOf(h, dependent.id)).toBe("queued@build");
    await expectSound(h);
  });

  it("I4: given nobody is alive above it, then it is reopened unassigned", async () => {
    const { h, dependent } = await failedDependency();
    const other = await h.tasks.add({ title: "Before" });
    const last = await h.tasks.add({ title: "After", instanceId: "side", dependsOn: [other.id] });
    await h.tasks.cancel(other.id);
    await h.settle();
    expect(await statusOf(h, last.id)).toBe("failed@side");
    await h.instances.terminate("global", { cascade: true });
    await h.settle();
    await h.tasks.retry(other.id, { withDependents: true });
    await h.settle();
    expect(await statusOf(h, last.id)).toBe("blocked@desk");
    await h.tasks.complete(other.id, {});
    await h.settle();
    expect(await statusOf(h, last.id)).toBe("pending(manual)@desk");
    expect(await statusOf(h, dependent.id)).toBe("failed@side");
    await expectSound(h);
  });
});

describe("a retry that meets the termination of its origin", () => {
  it("given both come together, then the task goes to who stands above it", async () => {
    const { h, first } = await failedDependency();
    const answers = await Promise.all([
      h.hopper.instances.terminate("build"),
      h.hopper.tasks.retry(first.id),
      h.settle(),
    ]);
    expect(answers[0].status).toBe("terminated");
    expect(await statusOf(h, first.id)).toBe("queued@side");
    const retried = (await eventsOf(h, first.id)).filter(({ event }) => event === "task.retried");
    expect(retried).toHaveLength(1);
    await expectSound(h);
  });
});

describe.each(BATCHES)("tasks that depend on others (%s)", (_, params) => {
  it("given a chain over several instances, then a failure runs down it, and a retry opens it again", async () => {
    const h = await spawnTree([tree()], params);
    await createBelow(h, "global", { name: "shop", scope: "PROJECT" });
    const a = await h.tasks.add({ title: "a", instanceId: "build" });
    const b = await h.tasks.add({ title: "b", instanceId: "shop", dependsOn: [a.ref] });
    const c = await h.tasks.add({ title: "c", instanceId: "global", dependsOn: [b.ref] });
    const d = await h.tasks.add({
      title: "d",
      instanceId: "shop",
      dependsOn: [b.ref],
      onDependencyFailure: "run",
    });
    expect(b.status).toBe("blocked");
    await crashAndRestart(h);
    await h.tasks.fail(a.id, { error: "no" });
    await h.settle();
    for (const { id } of [b, c]) {
      expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { code: "dependency_failed" } });
    }
    expect(await statusOf(h, d.id)).toBe("queued@shop");
    await h.tasks.retry(a.id, { withDependents: true });
    await h.settle();
    expect(await statusOf(h, a.id)).toBe("queued@build");
    expect(await statusOf(h, b.id)).toBe("blocked@shop");
    expect(await statusOf(h, c.id)).toBe("blocked@global");
    await crashAndRestart(h);
    await h.tasks.complete(a.id);
    await h.settle();
    await h.tasks.complete(b.id);
    await h.settle();
    expect(await statusOf(h, c.id)).toMatch(/^queued@/u);
    await expectSound(h);
  });

  it("given a batch, then it may name its own keys, in any order, and no cycle", async () => {
    const h = await spawnTree([tree()], params);
    const { items } = await h.tasks.addBatch([
      { title: "last", key: "c", instanceId: "build", dependsOn: ["key:a", "key:b"] },
      { title: "a", key: "a", instanceId: "build" },
      { title: "b", key: "b", instanceId: "webapp", dependsOn: ["key:a"] },
    ]);
    await h.settle();
    const ids = items.map((task) => task.id);
    expect(await Promise.all(ids.map((id) => statusOf(h, id)))).toEqual([
      "blocked@build",
      "queued@build",
      "blocked@webapp",
    ]);
    await h.tasks.complete(ids[1] ?? "");
    await crashAndRestart(h);
    await h.settle();
    await h.tasks.complete(ids[2] ?? "");
    await h.settle();
    expect(await statusOf(h, ids[0] ?? "")).toBe("queued@build");
    const cycle = h.tasks.addBatch([
      { title: "x", key: "x", instanceId: "build", dependsOn: ["key:y"] },
      { title: "y", key: "y", instanceId: "build", dependsOn: ["key:x"] },
    ]);
    expect(await refusal(cycle)).toBe("dependency_cycle");
    expect(await countOf(h, "task.created")).toBe(3);
    await expectSound(h);
  });
});
