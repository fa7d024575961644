import { describe, expect, it } from "vitest";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { handle, hold } from "../../machines/scopes/decisions.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import {
  completeOne,
  crashAndRestart,
  createBelow,
  expectSound,
  delegationsOf,
  eventsOf,
  expectConsistent,
  spawnTree,
  statusOf,
  tree,
} from "../support/spawned.ts";

const TIGHT = { max_concurrent_tasks: 1, max_queued_tasks: 0 };

/** So many tasks at an instance, by their ids. */
async function addMany(h: SpawnedHopper, count: number, params: { instanceId: string; project?: string }) {
  const all = Array.from({ length: count }, (_, index) =>
    h.tasks.add({ title: `Task ${index + 1}`, ...params }),
  );
  const added = await Promise.all(all);
  await h.settle();
  return added.map(({ id }) => id);
}

/** How many of these tasks stand how. */
async function standing(h: SpawnedHopper, ids: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const status = await statusOf(h, id);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe("tasks held for want of room at a child", () => {
  it("given the only child ends, then they are not held for it any longer", async () => {
    const h = await spawnTree([tree({ one: TIGHT }, { auto_create_orchestrations: false })]);
    const [, second = "", third = ""] = await addMany(h, 3, { instanceId: "webapp" });
    expect(await statusOf(h, third)).toBe("pending(no_capacity)@webapp");
    await h.instances.terminate("one");
    await h.settle();
    expect([await statusOf(h, second), await statusOf(h, third)]).toEqual(["queued@webapp", "queued@webapp"]);
    await expectConsistent(h);
  });

  it("given the only child is paused, then they are not held for it any longer", async () => {
    const h = await spawnTree([tree({ one: TIGHT }, { auto_create_orchestrations: false })]);
    const [, second = ""] = await addMany(h, 2, { instanceId: "webapp" });
    await h.instances.pause("one");
    await h.settle();
    expect(await statusOf(h, second)).toBe("queued@webapp");
  });

  it("given it works off one after the other, then each is offered once, and to nobody who is full", async () => {
    const h = await spawnTree([tree({ one: TIGHT, two: TIGHT }, { auto_create_orchestrations: false })]);
    const ids = await addMany(h, 12, { instanceId: "webapp" });
    for (let left = 12; left > 0; left -= 2) for (const at of ["one", "two"]) await completeOne(h, at);
    expect(await standing(h, ids)).toEqual({ "done@one": 6, "done@two": 6 });
    for (const id of ids) expect(await delegationsOf(h, id)).toHaveLength(1);
    // Nothing is open there any more, as far as their parent knows.
    const { database } = h.store as SqliteStore;
    expect(database.prepare("SELECT DISTINCT own_open FROM roster").pluck().all()).toEqual([0]);
    await expectConsistent(h);
  });

  it("given the child passes on what it takes and so has room as before, then nothing stays held (V1)", async () => {
    const h = await spawnTree([tree({ build: {} }, TIGHT)]);
    const ids = await addMany(h, 30, { instanceId: "global" });
    expect(await standing(h, ids)).toEqual({ "queued@build": 30 });
    await crashAndRestart(h);
    const more = await addMany(h, 30, { instanceId: "global" });
    expect(await standing(h, more)).toEqual({ "queued@build": 30 });
  });

  it("given many wait and their instance is read again, then whose room they wait for is found out, in pieces", async () => {
    const h = await spawnTree([tree({ one: TIGHT }, { auto_create_orchestrations: false })]);
    const ids = await addMany(h, 201, { instanceId: "webapp" });
    await crashAndRestart(h);
    await completeOne(h, "one");
    await completeOne(h, "one");
    expect(await standing(h, ids)).toEqual({
      "done@one": 2,
      "queued@one": 1,
      "pending(no_capacity)@webapp": 198,
    });
    await expectConsistent(h);
  });

  it("given many wait for room in their own queue, then they are queued in pieces when they are let", async () => {
    const own = { max_concurrent_tasks: 100, max_queued_tasks: 50 };
    const h = await spawnTree([tree({ one: own })]);
    const first = await addMany(h, 150, { instanceId: "one" });
    const ids = await addMany(h, 150, { instanceId: "one" });
    expect(await standing(h, ids)).toEqual({ "pending(no_capacity)@one": 150 });
    await h.instances.pause("one");
    for (const id of first) await h.tasks.cancel(id);
    await crashAndRestart(h);
    await h.instances.resume("one");
    await h.settle();
    expect(await standing(h, ids)).toEqual({ "queued@one": 150 });
    await expectConsistent(h);
  });
});

describe("tasks held for want of a child", () => {
  it("given one starts, then all that were held go there, in their order, up to its room, and the others wait for room", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const ids = await addMany(h, 200, { instanceId: "global" });
    expect(await standing(h, ids)).toEqual({ "pending(no_route)@global": 200 });
    const config = { max_concurrent_tasks: 150, max_queued_tasks: 0, auto_delegate: false };
    await createBelow(h, "global", { name: "webapp", scope: "PROJECT", config });
    await h.settle();
    expect(await standing(h, ids.slice(0, 150))).toEqual({ "queued@webapp": 150 });
    expect(await standing(h, ids.slice(150))).toEqual({ "pending(no_route)@global": 50 });
    for (let left = 50; left > 0; left -= 1) await completeOne(h, "webapp");
    expect(await standing(h, ids.slice(150))).toEqual({ "queued@webapp": 50 });
    await expectConsistent(h);
  });

  it("given it names one that is unknown, then only news of that one is looked at for it", async () => {
    const h = await spawnTree([tree()]);
    const ids = await addMany(h, 3, { instanceId: "global", project: "later" });
    await createBelow(h, "global", { name: "other", scope: "PROJECT" });
    await h.settle();
    expect(await standing(h, ids)).toEqual({ "pending(no_route)@global": 3 });
    const decisions = (await eventsOf(h, ids[0] ?? "")).filter(({ event }) => event === "routing.decided");
    expect(decisions).toHaveLength(1);
    await createBelow(h, "global", { name: "later", scope: "PROJECT", config: { auto_delegate: false } });
    await h.settle();
    expect(await standing(h, ids)).toEqual({ "queued@later": 3 });
  });
});

