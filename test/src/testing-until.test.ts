import { describe, expect, it } from "vitest";
import { refusal, spawnTree, tree } from "../support/spawned.ts";

describe("until", () => {
  it("gives an event that has happened, or moves the clock to the one that comes", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "build" });
    const began = h.clock.now();
    expect(await h.until("task.queued", { taskId: id })).toMatchObject({ event: "task.queued", taskId: id });
    expect(h.clock.now()).toBe(began);
    await h.instances.claim("build", { workerId: "gone", leaseSeconds: 90 });
    const lost = await h.until("lease.expired");
    expect(Date.parse(lost.at) - began).toBe(90_000);
    expect(lost.taskId).toBe(id);
  });

  it("finds what comes after a cursor, or at an instance", async () => {
    const h = await spawnTree([tree({ build: {}, side: {} })]);
    await h.tasks.add({ title: "One", instanceId: "build" });
    const { cursor: since } = await h.until("task.queued");
    await h.tasks.add({ title: "Two", instanceId: "side" });
    const side = await h.instances.get("side");
    expect(await h.until("task.queued", { since })).toMatchObject({ instanceId: side.id });
    expect(await h.until("task.queued", { instanceId: "side" })).toMatchObject({ instanceId: side.id });
  });

  it("says what the task waits for when nothing comes", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "webapp", route: false });
    await expect(h.until("task.completed", { taskId: id })).rejects.toThrow(
      "there was no task.completed within 24h; T-1 is held at webapp: manual; waits for somebody to delegate it",
    );
    const later = new Date(h.clock.now() + 7_200_000).toISOString();
    await h.tasks.add({ title: "Two", instanceId: "build", deadlineAt: later });
    await expect(h.until("task.failed", { within: "1h" })).rejects.toThrow(
      "no task.failed within 1h; name a task",
    );
    expect((await h.until("task.failed", { within: 7_200_000 })).data).toMatchObject({
      error: { code: "deadline_exceeded" },
    });
  });
});

describe("a crash", () => {
  it("happens once until the restart, which comes after nothing else", async () => {
    const h = await spawnTree([tree()]);
    expect(await refusal(h.restart())).toBe("illegal_transition");
    const { id } = await h.tasks.add({ title: "One", instanceId: "build" });
    await h.crash();
    await h.crash();
    expect(await refusal(h.tasks.get(id))).toBe("unavailable");
    await h.restart();
    expect((await h.tasks.get(id)).title).toBe("One");
    expect(await refusal(h.restart())).toBe("illegal_transition");
    await h.close();
    expect(await refusal(h.crash())).toBe("unavailable");
  });
});
