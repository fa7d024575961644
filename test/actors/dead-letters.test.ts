import { describe, expect, it } from "vitest";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { projectBehavior } from "../../machines/scopes/project.ts";
import type { DeadLetterView } from "../../src/index.ts";
import type { SpawnedHopper, SpawnParams } from "../../src/testing/index.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import { faulty } from "../support/faulty-store.ts";
import {
  claimOne,
  deadLettersOf,
  delegationsOf,
  eventsOf,
  expectConsistent,
  names,
  refusal,
  spawnTrapped,
  spawnTree,
  statusIn,
  tree,
  type InstanceSpec,
} from "../support/spawned.ts";

/** global → webapp → one, two: a task that came back from below to webapp, whose turn failed; it is held for a person. */
async function deadReturn(one: InstanceSpec["config"] = {}, params: SpawnParams = {}) {
  const { h, trap } = await spawnTrapped([tree({ one: one ?? {}, two: {} })], params);
  const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
  await h.settle();
  trap.name = "webapp";
  // The answer is given with the task: what becomes of it above is another's turn.
  expect(await h.tasks.escalate(id)).toMatchObject({ status: "completed", targetName: "webapp" });
  await h.settle();
  trap.name = null;
  return { h, trap, id };
}

/** A store that refuses to write dead letters as often as it is told. */
function failingBurials() {
  let left = 0;
  return {
    fail(times: number): void {
      left = times;
    },
    wrap: (store: Store): Store =>
      faulty(store, (_n, { deadLetters }) =>
        deadLetters.length > 0 && left-- > 0 ? { when: "before", kind: "constraint" } : null,
      ),
  };
}

/** The newest dead letter. */
async function newestLetter(h: SpawnedHopper): Promise<DeadLetterView> {
  const [letter] = (await h.hopper.deadLetters.list()).items;
  if (letter === undefined) throw new Error("there is no dead letter");
  return letter;
}

