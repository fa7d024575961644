import { describe, expect, it } from "vitest";
import { VirtualClock, type SpawnedHopper } from "../../../src/testing/index.ts";
import type { Committed, CommitListener } from "../../../actors/engine/observers.ts";
import type { Task } from "../../../machines/records/task.ts";
import { Polls, type Poll } from "../../../src/door/polls.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";
import { claimOne, spawnTree, tree } from "../../support/spawned.ts";

/** Claims that wait at `build`, and what they have got so far, by their worker. */
function waiting(h: SpawnedHopper, workers: Readonly<Record<string, readonly string[] | null>>) {
  const got: Record<string, string[]> = {};
  const polls = Object.entries(workers).map(async ([workerId, capabilities]) => {
    const claims = await h.instances.claim("build", { workerId, capabilities, waitSeconds: 50 });
    got[workerId] = claims.map(({ task }) => task.title);
  });
  const all = Promise.all(polls);
  // The end of the test ends them.
  all.catch(() => undefined);
  return { got, all };
}

/** So many that can do the same. */
function alike(count: number, capabilities: readonly string[] | null = null) {
  return Object.fromEntries(Array.from({ length: count }, (_, no) => [`w${no}`, capabilities]));
}

/** Turns that a piece of work took, with all that came of it. */
async function turnsOf(h: SpawnedHopper, work: () => Promise<unknown>): Promise<number> {
  await settled(h);
  const before = internalsOf(h.hopper).metrics().turns;
  await work();
  await settled(h);
  return internalsOf(h.hopper).metrics().turns - before;
}

/** Until nobody asks any more: who is woken by an answer asks in the next round. */
async function settled(h: SpawnedHopper): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await h.settle();
    await new Promise(setImmediate);
  }
}

const add = (h: SpawnedHopper, title: string, params: { tags?: string[]; notBefore?: string } = {}) =>
  h.tasks.add({ title, instanceId: "build", ...params });

const ROOMY = { max_concurrent_tasks: 1_000 };

describe("claims that wait", () => {
  it("given 300 that can do the same, when one task comes, then one of them asks, the one that waits longest", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const { got } = waiting(h, alike(300));
    expect(await turnsOf(h, () => add(h, "One"))).toBeLessThan(6);
    expect(got).toEqual({ w0: ["One"] });
    await Promise.all(["Two", "Three", "Four"].map((title) => add(h, title)));
    await settled(h);
    expect(Object.keys(got)).toEqual(["w0", "w1", "w2", "w3"]);
  });

  it("given 300 that can do different things, when one task comes, then the one that can do it asks", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const { got } = waiting(
      h,
      Object.fromEntries(Array.from({ length: 300 }, (_, no) => [`w${no}`, [`Tag-${no}`]])),
    );
    expect(await turnsOf(h, () => add(h, "One", { tags: ["tag-250"] }))).toBeLessThan(6);
    expect(got).toEqual({ w250: ["One"] });
  });

  it("given the task's tags are edited into what one of them can do, then that one gets it", async () => {
    const h = await spawnTree([tree()]);
    const { got } = waiting(h, { w: ["java"] });
    const { id } = await add(h, "One", { tags: ["cobol"] });
    await settled(h);
    expect(got).toEqual({});
    await h.tasks.update(id, { tags: ["java"] });
    await settled(h);
    expect(got).toEqual({ w: ["One"] });
  });

  it("given no place is free, when one comes free, then they are asked by what they can do until one finds work", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 1 } })]);
    await add(h, "First", { tags: ["java"] });
    const { task, lease } = await claimOne(h, "build");
    await add(h, "Second", { tags: ["cobol"] });
    const { got } = waiting(h, { ...alike(50, ["rust"]), w50: ["cobol"], w51: ["cobol"] });
    expect(await turnsOf(h, () => h.tasks.complete(task.id, { leaseToken: lease.token }))).toBeLessThan(12);
    expect(got).toEqual({ w50: ["Second"] });
  });

  it("given no place is free, when a task is given back, then another one may be claimed", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 1 } })]);
    await add(h, "First", { tags: ["java"] });
    const { task, lease } = await claimOne(h, "build");
    await add(h, "Second", { tags: ["cobol"] });
    const { got } = waiting(h, { w: ["cobol"] });
    await settled(h);
    await h.tasks.release(task.id, { leaseToken: lease.token });
    await settled(h);
    expect(got).toEqual({ w: ["Second"] });
  });

  it("given tasks have their moment, then at it as many ask as there are tasks, and one in vain", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const { got } = waiting(h, alike(100));
    await settled(h);
    const notBefore = new Date(h.clock.now() + 10_000).toISOString();
    for (const title of ["One", "Two", "Three"]) await add(h, title, { notBefore });
    expect(await turnsOf(h, () => h.advance("10s"))).toBeLessThan(12);
    expect(Object.values(got).flat()).toEqual(["One", "Two", "Three"]);
  });

  it("given a moment that is sooner than the one that was known, then it is waited for that one", async () => {
    const h = await spawnTree([tree({ build: ROOMY })]);
    const { got } = waiting(h, alike(3));
    await settled(h);
    const at = (seconds: number) => new Date(h.clock.now() + seconds * 1_000).toISOString();
    await add(h, "Late", { notBefore: at(20) });
    await settled(h);
    await add(h, "Soon", { notBefore: at(5) });
    await settled(h);
    await h.advance("5s");
    await settled(h);
    expect(Object.values(got).flat()).toEqual(["Soon"]);
    await h.advance("15s");
    await settled(h);
    expect(Object.values(got).flat()).toEqual(["Soon", "Late"]);
  });

  it("given their instance is paused and runs again, then they go on", async () => {
    const h = await spawnTree([tree()]);
    const { got } = waiting(h, alike(2));
    await settled(h);
    await h.instances.pause("build");
    await h.instances.resume("build");
    await settled(h);
    for (const title of ["One", "Two"]) await add(h, title);
    await settled(h);
    expect(Object.values(got).flat().toSorted()).toEqual(["One", "Two"]);
  });

  it("given 300 that can do different things and nothing is queued, when a place comes free, then one of them asks", async () => {
    const h = await spawnTree([tree({ build: { max_concurrent_tasks: 1 } })]);
    await add(h, "First");
    const { task, lease } = await claimOne(h, "build");
    const { got } = waiting(
      h,
      Object.fromEntries(Array.from({ length: 300 }, (_, no) => [`w${no}`, [`tag-${no}`]])),
    );
    expect(await turnsOf(h, () => h.tasks.complete(task.id, { leaseToken: lease.token }))).toBeLessThan(6);
    expect(got).toEqual({});
  });

  it("given they are many and idle, when they are closed, then each hears so", async () => {
    const h = await spawnTree([tree()]);
    const { all } = waiting(h, alike(50));
    await settled(h);
    await h.close();
    await expect(all).rejects.toMatchObject({ code: "draining" });
  });
});

