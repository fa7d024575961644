import { describe, expect, it } from "vitest";
import { FairQueue } from "../../actors/engine/mailbox.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { MailRow, Store } from "../../store/store.ts";
import { layered } from "../support/layered-store.ts";
import { crashAndRestart, expectConsistent, expectSound, spawnTree, tree } from "../support/spawned.ts";
import { givenMail } from "../support/store-given.ts";

/** Notes the rows of the mailbox as they come and go. */
function noting(mailed: MailRow[], handled: number[]): (store: Store) => Store {
  return (store) =>
    layered(store, {
      commit(commit) {
        mailed.push(...commit.mail.added);
        handled.push(...commit.mail.done);
        return store.commit(commit);
      },
    });
}

describe("messages that find no room in their batch", () => {
  it("given many, then they go through the mailbox, in order, and all arrive", async () => {
    const h = await spawnTree([tree()], { limits: { turns: 2, admitted: 3 } });
    const adding = Array.from(
      { length: 12 },
      async (_one, index) => await h.hopper.tasks.add({ title: `Task ${index}` }),
    );
    const added = Promise.all(adding);
    await h.settle();
    await added;
    const { items } = await h.tasks.list({ limit: 50 });
    expect(items.map((task) => task.status)).toEqual(items.map(() => "queued"));
    const claimed = await h.instances.claim("build", { workerId: "w", max: 10 });
    expect(claimed.map(({ task }) => task.title)).toEqual(
      Array.from({ length: 10 }, (_one, index) => `Task ${index}`),
    );
    for (const { task, lease } of claimed) await h.tasks.complete(task.id, { leaseToken: lease.token });
    await h.settle();
    await expectConsistent(h);
  });

  it("M3: given a batch has no turn left for them, then they keep their row, and with it their place", async () => {
    const mailed: MailRow[] = [];
    const handled: number[] = [];
    const h = await spawnTree([tree()], {
      limits: { turns: 1, admitted: 4 },
      wrap: noting(mailed, handled),
    });
    const added = Promise.all(
      Array.from({ length: 8 }, (_one, index) => h.hopper.tasks.add({ title: `Task ${index}` })),
    );
    await h.settle();
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
    await expectConsistent(h);
  });

  it("given a crash in between, then they survive it", async () => {
    const h = await spawnTree([tree()], { limits: { turns: 1 } });
    const pending = h.hopper.tasks.add({ title: "One" }).catch(() => undefined);
    await h.settle();
    await pending;
    await crashAndRestart(h);
    await h.settle();
    expect((await h.tasks.get("T-1")).status).toBe("queued");
    await expectConsistent(h);
  });

  it.each([1, 2, 3, 5])(
    "given %i turns in a batch, then they keep their order, also over a crash",
    async (turns) => {
      const h = await spawnTree([tree()], { limits: { turns } });
      const titles = Array.from({ length: 12 }, (_, at) => `t${at}`);
      const adding = titles.map((title) =>
        h.hopper.tasks.add({ title, instanceId: "global", project: "webapp" }),
      );
      await h.settle();
      await Promise.all(adding);
      await crashAndRestart(h);
      await h.settle();
      const { items } = await h.instances.queue("build");
      expect(items.map((task) => task.title)).toEqual(titles);
      await expectSound(h);
    },
  );
});

describe("the fair queue", () => {
  function envelope(to: number, task: number): Envelope {
    return givenMail(task, { to, message: { type: "timer.task", task } }).envelope;
  }

  it("given several actors, then it serves them in turn, each first in first out, and its own news first", () => {
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

  it("given one is to be served soon, then it is next, unless something waits for it already", () => {
    const queue = new FairQueue();
    for (const [actor, task] of [
      [1, 1],
      [2, 2],
      [1, 3],
    ] as const)
      queue.add(envelope(actor, task));
    queue.add(envelope(2, 4), "soon");
    queue.add(envelope(3, 5), "soon");
    const first = [queue.take()].filter((one) => one !== undefined);
    queue.add(envelope(4, 6), "soon");
    const all = [...first, ...queue.drain()];
    expect(all.map(({ message }) => (message as { task: number }).task)).toEqual([5, 6, 1, 2, 3, 4]);
  });

  it("given a test that chooses, then it keeps its order over many", () => {
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
