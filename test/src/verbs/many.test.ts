import { describe, expect, it } from "vitest";
import type { EndedView } from "../../../src/index.ts";
import { expectSound, refusal, spawnTree, tree } from "../../support/spawned.ts";

/** Tasks that one worker has claimed at build, with their leases. */
async function claimed(count: number) {
  const h = await spawnTree([tree()]);
  await h.tasks.addBatch(Array.from({ length: count }, (_, at) => ({ title: `Task ${at}` })));
  const claims = await h.instances.claim("build", { workerId: "one", max: count });
  const items = claims.map(({ task, lease }) => ({ id: task.id, leaseToken: lease.token }));
  return { h, items };
}

/** By item: the status of its task, or the code of what is against it. */
function told(items: readonly EndedView[]): unknown[] {
  return items.map(({ task, error }) => task?.status ?? error?.code);
}

describe("tasks.completeMany", () => {
  it("answers each by itself, in their order, by the name that was given", async () => {
    const { h, items } = await claimed(3);
    const [first, second, third] = items as [(typeof items)[0], (typeof items)[0], (typeof items)[0]];
    const asked = [
      { ...first, result: { n: 1 } },
      { id: "T-99" },
      { id: second.id, leaseToken: first.leaseToken },
      { ...second },
      { id: "T-3", leaseToken: third.leaseToken },
    ];
    const { items: ended } = await h.tasks.completeMany(asked);
    expect(told(ended)).toEqual(["done", "not_found", "lease_lost", "done", "done"]);
    expect(ended.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
    expect(ended[0]?.task).toMatchObject({ id: first.id, result: { n: 1 } });
    expect(ended[1]).toMatchObject({ task: null, error: { status: 404 } });
    await expectSound(h);
  });

  it("has one effect for a key of an item", async () => {
    const { h, items } = await claimed(1);
    const keyed = items.map((item) => ({ ...item, idempotencyKey: "once", result: 1 }));
    const both = await h.tasks.completeMany([...keyed, ...keyed]);
    const later = await h.tasks.completeMany(keyed);
    expect(told([...both.items, ...later.items])).toEqual(["done", "done", "done"]);
    const other = keyed.map((item) => ({ ...item, result: 2 }));
    expect(told((await h.tasks.completeMany(other)).items)).toEqual(["idempotency_key_reused"]);
  });

  it.each([
    ["is empty", [], "items"],
    ["has an item without id", [{ id: "T-1" }, { result: 1 }], "items[1].id"],
    ["has an item with a field that there is not", [{ id: "T-1", sum: 1 }], "items[0].sum"],
    ["is too long", Array.from({ length: 1_001 }, () => ({ id: "T-1" })), "items"],
    ["is no list", { id: "T-1" }, "items"],
  ])("that %s is refused whole, and changes nothing", async (_what, items, field) => {
    const { h } = await claimed(1);
    const failed = await h.tasks.completeMany(items as never).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "validation_failed" });
    expect(JSON.stringify(failed)).toContain(field);
    expect((await h.tasks.get("T-1")).status).toBe("claimed");
  });

  it("is refused whole by a Hopper that is closed", async () => {
    const { h, items } = await claimed(1);
    await h.close();
    expect(await refusal(h.tasks.completeMany(items))).toBe("unavailable");
  });
});

describe("tasks.failMany", () => {
  it("fails each by itself: with a lease it is tried again, by an operator it is not", async () => {
    const { h, items } = await claimed(2);
    const [first] = items as [(typeof items)[0]];
    const { items: ended } = await h.tasks.failMany([
      { ...first, error: "no paper" },
      { id: "T-2", error: { code: "torn", message: "it is torn" } },
      { id: "T-2", error: "again" },
    ]);
    expect(told(ended)).toEqual(["queued", "failed", "illegal_transition"]);
    expect(ended[1]?.task?.error).toMatchObject({ code: "torn" });
    expect((await h.tasks.get(first.id)).failures).toBe(1);
    await expectSound(h);
  });
});
