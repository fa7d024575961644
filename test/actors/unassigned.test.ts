import { describe, expect, it } from "vitest";
import {
  BATCHES,
  crashAndRestart,
  createBelow,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

describe.each(BATCHES)("a task without an instance (%s)", (_, params) => {
  it("given no root, then the desk completes, cancels and assigns it, and refuses the rest", async () => {
    const h = await spawnTree([], params);
    const add = async (title: string) => (await h.tasks.add({ title })).id;
    const [a, b, c] = [await add("a"), await add("b"), await add("c")];
    expect(await h.tasks.get(a)).toMatchObject({ instanceId: null, originInstanceId: null });
    await expect(h.tasks.escalate(a)).rejects.toMatchObject({ status: 409 });
    expect(await refusal(h.tasks.retry(a))).toBe("illegal_transition");
    expect((await h.tasks.complete(a, { result: 1 })).status).toBe("done");
    expect((await h.tasks.cancel(b)).status).toBe("cancelled");
    await crashAndRestart(h);
    const o = await createBelow(h, null, { name: "build", scope: "ORCHESTRATION" });
    await h.tasks.assign(c, { instanceId: "build" });
    await h.settle();
    expect(await h.tasks.get(c)).toMatchObject({
      status: "queued",
      instanceId: o.id,
      originInstanceId: o.id,
    });
    expect(await refusal(h.tasks.assign(a, { instanceId: "build" }))).toBe("illegal_transition");
    await expectSound(h);
  });

  it("given two roots, then it is asked which one is meant", async () => {
    const h = await spawnTree([tree()], params);
    await createBelow(h, null, { name: "other", scope: "GLOBAL" });
    const task = await h.tasks.add({ title: "a" });
    expect(task.instanceId).toBeNull();
    await expect(h.route.preview({ title: "a" })).rejects.toMatchObject({
      code: "not_found",
      detail: expect.stringMatching(/which|root|instance/iu),
    });
    expect((await h.route.preview({ title: "a", instanceId: "global" })).action).toBe("delegate");
    await h.tasks.assign(task.id, { instanceId: "other" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("pending(no_route)@other");
    await expectSound(h);
  });

  it("given its failure had bubbled, then it is retried from its origin, or unassigned when that is terminated", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", project: "webapp", instanceId: "global" });
    await h.settle();
    await h.tasks.fail(id, { error: "no" });
    const before = await h.tasks.delegations(id);
    expect(before.items.map((hop) => hop.status)).toEqual(["completed", "completed"]);
    await crashAndRestart(h);
    await h.tasks.retry(id);
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", round: 2, error: null });
    await h.tasks.fail(id, { error: "no" });
    await h.instances.terminate("global", { cascade: true });
    await crashAndRestart(h);
    await h.tasks.retry(id);
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({
      status: "pending",
      instanceId: null,
      originInstanceId: null,
    });
    const fresh = await createBelow(h, null, { name: "fresh", scope: "ORCHESTRATION" });
    await h.tasks.assign(id, { instanceId: "fresh" });
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: fresh.id, round: 3 });
    await expectSound(h);
  });
});
