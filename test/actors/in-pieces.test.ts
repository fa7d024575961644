import { describe, expect, it } from "vitest";
import type { TaskView } from "../../src/index.ts";
import type { SpawnedHopper, SpawnParams } from "../../src/testing/index.ts";
import { internalsOf } from "../../src/verbs/internals.ts";
import { spawnFaulty } from "../support/answers.ts";
import {
  completeOne,
  crashAndRestart,
  expectConsistent,
  expectSound,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** What takes long is cut into pieces that are committed one by one. Source: spec/runtime.md 3.1. */

const ROOMY = { max_concurrent_tasks: 1_000, max_queued_tasks: 10_000 };

/** Batches that a piece of work took, with all that came of it. */
async function batchesOf(h: SpawnedHopper, work: () => Promise<unknown>): Promise<number> {
  const before = internalsOf(h.hopper).metrics().batches;
  await work();
  await h.settle();
  return internalsOf(h.hopper).metrics().batches - before;
}

async function statuses(h: SpawnedHopper, ids: readonly string[]): Promise<string[]> {
  return [...new Set(await Promise.all(ids.map((id) => statusOf(h, id))))];
}

async function dependentsOf(count: number, params: SpawnParams = {}) {
  const h = await spawnTree([tree({ build: ROOMY })], params);
  const { id: first } = await h.tasks.add({ title: "First", instanceId: "build" });
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 50) {
    const items = Array.from({ length: 50 }, (_, no) => ({
      title: `Task ${no}`,
      dependsOn: [first],
      instanceId: "build",
    }));
    ids.push(...(await h.tasks.addBatch(items)).items.map(({ id }) => id));
  }
  await h.settle();
  return { h, first, ids };
}

describe("a task that many wait for", () => {
  it("given it is done, then all are told, a hundred in a batch", async () => {
    const { h, ids } = await dependentsOf(350);
    expect(await statuses(h, ids)).toEqual(["blocked@build"]);
    expect(await batchesOf(h, () => completeOne(h, "build"))).toBeGreaterThanOrEqual(4);
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
    await expectConsistent(h);
  });

  it("given exactly a hundred, then all are told", async () => {
    const { h, ids } = await dependentsOf(100);
    await completeOne(h, "build");
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
  });

  it("given it failed and is retried with them, then all wait again", async () => {
    const { h, first, ids } = await dependentsOf(250);
    await h.tasks.fail(first, { error: "no", retryable: false });
    await h.settle();
    expect(await statuses(h, ids)).toEqual(["failed@build"]);
    expect(await batchesOf(h, () => h.tasks.retry(first, { withDependents: true }))).toBeGreaterThanOrEqual(
      3,
    );
    expect(await statuses(h, ids)).toEqual(["blocked@build"]);
    await completeOne(h, "build");
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
    await expectConsistent(h);
  });

  it("given the process dies in between, then the others are told by the next one", async () => {
    const { h, ids } = await dependentsOf(350);
    const done = completeOne(h, "build").catch(() => undefined);
    for (let round = 0; round < 4; round += 1) await new Promise(setImmediate);
    await crashAndRestart(h);
    await done;
    await h.settle();
    if ((await statuses(h, ids)).includes("blocked@build")) await completeOne(h, "build");
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
    await expectConsistent(h);
  });
});

describe("a batch of tasks that depend on the same ones", () => {
  it("then each of those is told of a hundred that wait for it at a time, and every one of them goes on", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const first: TaskView[] = [];
    for (let n = 0; n < 3; n += 1)
      first.push(await h.tasks.add({ title: `First ${n}`, instanceId: "build" }));
    await completeOne(h, "build");
    const before = internalsOf(h.hopper).metrics().turns;
    const items = Array.from({ length: 250 }, (_, n) => ({
      key: `k${n}`,
      title: `Task ${n}`,
      instanceId: "build",
      dependsOn: [...first.map(({ id }) => id), ...(n === 0 ? [] : ["key:k0"])],
    }));
    const ids = (await h.tasks.addBatch(items)).items.map(({ id }) => id);
    await h.settle();
    // The batch itself, a turn for each task, for each that the one of them is done, and 12 for who waits.
    expect(internalsOf(h.hopper).metrics().turns - before).toBeLessThan(250 + 250 + 50);
    expect(await statuses(h, ids)).toEqual(["blocked@build"]);
    for (let n = 0; n < 3; n += 1) await completeOne(h, "build");
    expect(await statuses(h, ids.slice(1))).toEqual(["queued@build"]);
    await expectConsistent(h);
  });
});