describe("a task that one child has refused while the other did not run", () => {
  it("goes to that one once it has room, also when their parent was read again meanwhile (V1)", async () => {
    const manual = { ...TIGHT, acceptance: "manual" as const };
    const h = await spawnTree([tree({ one: TIGHT, two: manual }, { auto_create_orchestrations: false })]);
    await addMany(h, 1, { instanceId: "one" });
    const [second = ""] = await addMany(h, 1, { instanceId: "webapp" });
    await h.instances.pause("one");
    const [offer] = (await h.tasks.delegations(second)).items;
    await h.delegations.cancel(offer?.id ?? "");
    await h.settle();
    expect(await statusOf(h, second)).toBe("pending(no_route)@webapp");
    await crashAndRestart(h);
    // It runs, and is full: nobody looks at what is held then.
    await h.instances.resume("one");
    await h.settle();
    await completeOne(h, "one");
    expect(await statusOf(h, second)).toBe("queued@one");
    await expectConsistent(h);
  });
});

describe("tasks held by a behavior from outside", () => {
  it("given it says nothing of what it waits for, then it is asked again whenever something is done", async () => {
    const behavior: ScopeBehavior = {
      name: "four at most, with those that wait",
      decide: (view, task) =>
        view.load < 4
          ? handle(view, task, "room")
          : hold(view, task, { held: "no_capacity", reason: "four are enough" }),
    };
    const h = await spawnTree([tree({})], { scopes: { PROJECT: behavior } });
    const ids = await addMany(h, 5, { instanceId: "webapp" });
    expect(await standing(h, ids)).toEqual({ "queued@webapp": 4, "pending(no_capacity)@webapp": 1 });
    for (let left = 5; left > 0; left -= 1) await completeOne(h, "webapp");
    expect(await standing(h, ids)).toEqual({ "done@webapp": 5 });
  });

  it.each(["no_capacity", "no_route", "instance_not_running"] as const)(
    "given it says that they wait for room of its own, which there is, then a task held %s is asked about once, and again at news",
    async (held) => {
      let asked = 0;
      const behavior: ScopeBehavior = {
        name: "undecided",
        waitsFor: () => "own room",
        decide(view, task) {
          asked += 1;
          // Asked for ever, it gives in: the test is to end.
          return view.roster.size === 0 && asked < 1_000
            ? hold(view, task, { held, reason: "not now" })
            : handle(view, task, "somebody is there");
        },
      };
      const h = await spawnTree([{ name: "webapp", scope: "PROJECT" }], { scopes: { PROJECT: behavior } });
      const ids = await addMany(h, 3, { instanceId: "webapp" });
      expect(await standing(h, ids)).toEqual({ [`pending(${held})@webapp`]: 3 });
      expect(asked).toBeLessThan(20);
      await createBelow(h, "webapp", { name: "one", scope: "ORCHESTRATION" });
      await h.settle();
      expect(await standing(h, ids)).toEqual({ "queued@webapp": 3 });
      await expectSound(h);
    },
  );
});
