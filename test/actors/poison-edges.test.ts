import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import type { CommitError } from "../../store/store.ts";
import { faulty } from "../support/faulty-store.ts";
import { Trap } from "../support/trapped-store.ts";
import {
  claimOne,
  expectSound,
  grown,
  hopsOf,
  names,
  place,
  refusal,
  storyOf,
  tree,
} from "../support/hopper-given.ts";

/** A tree that was read from the store, so that the turns of an instance can be made to throw. */
async function trapped(roots: Parameters<typeof grown>[0]): Promise<{ h: SpawnedHopper; trap: Trap }> {
  const trap = new Trap();
  const h = await grown(roots, { wrap: trap.wrap });
  await h.crash();
  await h.restart();
  return { h, trap };
}

async function lettersOf(h: SpawnedHopper): Promise<unknown[]> {
  const { items } = await h.hopper.deadLetters.list();
  return items.map(({ type, taskId, toInstanceId }) => [type, taskId, toInstanceId]);
}

/** Whatever was buried, counts are as the tasks are, and no hop of a task that is done stays open. */
async function expectCounted(h: SpawnedHopper): Promise<void> {
  await h.settle();
  const findings = await h.hopper.doctor();
  expect(findings.flatMap(({ check, broken }) => broken.map((line) => `${check}: ${line}`))).toEqual([]);
}

async function refused(verb: Promise<unknown>): Promise<unknown> {
  return await verb.then(
    () => null,
    (error: unknown) => error,
  );
}

