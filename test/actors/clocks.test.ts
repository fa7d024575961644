import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import { CommitError, type Store } from "../../store/store.ts";
import { layered } from "../support/layered-store.ts";
import {
  claimOne,
  crashAndRestart,
  delegationsOf,
  expectConsistent,
  spawnTree,
  statusIn,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** spec/runtime.md 3.4, docs/decisions/0017-clocks.md: spans elapse, moments come by the wall clock. */

async function spawn(config: object = {}, params: object = {}): Promise<SpawnedHopper> {
  return await spawnTree([tree({ build: config })], params);
}

const JUMPS = ["2h", "-1h", "-2h", "400d"] as const;

/** Commands of others get as far as the loop, which does not run. */
async function handedOver(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise(setImmediate);
}

it("given a lease was renewed without an event, when the clock is set back before a restart, then it has at most its own length left", async () => {
  const h = await spawn();
  await h.tasks.add({ title: "Leased", instanceId: "build" });
  const { task, lease } = await claimOne(h, "build", { leaseSeconds: 300 });
  for (let beat = 0; beat < 60; beat += 1) {
    await h.advance("2m");
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token, leaseSeconds: 300 });
  }
  await h.crash();
  h.clock.jump(-3_600_000);
  await h.restart();
  await h.settle();
  const { leaseExpiresAt } = await h.tasks.get(task.id);
  expect(Date.parse(String(leaseExpiresAt)) - h.clock.now()).toBe(300_000);
  await expectConsistent(h);
});

describe.each(JUMPS)("given the wall clock is set by %s", (jump) => {
  it("then a lease and an attempt last as long as they were to last", async () => {
    const h = await spawn();
    await h.tasks.add({ title: "Leased", instanceId: "build" });
    const leased = await claimOne(h, "build", { leaseSeconds: 60 });
    await h.tasks.add({ title: "Timed", instanceId: "build", timeoutSeconds: 60, maxAttempts: 1 });
    const timed = await claimOne(h, "build", { leaseSeconds: 3_600 });
    await h.advance("20s");
    await h.clockJump(jump);
    await h.advance("39s");
    expect([await statusOf(h, leased.task.id), await statusOf(h, timed.task.id)]).toEqual([
      "claimed@build",
      "claimed@build",
    ]);
    expect(Date.parse((await h.tasks.get(leased.task.id)).leaseExpiresAt ?? "") - h.clock.now()).toBe(1_000);
    await h.advance("2s");
    expect([await statusOf(h, leased.task.id), await statusOf(h, timed.task.id)]).toEqual([
      "queued@build",
      "failed@build",
    ]);
    await expectConsistent(h);
  });

  it("then what was accepted before its target ended is not taken for accepted after that", async () => {
    const h = await spawn();
    await h.tasks.add({ title: "Work", instanceId: "webapp", tags: [] });
    await h.settle();
    const { task, lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token, result: null });
    await h.clockJump(jump);
    await h.instances.terminate("build");
    await h.settle();
    const broken = (await h.hopper.doctor()).filter((finding) => finding.broken.length > 0);
    expect(broken).toEqual([]);
  });

  it("then a moment that somebody gave a task that was released stays where it is", async () => {
    const h = await spawn();
    const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.tasks.release(id, { leaseToken: lease.token });
    const notBefore = new Date(h.clock.now() + 86_400_000).toISOString();
    await h.tasks.update(id, { notBefore });
    await h.clockJump(jump);
    expect((await h.tasks.get(id)).notBefore).toBe(notBefore);
    await expectConsistent(h);
  });

  it("then a backoff lasts as long as it was to last", async () => {
    const h = await spawn({}, { config: { tasks: { retry_backoff_ms: 1_000 } } });
    await h.tasks.add({ title: "Work", instanceId: "build" });
    const { task, lease } = await claimOne(h, "build");
    await h.tasks.fail(task.id, { leaseToken: lease.token, error: "no" });
    await h.clockJump(jump);
    await h.advance("1s");
    expect((await claimOne(h, "build")).task.attempt).toBe(2);
    await expectConsistent(h);
  });

  it("then an offer, a drain and a linger last as long as they were to last", async () => {
    const h = await spawn({ acceptance: "manual" });
    const { id } = await h.tasks.add({ title: "Offered", instanceId: "webapp" });
    await h.settle();
    await h.advance("20s");
    await h.clockJump(jump);
    await h.advance("39s");
    expect(await delegationsOf(h, id)).toEqual(["route webapp>build pending"]);
    await h.advance("2s");
    expect(await delegationsOf(h, id)).toEqual(["route webapp>build rejected:expired"]);

    await h.tasks.add({ title: "Under way", instanceId: "webapp", route: false });
    await h.tasks.add({ title: "Claimed", instanceId: "build" });
    await claimOne(h, "build");
    await h.instances.stop("build", { wait: false, drainTimeoutMs: 60_000 });
    await h.clockJump(jump);
    await h.advance("59s");
    expect((await h.instances.get("build")).status).toBe("stopping");
    await h.advance("2s");
    expect((await h.instances.get("build")).status).toBe("stopped");
    await expectConsistent(h);
  });

  it("then who waits, waits as long as was asked", async () => {
    const h = await spawn();
    const { id } = await h.tasks.add({ title: "Work", instanceId: "build", tags: ["java"] });
    const ends: string[] = [];
    const wait = h.hopper.tasks
      .wait(id, { timeoutMs: 10_000 })
      .catch(() => undefined)
      .then(() => ends.push("wait"));
    const claim = h.hopper.instances
      .claim("build", { workerId: "w", waitSeconds: 10, capabilities: ["rust"] })
      .then(() => ends.push("claim"));
    await handedOver();
    await h.clockJump(jump);
    await h.advance("9s");
    await handedOver();
    expect(ends).toEqual([]);
    await h.advance("2s");
    await handedOver();
    await h.settle();
    await Promise.all([wait, claim]);
    expect(ends.toSorted()).toEqual(["claim", "wait"]);
  });
});

