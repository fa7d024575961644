import { expect, it } from "vitest";
import { claimOne, expectSound, spawnTree, tree } from "../../support/spawned.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";

/** spec/api.md 4.1: a claim may wait for something to claim. */

it("given a claim that waits, when a task is queued there, then it is answered with it", async () => {
  const h = await spawnTree([tree({ build: {} })]);
  const waiting = h.hopper.instances.claim("build", { workerId: "w", waitSeconds: 20 });
  await h.settle();
  const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
  await h.settle();
  expect((await waiting).map(({ task }) => task.id)).toEqual([id]);
  await expectSound(h);
});

it("given claims that wait elsewhere, when work comes and goes, then they are not asked again", async () => {
  const turns: number[] = [];
  for (const idle of [0, 5]) {
    const h = await spawnTree([tree({ build: {}, side: {} })]);
    const waiting = Array.from({ length: idle }, () =>
      h.hopper.instances.claim("side", { workerId: "w", waitSeconds: 20 }),
    );
    await h.settle();
    const before = internalsOf(h.hopper).metrics().turns;
    const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.tasks.complete(id, { leaseToken: lease.token });
    await h.settle();
    turns.push(internalsOf(h.hopper).metrics().turns - before);
    await h.advance(20_000);
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => []));
    await expectSound(h);
  }
  expect(turns[0]).toBeGreaterThan(0);
  expect(turns[1]).toBe(turns[0]);
});

it("given a claim with a key that waits, then it gets what comes, and so does each repeat of it", async () => {
  const h = await spawnTree([tree({ build: {} })]);
  const asked = { workerId: "w", waitSeconds: 20, idempotencyKey: "k" };
  const waiting = h.hopper.instances.claim("build", asked);
  await h.settle();
  await h.tasks.add({ title: "Elsewhere", instanceId: "webapp", route: false });
  const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
  await h.settle();
  const claims = await waiting;
  expect(claims.map(({ task }) => task.id)).toEqual([id]);
  expect(await h.instances.claim("build", asked)).toEqual(claims);
  await expect(h.instances.claim("build", { ...asked, max: 2 })).rejects.toMatchObject({
    code: "idempotency_key_reused",
  });
  await expectSound(h);
});

it("given it waited in vain, then its key is not used up: a repeat gets what has come since", async () => {
  const h = await spawnTree([tree({ build: {} })]);
  const asked = { workerId: "w", waitSeconds: 20, idempotencyKey: "k" };
  const waiting = h.hopper.instances.claim("build", asked);
  // Its key is looked up before it is handed over.
  await new Promise(setImmediate);
  await h.settle();
  await h.advance(20_000);
  // It asks once more when its time is over.
  await new Promise(setImmediate);
  await h.settle();
  expect(await waiting).toEqual([]);
  const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
  await h.settle();
  const claims = await h.instances.claim("build", asked);
  expect(claims.map(({ task }) => task.id)).toEqual([id]);
  expect(await h.instances.claim("build", asked)).toEqual(claims);
  await expectSound(h);
});
