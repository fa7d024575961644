import { expect, it, onTestFinished } from "vitest";
import { spawnHopper, type SpawnedHopper } from "../../src/testing/index.ts";

/** hopper-runtime/testing: what users plan to go wrong. */

async function given(): Promise<SpawnedHopper> {
  const h = await spawnHopper();
  onTestFinished(() => h.close());
  await h.instances.create({ name: "webapp", scope: "PROJECT", start: true });
  return h;
}

const add = (h: SpawnedHopper) => h.tasks.add({ title: "One", instanceId: "webapp" });

it("a commit that finds no room changes nothing, and the next one does", async () => {
  const h = await given();
  h.failCommit("full");
  await expect(add(h)).rejects.toMatchObject({ code: "storage_full" });
  expect((await add(h)).ref).toBe("T-1");
});

it("the n-th commit fails, and no other", async () => {
  const h = await given();
  h.failCommit("busy", 2);
  await add(h);
  await expect(add(h)).rejects.toMatchObject({ code: "unavailable" });
  expect((await add(h)).ref).toBe("T-2");
});

it("a disk that is full stays so until it is not", async () => {
  const h = await given();
  h.diskFull();
  for (let tries = 0; tries < 3; tries += 1)
    await expect(add(h)).rejects.toMatchObject({ code: "storage_full" });
  expect((await h.tasks.list()).items).toEqual([]);
  h.diskFull(false);
  expect((await add(h)).ref).toBe("T-1");
});

it("a commit whose fate nobody knows stops it, and a restart goes on with what is stored", async () => {
  const h = await given();
  await add(h);
  h.failCommit();
  await expect(add(h)).rejects.toMatchObject({ code: "unavailable" });
  await expect(h.tasks.list()).rejects.toMatchObject({ code: "unavailable" });
  await h.crash();
  await h.restart();
  expect((await add(h)).ref).toBe("T-2");
  expect((await h.hopper.doctor()).every(({ broken }) => broken.length === 0)).toBe(true);
});
