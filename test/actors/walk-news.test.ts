import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../src/testing/index.ts";
import type { Store } from "../../store/store.ts";
import {
  claimOne,
  expectSound,
  grown,
  storyOf,
  tree,
  whereIs,
  type NodeSpec,
} from "../support/hopper-given.ts";

/** Room for one task, and for none that waits. */
const ONE_PLACE = { max_concurrent_tasks: 1, max_queued_tasks: 0 };

async function completeAt(h: SpawnedHopper, place: string): Promise<void> {
  const { task, lease } = await claimOne(h, place);
  await h.tasks.complete(task.id, { leaseToken: lease.token });
  await h.settle();
}

describe("news of room for one task", () => {
  it("given the first held task came from that very child, when it has room, then the next held task gets it", async () => {
    const webapp: NodeSpec = { name: "webapp", scope: "PROJECT", config: ONE_PLACE };
    const h = await grown([{ name: "global", scope: "GLOBAL", children: [webapp] }]);
    const { id: risen } = await h.tasks.add({ title: "Risen", instanceId: "webapp", priority: "urgent" });
    await h.tasks.escalate(risen);
    const { id: inTheWay } = await h.tasks.add({ title: "In the way", instanceId: "webapp" });
    const { id: waiting } = await h.tasks.add({ title: "Waiting" });
    await h.settle();
    expect(await whereIs(h, { id: inTheWay })).toBe("queued@webapp");
    expect(await whereIs(h, { id: waiting })).toBe("pending(no_capacity)@global");
    await completeAt(h, "webapp");
    expect(await whereIs(h, { id: waiting })).toBe("queued@webapp");
    // Its one child has passed it on already: it goes on waiting for another.
    expect(await whereIs(h, { id: risen })).toMatch(/^pending\(.+\)@global$/u);
    await expectSound(h);
  });

  it("given the child passes what it takes on to its own, when it is empty again, then each held task follows", async () => {
    const h = await grown([
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
    expect(await whereIs(h, { id: first })).toBe("queued@webapp");
    const { items } = await h.tasks.addBatch([{ title: "Second" }, { title: "Third" }, { title: "Fourth" }]);
    await h.settle();
    for (const task of items) expect(await whereIs(h, task)).toBe("pending(no_capacity)@global");
    await h.instances.start("build");
    await completeAt(h, "webapp");
    for (const task of items) expect(await whereIs(h, task)).toBe("queued@build");
    await expectSound(h);
  });

  it("given two tasks are held for one place, when it is free, then one goes and the other is asked for no more than once", async () => {
    const webapp: NodeSpec = { name: "webapp", scope: "PROJECT", config: ONE_PLACE };
    const h = await grown([{ name: "global", scope: "GLOBAL", children: [webapp] }]);
    await h.tasks.add({ title: "In the way" });
    await h.settle();
    const { items } = await h.tasks.addBatch([{ title: "Second" }, { title: "Third" }]);
    await h.settle();
    await completeAt(h, "webapp");
    const [second, third] = items as [(typeof items)[0], (typeof items)[0]];
    expect(await whereIs(h, second)).toBe("queued@webapp");
    expect(await whereIs(h, third)).toBe("pending(no_capacity)@global");
    const offers = (await storyOf(h, third)).filter(({ event }) => event === "delegation.pending");
    expect(offers.length).toBeLessThan(2);
    await completeAt(h, "webapp");
    expect(await whereIs(h, third)).toBe("queued@webapp");
    await expectSound(h);
  });
});

/** A loop that writes on and on is stopped by its store, so that a test of it ends. */
function resting(mostCommits: number): (store: Store) => Store {
  let left = mostCommits;
  return (store) => {
    const layer: Pick<Store, "commit" | "mail"> = {
      commit(commit) {
        left -= 1;
        return store.commit(commit);
      },
      mail(now, after, limit) {
        if (left < 0) throw new Error(`more than ${mostCommits} commits, and no end of it`);
        return store.mail(now, after, limit);
      },
    };
    return Object.setPrototypeOf(layer, store) as Store;
  };
}

describe("a task that nobody can take now", () => {
  it("V3: given one child is full and the other lacks the tag, when it is held, then the loop rests until there is news", async () => {
    const h = await grown(
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
    expect(await whereIs(h, { id })).toBe("pending(no_capacity)@webapp");
    const refused = (await h.tasks.delegations(id)).items.map(({ targetName }) => targetName);
    expect(refused).toEqual(["picky"]);
    await completeAt(h, "full");
    expect(await whereIs(h, { id })).toBe("queued@full");
    await expectSound(h);
  });
});
