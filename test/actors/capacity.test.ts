import { describe, expect, it } from "vitest";
import type { Store } from "../../store/store.ts";
import { layered } from "../support/layered-store.ts";
import {
  BATCHES,
  claimOne,
  completeOne,
  crashAndRestart,
  createBelow,
  eventsOf,
  expectSound,
  spawnTree,
  statusOf,
  tree,
  type InstanceSpec,
} from "../support/spawned.ts";

/** Room for one task, and for none that waits. */
const ONE_PLACE = { max_concurrent_tasks: 1, max_queued_tasks: 0 };
const PROJECT = { auto_create_orchestrations: false };

describe("orchestrations that are full", () => {
  it("given room for two, when six tasks storm in, then two run and four are held for capacity", async () => {
    const h = await spawnTree([tree({ a: ONE_PLACE, b: ONE_PLACE }, PROJECT)]);
    const { items } = await h.tasks.addBatch(
      Array.from({ length: 6 }, (_, n) => ({ title: `t${n}`, instanceId: "webapp" })),
    );
    await h.settle();
    const places = await Promise.all(items.map((task) => statusOf(h, task.id)));
    expect(places.toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "pending(no_capacity)@webapp"),
      "queued@a",
      "queued@b",
    ]);
    await expectSound(h);
  });

  it("given held tasks, when capacity is freed, then each is offered again until all are done", async () => {
    const h = await spawnTree([tree({ a: ONE_PLACE, b: ONE_PLACE }, PROJECT)]);
    const { items } = await h.tasks.addBatch(
      Array.from({ length: 6 }, (_, n) => ({ title: `t${n}`, instanceId: "webapp" })),
    );
    await h.settle();
    for (let round = 0; round < 3; round += 1) {
      for (const at of ["a", "b"]) {
        const { task, lease } = await claimOne(h, at);
        await h.tasks.complete(task.id, { leaseToken: lease.token });
      }
      await h.advance("2m");
    }
    for (const task of items) expect((await h.tasks.get(task.id)).status).toBe("done");
    await expectSound(h);
  });

  // Each turn in a batch of its own: the child tells that it is full before it refuses the second.
  it("given a child that refused because it is full, when a day goes by, then it is not asked again, and at once when it has room", async () => {
    const h = await spawnTree(
      [
        {
          name: "global",
          scope: "GLOBAL",
          children: [{ name: "webapp", scope: "PROJECT", config: ONE_PLACE }],
        },
      ],
      { limits: { turns: 1 } },
    );
    // Both are offered before the first one's place is known to be taken.
    await h.tasks.addBatch(["first", "second"].map((title) => ({ title, instanceId: "global" })));
    await h.settle();
    const offers = async (): Promise<number> =>
      (await h.history()).filter(({ event }) => event === "delegation.pending").length;
    expect(await offers()).toBe(2);
    await h.advance("24h");
    expect(await offers()).toBe(2);
    await completeOne(h, "webapp");
    expect(await statusOf(h, "T-2")).toBe("queued@webapp");
    expect(await offers()).toBe(3);
    await expectSound(h);
  });

  it.each(BATCHES)(
    "given a child that is full and free again within a batch (%s), then whom it refused meanwhile is offered to it again",
    async (_name, params) => {
      const h = await spawnTree(
        [
          {
            name: "global",
            scope: "GLOBAL",
            children: [{ name: "webapp", scope: "PROJECT", config: ONE_PLACE }],
          },
        ],
        params,
      );
      const first = await h.tasks.add({ title: "first", route: false });
      await h.settle();
      const all: Promise<unknown>[] = [];
      for (const ask of [
        () => h.hopper.tasks.delegate(first.id, { targetInstanceId: "webapp", autoAccept: true }),
        () => h.hopper.tasks.add({ title: "second" }),
        () => h.hopper.tasks.cancel(first.id),
      ]) {
        all.push(ask());
        // A verb looks its records up before it hands its command over.
        await new Promise(setImmediate);
      }
      await h.settle();
      await Promise.all(all);
      await h.settle();
      expect(await statusOf(h, "T-2")).toBe("queued@webapp");
      await expectSound(h);
    },
  );

  it("given one place, when it is freed, then priority decides who gets it", async () => {
    const h = await spawnTree([tree({ a: ONE_PLACE }, PROJECT)]);
    await h.tasks.add({ title: "first", instanceId: "webapp" });
    const low = await h.tasks.add({ title: "low", instanceId: "webapp", priority: "low" });
    const urgent = await h.tasks.add({ title: "urgent", instanceId: "webapp", priority: "urgent" });
    await h.settle();
    const { task, lease } = await claimOne(h, "a");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.advance("2m");
    expect(await statusOf(h, urgent.id)).toBe("queued@a");
    expect(await statusOf(h, low.id)).toBe("pending(no_capacity)@webapp");
    await expectSound(h);
  });

  it("given the roster did not know yet, then a rejection says how full, and the next candidate is tried", async () => {
    const h = await spawnTree([tree({ a: ONE_PLACE, b: ONE_PLACE }, PROJECT)]);
    const direct = await Promise.all([
      h.tasks.add({ title: "x", instanceId: "a" }),
      h.tasks.add({ title: "y", instanceId: "webapp" }),
      h.tasks.add({ title: "z", instanceId: "webapp" }),
    ]);
    await h.settle();
    const places = await Promise.all(direct.map((task) => statusOf(h, task.id)));
    expect(places.filter((one) => one.startsWith("queued"))).toHaveLength(2);
    for (const task of direct) {
      const { items } = await h.tasks.delegations(task.id);
      for (const hop of items.filter(({ status }) => status === "rejected"))
        expect(hop.reason).toEqual({ code: "at_capacity", text: "at capacity (1/1)" });
    }
    await expectSound(h);
  });

  it("given a full orchestration, when a task is created there, then it is held and queued when there is room", async () => {
    const h = await spawnTree([tree({ a: ONE_PLACE }, PROJECT)]);
    await h.tasks.add({ title: "x", instanceId: "a" });
    const second = await h.tasks.add({ title: "y", instanceId: "a" });
    expect(await statusOf(h, second.id)).toBe("pending(no_capacity)@a");
    const { task, lease } = await claimOne(h, "a");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    expect(await statusOf(h, second.id)).toBe("queued@a");
    await expectSound(h);
  });
});

