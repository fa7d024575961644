import { describe, expect, test } from "vitest";
import { claimOne, expectSound, grown, hopsOf, refusal, tree, whereIs } from "../support/hopper-given.ts";

const PROJECT = { auto_create_orchestrations: false };
const TINY = { max_concurrent_tasks: 1, max_queued_tasks: 0 };
/** Routing never picks b while a is free of load: the tag decides. */
const CONFIGS = { a: { capabilities: ["alpha"] }, b: { capabilities: ["beta"] } };

describe("a claimed task that is reassigned", () => {
  test("given it came by route, when the sibling accepts, then its source offers it and the lease is lost", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp", tags: ["alpha"] });
    await h.settle();
    const { lease } = await claimOne(h, "a");
    await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: true });
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@b");
    expect(await hopsOf(h, task)).toEqual(["route webapp>a cancelled:reassigned", "route webapp>b accepted"]);
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    await expectSound(h);
  });

  test("given it came by route, when the sibling rejects, then the source decides without both", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp", tags: ["alpha"] });
    await h.settle();
    await claimOne(h, "a");
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: false });
    expect(hop.status).toBe("pending");
    await h.delegations.reject(hop.ref, { reason: "no" });
    await h.settle();
    const at = await whereIs(h, task);
    expect(at.endsWith("@webapp")).toBe(true);
    expect(await hopsOf(h, task)).toHaveLength(2);
    await expectSound(h);
  });

  test("given it was created at the holder, then one hop leads to the sibling and closes with it", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: true });
    await h.settle();
    expect(await hopsOf(h, task)).toEqual(["reassign a>b accepted"]);
    const { lease } = await claimOne(h, "b");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    expect(await hopsOf(h, task)).toEqual(["reassign a>b completed:succeeded"]);
    await expectSound(h);
  });

  test("given it was created at the holder, when the sibling rejects, then it is back as it was", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await claimOne(h, "a");
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "b", autoAccept: false });
    await h.delegations.reject(hop.ref, { reason: "no" });
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@a");
    await expectSound(h);
  });

  test("given the sibling is full, stopped, no sibling or itself, then it is refused and stays claimed", async () => {
    const h = await grown([tree({ a: {}, b: TINY, c: {} }, PROJECT)]);
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
    expect(await whereIs(h, task)).toBe("claimed@a");
    expect(await hopsOf(h, task)).toEqual([]);
    await expectSound(h);
  });
});

describe("a task that is reassigned back", () => {
  test("given it went from a to b, when it is reassigned to a, then a has it again and no hop is open", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await h.tasks.reassign(task.id, { targetInstanceId: "b" });
    const hop = await h.tasks.reassign(task.id, { targetInstanceId: "a" });
    expect([hop.status, hop.reason?.code]).toEqual(["cancelled", "reassigned"]);
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@a");
    await expectSound(h);
  });
});

describe("a task that is escalated", () => {
  test("given it came from the parent, then it is handed back in one turn and a sibling gets it", async () => {
    const h = await grown([tree(CONFIGS, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp", tags: ["alpha"] });
    await h.settle();
    await claimOne(h, "a");
    const hop = await h.tasks.escalate(task.id, { reason: "too hard" });
    expect([hop.delegationType, hop.status, hop.result?.outcome]).toEqual([
      "escalate",
      "completed",
      "handed_back",
    ]);
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@b");
    expect(await hopsOf(h, task)).toEqual([
      "route webapp>a cancelled:escalated",
      "escalate a>webapp completed:handed_back",
      "route webapp>b accepted",
    ]);
    await expectSound(h);
  });

  test("given no sibling, then the PROJECT handles it itself", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    await h.tasks.escalate(task.id);
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@webapp");
    await expectSound(h);
  });

  test("given it was created at the holder, then an ordinary hop leads upward and stays open", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    const hop = await h.tasks.escalate(task.id);
    expect(hop.status).toBe("accepted");
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@webapp");
    const { lease } = await claimOne(h, "webapp");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    expect(await hopsOf(h, task)).toEqual(["escalate a>webapp completed:succeeded"]);
    await expectSound(h);
  });

  test("given the parent is paused, then the ordinary hop is rejected and the task is back as it was", async () => {
    const h = await grown([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await h.instances.pause("webapp");
    const hop = await h.tasks.escalate(task.id);
    expect([hop.status, hop.reason?.code]).toEqual(["rejected", "not_running"]);
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@a");
    await expectSound(h);
  });

  test("given the holder is a root, then it is refused", async () => {
    const h = await grown([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    expect(await refusal(h.tasks.escalate(task.id))).toBe("invalid_delegation");
    await expectSound(h);
  });

  test("given it is escalated to the root, where nobody else is, then GLOBAL holds it", async () => {
    const h = await grown([tree({}, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    await h.settle();
    expect(await whereIs(h, task)).toBe("queued@webapp");
    await h.tasks.escalate(task.id);
    await h.settle();
    expect(await whereIs(h, task)).toBe("pending(no_route)@global");
    await expectSound(h);
  });
});
