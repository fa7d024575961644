import { describe, expect, it } from "vitest";
import { Actor } from "../../actors/engine/actor.ts";
import { Auditor } from "../../actors/engine/auditor.ts";
import { Batch } from "../../actors/engine/batch.ts";
import { FairQueue } from "../../actors/engine/mailbox.ts";
import { Observers } from "../../actors/engine/observers.ts";
import { KeeperViolation } from "../../actors/engine/turn-world.ts";
import { Turn } from "../../actors/engine/turn.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { projectBehavior } from "../../machines/scopes/project.ts";
import { silentLog } from "../../src/environment/real.ts";
import { spawnHopper, type SpawnedHopper } from "../../src/testing/index.ts";
import { CommitError, type MailRow, type Store } from "../../store/store.ts";
import { givenTask } from "../support/store-given.ts";
import { Trap } from "../support/trapped-store.ts";

/** A store whose commits fail when told to. */
function failing(plan: { next: (() => Error) | null }): (store: Store) => Store {
  return (store) => ({
    ...store,
    commit(commit) {
      const { next } = plan;
      if (next !== null && commit.tasks.added.length > 0) {
        plan.next = null;
        throw next();
      }
      return store.commit(commit);
    },
  });
}

async function hierarchy(hopper: SpawnedHopper): Promise<void> {
  await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
  await hopper.instances.create({ name: "webapp", scope: "PROJECT", parentId: "global", start: true });
  await hopper.instances.create({ name: "worker", scope: "ORCHESTRATION", parentId: "webapp", start: true });
}

async function isClean(hopper: SpawnedHopper): Promise<void> {
  expect((await hopper.hopper.doctor()).filter((finding) => finding.broken.length > 0)).toEqual([]);
}

