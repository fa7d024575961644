import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Cursors } from "../../../src/door/cursor.ts";
import { Bell } from "../../../src/door/lifetime.ts";
import type { SpawnedHopper } from "../../../src/testing/index.ts";
import type { EventView } from "../../../src/views/views.ts";
import { claimOne, spawnTree, refusal, tree } from "../../support/spawned.ts";

async function all(events: AsyncIterable<EventView>): Promise<EventView[]> {
  const read: EventView[] = [];
  for await (const event of events) read.push(event);
  return read;
}

/** The number at the end of a cursor: positions of one store, in order. */
const positions = (events: readonly EventView[]): number[] =>
  events.map(({ cursor }) => Number.parseInt(cursor.split(".")[2] ?? "", 36));

/** One task, edited so often that its events fill more than a page of 500; between the edits others happen. */
async function longStory(): Promise<{ h: SpawnedHopper; id: string }> {
  const h = await spawnTree([tree()]);
  const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
  for (let n = 0; n < 520; n += 1) {
    await h.tasks.update(id, { title: `Build ${n}` });
    if (n % 100 === 0) await h.tasks.add({ title: `Other ${n}`, instanceId: "build" });
  }
  return { h, id };
}

describe("events of more than a page", () => {
  it("given all are read, then each comes once, in order, without a gap", async () => {
    const { h } = await longStory();
    const events = await all(h.hopper.events());
    expect(events.length).toBeGreaterThan(520);
    expect(positions(events)).toEqual(events.map((_, index) => index + 1));
  });

  it("given one task's are asked for, then all of that task come and none of another", async () => {
    const { h, id } = await longStory();
    const whole = (await all(h.hopper.events())).filter(({ taskId }) => taskId === id);
    expect(whole.length).toBeGreaterThan(500);
    expect(await all(h.hopper.events({ taskId: id }))).toEqual(whole);
    expect((await h.tasks.events(id)).items).toEqual(whole);
    expect((await h.tasks.get(id)).title).toBe("Build 519");
  });

  it("given a limit, then so many come, and the last one's cursor leads on", async () => {
    const { h, id } = await longStory();
    const first = await all(h.hopper.events({ taskId: id, limit: 500 }));
    expect(first).toHaveLength(500);
    const rest = await all(h.hopper.events({ taskId: id, since: String(first.at(-1)?.cursor) }));
    expect([...first, ...rest]).toEqual((await h.tasks.events(id)).items);
  });
});

describe("where a reader begins", () => {
  async function threeMoments(): Promise<SpawnedHopper> {
    const h = await spawnTree([{ name: "webapp", scope: "PROJECT", config: { auto_delegate: false } }]);
    for (const title of ["first", "second", "third"]) {
      await h.advance("1h");
      await h.tasks.add({ title, instanceId: "webapp" });
    }
    return h;
  }
  const titlesOf = (events: readonly EventView[]): unknown[] =>
    events
      .filter(({ event }) => event === "task.created")
      .map(({ data }) => (data as { title?: string }).title);

  it.each([
    ["0", ["first", "second", "third"]],
    ["30m", ["third"]],
    ["1h", ["third"]],
    ["90m", ["second", "third"]],
    ["7d", ["first", "second", "third"]],
  ])("given since %s, then what happened after that moment comes", async (since, titles) => {
    const h = await threeMoments();
    await h.advance("1m");
    expect(titlesOf(await all(h.hopper.events({ since })))).toEqual(titles);
  });

  it("given since the very moment of an event, then that event is not among what happened after it", async () => {
    const h = await threeMoments();
    expect(titlesOf(await all(h.hopper.events({ since: "1h" })))).toEqual(["third"]);
    expect(titlesOf(await all(h.hopper.events({ since: "2h" })))).toEqual(["second", "third"]);
  });

  it("given since a moment after which nothing happened, then nothing comes", async () => {
    const h = await threeMoments();
    await h.advance("10m");
    expect(await all(h.hopper.events({ since: "5m" }))).toEqual([]);
  });

  it("given a store without events, then nothing comes, whatever is asked", async () => {
    const h = await spawnTree([]);
    for (const since of [undefined, "0", "5m"] as const) {
      expect(await all(h.hopper.events(since === undefined ? {} : { since }))).toEqual([]);
    }
  });

  it("given what is no cursor, one of another store or one that has not been, then it is refused and says so", async () => {
    const h = await threeMoments();
    const [event] = await all(h.hopper.events({ limit: 1 }));
    const [id, generation] = String(event?.cursor).split(".");
    const read = (since: string): Promise<string> => refusal(all(h.hopper.events({ since })));
    expect(await read("yesterday")).toBe("bad_cursor");
    expect(await read(`00000000.${generation}.1`)).toBe("cursor_gone");
    expect(await read(`${id}.${generation}.zzz`)).toBe("cursor_gone");
    expect(await read(String(event?.cursor))).toBe("accepted");
  });
});