describe.each(BATCHES)("a task created at a full orchestration (%s)", (_, params) => {
  it("given room comes after a crash, then it is queued in its turn", async () => {
    const h = await spawnTree([tree()], params);
    await createBelow(h, "webapp", {
      name: "small",
      scope: "ORCHESTRATION",
      config: { max_concurrent_tasks: 1, max_queued_tasks: 1 },
    });
    const ids: string[] = [];
    for (const title of ["a", "b", "c", "d"])
      ids.push((await h.tasks.add({ title, instanceId: "small" })).id);
    const all = () => Promise.all(ids.map((id) => statusOf(h, id)));
    expect(await all()).toEqual([
      "queued@small",
      "queued@small",
      "pending(no_capacity)@small",
      "pending(no_capacity)@small",
    ]);
    await crashAndRestart(h);
    await claimOne(h, "small");
    expect(await h.instances.claim("small", { workerId: "w", max: 5 })).toEqual([]);
    await h.tasks.complete(ids[0] ?? "");
    await h.settle();
    expect(await all()).toEqual(["done@small", "queued@small", "queued@small", "pending(no_capacity)@small"]);
    await h.tasks.cancel(ids[1] ?? "");
    await h.settle();
    expect(await all()).toEqual(["done@small", "cancelled@small", "queued@small", "queued@small"]);
    await expectSound(h);
  });
});

