import { describe, expect, it } from "vitest";
import { internalsOf } from "../../src/verbs/internals.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import {
  crashAndRestart,
  delegationsOf,
  expectConsistent,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** Moments that come wherever a task is. Source: spec/domain.md 2.5, spec/runtime.md 3.4. */

const inMs = (now: number, ms: number): string => new Date(now + ms).toISOString();

describe("a deadline", () => {
  it("given the task is on offer, then it ends it there, and the offer with it", async () => {
    const h = await spawnTree([tree({ build: { acceptance: "manual" } })]);
    const { id } = await h.tasks.add({
      title: "x",
      instanceId: "webapp",
      deadlineAt: inMs(h.clock.now(), 10_000),
    });
    await h.settle();
    expect(await delegationsOf(h, id)).toEqual(["route webapp>build pending"]);
    await h.advance("10s");
    expect((await h.tasks.get(id)).error?.code).toBe("deadline_exceeded");
    expect(await delegationsOf(h, id)).toEqual(["route webapp>build cancelled:withdrawn"]);
    await expectConsistent(h);
  });

  it("given the task is blocked, by a person or by a dependency, then it ends it", async () => {
    const h = await spawnTree([tree()]);
    const first = await h.tasks.add({ title: "first", instanceId: "build" });
    const deadlineAt = inMs(h.clock.now(), 10_000);
    const waits = await h.tasks.add({
      title: "waits",
      instanceId: "build",
      dependsOn: [first.id],
      deadlineAt,
    });
    const byHand = await h.tasks.add({ title: "by hand", instanceId: "build", deadlineAt });
    await h.tasks.status(byHand.id, { status: "blocked" });
    await h.advance("9s");
    expect([await statusOf(h, waits.id), await statusOf(h, byHand.id)]).toEqual([
      "blocked@build",
      "blocked@build",
    ]);
    await h.advance("1s");
    expect([await statusOf(h, waits.id), await statusOf(h, byHand.id)]).toEqual([
      "failed@build",
      "failed@build",
    ]);
    await expectConsistent(h);
  });

  it("given the task is held or queued, then it ends it", async () => {
    const h = await spawnTree([tree()]);
    const deadlineAt = inMs(h.clock.now(), 10_000);
    const held = await h.tasks.add({ title: "held", instanceId: "webapp", route: false, deadlineAt });
    const queued = await h.tasks.add({ title: "queued", instanceId: "build", deadlineAt });
    await h.advance("10s");
    expect([await statusOf(h, held.id), await statusOf(h, queued.id)]).toEqual([
      "failed@webapp",
      "failed@build",
    ]);
  });
});

describe("the auditor's question", () => {
  it("given the message that would have decided a task was lost, then it is decided", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "x", instanceId: "webapp", route: false });
    (h.store as SqliteStore).database.exec("UPDATE task SET held_reason = NULL WHERE no = 1");
    await crashAndRestart(h);
    expect(await internalsOf(h.hopper).audit()).toBe(1);
    await h.settle();
    expect(await statusOf(h, id)).toBe("pending(manual)@webapp");
    expect(await internalsOf(h.hopper).audit()).toBe(0);
  });
});
