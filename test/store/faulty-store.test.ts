import { expect, test } from "vitest";
import { openStore, serialize } from "../../store/open.ts";
import { faulty } from "../support/faulty-store.ts";
import { givenCommit, givenEnvironment, givenTask, givenTree } from "../support/store-given.ts";

const commit = (no: number) => givenCommit({ tasks: { added: [givenTask(no)] } });

async function arrange(plan: Parameters<typeof faulty>[1]) {
  const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  return faulty(store, plan);
}

test("a fault before a commit leaves nothing written, and the next commit goes well", async () => {
  for (const kind of ["io", "busy", "full", "constraint", "unique"] as const) {
    const store = await arrange((n) => (n === 2 ? { when: "before", kind } : null));
    await store.commit(commit(1));
    expect(() => store.commit(commit(2))).toThrow(expect.objectContaining({ name: "CommitError", kind }));
    expect(await store.task(2)).toBeNull();
    await store.commit(commit(2));
    expect(store.asked).toBe(3);
    expect(store.written).toBe(2);
    expect([...store.faults]).toEqual([[`before ${kind}`, 1]]);
  }
});

test("a fault after a commit reports io, and everything is written", async () => {
  const store = await arrange(() => ({ when: "after" }));
  expect(() => store.commit(commit(1))).toThrow(expect.objectContaining({ kind: "io" }));
  expect(store.written).toBe(1);
  const again = await openStore({ url: "sqlite::memory:", image: serialize(store), ...givenEnvironment() });
  expect(await again.task(1)).toEqual(givenTask(1));
});

test("a store that answers later fails later", async () => {
  const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  const later = { ...store, commit: async (one: ReturnType<typeof commit>) => store.commit(one) };
  const layer = faulty(later, (n) => (n === 2 ? { when: "after" } : null));
  await layer.commit(givenCommit({ instances: { added: givenTree() } }));
  await expect(layer.commit(commit(1))).rejects.toMatchObject({ kind: "io" });
  expect(await layer.task(1)).toEqual(givenTask(1));
});
