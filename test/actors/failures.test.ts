import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import {
  BATCHES,
  claimOne,
  crashAndRestart,
  delegationsOf,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** The worker at the task's holder fails it for good. */
async function failThere(h: SpawnedHopper, id: string, message: string): Promise<void> {
  const { instanceId } = await h.tasks.get(id);
  const { lease } = await claimOne(h, String(instanceId));
  await h.tasks.fail(id, { leaseToken: lease.token, error: message, retryable: false });
  await h.settle();
}

describe("a task that failed and that others are to try", () => {
  it("given several siblings that all escalate, then it goes to each once and fails with its first error", async () => {
    const h = await spawnTree([
      tree({ one: {}, two: {}, three: {} }, { child_defaults: { on_failure: "escalate" } }),
    ]);
    const { id } = await h.tasks.add({ title: "Build", maxAttempts: 5 });
    await h.settle();
    const tried: (string | null)[] = [];
    // With no sibling left, the project works itself.
    for (const message of ["first", "second", "third", "fourth"]) {
      tried.push((await h.tasks.get(id)).instanceId);
      await failThere(h, id, message);
    }
    expect(tried).toHaveLength(4);
    expect(new Set(tried)).toEqual(new Set(["id-one", "id-two", "id-three", "id-webapp"]));
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await expectSound(h);
  });

  it("given the one it was escalated to works itself, then it is tried there once", async () => {
    const h = await spawnTree([tree({ build: { on_failure: "escalate" } }, { fallback: "handle" })]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.settle();
    await failThere(h, id, "first");
    expect(await statusOf(h, id)).toBe("queued@webapp");
    await failThere(h, id, "second");
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await expectSound(h);
  });

  it.each(["reassign", "escalate"] as const)(
    "given it was created there (on_failure: %s), then it is escalated, and what became of it comes back down",
    async (policy) => {
      const h = await spawnTree([tree({ build: { on_failure: policy }, spare: {} })]);
      const { id } = await h.tasks.add({ title: "Build", instanceId: "build", maxAttempts: 1 });
      await failThere(h, id, "first");
      expect(await statusOf(h, id)).toBe("queued@spare");
      const { lease } = await claimOne(h, "spare");
      await h.tasks.complete(id, { leaseToken: lease.token });
      expect(await delegationsOf(h, id)).toEqual([
        "escalate build>webapp completed:succeeded",
        "route webapp>spare completed:succeeded",
      ]);
      await expectSound(h);
    },
  );

  it("given the one above does not run, has nobody, or is not there, then it fails with its first error", async () => {
    const config = { on_failure: "escalate" } as const;
    const h = await spawnTree([
      { name: "global", scope: "GLOBAL", children: [{ name: "lonely", scope: "PROJECT", config }] },
      { name: "alone", scope: "ORCHESTRATION", config },
    ]);
    const ends: unknown[] = [];
    for (const instanceId of ["lonely", "lonely", "alone"]) {
      const { id } = await h.tasks.add({ title: "Build", instanceId, maxAttempts: 1 });
      await failThere(h, id, "first");
      const { status, error } = await h.tasks.get(id);
      ends.push([status, error?.message, ...(await delegationsOf(h, id))]);
      if (ends.length === 1) await h.instances.pause("global");
    }
    expect(ends).toEqual([
      ["failed", "first", "escalate lonely>global completed:failed"],
      ["failed", "first", "escalate lonely>global rejected:not_running"],
      ["failed", "first"],
    ]);
    await expectSound(h);
  });
});

describe.each(BATCHES)("a worker that fails a task (%s)", (_, params) => {
  it("given on_failure is reassign, then a sibling tries once, and the first error goes up", async () => {
    const config = { on_failure: "reassign" } as const;
    const h = await spawnTree([tree({ one: config, two: config })], params);
    const { id } = await h.tasks.add({ title: "a", project: "webapp", maxAttempts: 1 });
    await h.settle();
    const seen: (string | null)[] = [];
    for (const error of ["first", "second"]) {
      const task = await h.tasks.get(id);
      seen.push(task.instanceId);
      const { lease } = await claimOne(h, String(task.instanceId));
      await h.tasks.fail(id, { leaseToken: lease.token, error, retryable: true });
      await h.settle();
      await crashAndRestart(h);
    }
    expect(new Set(seen).size).toBe(2);
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    await expectSound(h);
  });

  it("given on_failure is escalate, then the parent decides anew without the one that failed", async () => {
    const h = await spawnTree([tree({ build: { on_failure: "escalate" } })], params);
    const { id } = await h.tasks.add({ title: "a", project: "webapp", maxAttempts: 1 });
    await h.settle();
    const { lease } = await claimOne(h, "build");
    await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
    await h.settle();
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued", instanceId: "id-webapp" });
    await crashAndRestart(h);
    expect((await claimOne(h, "webapp")).task.id).toBe(id);
    await h.tasks.complete(id);
    expect(await statusOf(h, id)).toBe("done@webapp");
    await expectSound(h);
  });

  it("given the failure is retryable, then the task is claimable again only after its backoff", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    for (let n = 1; n < 3; n += 1) {
      const { lease } = await claimOne(h, "build");
      const failed = await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
      expect(failed).toMatchObject({ status: "queued", attempt: n + 1, failures: n });
      expect(await h.instances.claim("build", { workerId: "w" })).toEqual([]);
      await crashAndRestart(h);
      await h.advance("5s");
    }
    const { lease } = await claimOne(h, "build");
    await h.tasks.fail(id, { leaseToken: lease.token, error: "no", retryable: true });
    expect(await h.tasks.get(id)).toMatchObject({
      status: "failed",
      failures: 3,
      error: { code: "failed", message: "no" },
    });
    await expectSound(h);
  });
});

describe("an operator who fails a task", () => {
  it("given another try is asked for, then only what is in work may be tried again", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    expect(await refusal(h.tasks.fail(id, { error: "no", retryable: true }))).toBe("illegal_transition");
    await claimOne(h, "build");
    const again = await h.tasks.fail(id, { error: "no", retryable: true });
    expect(again).toMatchObject({ status: "queued", attempt: 2, failures: 1 });
    expect(await h.tasks.fail(id, { error: "really no" })).toMatchObject({
      status: "failed",
      error: { message: "really no" },
      failures: 1,
    });
    expect(await refusal(h.tasks.fail(id, { error: "once more" }))).toBe("illegal_transition");
    await expectSound(h);
  });
});