describe("a message about a task that its receiver cannot handle", () => {
  it("given an offer, then it is one dead letter, its caller is told whom to name, and at its expiry the task is where it was", async () => {
    const { h, trap } = await spawnTrapped([tree({ one: {}, two: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    trap.name = "webapp";
    await expect(h.tasks.escalate(id)).rejects.toMatchObject({
      code: "internal",
      status: 500,
      facts: { request: expect.stringMatching(/^C-\d+$/u) },
    });
    trap.name = null;
    expect(await deadLettersOf(h)).toEqual([["task.delegation", "T-1", "id-webapp"]]);
    expect(names(await eventsOf(h, id)).at(-1)).toBe("message.dead_lettered");
    await h.advance("10m");
    expect(statusIn(await h.tasks.get(id))).toBe("queued@one");
    expect(await delegationsOf(h, id)).toEqual(["escalate one>webapp rejected:expired"]);
  });

  it("given a task that comes back from below, then it is held for a person, who passes it on", async () => {
    const { h, id } = await deadReturn();
    expect(statusIn(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
    expect(await deadLettersOf(h)).toEqual([["task.return", "T-1", "id-webapp"]]);
    await expectConsistent(h);
    await h.tasks.delegate(id, { targetInstanceId: "two", autoAccept: true });
    const { lease } = await claimOne(h, "two");
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
  });

  it("given an assignment, then the task is held for a person at its new holder, who cancels and retries it there", async () => {
    const { h, trap } = await spawnTrapped([{ name: "webapp", scope: "PROJECT" }]);
    const { id } = await h.tasks.add({ title: "Build" });
    trap.name = "webapp";
    expect(await refusal(h.tasks.assign(id, { instanceId: "webapp", idempotencyKey: "k" }))).toBe("internal");
    trap.name = null;
    // Asked again it is refused as before, and nothing is tried twice.
    expect(await refusal(h.tasks.assign(id, { instanceId: "webapp", idempotencyKey: "k" }))).toBe("internal");
    expect(statusIn(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
    await expectConsistent(h);
    await h.tasks.cancel(id);
    expect(statusIn(await h.tasks.retry(id))).toBe("queued@webapp");
    expect(await deadLettersOf(h)).toEqual([["task.update", "T-1", "id-webapp"]]);
  });

  it("given it is held for a person, when there is room, then it stays held", async () => {
    const { h, id } = await deadReturn({ max_concurrent_tasks: 1, max_queued_tasks: 0 });
    await h.instances.pause("two");
    await h.instances.resume("two");
    await h.settle();
    expect(statusIn(await h.tasks.get(id))).toBe("pending(message_failed)@webapp");
  });
});

describe("a completion that an instance above cannot handle", () => {
  it("given its turn fails, then its caller hears that a part is done, and every delegation is closed all the same", async () => {
    const { h, trap } = await spawnTrapped([tree({ one: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "global" });
    const { lease } = await claimOne(h, "one");
    trap.name = "webapp";
    await expect(h.tasks.complete(id, { leaseToken: lease.token })).rejects.toMatchObject({
      code: "internal",
      detail: expect.stringContaining("a part of it is done, so look before you repeat it"),
    });
    trap.name = null;
    expect(await deadLettersOf(h)).toEqual([["task.completion", "T-1", "id-webapp"]]);
    expect(statusIn(await h.tasks.get(id))).toBe("done@one");
    expect(await delegationsOf(h, id)).toEqual([
      "route global>webapp completed:succeeded",
      "route webapp>one completed:succeeded",
    ]);
    expect(await h.tasks.complete(id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await expectConsistent(h);
  });

  it("given it is an acceptance or a rejection, then the offers and counts are right", async () => {
    const { h, trap } = await spawnTrapped([tree({ one: { acceptance: "manual" } }, { fallback: "hold" })]);
    const accepted = await h.tasks.add({ title: "Accepted", instanceId: "webapp" });
    const rejected = await h.tasks.add({ title: "Rejected", instanceId: "webapp" });
    await h.settle();
    trap.name = "webapp";
    await h.delegations.accept("D-1");
    await h.delegations.reject("D-2", { reason: "not now" });
    await h.settle();
    trap.name = null;
    expect(await deadLettersOf(h)).toEqual([
      ["delegation.rejection", "T-2", "id-webapp"],
      ["instance.status", null, "id-webapp"],
      ["delegation.acceptance", "T-1", "id-webapp"],
    ]);
    expect(statusIn(await h.tasks.get(accepted.id))).toBe("queued@one");
    expect(statusIn(await h.tasks.get(rejected.id))).toBe("pending(message_failed)@webapp");
    await expectConsistent(h);
  });
});

describe("a dead letter that is handed to its receiver again", () => {
  it("given a task that came back from below, then it goes on its way, and the letter is one no more", async () => {
    const { h, id } = await deadReturn();
    const letter = await newestLetter(h);
    const redriven = await h.deadLetters.redrive(letter.id, { idempotencyKey: "k" });
    expect(redriven).toEqual(letter);
    expect(statusIn(await h.tasks.get(id))).toBe("queued@two");
    expect(await deadLettersOf(h)).toEqual([]);
    expect(names(await eventsOf(h, id))).toContain("message.redriven");
    await expectConsistent(h);
    // Asked again with its key it is the same answer; without, there is no such letter any more.
    expect(await h.deadLetters.redrive(letter.id, { idempotencyKey: "k" })).toEqual(letter);
    expect(await refusal(h.deadLetters.redrive(letter.id))).toBe("not_found");
  });

  it("given an older Hopper kept it, which kept its counts and did not say so, then it is counted once", async () => {
    const { h, id } = await deadReturn();
    const { database } = h.store as SqliteStore;
    database.exec(`UPDATE dead_letter SET envelope = json_set(envelope, '$.attempt', 0)`);
    await h.deadLetters.redrive((await newestLetter(h)).id);
    expect(statusIn(await h.tasks.get(id))).toBe("queued@two");
    await expectConsistent(h);
  });

  it("given what it told to count was kept when it died, then it is counted once", async () => {
    const { h, trap } = await spawnTrapped([tree({ one: { acceptance: "manual" } }, { fallback: "hold" })]);
    const rejected = await h.tasks.add({ title: "Rejected", instanceId: "webapp" });
    await h.tasks.add({ title: "Accepted", instanceId: "webapp" });
    await h.settle();
    trap.name = "webapp";
    await h.delegations.reject("D-1", { reason: "not now" });
    await h.delegations.accept("D-2");
    await h.settle();
    trap.name = null;
    for (const { id } of (await h.hopper.deadLetters.list()).items) await h.deadLetters.redrive(id);
    expect(await deadLettersOf(h)).toEqual([]);
    expect(statusIn(await h.tasks.get(rejected.id))).not.toContain("message_failed");
    await expectConsistent(h);
  });

  it("given a completion, then the way up is closed once", async () => {
    const { h, trap } = await spawnTrapped([tree({ one: {} })]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "global" });
    const { lease } = await claimOne(h, "one");
    trap.name = "webapp";
    await refusal(h.tasks.complete(id, { leaseToken: lease.token }));
    trap.name = null;
    const before = await delegationsOf(h, id);
    for (const letter of (await h.hopper.deadLetters.list()).items) await h.deadLetters.redrive(letter.id);
    expect(await delegationsOf(h, id)).toEqual(before);
    expect(await deadLettersOf(h)).toEqual([]);
    await expectConsistent(h);
  });

  it("given it fails again, then it is another letter, which has failed twice as often, and is counted once in the end", async () => {
    const { h, trap, id } = await deadReturn({}, { limits: { turns: 1 } });
    trap.name = "webapp";
    const first = await newestLetter(h);
    // The redrive is a turn of the same instance: it fails as well, and nothing has changed.
    expect(await refusal(h.deadLetters.redrive(first.id))).toBe("internal");
    expect((await h.hopper.deadLetters.list()).items).toEqual([first]);
    trap.name = null;
    const off = h.hopper.on("message.redriven", () => {
      trap.name = "webapp";
    });
    await h.deadLetters.redrive(first.id);
    await h.settle();
    off();
    trap.name = null;
    const second = await newestLetter(h);
    expect(second).toMatchObject({ type: first.type, times: 4 });
    expect(second.id).not.toBe(first.id);
    await h.deadLetters.redrive(second.id);
    expect(statusIn(await h.tasks.get(id))).toBe("queued@two");
    await expectConsistent(h);
  });

  it("given what it told to count could not be kept when it died, then it is counted now", async () => {
    const burial = failingBurials();
    burial.fail(1);
    const { h, id } = await deadReturn({}, { wrap: burial.wrap });
    await h.deadLetters.redrive((await newestLetter(h)).id);
    expect(statusIn(await h.tasks.get(id))).toBe("queued@two");
    await expectConsistent(h);
  });

  it("given it fails again and its letter can be written at the second try only, then it is counted once in the end", async () => {
    const burial = failingBurials();
    const { h, trap, id } = await deadReturn({}, { limits: { turns: 1 }, wrap: burial.wrap });
    burial.fail(1);
    const off = h.hopper.on("message.redriven", () => {
      trap.name = "webapp";
    });
    await h.deadLetters.redrive((await newestLetter(h)).id);
    await h.settle();
    off();
    trap.name = null;
    await h.deadLetters.redrive((await newestLetter(h)).id);
    expect(statusIn(await h.tasks.get(id))).toBe("queued@two");
    await expectConsistent(h);
  });

  it.each(["0", "x", "99", "-1", "1e3", ""])("given there is no letter %j, then it says so", async (id) => {
    const { h } = await spawnTrapped([tree({ one: {} })]);
    expect(await refusal(h.deadLetters.redrive(id))).toBe("not_found");
  });
});

describe("a message about no task that its receiver cannot handle", () => {
  it("given news of a child, then it is a dead letter of no task, nothing is held for it, and the next news arrives", async () => {
    const { h, trap } = await spawnTrapped([
      tree({ one: { max_concurrent_tasks: 1, max_queued_tasks: 0 } }, { fallback: "hold" }),
    ]);
    const done = await h.tasks.add({ title: "First", instanceId: "one" });
    const { id } = await h.tasks.add({ title: "Second", instanceId: "webapp" });
    await h.settle();
    expect(statusIn(await h.tasks.get(id))).toBe("pending(no_capacity)@webapp");
    const { lease } = await claimOne(h, "one");
    trap.name = "webapp";
    expect(await h.tasks.complete(done.id, { leaseToken: lease.token })).toMatchObject({ status: "done" });
    await h.settle();
    expect(await deadLettersOf(h)).toEqual([["instance.status", null, "id-webapp"]]);
    expect(statusIn(await h.tasks.get(id))).toBe("pending(no_capacity)@webapp");
    trap.name = null;
    const next = await h.tasks.add({ title: "Third", instanceId: "one" });
    await h.tasks.cancel(next.id);
    await h.settle();
    expect(statusIn(await h.tasks.get(id))).toBe("queued@one");
  });
});

describe("a turn that throws", () => {
  it("given it throws again, then its message is a dead letter, and its neighbours go on", async () => {
    const { h, trap } = await spawnTrapped([tree()]);
    trap.name = "webapp";
    const task = await h.tasks.add({ title: "One" });
    await h.settle();
    trap.name = null;
    const letters = await h.hopper.deadLetters.list();
    expect(letters.items).toMatchObject([
      { type: "task.delegation", error: expect.stringContaining("fault"), times: 2 },
    ]);
    const events = await h.tasks.events(task.id);
    expect(events.items.map((event) => event.event)).toContain("message.dead_lettered");
    expect(await h.instances.get("build")).toMatchObject({ status: "running" });
    await expectConsistent(h);
  });

  it("given a caller, then it is answered with a request to name, and nothing of the inside", async () => {
    const { h, trap } = await spawnTrapped([tree()]);
    trap.name = "global";
    const failed: unknown = await h.tasks.add({ title: "One" }).catch((error: unknown) => error);
    trap.name = null;
    expect(failed).toMatchObject({
      code: "internal",
      status: 500,
      detail: expect.stringContaining("nothing was changed"),
      facts: { request: expect.stringMatching(/^C-\d+$/) },
    });
    expect(String(failed)).not.toContain("a turn with a fault");
    await expect(h.tasks.get("T-1")).rejects.toMatchObject({ code: "not_found" });
    await expectConsistent(h);
  });
});

describe("a behavior that throws", () => {
  it("given a task that it decides about, then that is held for a person, with the reason", async () => {
    const faulty: ScopeBehavior = {
      name: "picky",
      decide: (view, task) => {
        if (task.title === "Unreadable") throw new Error("cannot read this");
        return projectBehavior.decide(view, task);
      },
    };
    const h = await spawnTree([tree()], { scopes: { PROJECT: faulty } });
    const task = await h.tasks.add({ title: "Unreadable", instanceId: "webapp" });
    expect([task.status, task.heldReason]).toEqual(["pending", "message_failed"]);
    const { items } = await h.tasks.decisions(task.id);
    expect(items[0]?.reason).toBe("the behavior picky failed: cannot read this");
    expect((await h.tasks.add({ title: "Other", instanceId: "webapp" })).status).toBe("pending");
    await h.settle();
    expect((await h.tasks.get("T-2")).status).toBe("queued");
    expect((await h.hopper.stats()).deadLetters).toBe(0);
    await expectConsistent(h);
  });

  it("given a task that is done beside it, then that costs it nothing", async () => {
    let isFaulty = false;
    const faulty: ScopeBehavior = {
      name: "picky",
      decide: (view, task) => {
        if (isFaulty) throw new Error("cannot read this");
        return projectBehavior.decide(view, task);
      },
    };
    const h = await spawnTree([tree()], {
      scopes: { PROJECT: faulty },
      config: { scopes: { ORCHESTRATION: { max_concurrent_tasks: 1, max_queued_tasks: 0 } } },
    });
    const [done, held] = [
      await h.tasks.add({ title: "One" }),
      await h.tasks.add({ title: "Two", instanceId: "webapp" }),
    ];
    await h.settle();
    const [claim] = await h.instances.claim("build", { workerId: "w" });
    isFaulty = true;
    await h.tasks.complete(done.id, { leaseToken: claim?.lease.token });
    await h.settle();
    const { items } = await h.tasks.delegations(done.id);
    expect(items.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect((await h.tasks.get(held.id)).heldReason).toBe("message_failed");
    await expectConsistent(h);
  });
});

it("given news of a child that died with its parent's turn, redriven after news of its end, then the child stays ended", async () => {
  const full = { max_concurrent_tasks: 1, max_queued_tasks: 0 };
  const { h, trap } = await spawnTrapped([tree({ one: full }, { auto_create_orchestrations: false })]);
  const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
  await h.settle();
  trap.name = "webapp";
  // That there is room again, and then that it has ended.
  await h.tasks.cancel(id).catch(() => undefined);
  await h.settle();
  await h.instances.terminate("one");
  await h.settle();
  trap.name = null;
  const letters = (await h.hopper.deadLetters.list()).items;
  expect(letters.filter(({ type }) => type === "instance.status")).toHaveLength(2);
  // The newest first, as they are listed.
  for (const letter of letters) await h.deadLetters.redrive(letter.id);
  await h.settle();
  const next = await h.tasks.add({ title: "Next", instanceId: "webapp" });
  await h.settle();
  expect(statusIn(await h.tasks.get(next.id))).toBe("queued@webapp");
  await expectConsistent(h);
});