describe("which events a reader gets", () => {
  it("given names, an instance or both, then only those that are both", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "Build" });
    await h.settle();
    const whole = await all(h.hopper.events());
    const accepted = whole.filter(({ event }) => event === "delegation.accepted");
    expect(accepted).toHaveLength(2);
    expect(await all(h.hopper.events({ type: ["delegation.accepted"] }))).toEqual(accepted);
    expect(await all(h.hopper.events({ instanceId: "build" }))).toEqual(
      whole.filter(({ instanceId }) => instanceId === "id-build"),
    );
    expect(
      await all(h.hopper.events({ instanceId: "build", type: ["delegation.accepted", "task.queued"] })),
    ).toMatchObject([{ event: "delegation.accepted" }, { event: "task.queued" }]);
  });

  it("given an instance or a task that is not there, then it is refused", async () => {
    const h = await spawnTree([tree()]);
    expect(await refusal(all(h.hopper.events({ instanceId: "nobody" })))).toBe("not_found");
    expect(await refusal(all(h.hopper.events({ taskId: "T-9" })))).toBe("not_found");
  });
});

describe("a reader that follows", () => {
  it("given nothing more is committed, then it waits, and gets each event as it is committed", async () => {
    const h = await spawnTree([tree()]);
    const since = String((await h.history()).at(-1)?.cursor);
    const heard: string[] = [];
    const following = (async () => {
      for await (const { event } of h.hopper.events({
        since,
        follow: true,
        type: ["task.queued", "task.completed"],
      })) {
        heard.push(event);
        if (event === "task.completed") return;
      }
    })();
    await h.settle();
    expect(heard).toEqual([]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    await new Promise(setImmediate);
    expect(heard).toEqual(["task.queued"]);
    await h.tasks.status(id, { status: "done" });
    await following;
    expect(heard).toEqual(["task.queued", "task.completed"]);
  });

  it("given others follow by a task, an instance or names, then each gets what it asked for, and no other", async () => {
    const h = await spawnTree([tree({ build: {}, side: {} })]);
    const { id } = await h.tasks.add({ title: "First", instanceId: "build" });
    const since = String((await h.history()).at(-1)?.cursor);
    const filters = [
      {},
      { taskId: id },
      { instanceId: "side" },
      { type: ["task.queued" as const] },
      { instanceId: "build", type: ["task.claimed" as const, "task.completed" as const] },
      { taskId: id, instanceId: "side" },
    ];
    const heard = filters.map((filter) => {
      const events: EventView[] = [];
      const follow = async (): Promise<void> => {
        for await (const event of h.hopper.events({ ...filter, since, follow: true })) events.push(event);
      };
      follow().catch(() => undefined);
      return events;
    });
    for (const instanceId of ["side", "build"]) await h.tasks.add({ title: "Other", instanceId });
    const { task, lease } = await claimOne(h, "build");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    await new Promise(setImmediate);
    const read = await Promise.all(
      filters.map(async (filter) => await all(h.hopper.events({ ...filter, since }))),
    );
    expect(heard).toEqual(read);
    expect(read.map(({ length }) => length > 0)).toEqual([true, true, true, true, true, false]);
  });

  it("given many follow, then what is committed is read once for all of them, and nobody wakes for what it did not ask for", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "First", instanceId: "build" });
    const since = String((await h.history()).at(-1)?.cursor);
    let heard = 0;
    const follow = async (filter: { taskId?: string }): Promise<void> => {
      for await (const _event of h.hopper.events({ ...filter, since, follow: true })) heard += 1;
    };
    for (let n = 0; n < 50; n += 1)
      for (const filter of [{}, { taskId: id }]) follow(filter).catch(() => undefined);
    await h.settle();
    await new Promise(setImmediate);
    const [reads, shown] = [vi.spyOn(Bell.prototype, "reset"), vi.spyOn(Cursors.prototype, "encode")];
    onTestFinished(() => void vi.restoreAllMocks());
    await h.tasks.add({ title: "Second", instanceId: "build" });
    await h.settle();
    await new Promise(setImmediate);
    const [woken, cursors] = [reads.mock.calls.length, shown.mock.calls.length];
    const events = (await all(h.hopper.events({ since }))).length;
    expect(heard).toBe(50 * events);
    expect(woken).toBeLessThan(60);
    // Its own and its cause's.
    expect(cursors).toBeLessThanOrEqual(2 * events);
  });

  it("given a limit, then it ends with the last of so many", async () => {
    const h = await spawnTree([tree()]);
    const created = all(h.hopper.events({ follow: true, type: ["task.created"], limit: 2 }));
    for (const title of ["first", "second", "third"]) await h.tasks.add({ title, instanceId: "build" });
    expect((await created).map(({ data }) => (data as { title?: string }).title)).toEqual([
      "first",
      "second",
    ]);
  });
});

