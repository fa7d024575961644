import { describe, expect, it } from "vitest";
import { claimOne, expectSound, refusal, spawnTree, statusOf, tree } from "../support/spawned.ts";

describe("a task that a person edits or blocks", () => {
  it("given it is queued, when it is blocked and unblocked, then it is queued again", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "build" });
    await h.tasks.status(task.id, { status: "blocked", reason: "wait" });
    expect(await statusOf(h, task.id)).toBe("blocked@build");
    expect(await refusal(h.tasks.status(task.id, { status: "blocked" }))).toBe("illegal_transition");
    await h.tasks.status(task.id, { status: "pending" });
    expect(await statusOf(h, task.id)).toBe("queued@build");
    expect(await refusal(h.tasks.status(task.id, { status: "pending" }))).toBe("illegal_transition");
    await claimOne(h, "build");
    expect(await refusal(h.tasks.status(task.id, { status: "blocked" }))).toBe("illegal_transition");
    await h.tasks.status(task.id, { status: "pending" });
    expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectSound(h);
  });

  it("given it is blocked by hand, when it is cancelled and retried, then it is free again", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.tasks.status(id, { status: "blocked" });
    await h.tasks.cancel(id);
    await h.tasks.retry(id);
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@build");
    await expectSound(h);
  });

  it("given its last dependency is edited away, then it is unblocked; stale and past edits are refused", async () => {
    const h = await spawnTree([tree()]);
    const first = await h.tasks.add({ title: "first", instanceId: "build" });
    const task = await h.tasks.add({ title: "x", instanceId: "build", dependsOn: [first.ref] });
    expect(await statusOf(h, task.id)).toBe("blocked@build");
    expect(await refusal(h.tasks.update(task.id, { title: "y", ifVersion: 99 }))).toBe("stale_version");
    expect(await refusal(h.tasks.update(first.id, { dependsOn: [task.ref] }))).toBe("validation_failed");
    await h.tasks.update(task.id, { dependsOn: [] });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectSound(h);
  });

  it("given route is switched on by an edit, then the held task is routed", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    await h.tasks.update(task.id, { route: true });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectSound(h);
  });
});
