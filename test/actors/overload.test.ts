import { describe, expect, it } from "vitest";
import { protocol } from "../../actors/handlers/protocol.ts";
import { LIMITS } from "../../machines/settings.ts";
import { claimOne, expectSound, refusal, spawnTree, tree, type InstanceSpec } from "../support/spawned.ts";
import type { SpawnedHopper } from "../../src/testing/index.ts";

/** Hands over so many new tasks, and does not wait for them: the loop stands still meanwhile. */
async function handOver(h: SpawnedHopper, count: number, instanceId: string): Promise<string[]> {
  const ends: string[] = [];
  for (let n = 0; n < count; n += 1) {
    h.hopper.tasks.add({ title: "x", instanceId }).then(
      () => ends.push("added"),
      (error: { code: string; facts: { retry_after: number } }) =>
        ends.push(`${error.code} ${error.facts.retry_after}`),
    );
  }
  // A verb looks its records up before it hands its command over.
  for (let round = 0; round < 3; round += 1) await new Promise(setImmediate);
  return ends;
}

describe("an instance with 10,000 commands waiting", () => {
  it("refuses new work, and what its workers say of theirs passes", async () => {
    const h = await spawnTree([tree({ build: { max_queued_tasks: 100_000 }, side: {} })]);
    const claimed = [];
    for (let n = 0; n < 5; n += 1) await h.tasks.add({ title: `work ${n}`, instanceId: "build" });
    for (let n = 0; n < 4; n += 1) claimed.push(await claimOne(h, "build"));
    const ends = await handOver(h, LIMITS.mailbox + 1, "build");
    expect(ends).toEqual(["overloaded 1"]);
    const [beats, done, failed, released] = claimed.map(
      ({ task, lease }) => [task.id, { leaseToken: lease.token }] as const,
    );
    const progress = [
      h.hopper.tasks.heartbeat(...(beats as NonNullable<typeof beats>)),
      h.hopper.tasks.complete(...(done as NonNullable<typeof done>)),
      h.hopper.tasks.fail(failed?.[0] ?? "", {
        leaseToken: failed?.[1].leaseToken ?? "",
        error: "x",
        retryable: false,
      }),
      h.hopper.tasks.release(...(released as NonNullable<typeof released>)),
      h.hopper.tasks.cancel("T-5"),
      h.hopper.instances.claim("build", { workerId: "w2" }),
    ];
    const batch = h.hopper.tasks.addBatch([{ key: "a", title: "x", instanceId: "build" }]);
    expect(await refusal(batch)).toBe("overloaded");
    // Elsewhere there is room for new work, too.
    const elsewhere = h.hopper.tasks.add({ title: "x", instanceId: "side" });
    for (let round = 0; round < 3; round += 1) {
      await new Promise(setImmediate);
      await h.settle();
    }
    expect((await Promise.allSettled(progress)).map(({ status }) => status)).toEqual(
      progress.map(() => "fulfilled"),
    );
    expect((await elsewhere).status).toBe("queued");
    expect(ends.slice(1)).toEqual(Array.from({ length: LIMITS.mailbox }, () => "added"));
    expect((await h.tasks.add({ title: "later", instanceId: "build" })).status).toBe("queued");
    await expectSound(h);
  });
});

describe("a process with too many commands waiting, over all its instances", () => {
  it("refuses new work everywhere, and answers a repeat", async () => {
    const instances = Array.from({ length: 12 }, (_, n): InstanceSpec => ({
      name: `p${n}`,
      scope: "PROJECT",
    }));
    const h = await spawnTree(instances);
    const keyed = { title: "once", instanceId: "p0", idempotencyKey: "k" };
    const first = await h.tasks.add(keyed);
    let refused = 0;
    for (const { name } of instances) refused += (await handOver(h, LIMITS.mailbox - 1, name)).length;
    expect(refused).toBe(instances.length * (LIMITS.mailbox - 1) - LIMITS.inbox);
    expect(await refusal(h.hopper.tasks.add({ title: "x", instanceId: "p11" }))).toBe("overloaded");
    expect(await refusal(h.hopper.instances.create({ name: "more", scope: "PROJECT" }))).toBe("overloaded");
    expect(await h.hopper.tasks.add(keyed)).toMatchObject({ id: first.id });
    expect(await refusal(h.hopper.tasks.add({ ...keyed, idempotencyKey: "another" }))).toBe("overloaded");
  });
});

describe("what waits is counted by its texts, whichever of them are long", () => {
  const { messages } = protocol;
  const chars = (message: object & { readonly type: keyof typeof messages }): number | undefined =>
    messages[message.type].load?.(message as never).chars;
  const spec = { title: "", description: null, payload: null, run: null };

  it.each(["title", "description", "payload", "run"])("of a task its %s", (field) => {
    expect(chars({ type: "task.create", spec: { ...spec, [field]: "x".repeat(5_000) } } as never)).toBe(
      5_000,
    );
  });

  it.each([
    ["description", { description: "x".repeat(5_000), config: {} }],
    ["config", { description: null, config: { note: "x".repeat(5_000) } }],
  ])("of an instance its %s", (_field, given) => {
    expect(chars({ type: "instance.create", spec: given } as never)).toBeGreaterThanOrEqual(5_000);
  });
});
