import { expect, it } from "vitest";
import { claimOne, expectSound, grown, place, storyOf, tree, whereIs } from "../support/hopper-given.ts";

/** 2-domain.md 2.5: dependents reopen where a retry would bring them; 3-runtime.md 3.4: one answer per key. */

async function failedDependency(): Promise<{
  readonly h: Awaited<ReturnType<typeof grown>>;
  readonly first: { readonly id: string };
  readonly dependent: { readonly id: string };
}> {
  const h = await grown([tree({ build: {}, side: {} })]);
  const first = await h.tasks.add({ title: "First", instanceId: "build" });
  const dependent = await h.tasks.add({ title: "Then", instanceId: "side", dependsOn: [first.id] });
  await h.settle();
  const { lease } = await claimOne(h, "build");
  await h.tasks.fail(first.id, {
    error: { code: "broken", message: "broken" },
    retryable: false,
    leaseToken: lease.token,
  });
  await h.settle();
  expect(await whereIs(h, dependent)).toBe("failed@side");
  return { h, first, dependent };
}

it("a dependent that failed for its dependency alone waits again at its origin", async () => {
  const { h, first, dependent } = await failedDependency();
  await h.tasks.retry(first.id, { withDependents: true });
  await h.settle();
  expect(await whereIs(h, dependent)).toBe("blocked@side");
  const { lease } = await claimOne(h, "build");
  await h.tasks.complete(first.id, { leaseToken: lease.token });
  await h.settle();
  expect(await whereIs(h, dependent)).toBe("queued@side");
  await expectSound(h);
});

it("I4: a dependent whose origin was terminated is reopened at the nearest live instance above", async () => {
  const { h, first, dependent } = await failedDependency();
  await h.instances.terminate("side");
  await h.tasks.retry(first.id, { withDependents: true });
  await h.settle();
  const task = await h.tasks.get(dependent.id);
  expect(place(task)).toBe("blocked@webapp");
  expect(task.originInstanceId).toBe("id-webapp");
  const { lease } = await claimOne(h, "build");
  await h.tasks.complete(first.id, { leaseToken: lease.token });
  await h.settle();
  expect(await whereIs(h, dependent)).toBe("queued@build");
  await expectSound(h);
});

it("I4: with nobody alive above it, a dependent is reopened unassigned", async () => {
  const { h, dependent } = await failedDependency();
  const other = await h.tasks.add({ title: "Before" });
  const last = await h.tasks.add({ title: "After", instanceId: "side", dependsOn: [other.id] });
  await h.tasks.cancel(other.id);
  await h.settle();
  expect(await whereIs(h, last)).toBe("failed@side");
  await h.instances.terminate("global", { cascade: true });
  await h.settle();
  await h.tasks.retry(other.id, { withDependents: true });
  await h.settle();
  expect(await whereIs(h, last)).toBe("blocked@desk");
  await h.tasks.complete(other.id, {});
  await h.settle();
  expect(await whereIs(h, last)).toBe("pending(manual)@desk");
  expect(await whereIs(h, dependent)).toBe("failed@side");
  await expectSound(h);
});

it("a retry that meets its origin's termination goes to who stands above it", async () => {
  const { h, first } = await failedDependency();
  const answers = await Promise.all([
    h.hopper.instances.terminate("build"),
    h.hopper.tasks.retry(first.id),
    h.settle(),
  ]);
  expect(answers[0].status).toBe("terminated");
  expect(await whereIs(h, first)).toBe("queued@side");
  const retried = (await storyOf(h, first)).filter(({ event }) => event === "task.retried");
  expect(retried).toHaveLength(1);
  await expectSound(h);
});

it("E4: a stop that drains is awaited by who asks again with its key, also after a crash", async () => {
  const h = await grown([tree()]);
  const { id } = await h.tasks.add({ title: "Work", instanceId: "build" });
  const { lease } = await claimOne(h, "build");
  const asked = { by: "operator", idempotencyKey: "stop-1" };
  const lost = h.hopper.instances.stop("build", asked).catch((error: unknown) => error);
  await h.settle();
  await h.crash();
  await lost;
  await h.restart();
  const again = h.hopper.instances.stop("build", asked);
  await h.settle();
  expect((await h.instances.get("build")).status).toBe("stopping");
  await h.tasks.complete(id, { leaseToken: lease.token });
  await h.settle();
  expect((await again).status).toBe("stopped");
  expect((await h.instances.stop("build", asked)).status).toBe("stopped");
  await expectSound(h);
});

it("E4: an assignment asked again with its key is answered as before, whatever became of the instance", async () => {
  const h = await grown([tree(), { name: "other", scope: "GLOBAL" }]);
  const { id } = await h.tasks.add({ title: "Work" });
  const asked = { instanceId: "id-build", by: "operator", idempotencyKey: "assign-1" };
  const first = await h.tasks.assign(id, asked);
  await h.instances.terminate("build");
  await h.settle();
  expect(await h.tasks.assign(id, asked)).toEqual(first);
  await expectSound(h);
});
