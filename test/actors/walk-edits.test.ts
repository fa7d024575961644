import { describe, expect, test } from "vitest";
import { claimOne, expectSound, grown, hopsOf, refusal, tree, whereIs } from "../support/hopper-given.ts";

describe("a task that a person holds back and lets go", () => {
  test("given it is queued, when it is blocked and unblocked, then it is queued again", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "build" });
    await h.tasks.status(task.id, { status: "blocked", reason: "wait" });
    expect(await whereIs(h, task)).toBe("blocked@build");
    expect(await refusal(h.tasks.status(task.id, { status: "blocked" }))).toBe("illegal_transition");
    await h.tasks.status(task.id, { status: "pending" });
    expect(await whereIs(h, task)).toBe("queued@build");
    expect(await refusal(h.tasks.status(task.id, { status: "pending" }))).toBe("illegal_transition");
    await claimOne(h, "build");
    expect(await refusal(h.tasks.status(task.id, { status: "blocked" }))).toBe("illegal_transition");
    await h.tasks.status(task.id, { status: "pending" });
    expect(await whereIs(h, task)).toBe("queued@build");
    await expectSound(h);
  });

  test("given it is held by hand, when it is delegated without a target, then routing chooses", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    expect(await whereIs(h, task)).toBe("pending(manual)@global");
    const hop = await h.tasks.delegate(task.id);
    expect([hop.targetName, hop.status]).toEqual(["webapp", "accepted"]);
    await expectSound(h);
  });

  test("given no child at all, when it is delegated without a target, then it is refused", async () => {
    const h = await grown([{ name: "global", scope: "GLOBAL" }]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    expect(await refusal(h.tasks.delegate(task.id))).toBe("no_route");
    expect(await hopsOf(h, task)).toEqual([]);
    await expectSound(h);
  });

  test("given its last dependency is edited away, then it is unblocked; stale and past edits are refused", async () => {
    const h = await grown([tree()]);
    const first = await h.tasks.add({ title: "first", instanceId: "build" });
    const task = await h.tasks.add({ title: "x", instanceId: "build", dependsOn: [first.ref] });
    expect(await whereIs(h, task)).toBe("blocked@build");
    expect(await refusal(h.tasks.update(task.id, { title: "y", ifVersion: 99 }))).toBe("stale_version");
    expect(await refusal(h.tasks.update(first.id, { dependsOn: [task.ref] }))).toBe("validation_failed");
    await h.tasks.update(task.id, { dependsOn: [] });
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@build");
    await expectSound(h);
  });

  test("given route is switched on by an edit, then the held task is routed", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    await h.tasks.update(task.id, { route: true });
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@build");
    await expectSound(h);
  });
});
