import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/testing/index.ts";
import {
  claimOne,
  delegationsOf,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

const PROJECT = { auto_create_orchestrations: false };
const TINY = { max_concurrent_tasks: 1, max_queued_tasks: 0 };
/** Routing never picks b while a is free of load: the tag decides. */
const CONFIGS = { a: { capabilities: ["alpha"] }, b: { capabilities: ["beta"] } };

describe("a claimed task that is reassigned", () => {
  it("given it came by route, when the sibling accepts, then its source offers it and the lease is lost", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp", tags: ["alpha"] });
    await h.settle();
    const { lease } = await claimOne(h, "a");
    await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: true });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@b");
    expect(await delegationsOf(h, task.id)).toEqual([
      "route webapp>a cancelled:reassigned",
      "route webapp>b accepted",
    ]);
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await expectSound(h);
  });

  it("given it came by route, when the sibling rejects, then the source decides without both", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp", tags: ["alpha"] });
    await h.settle();
    await claimOne(h, "a");
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: false });
    expect(hop.status).toBe("pending");
    await h.delegations.reject(hop.ref, { reason: "no" });
    await h.settle();
    const at = await statusOf(h, task.id);
    expect(at.endsWith("@webapp")).toBe(true);
    expect(await delegationsOf(h, task.id)).toHaveLength(2);
    await expectSound(h);
  });

  it("given it was created at the holder, then one delegation leads to the sibling and closes with it", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: true });
    await h.settle();
    expect(await delegationsOf(h, task.id)).toEqual(["reassign a>b accepted"]);
    const { lease } = await claimOne(h, "b");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    expect(await delegationsOf(h, task.id)).toEqual(["reassign a>b completed:succeeded"]);
    await expectSound(h);
  });

  it("given it was created at the holder, when the sibling rejects, then it is back as it was", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: false });
    await h.delegations.reject(hop.ref, { reason: "no" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@a");
    await expectSound(h);
  });

  it("given the sibling is full, stopped, no sibling or itself, then it is refused and stays claimed", async () => {
    const h = await spawnTree([tree({ a: {}, b: TINY, c: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await h.tasks.add({ title: "y", instanceId: "b" });
    await h.settle();
    await claimOne(h, "a");
    await h.instances.pause("c");
    await h.settle();
    expect(await refusal(h.tasks.reassign(task.id, { targetInstanceId: "b" }))).toBe("at_capacity");
    expect(await refusal(h.tasks.reassign(task.id, { targetInstanceId: "c" }))).toBe("instance_not_running");
    expect(await refusal(h.tasks.reassign(task.id, { targetInstanceId: "webapp" }))).toBe(
      "invalid_delegation",
    );
    expect(await refusal(h.tasks.reassign(task.id, { targetInstanceId: "a" }))).toBe("invalid_delegation");
    expect(await statusOf(h, task.id)).toBe("claimed@a");
    expect(await delegationsOf(h, task.id)).toEqual([]);
    await expectSound(h);
  });
});

describe("a task that is reassigned to one it came from", () => {
  it("given it went from a to b, when it is reassigned to a, then a has it again and nothing is open", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await h.tasks.reassign(task.id, { targetInstanceId: "b" });
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "a" });
    expect([hop.status, hop.reason?.code]).toEqual(["cancelled", "reassigned"]);
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@a");
    await expectSound(h);
  });

  it("given that one escalated it and its parent gave it to the other, then it is refused and stays", async () => {
    const h = await spawnTree([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.escalate(id);
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@two");
    expect(await refusal(h.tasks.reassign(id, { targetInstanceId: "one" }))).toBe("invalid_delegation");
    expect(await statusOf(h, id)).toBe("queued@two");
    expect(await delegationsOf(h, id)).toEqual(["escalate one>webapp accepted", "route webapp>two accepted"]);
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one", "id-webapp", "id-two"]);
    await expectSound(h);
  });

  it("given it was passed sideways and on, when it is reassigned to where it began, then it goes back there", async () => {
    const h = await spawnTree([tree({ one: {}, two: {}, three: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.reassign(id, { targetInstanceId: "two" });
    await h.tasks.reassign(id, { targetInstanceId: "three" });
    await h.settle();
    // Its source offered it on, so that "two" is no part of its path any more.
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one", "id-three"]);
    const back = await h.tasks.reassign(id, { targetInstanceId: "one" });
    expect(back).toMatchObject({ status: "cancelled", reason: { code: "reassigned" } });
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@one");
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-one"]);
    await expectSound(h);
  });
});

describe("a reassign whose task moves before it arrives", () => {
  it("given any order of their turns, then it is refused and never hands the task to who has it", async () => {
    const answers = new Set<string>();
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = seededRandom(seed);
      const h = await spawnTree([tree({ one: {}, two: {} })], {
        seed,
        choose: (actors) => Math.floor(random() * actors),
      });
      const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
      await h.settle();
      const reassigned = refusal(h.hopper.tasks.reassign(id, { targetInstanceId: "two" }));
      // The verb looks its records up before it hands its command over; sometimes it comes first.
      for (let wait = seed % 8; wait > 0; wait -= 1) await Promise.resolve();
      const terminated = refusal(h.hopper.instances.terminate("one"));
      await h.settle();
      answers.add(await reassigned);
      await terminated;
      const accepted = (await h.tasks.delegations(id)).items.filter(({ targetName }) => targetName === "two");
      expect(accepted).toHaveLength(1);
      await expectSound(h);
    }
    expect(answers).toContain("invalid_delegation");
    expect(answers).toContain("accepted");
  });
});