describe("room that becomes free", () => {
  it("V1: given the first held task cannot use it, then it goes to the next", async () => {
    const h = await spawnTree([
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
    expect(await statusOf(h, third.id)).toBe("queued@one");
    await expectSound(h);
  });

  it("given the first held task came from that very child, when it has room, then the next held task gets it", async () => {
    const webapp: InstanceSpec = { name: "webapp", scope: "PROJECT", config: ONE_PLACE };
    const h = await spawnTree([{ name: "global", scope: "GLOBAL", children: [webapp] }]);
    const { id: risen } = await h.tasks.add({ title: "Risen", instanceId: "webapp", priority: "urgent" });
    await h.tasks.escalate(risen);
    const { id: inTheWay } = await h.tasks.add({ title: "In the way", instanceId: "webapp" });
    const { id: waiting } = await h.tasks.add({ title: "Waiting" });
    await h.settle();
    expect(await statusOf(h, inTheWay)).toBe("queued@webapp");
    expect(await statusOf(h, waiting)).toBe("pending(no_capacity)@global");
    await completeOne(h, "webapp");
    expect(await statusOf(h, waiting)).toBe("queued@webapp");
    // Its one child has passed it on already: it goes on waiting for another.
    expect(await statusOf(h, risen)).toMatch(/^pending\(.+\)@global$/u);
    await expectSound(h);
  });

  it("given the child passes what it takes on to its own, when it is empty again, then each held task follows", async () => {
    const h = await spawnTree([
      {
        name: "global",
        scope: "GLOBAL",
        children: [
          {
            name: "webapp",
            scope: "PROJECT",
            config: { ...ONE_PLACE, auto_create_orchestrations: false },
            children: [{ name: "build", scope: "ORCHESTRATION", start: false }],
          },
        ],
      },
    ]);
    const { id: first } = await h.tasks.add({ title: "First" });
    await h.settle();
    expect(await statusOf(h, first)).toBe("queued@webapp");
    const { items } = await h.tasks.addBatch([{ title: "Second" }, { title: "Third" }, { title: "Fourth" }]);
    await h.settle();
    for (const task of items) expect(await statusOf(h, task.id)).toBe("pending(no_capacity)@global");
    await h.instances.start("build");
    await completeOne(h, "webapp");
    for (const task of items) expect(await statusOf(h, task.id)).toBe("queued@build");
    await expectSound(h);
  });

  it("given two tasks are held for one place, when it is free, then one goes and the other is asked for no more than once", async () => {
    const webapp: InstanceSpec = { name: "webapp", scope: "PROJECT", config: ONE_PLACE };
    const h = await spawnTree([{ name: "global", scope: "GLOBAL", children: [webapp] }]);
    await h.tasks.add({ title: "In the way" });
    await h.settle();
    const { items } = await h.tasks.addBatch([{ title: "Second" }, { title: "Third" }]);
    await h.settle();
    await completeOne(h, "webapp");
    const [second, third] = items as [(typeof items)[0], (typeof items)[0]];
    expect(await statusOf(h, second.id)).toBe("queued@webapp");
    expect(await statusOf(h, third.id)).toBe("pending(no_capacity)@global");
    const offers = (await eventsOf(h, third.id)).filter(({ event }) => event === "delegation.pending");
    expect(offers.length).toBeLessThan(2);
    await completeOne(h, "webapp");
    expect(await statusOf(h, third.id)).toBe("queued@webapp");
    await expectSound(h);
  });
});

/** A loop that writes on and on is stopped by its store, so that a test of it ends. */
function resting(mostCommits: number): (store: Store) => Store {
  let left = mostCommits;
  return (store) =>
    layered(store, {
      commit(commit) {
        left -= 1;
        return store.commit(commit);
      },
      mail(now, after, limit) {
        if (left < 0) throw new Error(`more than ${mostCommits} commits, and no end of it`);
        return store.mail(now, after, limit);
      },
    });
}

describe("a task that nobody can take now", () => {
  it("V3: given one child is full and the other lacks the tag, when it is held, then the loop rests until there is news", async () => {
    const h = await spawnTree(
      [
        tree(
          { full: ONE_PLACE, picky: { strict_capabilities: true, capabilities: [] } },
          { auto_create_orchestrations: false },
        ),
      ],
      { limits: { turns: 50 }, wrap: resting(30) },
    );
    await h.tasks.add({ title: "In the way", instanceId: "full" });
    const { id } = await h.tasks.add({ title: "Build", tags: ["web"], instanceId: "webapp" });
    await h.settle();
    expect(await statusOf(h, id)).toBe("pending(no_capacity)@webapp");
    const refused = (await h.tasks.delegations(id)).items.map(({ targetName }) => targetName);
    expect(refused).toEqual(["picky"]);
    await completeOne(h, "full");
    expect(await statusOf(h, id)).toBe("queued@full");
    await expectSound(h);
  });
});
