import { describe, expect, it } from "vitest";
import type { InstanceTreeView } from "../../../src/views/views.ts";
import { claimOne, spawnTree, refusal, tree, type InstanceSpec } from "../../support/spawned.ts";

const namesOf = (list: { items: readonly { name: string }[] }): string[] =>
  list.items.map(({ name }) => name);

/** A tree in brackets: "global(webapp(build))". */
function drawn(trees: readonly InstanceTreeView[]): string {
  return trees
    .map(({ name, children }) => (children.length === 0 ? name : `${name}(${drawn(children)})`))
    .join(" ");
}

/** Two trees, one of them with a terminated child in the middle. */
async function forest(): ReturnType<typeof spawnTree> {
  const roots: InstanceSpec[] = [
    {
      name: "global",
      scope: "GLOBAL",
      children: [
        {
          name: "webapp",
          scope: "PROJECT",
          children: [
            { name: "build", scope: "ORCHESTRATION" },
            { name: "test", scope: "ORCHESTRATION", start: false },
          ],
        },
        { name: "shop", scope: "PROJECT" },
      ],
    },
    { name: "garden", scope: "PROJECT" },
  ];
  const h = await spawnTree(roots);
  await h.instances.terminate("shop");
  await h.instances.terminate("test");
  return h;
}

describe("lists of instances", () => {
  it("given no filter, then the live ones come in order of creation, and all when asked", async () => {
    const h = await forest();
    expect(namesOf(await h.instances.list())).toEqual(["global", "webapp", "build", "garden"]);
    expect(namesOf(await h.instances.list({ all: true }))).toEqual([
      "global",
      "webapp",
      "build",
      "test",
      "shop",
      "garden",
    ]);
  });

  it("given a parent, a scope or a status, then only those that match", async () => {
    const h = await forest();
    expect(namesOf(await h.instances.list({ parentId: "webapp" }))).toEqual(["build"]);
    expect(namesOf(await h.instances.list({ parentId: "webapp", all: true }))).toEqual(["build", "test"]);
    expect(namesOf(await h.instances.list({ scope: ["PROJECT"] }))).toEqual(["webapp", "garden"]);
    expect(namesOf(await h.instances.list({ status: ["terminated"] }))).toEqual(["test", "shop"]);
    expect(await refusal(h.instances.list({ parentId: "nobody" }))).toBe("not_found");
  });

  it("given a limit, then the cursor leads to the rest", async () => {
    const h = await forest();
    const first = await h.instances.list({ limit: 3, count: true });
    expect([namesOf(first), first.hasMore, first.total]).toEqual([["global", "webapp", "build"], true, 4]);
    const rest = await h.instances.list({ limit: 3, cursor: String(first.nextCursor) });
    expect([namesOf(rest), rest.hasMore, rest.nextCursor]).toEqual([["garden"], false, null]);
  });
});

describe("the tree of instances", () => {
  it("given no instance, then every tree comes, without what is terminated", async () => {
    const h = await forest();
    expect(drawn(await h.instances.hierarchy())).toBe("global(webapp(build)) garden");
    expect(drawn(await h.instances.hierarchy(undefined, { all: true }))).toBe(
      "global(webapp(build test) shop) garden",
    );
  });

  it("given an instance, then it and what is below it, also where it is terminated itself", async () => {
    const h = await forest();
    expect(drawn([await h.instances.hierarchy("webapp")])).toBe("webapp(build)");
    expect(drawn([await h.instances.hierarchy("webapp", { all: true })])).toBe("webapp(build test)");
    expect(drawn([await h.instances.hierarchy("id-shop")])).toBe("shop");
    expect(await refusal(h.instances.hierarchy("nobody"))).toBe("not_found");
  });

  it("given a leaf, then its ancestors come from its parent to the root, and a root has none", async () => {
    const h = await forest();
    expect(namesOf(await h.instances.ancestors("build"))).toEqual(["webapp", "global"]);
    expect(namesOf(await h.instances.ancestors("garden"))).toEqual([]);
  });

  it("given a parent, then its live children come in order of creation", async () => {
    const h = await forest();
    expect(namesOf(await h.instances.children("global"))).toEqual(["webapp"]);
    expect(namesOf(await h.instances.children("build"))).toEqual([]);
  });
});