describe("who listens to events", () => {
  it("given a name, then that event comes and no other, until the listener stops", async () => {
    const h = await spawnTree([tree()]);
    const heard: string[] = [];
    const off = h.hopper.on(
      "task.queued",
      ({ event, instanceId }) => void heard.push(`${event} ${instanceId}`),
    );
    const offOther = h.hopper.on("task.queued", () => void heard.push("other"));
    await h.tasks.add({ title: "Build" });
    await h.settle();
    expect(heard).toEqual(["task.queued id-build", "other"]);
    off();
    off();
    await h.tasks.add({ title: "Test" });
    await h.settle();
    expect(heard).toEqual(["task.queued id-build", "other", "other"]);
    offOther();
    await h.tasks.add({ title: "Ship" });
    await h.settle();
    expect(heard).toHaveLength(3);
  });

  it("given an event of a task, then it shows the same as a reader sees", async () => {
    const h = await spawnTree([tree()]);
    const heard: EventView[] = [];
    h.hopper.on("*", (event) => void heard.push(event));
    const [begin] = (await h.history()).slice(-1);
    await h.tasks.add({ title: "Build" });
    await h.settle();
    expect(heard).toEqual(await all(h.hopper.events({ since: String(begin?.cursor) })));
    expect(heard.length).toBeGreaterThan(5);
  });
});

describe("waiting for a task", () => {
  it("given it is final already, then the answer comes at once", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build" });
    await h.tasks.cancel(id);
    expect(await h.tasks.wait(id)).toMatchObject({ id, status: "cancelled" });
  });

  it("given it ends later, then the answer comes with its end and not before", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const ends: string[] = [];
    const waiting = h.hopper.tasks.wait(id).then(({ status }) => void ends.push(status));
    const { lease } = await claimOne(h, "build");
    await h.settle();
    expect(ends).toEqual([]);
    await h.tasks.complete(id, { leaseToken: lease.token });
    await waiting;
    expect(ends).toEqual(["done"]);
  });

  it("given it does not end in time, then it is refused with how the task is", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "Build", instanceId: "build" });
    const waiting = refusal(h.hopper.tasks.wait(id, { timeoutMs: 5_000 }));
    // The verb looks the task up before it begins to wait.
    await new Promise(setImmediate);
    await h.advance("5s");
    expect(await waiting).toBe("timed_out");
    expect((await h.tasks.get(id)).status).toBe("queued");
  });

  it("given an add that waits until its task has come to rest, then the answer shows where that is", async () => {
    const h = await spawnTree([tree()]);
    expect((await h.tasks.add({ title: "Build" })).status).toBe("pending");
    const settled = await h.tasks.add({ title: "Test", settleMs: 1_000 });
    expect(settled).toMatchObject({ status: "queued", instanceId: "id-build" });
    const held = await h.tasks.add({ title: "Ship", settleMs: 1_000, route: false });
    expect(held).toMatchObject({ status: "pending", heldReason: "manual" });
  });
});

describe("the last events", () => {
  it("are as many as asked for, the newest below, whatever filters them", async () => {
    const { h, id } = await longStory();
    const whole = await all(h.hopper.events());
    const task = whole.filter(({ taskId }) => taskId === id);
    const created = whole.filter(({ event }) => event === "task.created");
    expect(await all(h.hopper.events({ last: 3 }))).toEqual(whole.slice(-3));
    expect(await all(h.hopper.events({ last: 500 }))).toEqual(whole.slice(-500));
    expect(await all(h.hopper.events({ last: 2, taskId: id }))).toEqual(task.slice(-2));
    expect(await all(h.hopper.events({ last: 100, type: ["task.created"] }))).toEqual(created);
    expect(await all(h.hopper.events({ last: 1, type: ["instance.created"] }))).toEqual(
      whole.filter(({ event }) => event === "instance.created").slice(-1),
    );
    expect(await all(h.hopper.events({ last: 5, type: ["task.failed"] }))).toEqual([]);
    const since = String(whole.at(-3)?.cursor);
    expect(await all(h.hopper.events({ last: 10, since }))).toEqual(whole.slice(-2));
  });

  it("of a kind are asked for by its name and a star", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "One", instanceId: "build" });
    const events = await all(h.hopper.events({ type: "task.*" }));
    expect(events.length).toBeGreaterThan(1);
    expect(events.every(({ event }) => event.startsWith("task."))).toBe(true);
    expect(await all(h.hopper.events({ type: ["task.*", "instance.*"] }))).toHaveLength(
      (await h.history()).length,
    );
    expect(await refusal(all(h.hopper.events({ type: "tsk.*" as never })))).toBe("bad_filter");
  });
});