/** Polls that hear of commits by hand, and who of these is awake. */
function byHand(abilities: readonly (readonly string[] | null)[]) {
  const clock = new VirtualClock();
  let hear: CommitListener = () => undefined;
  const onCommit = (listener: CommitListener) => {
    hear = listener;
    return () => undefined;
  };
  const polls = new Polls({ onCommit }, clock);
  const commit = (name: "task.queued" | "task.completed", tags: readonly string[] = []): void => {
    const status = name === "task.queued" ? "queued" : "done";
    const events = [{ name, instance: 3, task: 1 }] as unknown as Committed["events"];
    hear({ at: 0, events, instances: [], turns: 1, task: () => ({ status, tags }) as Task });
  };
  const asleep = (poll: Poll, nextAt: number | null = null, othersMay = true): void => {
    awake.delete(poll);
    poll.sleeps({ nextAt, othersMay }).wakes(() => awake.add(poll));
  };
  const awake = new Set<Poll>();
  const joined = abilities.map((able) => polls.join(3, able));
  for (const poll of joined) asleep(poll);
  return { clock, polls, commit, asleep, awake: () => joined.map((poll) => awake.has(poll)), joined };
}

describe("a call that one does not follow", () => {
  it("goes to the next that can do the task", () => {
    const { commit, awake, joined } = byHand([["java"], ["cobol"], null]);
    commit("task.queued", ["Java"]);
    expect(awake()).toEqual([true, false, false]);
    joined[0]?.leaves();
    expect(awake()).toEqual([true, false, true]);
    joined[2]?.leaves();
    joined[1]?.leaves();
    commit("task.queued", ["cobol"]);
    expect(awake()).toEqual([true, false, true]);
  });

  it("goes to another one who may use the place", () => {
    const { commit, awake, joined, asleep } = byHand([["java"], ["java"], ["cobol"]]);
    commit("task.completed");
    expect(awake()).toEqual([true, false, false]);
    joined[0]?.leaves();
    expect(awake()).toEqual([true, true, false]);
    // Found nothing: nobody asks again who can do no more than it.
    joined[1]?.asks();
    asleep(joined[1] as Poll);
    expect(awake()).toEqual([true, false, true]);
    joined[2]?.served();
    joined[2]?.leaves();
    expect(awake()).toEqual([true, false, true]);
  });

  it("goes to the next when a moment has come", () => {
    const { clock, awake, joined, asleep } = byHand([null, null]);
    asleep(joined[1] as Poll, clock.now() + 5);
    clock.moveTo(clock.now() + 5);
    expect(awake()).toEqual([true, false]);
    joined[0]?.leaves();
    expect(awake()).toEqual([true, true]);
  });

  it("is heard by who asks just then, before it sleeps", () => {
    const { polls, commit } = byHand([null]);
    const late = polls.join(3, null);
    late.asks();
    commit("task.queued");
    let heard = 0;
    late.sleeps({ nextAt: null, othersMay: false }).wakes(() => (heard += 1));
    expect(heard).toBe(1);
  });
});

/** One that waits asks, and goes to sleep: rounds of microtasks. */
const asleep = (): Promise<void> => new Promise(setImmediate);

it("given what is not to be claimed before a moment, when the wall clock is set to it, then who waits asks within a second", async () => {
  const h = await spawnTree([tree({ build: {} })]);
  const notBefore = new Date(h.clock.now() + 3_600_000).toISOString();
  await h.tasks.add({ title: "Later", instanceId: "build", notBefore });
  await h.settle();
  const { got, all } = waiting(h, { one: null });
  await h.settle();
  await asleep();
  h.clock.jump(7_200_000);
  // Nothing runs the loop but who waits.
  h.clock.moveTo(h.clock.now() + 1_000);
  await asleep();
  await h.settle();
  await all;
  expect(got).toEqual({ one: ["Later"] });
});