describe("the queue of an instance", () => {
  it("given nothing was created there, then it is empty and nobody has waited", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 2, max_queued_tasks: 5 } })]);
    expect(await h.instances.queue("build")).toEqual({
      items: [],
      queued: 0,
      claimed: 0,
      maxConcurrentTasks: 2,
      maxQueuedTasks: 5,
      oldestWaitMs: null,
    });
  });

  it("given tasks of each priority, then they stand in the order in which they are claimed", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    for (const priority of ["low", "medium", "urgent", "high", "medium", "urgent"] as const) {
      await h.tasks.add({ title: priority, priority, instanceId: "build" });
      await h.advance("1s");
    }
    const { items, queued } = await h.instances.queue("build");
    expect(queued).toBe(6);
    expect(items.map(({ ref }) => ref)).toEqual(["T-3", "T-6", "T-4", "T-2", "T-5", "T-1"]);
    const claimed = await h.instances.claim("build", { workerId: "w", max: 6 });
    expect(claimed.map(({ task }) => task.ref)).toEqual(items.map(({ ref }) => ref));
  });

  it("given more than are asked for, then the first are shown and all are counted; what has its moment comes last", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const notBefore = new Date(h.clock.now() + 60_000).toISOString();
    await h.tasks.add({ title: "Later", instanceId: "build", priority: "urgent", notBefore });
    for (const [no, tags] of [["cobol"], ["java"], ["cobol"], []].entries())
      await h.tasks.add({ title: `Task ${no}`, tags, instanceId: "build" });
    const titles = async (limit: number): Promise<string[]> =>
      (await h.instances.queue("build", { limit })).items.map(({ title }) => title);
    expect(await titles(2)).toEqual(["Task 0", "Task 1"]);
    expect(await titles(500)).toEqual(["Task 0", "Task 1", "Task 2", "Task 3", "Later"]);
    expect(await h.instances.queue("build", { limit: 1 })).toMatchObject({ queued: 5, oldestWaitMs: 0 });
    await expect(h.instances.queue("build", { limit: 0 })).rejects.toMatchObject({ code: "bad_filter" });
  });

  it("given some are claimed, then they are counted apart, and the oldest of the others says how long it waits", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const first = await h.tasks.add({ title: "First", instanceId: "build", priority: "high" });
    await h.advance("1m");
    await h.tasks.add({ title: "Second", instanceId: "build" });
    await h.advance("30s");
    // An edit is no new wait.
    await h.tasks.update(first.id, { description: "with a description" });
    const before = await h.instances.queue("build");
    expect([before.queued, before.claimed, before.oldestWaitMs]).toEqual([2, 0, 90_000]);
    const { lease, task } = await claimOne(h, "build");
    expect(task.id).toBe(first.id);
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token });
    const after = await h.instances.queue("build");
    expect([after.queued, after.claimed, after.oldestWaitMs]).toEqual([1, 1, 30_000]);
    expect(after.items.map(({ title }) => title)).toEqual(["Second"]);
  });
});

describe("instances.ensure", () => {
  const webapp = { name: "webapp", scope: "PROJECT", parentId: "global", start: true } as const;

  it("makes what is not there, and gives what is as it is", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const made = await h.instances.ensure({ ...webapp, config: { max_queued_tasks: 3 } });
    expect(made).toMatchObject({ status: "running", config: { max_queued_tasks: 3 } });
    const events = (await h.history()).length;
    const again = await h.instances.ensure({ ...webapp, description: "another", config: {} });
    expect(again).toEqual(made);
    expect(await h.history()).toHaveLength(events);
    await h.instances.pause("webapp");
    expect((await h.instances.ensure(webapp)).status).toBe("paused");
    await h.instances.stop("webapp");
    expect((await h.instances.ensure({ ...webapp, start: false })).status).toBe("stopped");
    expect((await h.instances.ensure(webapp)).status).toBe("running");
  });

  it("given two ask at once, then both get the same one", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const both = Promise.all([h.hopper.instances.ensure(webapp), h.hopper.instances.ensure(webapp)]);
    for (let round = 0; round < 10; round += 1) {
      await h.settle();
      await new Promise(setImmediate);
    }
    const [one, other] = await both;
    expect(one.id).toBe(other.id);
  });

  it("given two start it at once, then both get it; a key finds what there is", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const key = { ...webapp, start: false, idempotencyKey: "k" };
    const { id } = await h.instances.ensure(key);
    const both = Promise.all([h.hopper.instances.ensure(webapp), h.hopper.instances.ensure(webapp)]);
    for (let round = 0; round < 10; round += 1) {
      await h.settle();
      await new Promise(setImmediate);
    }
    expect((await both).map(({ status }) => status)).toEqual(["running", "running"]);
    await h.instances.terminate("webapp");
    const again = await h.instances.ensure(key);
    expect(again.status).toBe("created");
    expect(again.id).not.toBe(id);
  });

  it("refuses a name that is another one's, and what cannot be made", async () => {
    const h = await spawnTree([
      { name: "global", scope: "GLOBAL" },
      { name: "side", scope: "GLOBAL" },
    ]);
    await h.instances.ensure(webapp);
    await expect(h.instances.ensure({ ...webapp, parentId: "side" })).rejects.toMatchObject({
      code: "already_exists",
      detail: expect.stringContaining("webapp exists already, as PROJECT below global"),
    });
    await expect(h.instances.ensure({ name: "side", scope: "PROJECT" })).rejects.toMatchObject({
      detail: expect.stringContaining("as GLOBAL without a parent"),
    });
    expect(await refusal(h.instances.ensure({ ...webapp, name: "x", parentId: "nobody" }))).toBe("not_found");
    expect(await refusal(h.instances.ensure({ name: "", scope: "PROJECT" }))).toBe("validation_failed");
  });

  it("makes a new one where the old one has ended", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const { id } = await h.instances.ensure(webapp);
    await h.instances.terminate("webapp");
    expect((await h.instances.ensure(webapp)).id).not.toBe(id);
  });
});
