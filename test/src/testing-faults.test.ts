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

it("doorbells that come late delay who waits, and nobody misses anything", async () => {
  const h = await given();
  h.delayDoorbells("3s");
  const heard: string[] = [];
  h.hopper.on("task.created", ({ taskId }) => heard.push(taskId ?? ""));
  const claim = h.hopper.instances.claim("webapp", { workerId: "w", waitSeconds: 50 });
  await h.settle();
  const { id } = await add(h);
  await h.advance("2s");
  expect(heard).toEqual([]);
  // One that is told at once does not overtake those before it.
  h.delayDoorbells(0);
  const { id: next } = await add(h);
  await h.advance("1s");
  await h.settle();
  expect(heard).toEqual([id, next]);
  expect((await claim).map(({ task }) => task.id)).toEqual([id]);
});

it("who reads the journal as it stands is told all of it, also while the doorbells are late", async () => {
  const h = await given();
  h.delayDoorbells("3s");
  const told = async (): Promise<unknown[]> => {
    const ids: unknown[] = [];
    for await (const { taskId } of h.hopper.events({ type: ["task.created"] })) ids.push(taskId);
    return ids;
  };
  const { id } = await add(h);
  expect(await told()).toEqual([id]);
  const { id: next } = await add(h);
  expect(await told()).toEqual([id, next]);
});

it("a fault that is met where the set clock is taken in stops it like any other", async () => {
  const h = await given();
  await add(h);
  h.failCommit("io");
  await h.clockJump("2h");
  await expect(h.tasks.list()).rejects.toMatchObject({ name: "HopperError", code: "unavailable" });
});

it.each([
  ["full", "full"],
  ["busy", "locked"],
  ["io", "failed"],
] as const)(
  "a store that is %s when it is begun on cannot be opened, and then it can",
  async (fault, kind) => {
    const h = await given();
    await add(h);
    await h.crash();
    h.clock.jump(-3_600_000);
    h.failCommit(fault);
    await expect(h.restart()).rejects.toMatchObject({ name: "StoreError", kind });
    await h.restart();
    expect((await add(h)).ref).toBe("T-2");
  },
);

it("faults that were planned and are not wanted any more are taken back", async () => {
  const h = await given();
  h.failCommit("io", 3);
  h.diskFull();
  h.clearFaults();
  for (let tries = 0; tries < 4; tries += 1) await add(h);
  expect((await h.tasks.list()).items).toHaveLength(4);
});

it("time goes by on a full disk as fast as on any other", async () => {
  const h = await given();
  await h.tasks.add({
    title: "Late",
    instanceId: "webapp",
    deadlineAt: new Date(h.clock.now() + 60_000).toISOString(),
  });
  h.diskFull();
  await h.advance("24h");
  expect((await h.tasks.list()).items[0]?.status).not.toBe("failed");
  h.diskFull(false);
  await h.advance("1s");
  expect((await h.tasks.list()).items[0]?.status).toBe("failed");
});
