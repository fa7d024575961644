import { describe, expect, test } from "vitest";
import {
  claimOne,
  expectSound,
  grown,
  hopsOf,
  names,
  place,
  storyOf,
  tree,
  whereIs,
} from "../support/hopper-given.ts";

describe("a task routed from GLOBAL over PROJECT to ORCHESTRATION", () => {
  test("given room everywhere, when it is added, then it is queued at the bottom in one story", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const now = await h.tasks.get(task.id);
    expect(place(now)).toBe("queued@build");
    expect(now.delegationChain).toEqual(["id-global", "id-webapp", "id-build"]);
    expect(await hopsOf(h, task)).toEqual(["route global>webapp accepted", "route webapp>build accepted"]);
    expect(names(await storyOf(h, task))).toEqual([
      "task.created",
      "routing.decided",
      "delegation.pending",
      "delegation.accepted",
      "routing.decided",
      "delegation.pending",
      "delegation.accepted",
      "task.queued",
    ]);
    await expectSound(h);
  });

  test("given the story, when its causes are followed, then each leads back to the command", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const story = await storyOf(h, task);
    const byCursor = new Map(story.map((event) => [event.cursor, event]));
    for (const event of story) {
      let cause = event.cause;
      for (let step = 0; cause !== null && byCursor.has(cause); step += 1) {
        expect(step).toBeLessThan(story.length);
        cause = byCursor.get(cause)?.cause ?? null;
      }
      expect(cause, event.event).toMatch(/^C-\d+$/u);
    }
    await expectSound(h);
  });

  test("when it is completed below, then the hops close upward with its result and the holder counts it", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token, result: { ok: true } });
    expect(await hopsOf(h, task)).toEqual([
      "route global>webapp completed:succeeded",
      "route webapp>build completed:succeeded",
    ]);
    const { items } = await h.tasks.delegations(task.id);
    expect(items.map((hop) => hop.result?.output)).toEqual([{ ok: true }, { ok: true }]);
    const end = (await storyOf(h, task)).slice(-3);
    expect(end.map(({ event, instanceId }) => `${event}@${instanceId}`)).toEqual([
      "task.completed@id-build",
      "delegation.completed@id-build",
      "delegation.completed@id-webapp",
    ]);
    expect((await h.instances.get("build")).counts).toMatchObject({ done: 1, queued: 0, claimed: 0 });
    expect((await h.instances.get("webapp")).counts).toMatchObject({ done: 0, pending: 0 });
    await expectSound(h);
  });

  test("when it is completed and Hopper crashed and came back, then nothing has changed", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "build it", instanceId: "global" });
    await h.settle();
    await h.crash();
    await h.restart();
    expect(await whereIs(h, task)).toBe("queued@build");
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token, result: 1 });
    expect(await whereIs(h, task)).toBe("done@build");
    await expectSound(h);
  });
});
