import { describe, expect, it } from "vitest";
import { claimOne, eventsOf, expectSound, refusal, spawnTree, statusIn, tree } from "../support/spawned.ts";
import { internalsOf } from "../../src/verbs/internals.ts";

describe("a claim", () => {
  it("given the worker names what it can do, then it gets what needs no more than that, whatever the case of the letters", async () => {
    const h = await spawnTree([tree()]);
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
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "By hand", instanceId: "build", priority: "urgent" });
    const { id } = await h.tasks.add({ title: "Shell", instanceId: "build", run: "true" });
    const { claims } = await internalsOf(h).claimOwn("build", { workerId: "w", leaseSeconds: 30 });
    expect(claims.map(({ task }) => task.id)).toEqual([id]);
    expect((await internalsOf(h).claimOwn("build", { workerId: "w", leaseSeconds: 30 })).claims).toEqual([]);
    expect(await internalsOf(h).orphans()).toMatchObject([{ taskId: id }]);
    await expectSound(h);
  });

  it("given an instance without a queue, then it is refused, and names the scope", async () => {
    const h = await spawnTree([tree()]);
    expect(await refusal(h.instances.claim("global", { workerId: "w" }))).toBe("not_claimable");
  });

  it("given the limit of tasks in work, then no more are given, however many are asked for", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 2, max_queued_tasks: 9 } })]);
    for (let n = 0; n < 4; n += 1) await h.tasks.add({ title: `Task ${n}`, instanceId: "build" });
    expect(await h.instances.claim("build", { workerId: "w", max: 4 })).toHaveLength(2);
    expect(await h.instances.claim("build", { workerId: "w", max: 4 })).toHaveLength(0);
    await expectSound(h);
  });
});

describe("a task that a person takes by hand", () => {
  it("given it is queued, then it is in progress under the person's name, and its end needs no lease", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const taken = await h.tasks.status(id, { status: "in_progress", by: "ana" });
    expect(taken).toMatchObject({ status: "in_progress", claimedBy: "ana", epoch: 1 });
    expect(await h.tasks.status(id, { status: "done" })).toMatchObject({ status: "done" });
    await expectSound(h);
  });

  it("given it has a timeout, when that has passed, then the attempt ends", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build", timeoutSeconds: 60 });
    await h.tasks.status(id, { status: "in_progress", by: "ana" });
    await h.advance("60s");
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await eventsOf(h, id, "lease.expired")).toMatchObject([
      { data: { by: "ana", reason: "timeout" } },
    ]);
    await expectSound(h);
  });

  it("given a worker has claimed it, then it is in progress and stays the worker's", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    for (const _ of ["claimed", "in progress"]) {
      const taken = await h.tasks.status(id, { status: "in_progress", by: "ana" });
      expect(taken).toMatchObject({ status: "in_progress", claimedBy: "w1" });
    }
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    expect(await eventsOf(h, id, "task.in_progress")).toHaveLength(1);
    await expectSound(h);
  });

  it("given the holder does not run, is full, or the task is final, then it is refused and stays", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 1, max_queued_tasks: 5 } })]);
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
    expect(statusIn(await h.tasks.get(id))).toBe("cancelled@build");
    await expectSound(h);
  });
});