describe("an instance at whose drain timeout much is worked on", () => {
  async function draining() {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const items = Array.from({ length: 350 }, (_, no) => ({ title: `Task ${no}`, instanceId: "build" }));
    const ids = (await h.tasks.addBatch(items)).items.map(({ id }) => id);
    for (let left = 350; left > 0; left -= 50)
      await h.instances.claim("build", { workerId: "w", max: 50, leaseSeconds: 3_600 });
    expect(await statuses(h, ids)).toEqual(["claimed@build"]);
    return { h, ids };
  }

  it("then its leases end a hundred in a batch", async () => {
    const { h, ids } = await draining();
    await h.instances.stop("build", { wait: false, drainTimeoutMs: 1_000 });
    expect(await batchesOf(h, async () => await h.advance("2s"))).toBeGreaterThanOrEqual(4);
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
    expect((await h.instances.get("build")).status).toBe("stopped");
    await expectConsistent(h);
  });

  it("given the process dies in between, then the others end with the next one", async () => {
    const { h, ids } = await draining();
    const stopped = h.hopper.instances.stop("build", { drainTimeoutMs: 0 }).catch(() => undefined);
    for (let round = 0; round < 4; round += 1) await new Promise(setImmediate);
    await crashAndRestart(h);
    await stopped;
    await h.settle();
    if ((await h.instances.get("build")).status === "running")
      await h.instances.stop("build", { drainTimeoutMs: 0 });
    expect(await statuses(h, ids)).toEqual(["queued@build"]);
    expect((await h.instances.get("build")).status).toBe("stopped");
    await expectConsistent(h);
  });
});

describe("an instance that ends and holds much", () => {
  const own = { fallback: "hold" } as const;

  it("given it is terminated, then it is answered when all is given back, and its parent hears how it went", async () => {
    const h = await spawnTree([tree({ one: ROOMY, two: ROOMY }, own)]);
    const items = Array.from({ length: 350 }, (_, no) => ({ title: `Task ${no}`, instanceId: "one" }));
    const { items: added } = await h.tasks.addBatch(items);
    await h.settle();
    expect(
      await batchesOf(h, async () =>
        expect(await h.instances.terminate("one")).toMatchObject({
          status: "terminated",
          counts: { cancelled: 350 },
        }),
      ),
    ).toBeGreaterThanOrEqual(4);
    expect(
      await statuses(
        h,
        added.map(({ id }) => id),
      ),
    ).toEqual(["cancelled@one"]);
    const { runtimeMetadata } = await h.instances.get("webapp");
    expect(runtimeMetadata).toMatchObject({ ended_totals: { instances: 1, cancelled: 350 } });
    await expectConsistent(h);
  });

  it("given it has much when its cascade begins and when it ends, then it is summed up once", async () => {
    const h = await spawnTree([tree({ one: {} }, own)]);
    const items = Array.from({ length: 350 }, (_, no) => ({
      title: `Held ${no}`,
      instanceId: "webapp",
      route: false,
    }));
    await h.tasks.addBatch(items);
    await h.settle();
    await h.instances.terminate("webapp", { cascade: true });
    await h.settle();
    const summaries = (await h.history()).filter(({ event }) => event === "instance.summary");
    expect(summaries.map(({ data }) => data)).toMatchObject([{ cancelled: 0 }, { cancelled: 350 }]);
    await expectConsistent(h);
  });

  it("given it ends in a cascade, or the process dies meanwhile, then all is given back once", async () => {
    const h = await spawnTree([tree({ one: ROOMY, two: ROOMY }, own)]);
    const items = Array.from({ length: 250 }, (_, no) => ({ title: `Task ${no}`, instanceId: "one" }));
    const above = Array.from({ length: 250 }, (_, no) => ({
      title: `Held ${no}`,
      instanceId: "webapp",
      route: false,
    }));
    const { items: added } = await h.tasks.addBatch([...items, ...above]);
    await h.settle();
    const ending = h.instances
      .terminate("webapp", { cascade: true, idempotencyKey: "end" })
      .catch(() => undefined);
    for (let round = 0; round < 4; round += 1) await new Promise(setImmediate);
    await crashAndRestart(h);
    await ending;
    await h.settle();
    expect(await h.instances.get("id-webapp")).toMatchObject({ status: "terminated" });
    expect(
      new Set(
        await statuses(
          h,
          added.map(({ id }) => id),
        ),
      ),
    ).toEqual(new Set(["cancelled@one", "cancelled@webapp"]));
    const { runtimeMetadata } = await h.instances.get("global");
    expect(runtimeMetadata).toMatchObject({ ended_totals: { instances: 1, cancelled: 250 } });
    const events = [];
    for await (const { event } of h.hopper.events({ type: "instance.summary" })) events.push(event);
    expect(events).toHaveLength(3);
    await expectConsistent(h);
  });
});