describe("a moment that somebody gave", () => {
  it("given the wall clock is set forward beyond it, then it has come", async () => {
    const h = await spawn();
    const at = (ms: number): string => new Date(h.clock.now() + ms).toISOString();
    const late = await h.tasks.add({
      title: "Late",
      instanceId: "build",
      deadlineAt: at(3_600_000),
      tags: ["b"],
    });
    const { id } = await h.tasks.add({
      title: "Later",
      instanceId: "build",
      notBefore: at(3_600_000),
      tags: ["a"],
    });
    const claim = h.hopper.instances.claim("build", { workerId: "w", waitSeconds: 50, capabilities: ["a"] });
    await handedOver();
    await h.settle();
    await h.clockJump("2h");
    await handedOver();
    await h.settle();
    expect(statusIn(await h.tasks.get(late.id))).toBe("failed@build");
    expect((await claim).map(({ task }) => task.id)).toEqual([id]);
    await expectConsistent(h);
  });

  it("given the wall clock is set back, then it comes later", async () => {
    const h = await spawn();
    const at = (ms: number): string => new Date(h.clock.now() + ms).toISOString();
    const late = await h.tasks.add({ title: "Late", instanceId: "build", deadlineAt: at(10_000) });
    const { id } = await h.tasks.add({ title: "Later", instanceId: "build", notBefore: at(10_000) });
    await h.clockJump("-1h");
    await h.advance("59m");
    expect(statusIn(await h.tasks.get(late.id))).toBe("queued@build");
    await h.advance("2m");
    expect(statusIn(await h.tasks.get(late.id))).toBe("failed@build");
    expect((await claimOne(h, "build")).task.id).toBe(id);
    await expectConsistent(h);
  });
});

describe("a clock that was set while nobody owned the store", () => {
  it.each(["-1h", "2h"])("given by %s, then a lease has at most its length left", async (jump) => {
    const h = await spawn();
    await h.tasks.add({ title: "Leased", instanceId: "build" });
    const { task } = await claimOne(h, "build", { leaseSeconds: 60 });
    await h.crash();
    h.clock.jump(jump === "2h" ? 7_200_000 : -3_600_000);
    await h.restart();
    await h.advance(jump === "2h" ? 1 : "59s");
    expect(await statusOf(h, task.id)).toBe(jump === "2h" ? "queued@build" : "claimed@build");
    await h.advance("2s");
    expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectConsistent(h);
  });

  it("given it stands as it stood, then nothing is moved", async () => {
    const h = await spawn();
    await h.tasks.add({ title: "Leased", instanceId: "build" });
    const { task } = await claimOne(h, "build", { leaseSeconds: 60 });
    await h.advance("30s");
    await crashAndRestart(h);
    await h.advance("29s");
    expect(await statusOf(h, task.id)).toBe("claimed@build");
    await h.advance("2s");
    expect(await statusOf(h, task.id)).toBe("queued@build");
  });
});

it("given the store is full when the clock is set, then nothing is taken for due until it has room", async () => {
  let isFull = true;
  const wrap = (store: Store): Store =>
    layered(store, {
      moveSpans(by) {
        if (isFull) throw new CommitError("full", "no room");
        return store.moveSpans(by);
      },
    });
  const h = await spawn({}, { wrap });
  await h.tasks.add({ title: "Leased", instanceId: "build" });
  const { task } = await claimOne(h, "build", { leaseSeconds: 60 });
  await h.clockJump("2h");
  expect(await statusOf(h, task.id)).toBe("claimed@build");
  isFull = false;
  await h.advance("59s");
  expect(await statusOf(h, task.id)).toBe("claimed@build");
  await h.advance("2s");
  expect(await statusOf(h, task.id)).toBe("queued@build");
});

describe("a loop that was held up", () => {
  it.each(["heartbeat", "complete", "release"] as const)(
    "given a %s was asked for before the lease was over, then it counts",
    async (verb) => {
      const h = await spawn();
      await h.tasks.add({ title: "Leased", instanceId: "build" });
      const { task, lease } = await claimOne(h, "build", { leaseSeconds: 60 });
      await h.advance("59s");
      const asked = h.hopper.tasks[verb](task.id, { leaseToken: lease.token });
      await handedOver();
      h.clock.moveTo(h.clock.now() + 5_000);
      await h.settle();
      await asked;
      const { leaseLosses, status } = await h.tasks.get(task.id);
      expect([leaseLosses, status]).toEqual([
        0,
        { heartbeat: "in_progress", complete: "done", release: "queued" }[verb],
      ]);
    },
  );
});
