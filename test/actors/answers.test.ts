import { describe, expect, it } from "vitest";
import { apart, expectOneAnswerEach, outcome, spawnFaulty } from "../support/answers.ts";
import {
  BATCHES,
  claimOne,
  countOf,
  crashAndRestart,
  delegationsOf,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

/** Every message but the first goes through the mailbox, and each turn is committed alone. */
const ONE_TURN = { limits: { turns: 1 } } as const;

describe("a command whose first turn is committed and whose rest the store refuses", () => {
  it.each(["busy", "full"] as const)(
    "given instances.create with start, when the start's commit is refused (%s), then it is not told that nothing was changed, but answered when the child runs",
    async (kind) => {
      const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
      fail(2, { when: "before", kind });
      const created = await outcome(
        h,
        h.hopper.instances.create({ name: "shop", scope: "PROJECT", parentId: "global", start: true }),
      );
      expect(created).toMatchObject({ name: "shop", status: "running" });
      expect((await h.instances.get("shop")).status).toBe("running");
      await expectSound(h);
    },
  );

  it.each(["busy", "full"] as const)(
    "given tasks.complete of a task that came down two levels, when the way up is refused (%s), then its caller hears that it is done",
    async (kind) => {
      const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
      const { id } = await h.tasks.add({ title: "Build" });
      await h.settle();
      const { lease } = await claimOne(h, "build");
      fail(2, { when: "before", kind });
      const completed = await outcome(h, h.hopper.tasks.complete(id, { leaseToken: lease.token }));
      expect(completed).toMatchObject({ id, status: "done" });
      expect(await delegationsOf(h, id)).toEqual([
        "route global>webapp completed:succeeded",
        "route webapp>build completed:succeeded",
      ]);
      await expectSound(h);
    },
  );

  it("given a command of which nothing is committed, when the store is busy, then it is refused and nothing was changed", async () => {
    const { h, fail } = await spawnFaulty([tree()], ONE_TURN);
    fail(1, { when: "before", kind: "busy" });
    const params = { name: "shop", scope: "PROJECT", parentId: "global", start: true } as const;
    expect(await outcome(h, h.hopper.instances.create(params))).toBe("unavailable");
    expect(await outcome(h, h.hopper.instances.get("shop"))).toBe("not_found");
    expect(await outcome(h, h.hopper.instances.create(params))).toMatchObject({ status: "running" });
    await expectSound(h);
  });
});

describe("one answer to a command in whose turn the task ends", () => {
  it("given a keyed retry, when its origin is terminated before the task gets there, then the caller is answered once with the cancelled task", async () => {
    const world = await spawnFaulty([tree({ build: {}, spare: {} })]);
    const { h, answers } = world;
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    await h.tasks.cancel(id);
    const before = answers.length;
    const [retried, terminated] = await apart(
      world,
      () => h.hopper.tasks.retry(id, { idempotencyKey: "again" }),
      () => h.hopper.instances.terminate("build"),
    );
    expect(retried).toMatchObject({ id, status: "cancelled", error: { code: "instance_terminated" } });
    expect(terminated).toMatchObject({ status: "terminated" });
    expect(await statusOf(h, id)).toBe("cancelled@build");
    expectOneAnswerEach(answers.slice(before), 1);
    await expectSound(h);
  });

  it("given a keyed assign, when the instance is terminated before the task gets there, then the caller is answered once with the cancelled task", async () => {
    const world = await spawnFaulty([
      { name: "one", scope: "GLOBAL" },
      { name: "two", scope: "GLOBAL" },
    ]);
    const { h, answers } = world;
    const { id } = await h.tasks.add({ title: "Build" });
    const [, assigned] = await apart(
      world,
      // The instance is in memory before the task is its own.
      () => h.hopper.instances.pause("one"),
      () => h.hopper.tasks.assign(id, { instanceId: "one", idempotencyKey: "there" }),
      () => h.hopper.instances.terminate("one"),
    );
    expect(assigned).toMatchObject({ id, status: "cancelled", error: { code: "instance_terminated" } });
    expectOneAnswerEach(answers, 1);
    await expectSound(h);
  });

  it("given a keyed escalate of a failed task, when nobody above is left to try it, then the caller is answered once with the delegation and the loop goes on", async () => {
    const { h, answers } = await spawnFaulty(
      [tree({ build: { on_failure: "escalate" } }, { fallback: "handle" })],
      ONE_TURN,
    );
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build", maxAttempts: 1 });
    const { lease } = await claimOne(h, "build");
    await h.tasks.fail(id, { leaseToken: lease.token, error: "first", retryable: false });
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@webapp");
    const escalated = await outcome(h, h.hopper.tasks.escalate(id, { idempotencyKey: "up" }));
    expect(escalated).toMatchObject({ delegationType: "escalate", targetName: "global" });
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", error: { message: "first" } });
    expectOneAnswerEach(answers, 1);
    // The loop still takes commands.
    expect(await outcome(h, h.hopper.tasks.add({ title: "Next" }))).toMatchObject({ title: "Next" });
    await expectSound(h);
  });
});

describe("the answer to a reassign that does not get to its sibling", () => {
  it("given a task that came sideways from an instance terminated since, when it is reassigned, then the caller hears of the delegation that was given up, and the task is cancelled", async () => {
    const { h, answers } = await spawnFaulty([tree({ one: {}, two: {}, three: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.reassign(id, { targetInstanceId: "two" });
    await h.instances.terminate("one");
    const before = answers.length;
    const reassigned = await outcome(
      h,
      h.hopper.tasks.reassign(id, { targetInstanceId: "three", idempotencyKey: "away" }),
    );
    expect(reassigned).toMatchObject({
      sourceName: "one",
      targetName: "two",
      status: "cancelled",
      reason: { code: "reassigned" },
    });
    expect(await h.tasks.get(id)).toMatchObject({
      status: "cancelled",
      error: { code: "instance_terminated" },
    });
    expectOneAnswerEach(answers.slice(before), 1);
    await expectSound(h);
  });

  it("given a reassign on its way, when the common parent is terminated before the task is back there, then the caller is answered", async () => {
    const world = await spawnFaulty([tree({ one: {}, two: {} })]);
    const { h, answers } = world;
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@one");
    const [reassigned, terminated] = await apart(
      world,
      () => h.hopper.tasks.reassign(id, { targetInstanceId: "two", idempotencyKey: "away" }),
      () => h.hopper.instances.terminate("webapp", { cascade: true }),
    );
    expect(reassigned).toMatchObject({
      targetName: "one",
      status: "cancelled",
      reason: { code: "reassigned" },
    });
    expect(terminated).toMatchObject({ status: "terminated" });
    expect(await statusOf(h, id)).toBe("cancelled@webapp");
    expectOneAnswerEach(answers, 1);
    await expectSound(h);
  });
});

describe("a reassign that an escalation has overtaken", () => {
  it("given a task created at a child, when it is escalated while the reassign is on its way down, then the reassign is refused and no message is given up", async () => {
    const world = await spawnFaulty([tree({ one: {}, two: {} })]);
    const { h } = world;
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one", route: false });
    const [reassigned, escalated] = await apart(
      world,
      () => h.hopper.tasks.reassign(id, { targetInstanceId: "two" }),
      () => h.hopper.tasks.escalate(id),
    );
    expect(reassigned).toBe("invalid_delegation");
    expect(escalated).toMatchObject({ sourceName: "one", targetName: "webapp", status: "accepted" });
    expect(await statusOf(h, id)).toBe("pending(manual)@webapp");
    expect(await delegationsOf(h, id)).toEqual(["escalate one>webapp accepted"]);
    await expectSound(h);
  });
});

describe.each(BATCHES)("a command asked again with its key (%s)", (_, params) => {
  it("given a crash in between, then it gets the stored answer, and another body is refused", async () => {
    const h = await spawnTree([tree()], params);
    const first = await h.tasks.add({ title: "a", instanceId: "build", idempotencyKey: "k" });
    await crashAndRestart(h);
    expect((await h.tasks.add({ title: "a", instanceId: "build", idempotencyKey: "k" })).id).toBe(first.id);
    expect(await refusal(h.tasks.add({ title: "b", instanceId: "build", idempotencyKey: "k" }))).toBe(
      "idempotency_key_reused",
    );
    expect(await countOf(h, "task.created")).toBe(1);
    await expectSound(h);
  });

  it("given a crash swallowed its answer, then that is found again", async () => {
    const h = await spawnTree([tree()], params);
    const { id } = await h.tasks.add({ title: "a", instanceId: "build" });
    const lost = h.hopper.tasks.complete(id, { result: 1, idempotencyKey: "done" }).catch(() => null);
    await h.settle();
    await crashAndRestart(h);
    await lost;
    const done = await h.tasks.complete(id, { result: 1, idempotencyKey: "done" });
    expect(done).toMatchObject({ status: "done", result: 1 });
    expect(await countOf(h, "task.completed")).toBe(1);
    await expectSound(h);
  });
});

describe("E4: a command asked again with its key, later", () => {
  it("given a stop that drains, then it is awaited, also after a crash", async () => {
    const h = await spawnTree([tree()]);
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

  it("given an assignment, then it is answered as before, whatever became of the instance", async () => {
    const h = await spawnTree([tree(), { name: "other", scope: "GLOBAL" }]);
    const { id } = await h.tasks.add({ title: "Work" });
    const asked = { instanceId: "id-build", by: "operator", idempotencyKey: "assign-1" };
    const first = await h.tasks.assign(id, asked);
    await h.instances.terminate("build");
    await h.settle();
    expect(await h.tasks.assign(id, asked)).toEqual(first);
    await expectSound(h);
  });
});