describe("a message about a task that its receiver cannot handle", () => {
  it("given an offer, then it is one dead letter, its caller is told whom to name, and at its expiry the task is where it was", async () => {
    const { h, trap } = await trapped([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    trap.name = "webapp";
    expect(await refused(h.tasks.escalate(id))).toMatchObject({
      code: "internal",
      status: 500,
      facts: { request: expect.stringMatching(/^C-\d+$/u) },
    });
    trap.name = null;
    expect(await lettersOf(h)).toEqual([["task.delegation", "T-1", "id-webapp"]]);
    expect(names(await storyOf(h, { id })).at(-1)).toBe("message.dead_lettered");
    await h.advance("10m");
    expect(place(await h.tasks.get(id))).toBe("queued@one");
    expect(await hopsOf(h, { id })).toEqual(["escalate one>webapp rejected:expired"]);
  });

  it("given a task that comes back from below, then it is held for a person, who passes it on", async () => {
    const { h, trap } = await trapped([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    await h.settle();
    trap.name = "webapp";
    // The answer was given with the task: what becomes of it above is another's turn.
    expect(await h.tasks.escalate(id)).toMatchObject({ status: "completed", targetName: "webapp" });
    await h.settle();
    expect(place(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
    trap.name = null;
    expect(await lettersOf(h)).toEqual([["task.return", "T-1", "id-webapp"]]);
    await expectCounted(h);
    await h.tasks.delegate(id, { targetInstanceId: "two", autoAccept: true });
    const { lease } = await claimOne(h, "two");
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
  });

  it("given an assignment, then the task is held for a person at its new holder, who cancels and retries it there", async () => {
    const { h, trap } = await trapped([{ name: "webapp", scope: "PROJECT" }]);
    const { id } = await h.tasks.add({ title: "Build" });
    trap.name = "webapp";
    expect(await refusal(h.tasks.assign(id, { instanceId: "webapp", idempotencyKey: "k" }))).toBe("internal");
    trap.name = null;
    // Asked again it is refused as before, and nothing is tried twice.
    expect(await refusal(h.tasks.assign(id, { instanceId: "webapp", idempotencyKey: "k" }))).toBe("internal");
    expect(place(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
    await expectCounted(h);
    await h.tasks.cancel(id);
    expect(place(await h.tasks.retry(id))).toBe("queued@webapp");
    expect(await lettersOf(h)).toEqual([["task.update", "T-1", "id-webapp"]]);
  });

  it("given it is held for a person, when there is news of room, then it stays held", async () => {
    const { h, trap } = await trapped([
      tree({ one: { max_concurrent_tasks: 1, max_queued_tasks: 0 }, two: {} }),
    ]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    await h.settle();
    trap.name = "webapp";
    await h.tasks.escalate(id);
    await h.settle();
    trap.name = null;
    await h.instances.pause("two");
    await h.instances.resume("two");
    await h.settle();
    expect(place(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
  });
});

describe("a completion that an instance above cannot handle", () => {
  it("given its turn fails, then its caller hears that a part is done, and every hop is closed all the same", async () => {
    const { h, trap } = await trapped([tree({ one: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "global" });
    const { lease } = await claimOne(h, "one");
    trap.name = "webapp";
    expect(await refused(h.tasks.complete(id, { leaseToken: lease.token }))).toMatchObject({
      code: "internal",
      detail: expect.stringContaining("a part of it is done, so look before you repeat it"),
    });
    trap.name = null;
    expect(await lettersOf(h)).toEqual([["task.completion", "T-1", "id-webapp"]]);
    expect(place(await h.tasks.get(id))).toBe("done@one");
    expect(await hopsOf(h, { id })).toEqual([
      "route global>webapp completed:succeeded",
      "route webapp>one completed:succeeded",
    ]);
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await expectCounted(h);
  });

  it("given an acceptance or a rejection cannot be handled, then the offers and counts are right", async () => {
    const { h, trap } = await trapped([tree({ one: { acceptance: "manual" } }, { fallback: "hold" })]);
    const accepted = await h.tasks.add({ title: "Accepted", instanceId: "webapp" });
    const rejected = await h.tasks.add({ title: "Rejected", instanceId: "webapp" });
    await h.settle();
    trap.name = "webapp";
    await h.delegations.accept("D-1");
    await h.delegations.reject("D-2", { reason: "not now" });
    await h.settle();
    trap.name = null;
    expect(await lettersOf(h)).toEqual([
      ["delegation.rejection", "T-2", "id-webapp"],
      ["delegation.acceptance", "T-1", "id-webapp"],
    ]);
    expect(place(await h.tasks.get(accepted.id))).toBe("queued@one");
    expect(place(await h.tasks.get(rejected.id))).toBe("pending(message_failed)@webapp");
    await expectCounted(h);
  });
});

describe("a message about no task that its receiver cannot handle", () => {
  it("given news of a child, then it is a dead letter of no task, nothing is held for it, and the next news arrives", async () => {
    const { h, trap } = await trapped([
      tree({ one: { max_concurrent_tasks: 1, max_queued_tasks: 0 } }, { fallback: "hold" }),
    ]);
    const done = await h.tasks.add({ title: "First", instanceId: "one" });
    const { id } = await h.tasks.add({ title: "Second", instanceId: "webapp" });
    await h.settle();
    expect(place(await h.tasks.get(id))).toBe("pending(no_capacity)@webapp");
    const { lease } = await claimOne(h, "one");
    trap.name = "webapp";
    expect(await h.tasks.complete(done.id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await h.settle();
    expect(await lettersOf(h)).toEqual([["instance.status", null, "id-webapp"]]);
    expect(place(await h.tasks.get(id))).toBe("pending(no_capacity)@webapp");
    trap.name = null;
    const next = await h.tasks.add({ title: "Third", instanceId: "one" });
    await h.tasks.cancel(next.id);
    await h.settle();
    expect(place(await h.tasks.get(id))).toBe("queued@one");
  });
});

describe("a turn whose rows the store refuses each time", () => {
  /** So many commits in a row break a rule, from when it is armed. */
  function breaking(kind: CommitError["kind"]): { left: number; wrap: Parameters<typeof grown>[1] } {
    const plan = {
      left: 0,
      wrap: {
        limits: { turns: 1 },
        wrap: (store: Parameters<typeof faulty>[0]) =>
          faulty(store, () => {
            if (plan.left === 0) return null;
            plan.left -= 1;
            return { when: "before" as const, kind };
          }),
      },
    };
    return plan;
  }

  it.each([
    ["constraint", "illegal_transition"],
    ["unique", "already_exists"],
  ] as const)(
    "given a command (%s), then its caller hears which rule it broke, and nothing is there",
    async (kind, code) => {
      const plan = breaking(kind);
      const h = await grown([tree()], plan.wrap);
      plan.left = 2;
      expect(await refused(h.tasks.add({ title: "Build" }))).toMatchObject({
        code,
        facts: { rule: expect.stringContaining("planned fault") },
      });
      expect((await h.tasks.list()).items).toEqual([]);
      expect((await h.tasks.add({ title: "Build" })).ref).toBe("T-1");
      await expectSound(h);
    },
  );

  it("given the second part of a command, then its caller is answered, the part is a dead letter, and the first stands", async () => {
    const plan = breaking("constraint");
    const h = await grown([tree()], plan.wrap);
    const creating = refusal(
      h.hopper.instances.create({ id: "id-shop", name: "shop", scope: "PROJECT", start: true }),
    );
    // The verb looks its names up before it hands its command over.
    await new Promise(setImmediate);
    const off = h.hopper.on("instance.created", () => {
      plan.left = 2;
    });
    await h.settle();
    expect(await creating).toBe("illegal_transition");
    off();
    expect(await lettersOf(h)).toEqual([["instance.command", null, "id-shop"]]);
    expect(await h.instances.get("shop")).toMatchObject({ status: "created" });
    expect(await h.instances.start("shop")).toMatchObject({ status: "running" });
  });

  it("given that not even this can be noted, then the loop stops, and begins again from what is stored", async () => {
    const plan = breaking("constraint");
    const h = await grown([tree()], plan.wrap);
    plan.left = 4;
    // With a key even a refusal has to be stored.
    const asked = { title: "Build", idempotencyKey: "k" };
    expect(await refusal(h.tasks.add(asked))).toBe("unavailable");
    expect(await refusal(h.tasks.add({ title: "Other" }))).toBe("unavailable");
    await h.crash();
    await h.restart();
    expect((await h.tasks.add(asked)).ref).toBe("T-1");
    await expectSound(h);
  });
});
