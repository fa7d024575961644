import { describe, expect, it } from "vitest";
import {
  claimOne,
  delegationsOf,
  eventsOf,
  expectSound,
  refusal,
  spawnTree,
  statusOf,
  tree,
  type InstanceSpec,
} from "../support/spawned.ts";

const PROJECT = { auto_create_orchestrations: false };
/** Routing never picks b while a is free of load: the tag decides. */
const CONFIGS = { a: { capabilities: ["alpha"] }, b: { capabilities: ["beta"] } };

/** global → webapp and shop, webapp → one, two. Nothing is routed by itself. */
const RESTING: InstanceSpec = {
  name: "global",
  scope: "GLOBAL",
  children: [
    {
      name: "webapp",
      scope: "PROJECT",
      children: [
        { name: "one", scope: "ORCHESTRATION" },
        { name: "two", scope: "ORCHESTRATION" },
      ],
    },
    { name: "shop", scope: "PROJECT" },
  ],
};

describe("a task that is escalated", () => {
  it("given it came from the parent, then it is returned in one turn and a sibling gets it", async () => {
    const h = await spawnTree([tree(CONFIGS, PROJECT)]);
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
    expect(await statusOf(h, task.id)).toBe("queued@b");
    expect(await delegationsOf(h, task.id)).toEqual([
      "route webapp>a cancelled:escalated",
      "escalate a>webapp completed:handed_back",
      "route webapp>b accepted",
    ]);
    await expectSound(h);
  });

  it("given each who gets it escalates it, then each is asked once, then the PROJECT handles it, then GLOBAL holds it (D6)", async () => {
    const h = await spawnTree([tree({ one: {}, two: {}, three: {} }, PROJECT)]);
    const { id } = await h.tasks.add({ title: "x", instanceId: "global" });
    const went: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      await h.settle();
      went.push(await statusOf(h, id));
      if (round < 4) await h.tasks.escalate(id);
    }
    expect(went.slice(0, 3).toSorted()).toEqual(["queued@one", "queued@three", "queued@two"]);
    expect(went.slice(3)).toEqual(["queued@webapp", "pending(no_route)@global"]);
    await expectSound(h);
  });

  it("given it was escalated, when who has it then is terminated, then the others are asked first", async () => {
    const h = await spawnTree([tree({ one: {}, two: {}, three: {} }, PROJECT)]);
    const { id } = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    const first = (await statusOf(h, id)).split("@")[1] ?? "";
    await h.tasks.escalate(id);
    await h.settle();
    const second = (await statusOf(h, id)).split("@")[1] ?? "";
    await h.instances.terminate(second);
    await h.settle();
    const third = (await statusOf(h, id)).split("@")[1] ?? "";
    expect([first, second, third].toSorted()).toEqual(["one", "three", "two"]);
    await expectSound(h);
  });

  it("given it was retried, then who gave it back before is asked again", async () => {
    const h = await spawnTree([tree({ one: {} }, PROJECT)]);
    const { id } = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    await h.tasks.escalate(id);
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@webapp");
    await h.tasks.cancel(id);
    await h.tasks.retry(id);
    await h.settle();
    expect(await statusOf(h, id)).toBe("queued@one");
    await expectSound(h);
  });

  it("given no sibling, then the PROJECT handles it itself", async () => {
    const h = await spawnTree([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    await h.tasks.escalate(task.id);
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    await expectSound(h);
  });

  it("given it was created at the holder, then an ordinary delegation leads upward and stays open", async () => {
    const h = await spawnTree([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    const hop = await h.tasks.escalate(task.id);
    expect(hop.status).toBe("accepted");
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    const { lease } = await claimOne(h, "webapp");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    expect(await delegationsOf(h, task.id)).toEqual(["escalate a>webapp completed:succeeded"]);
    await expectSound(h);
  });

  it("given the parent is paused, then the ordinary delegation is rejected and the task is back as it was", async () => {
    const h = await spawnTree([tree({ a: {} }, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "a" });
    await h.instances.pause("webapp");
    const hop = await h.tasks.escalate(task.id);
    expect([hop.status, hop.reason?.code]).toEqual(["rejected", "not_running"]);
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@a");
    await expectSound(h);
  });

  it("given the holder is a root, then it is refused", async () => {
    const h = await spawnTree([tree()]);
    const task = await h.tasks.add({ title: "x", instanceId: "global", route: false });
    expect(await refusal(h.tasks.escalate(task.id))).toBe("invalid_delegation");
    await expectSound(h);
  });

  it("given it is escalated to the root, where nobody else is, then GLOBAL holds it", async () => {
    const h = await spawnTree([tree({}, PROJECT)]);
    const task = await h.tasks.add({ title: "x", instanceId: "global" });
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("queued@webapp");
    await h.tasks.escalate(task.id);
    await h.settle();
    expect(await statusOf(h, task.id)).toBe("pending(no_route)@global");
    await expectSound(h);
  });

  it("given its parent takes it back, then the escalation is accepted and completed where it leads, not where it comes from", async () => {
    const h = await spawnTree([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.settle();
    await h.tasks.escalate(id);
    await h.settle();
    const escalation = (await h.tasks.delegations(id)).items.find((hop) => hop.delegationType === "escalate");
    const events = (await eventsOf(h, id)).filter((event) => event.delegationId === escalation?.id);
    expect(events.map(({ event, instanceId }) => `${event} at ${instanceId}`)).toEqual([
      "delegation.accepted at id-webapp",
      "delegation.completed at id-webapp",
    ]);
    await expectSound(h);
  });
});

describe("a task that is delegated after an escalation", () => {
  it("given it was escalated from the child where it was created, when it is delegated back there, then it is refused and stays", async () => {
    const h = await spawnTree([RESTING]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    await h.tasks.escalate(id);
    expect(await statusOf(h, id)).toBe("pending(manual)@global");
    expect(await refusal(h.tasks.delegate(id, { targetInstanceId: "webapp" }))).toBe("invalid_delegation");
    expect(await statusOf(h, id)).toBe("pending(manual)@global");
    expect(await delegationsOf(h, id)).toEqual(["escalate webapp>global accepted"]);
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-webapp", "id-global"]);
    await expectSound(h);
  });

  it("given it was escalated, when it is delegated to somebody else, then that one takes it", async () => {
    const h = await spawnTree([RESTING]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    await h.tasks.escalate(id);
    await h.tasks.delegate(id, { targetInstanceId: "shop", autoAccept: true });
    await h.settle();
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-webapp", "id-global", "id-shop"]);
    await expectSound(h);
  });

  it("given it came back from the one it was passed to, when it is delegated there again, then that one takes it", async () => {
    const h = await spawnTree([RESTING]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "global", route: false });
    await h.tasks.delegate(id, { targetInstanceId: "webapp", autoAccept: true });
    await h.settle();
    await h.tasks.escalate(id);
    await h.settle();
    expect((await h.tasks.get(id)).delegationChain).toEqual(["id-global"]);
    const again = await h.tasks.delegate(id, { targetInstanceId: "webapp", autoAccept: true });
    expect(again).toMatchObject({ targetName: "webapp", status: "accepted" });
    await expectSound(h);
  });
});

describe("a child that has declined a task", () => {
  it("is not asked again before all others were, also when one of them has taken it and given it back", async () => {
    const orchestration = (name: string, config = {}) => ({ name, scope: "ORCHESTRATION", config }) as const;
    const h = await spawnTree([
      {
        name: "webapp",
        scope: "PROJECT",
        config: PROJECT,
        children: [
          orchestration("one", { acceptance: "manual" }),
          orchestration("two"),
          orchestration("three"),
        ],
      },
    ]);
    const { id } = await h.tasks.add({ title: "x", instanceId: "webapp" });
    await h.settle();
    for (let step = 0; step < 3; step += 1) {
      const pending = (await h.tasks.delegations(id)).items.find(({ status }) => status === "pending");
      if (pending === undefined) await h.tasks.escalate(id);
      else await h.delegations.reject(pending.id, { reason: "busy" });
      await h.settle();
    }
    const { items } = await h.tasks.delegations(id);
    const asked = items
      .filter(({ delegationType }) => delegationType === "route")
      .map(({ targetName }) => targetName);
    expect([...asked].toSorted()).toEqual(["one", "three", "two"]);
    await expectSound(h);
  });
});
