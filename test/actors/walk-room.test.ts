import { expect, it } from "vitest";
import { claimOne, expectSound, grown, tree, whereIs } from "../support/hopper-given.ts";

it("V1: room that the first held task cannot use goes to the next", async () => {
  const h = await grown([
    tree({ one: { max_concurrent_tasks: 1, max_queued_tasks: 0 } }, { fallback: "hold" }),
  ]);
  const first = await h.tasks.add({ title: "First", instanceId: "webapp" });
  const second = await h.tasks.add({ title: "Second", instanceId: "webapp" });
  const third = await h.tasks.add({ title: "Third", instanceId: "webapp" });
  for (const done of [first, second]) {
    const { lease } = await claimOne(h, "one");
    await h.tasks.complete(done.id, { leaseToken: lease.token });
    await h.settle();
  }
  expect(await whereIs(h, third)).toBe("queued@one");
  await expectSound(h);
});

it("a task blocked by hand, cancelled and retried is free again", async () => {
  const h = await grown([tree()]);
  const { id } = await h.tasks.add({ title: "Build" });
  await h.tasks.status(id, { status: "blocked" });
  await h.tasks.cancel(id);
  await h.tasks.retry(id);
  await h.settle();
  expect(await whereIs(h, { id })).toBe("queued@build");
  await expectSound(h);
});