describe("a run that is cancelled", () => {
  /** 250 tasks, each after the one before. */
  async function chainAt(h: SpawnedHopper) {
    const items = Array.from({ length: 250 }, (_, no) => ({
      title: `Task ${no}`,
      key: `k${no}`,
      instanceId: "global",
      ...(no === 0 ? {} : { dependsOn: [`key:k${no - 1}`] }),
    }));
    const { items: tasks } = await h.tasks.addBatch(items);
    await h.settle();
    return { tasks, ids: tasks.map(({ id }) => id) };
  }
  const asked = { reason: "afresh", by: "plan" };

  it("given its tasks depend on each other, then all are cancelled, and none fails for another", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const { tasks, ids } = await chainAt(h);
    await completeOne(h, "build");
    await internalsOf(h).cancelAll(tasks, asked);
    await h.settle();
    expect((await statuses(h, ids)).toSorted()).toEqual([
      "cancelled@build",
      "cancelled@global",
      "done@build",
    ]);
    await expectConsistent(h);
  });

  it("given the process dies once it is noted, then the next one goes on with it", async () => {
    const { h, fail } = await spawnFaulty([tree({ build: ROOMY })]);
    const { tasks, ids } = await chainAt(h);
    // The commit that notes it, and that of the first piece: there the store fails.
    fail(2, { when: "before", kind: "io" });
    await expect(internalsOf(h).cancelAll(tasks, asked)).rejects.toMatchObject({ code: "unavailable" });
    await crashAndRestart(h);
    expect(await statuses(h, ids)).toContain("blocked@global");
    await h.settle();
    expect((await statuses(h, ids)).toSorted()).toEqual(["cancelled@build", "cancelled@global"]);
    await expectConsistent(h);
  });
});

it.each([
  ["everything goes on through the mailbox", { longestMs: -1, look: 1 }],
  ["also more of it than is kept at hand", { longestMs: -1, look: 1, admitted: 2 }],
])("given a batch may take no time at all, then %s", async (_then, limits) => {
  const h = await spawnTree([tree({ build: {} })], { limits });
  const ids: string[] = [];
  for (let no = 0; no < 5; no += 1)
    ids.push((await h.tasks.add({ title: `Task ${no}`, instanceId: "global" })).id);
  await h.settle();
  for (let left = 5; left > 0; left -= 1) await completeOne(h, "build");
  expect(await statuses(h, ids)).toEqual(["done@build"]);
  expect(internalsOf(h.hopper).metrics().mailed).toBeGreaterThan(20);
  await expectSound(h);
});