describe("a commit that fails", () => {
  it("for want of space changes nothing, says so, and the next one goes on", async () => {
    const plan: { next: (() => Error) | null } = { next: null };
    await using hopper = await spawnHopper({ wrap: failing(plan) });
    await hierarchy(hopper);
    plan.next = () => new CommitError("full", "disk full");
    await expect(hopper.tasks.add({ title: "One" })).rejects.toMatchObject({
      code: "storage_full",
      status: 503,
    });
    await expect(hopper.tasks.get("T-1")).rejects.toMatchObject({ code: "not_found" });
    expect((await hopper.tasks.add({ title: "Two" })).ref).toBe("T-1");
    await isClean(hopper);
  });

  it("because the store is busy is told to try again", async () => {
    const plan: { next: (() => Error) | null } = { next: null };
    await using hopper = await spawnHopper({ wrap: failing(plan) });
    await hierarchy(hopper);
    plan.next = () => new CommitError("busy", "locked");
    await expect(hopper.tasks.add({ title: "One" })).rejects.toMatchObject({ code: "unavailable" });
  });

  it("over a broken rule costs only the turn that broke it", async () => {
    const plan: { next: (() => Error) | null } = { next: null };
    await using hopper = await spawnHopper({ wrap: failing(plan) });
    await hierarchy(hopper);
    plan.next = () => new CommitError("constraint", "some rule");
    // The batch is run again, envelope by envelope: alone it passes.
    expect((await hopper.tasks.add({ title: "One" })).title).toBe("One");
    await hopper.settle();
    expect((await hopper.tasks.get("T-1")).status).toBe("queued");
    await isClean(hopper);
  });

  it("with an unknown fate stops everything", async () => {
    const plan: { next: (() => Error) | null } = { next: null };
    const hopper = await spawnHopper({ wrap: failing(plan) });
    await hierarchy(hopper);
    plan.next = () => new CommitError("io", "disk I/O error");
    await expect(hopper.tasks.add({ title: "One" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(hopper.tasks.add({ title: "Two" })).rejects.toMatchObject({ code: "unavailable" });
    await hopper.close();
  });

  it("answers the one of two creations that comes second: the name is taken", async () => {
    await using hopper = await spawnHopper();
    const both = [1, 2].map(() => hopper.hopper.instances.create({ name: "twin", scope: "GLOBAL" }));
    const watched = Promise.allSettled(both);
    await hopper.settle();
    const ends = await watched;
    expect(ends.map((end) => end.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(ends.find((end) => end.status === "rejected")).toMatchObject({
      reason: { code: "already_exists" },
    });
    await isClean(hopper);
  });
});

describe("a turn that throws", () => {
  async function trapped(trap: Trap): Promise<SpawnedHopper> {
    const hopper = await spawnHopper({ wrap: trap.wrap });
    await hierarchy(hopper);
    await hopper.crash();
    await hopper.restart();
    return hopper;
  }

  it("is tried again, then buried; its neighbours go on", async () => {
    const trap = new Trap();
    await using hopper = await trapped(trap);
    trap.name = "webapp";
    const task = await hopper.tasks.add({ title: "One" });
    await hopper.settle();
    trap.name = null;
    const letters = await hopper.hopper.deadLetters.list();
    expect(letters.items).toMatchObject([
      { type: "task.delegation", error: expect.stringContaining("fault"), times: 2 },
    ]);
    const events = await hopper.tasks.events(task.id);
    expect(events.items.map((event) => event.event)).toContain("message.dead_lettered");
    expect(await hopper.instances.get("worker")).toMatchObject({ status: "running" });
    await isClean(hopper);
  });

  it("answers its caller with a request to name, and nothing of the inside", async () => {
    const trap = new Trap();
    await using hopper = await trapped(trap);
    trap.name = "global";
    const failed: unknown = await hopper.tasks.add({ title: "One" }).catch((error: unknown) => error);
    trap.name = null;
    expect(failed).toMatchObject({
      code: "internal",
      status: 500,
      detail: expect.stringContaining("nothing was changed"),
      facts: { request: expect.stringMatching(/^C-\d+$/) },
    });
    expect(String(failed)).not.toContain("a turn with a fault");
    await expect(hopper.tasks.get("T-1")).rejects.toMatchObject({ code: "not_found" });
    await isClean(hopper);
  });
});

describe("a behavior that throws", () => {
  it("costs the task that it decides about: that is held for a person, with the reason", async () => {
    const faulty: ScopeBehavior = {
      name: "picky",
      decide: (view, task) => {
        if (task.title === "Poison") throw new Error("cannot read this");
        return projectBehavior.decide(view, task);
      },
    };
    await using hopper = await spawnHopper({ scopes: { PROJECT: faulty } });
    await hierarchy(hopper);
    const task = await hopper.tasks.add({ title: "Poison", instanceId: "webapp" });
    expect([task.status, task.heldReason]).toEqual(["pending", "message_failed"]);
    const { items } = await hopper.tasks.decisions(task.id);
    expect(items[0]?.reason).toBe("the behavior picky failed: cannot read this");
    expect((await hopper.tasks.add({ title: "Other", instanceId: "webapp" })).status).toBe("pending");
    await hopper.settle();
    expect((await hopper.tasks.get("T-2")).status).toBe("queued");
    expect((await hopper.hopper.stats()).deadLetters).toBe(0);
    await isClean(hopper);
  });

  it("costs nothing to a task that is done beside it", async () => {
    let isFaulty = false;
    const faulty: ScopeBehavior = {
      name: "picky",
      decide: (view, task) => {
        if (isFaulty) throw new Error("cannot read this");
        return projectBehavior.decide(view, task);
      },
    };
    await using hopper = await spawnHopper({
      scopes: { PROJECT: faulty },
      config: { scopes: { ORCHESTRATION: { max_concurrent_tasks: 1, max_queued_tasks: 0 } } },
    });
    await hierarchy(hopper);
    const [done, held] = [
      await hopper.tasks.add({ title: "One" }),
      await hopper.tasks.add({ title: "Two", instanceId: "webapp" }),
    ];
    await hopper.settle();
    const [claim] = await hopper.instances.claim("worker", { workerId: "w" });
    isFaulty = true;
    await hopper.tasks.complete(done.id, { leaseToken: claim?.lease.token });
    await hopper.settle();
    const { items } = await hopper.tasks.delegations(done.id);
    expect(items.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect((await hopper.tasks.get(held.id)).heldReason).toBe("message_failed");
    await isClean(hopper);
  });
});

/** Notes the rows of the mailbox as they come and go. */
function noting(mailed: MailRow[], handled: number[]): (store: Store) => Store {
  return (store) => {
    const noted = Object.create(store) as { commit: Store["commit"] };
    noted.commit = (commit) => {
      mailed.push(...commit.mail.added);
      handled.push(...commit.mail.done);
      return store.commit(commit);
    };
    return noted as Store;
  };
}

describe("messages that find no room in their batch", () => {
  it("go through the mailbox, in order, and all arrive", async () => {
    await using hopper = await spawnHopper({ limits: { turns: 2, admitted: 3 } });
    await hierarchy(hopper);
    const adding = Array.from(
      { length: 12 },
      async (_one, index) => await hopper.hopper.tasks.add({ title: `Task ${index}` }),
    );
    const added = Promise.all(adding);
    await hopper.settle();
    await added;
    const { items } = await hopper.tasks.list({ limit: 50 });
    expect(items.map((task) => task.status)).toEqual(items.map(() => "queued"));
    const claimed = await hopper.instances.claim("worker", { workerId: "w", max: 10 });
    expect(claimed.map(({ task }) => task.title)).toEqual(
      Array.from({ length: 10 }, (_one, index) => `Task ${index}`),
    );
    for (const { task, lease } of claimed) await hopper.tasks.complete(task.id, { leaseToken: lease.token });
    await hopper.settle();
    await isClean(hopper);
  });

  it("keep their row, and with it their place, while a batch has no turn left for them (M3)", async () => {
    const mailed: MailRow[] = [];
    const handled: number[] = [];
    await using hopper = await spawnHopper({
      limits: { turns: 1, admitted: 4 },
      wrap: noting(mailed, handled),
    });
    await hierarchy(hopper);
    const added = Promise.all(
      Array.from({ length: 8 }, (_one, index) => hopper.hopper.tasks.add({ title: `Task ${index}` })),
    );
    await hopper.settle();
    await added;
    const texts = mailed.map(({ envelope }) =>
      JSON.stringify([envelope.to, envelope.from, envelope.message]),
    );
    const offers = texts.filter((text) => text.includes('"task.delegation"'));
    expect(new Set(offers).size).toBe(offers.length);
    const places = new Map<string, number[]>();
    for (const no of handled) {
      const { from, to } = mailed.find((row) => row.no === no)?.envelope ?? {};
      places.set(`${from} ${to}`, [...(places.get(`${from} ${to}`) ?? []), no]);
    }
    for (const numbers of places.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(handled).toHaveLength(mailed.length);
    await isClean(hopper);
  });

  it("survive a crash in between", async () => {
    await using hopper = await spawnHopper({ limits: { turns: 1 } });
    await hierarchy(hopper);
    const pending = hopper.hopper.tasks.add({ title: "One" }).catch(() => undefined);
    await hopper.settle();
    await pending;
    await hopper.crash();
    await hopper.restart();
    await hopper.settle();
    expect((await hopper.tasks.get("T-1")).status).toBe("queued");
    await isClean(hopper);
  });
});

describe("actors that are not used", () => {
  it("leave memory and come back from their rows", async () => {
    await using hopper = await spawnHopper({ limits: { actors: 2 } });
    await hierarchy(hopper);
    for (let n = 0; n < 6; n += 1)
      await hopper.instances.create({ name: `p${n}`, scope: "PROJECT", start: true });
    await hopper.tasks.add({ title: "One" });
    await hopper.settle();
    expect((await hopper.tasks.get("T-1")).status).toBe("queued");
    const [claim] = await hopper.instances.claim("worker", { workerId: "w" });
    expect((await hopper.tasks.complete("T-1", { leaseToken: claim?.lease.token })).status).toBe("done");
    await isClean(hopper);
  });
});

describe("who listens", () => {
  it("hears each event once, after commit, in order; a fault in one harms nobody", async () => {
    await using hopper = await spawnHopper();
    const heard: string[] = [];
    hopper.hopper.on("*", () => {
      throw new Error("a listener with a fault");
    });
    const off = hopper.hopper.on("*", (event) => void heard.push(event.event));
    await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
    await hopper.settle();
    expect(heard).toEqual(["instance.created", "instance.starting", "instance.running"]);
    off();
    await hopper.instances.pause("global");
    expect(heard).toHaveLength(3);
  });

  it("is passed over when it throws at a commit", () => {
    const said: string[] = [];
    const log = {
      info: () => undefined,
      warn: (_facts: object, text: string) => void said.push(text),
      error: () => undefined,
    };
    const observers = new Observers(log);
    const stop = observers.add(() => {
      throw new Error("no");
    });
    observers.tell({ at: 0, events: [], instances: [], turns: 0 });
    stop();
    observers.tell({ at: 0, events: [], instances: [], turns: 0 });
    expect(said).toHaveLength(1);
  });
});

describe("the fair queue", () => {
  function envelope(to: number, no: number): Envelope {
    return {
      to,
      from: null,
      message: { type: "timer.task", task: no },
      reply: null,
      by: null,
      cause: 0,
      row: 0,
      attempt: 0,
    };
  }

  it("serves actors in turn, each first in first out, and its own news first", () => {
    const queue = new FairQueue();
    for (const no of [1, 2, 3]) queue.add(envelope(1, no));
    queue.add(envelope(2, 4));
    queue.addFirst(envelope(1, 0));
    queue.addFirst(envelope(3, 9));
    expect(queue.depth(1)).toBe(4);
    expect(queue.depth(7)).toBe(0);
    expect(queue.drain().map(({ message }) => (message as { task: number }).task)).toEqual([
      0, 4, 9, 1, 2, 3,
    ]);
    expect(queue.size).toBe(0);
  });

  it("lets a test choose, and keeps its order over many", () => {
    const queue = new FairQueue();
    for (let no = 0; no < 5_000; no += 1) queue.add(envelope(no % 2, no));
    const taken: number[] = [];
    for (let one = queue.take((actors) => actors - 1); one !== undefined; one = queue.take(() => 0)) {
      taken.push((one.message as { task: number }).task);
    }
    expect(taken.filter((no) => no % 2 === 0)).toEqual(
      taken.filter((no) => no % 2 === 0).toSorted((a, b) => a - b),
    );
    expect(taken).toHaveLength(5_000);
  });
});

describe("the auditor", () => {
  it("finds nothing to do where everything is under way, and starts and stops at any time", async () => {
    await using hopper = await spawnHopper();
    await hierarchy(hopper);
    await hopper.tasks.add({ title: "One" });
    await hopper.settle();
    const asked: unknown[] = [];
    const system = { post: (message: unknown) => void asked.push(message) } as never;
    const { clock } = hopper;
    const auditor = new Auditor({ system, store: hopper.store, clock, log: silentLog });
    expect(await auditor.tick()).toBe(0);
    auditor.stop();
    auditor.start();
    auditor.start();
    auditor.stop();
    auditor.stop();
    const stuck = {
      ...hopper.store,
      queries: { ...hopper.store.queries, stuck: () => [{ task: 1, keeper: 3 }] },
    };
    expect(await new Auditor({ system, store: stuck, clock, log: silentLog }).tick()).toBe(1);
    expect(asked).toEqual([{ to: 3, message: { type: "task.audit", task: 1 } }]);
  });

  it("forgets idempotency keys after a day, and not before", async () => {
    await using hopper = await spawnHopper();
    const { clock, store } = hopper;
    const auditor = new Auditor({ system: {} as never, store, clock, log: silentLog });
    const add = { title: "One", idempotencyKey: "k" };
    await hopper.tasks.add(add);
    await hopper.advance("24h");
    await auditor.tick();
    expect((await hopper.tasks.add(add)).ref).toBe("T-1");
    await hopper.advance("1s");
    await auditor.tick();
    expect(await store.commandByKey("library", "k")).toBeNull();
    expect((await hopper.tasks.add(add)).ref).toBe("T-2");
  });

  it("looks again the next time when the store cannot be read, and says so in the log", async () => {
    await using hopper = await spawnHopper();
    const { clock } = hopper;
    const looks: number[] = [];
    const closed = {
      ...hopper.store,
      queries: {
        ...hopper.store.queries,
        stuck(now: number): never {
          looks.push(now);
          throw new Error("the database connection is not open");
        },
      },
    };
    const warned = Promise.withResolvers<string>();
    const log = { ...silentLog, warn: (_facts: object, text: string) => warned.resolve(text) };
    const auditor = new Auditor({ system: {} as never, store: closed, clock, log });
    auditor.start();
    clock.moveTo(clock.now() + 30_000);
    expect(await warned.promise).toBe("the auditor could not look");
    await new Promise(setImmediate);
    clock.moveTo(clock.now() + 30_000);
    await new Promise(setImmediate);
    auditor.stop();
    expect(looks).toHaveLength(2);
  });
});

describe("the keeper of a row", () => {
  it("is the only one who may change it: a turn that writes another's row fails by name", () => {
    const counters = { instance: 0, task: 0, delegation: 0, message: 0, position: 0, command: 0 };
    const turn = new Turn({
      actor: new Actor(1, null),
      envelope: {
        to: 1,
        from: null,
        message: { type: "task.audit", task: 1 },
        reply: null,
        by: null,
        cause: 0,
        row: 0,
        attempt: 0,
      },
      world: {} as never,
      batch: new Batch({ now: 0, counters, trace: false }),
      preloaded: { watchers: [], keeperOf: () => 9 },
    });
    expect(() => turn.task({ ...givenTask(1), keeper: 9 }, "task.updated")).toThrow(
      new KeeperViolation("actor 1 changes task 1, which 9 keeps"),
    );
    expect(turn.batch.isEmpty).toBe(true);
  });
});
