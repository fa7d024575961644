import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHopper, type EventView } from "../../../src/index.ts";

/** An owner with global → webapp, and a reader that opened the store before anything else happens. */
async function given() {
  const folder = mkdtempSync(join(tmpdir(), "hopper-beside-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = `sqlite:${join(folder, "hopper.db")}`;
  const owner = await createHopper({ store });
  onTestFinished(() => owner.close());
  const start = true;
  await owner.instances.create({ name: "global", scope: "GLOBAL", start });
  await owner.instances.create({ name: "webapp", scope: "PROJECT", parentId: "global", start });
  const reader = await createHopper({ store, mode: "read" });
  onTestFinished(() => reader.close());
  return { owner, reader };
}

describe("a reader beside an owner", () => {
  it("knows instances that are created meanwhile, by id, by name and in every list", async () => {
    const { owner, reader } = await given();
    const made = await owner.instances.create({
      name: "api",
      scope: "PROJECT",
      parentId: "global",
      start: true,
    });
    const task = await owner.tasks.add({ title: "One", instanceId: "api", settleMs: 1_000 });
    expect((await reader.instances.get("api")).id).toBe(made.id);
    expect((await reader.instances.get(made.id)).status).toBe("running");
    expect((await reader.instances.list()).items.map(({ name }) => name).toSorted()).toEqual([
      "api",
      "global",
      "webapp",
    ]);
    expect((await reader.instances.hierarchy())[0]?.children.map(({ name }) => name)).toEqual([
      "webapp",
      "api",
    ]);
    expect((await reader.tasks.get(task.id)).instanceId).toBe(made.id);
    expect((await reader.tasks.list({ instanceId: "api" })).items).toHaveLength(1);
    expect((await reader.stats()).instances).toEqual((await owner.stats()).instances);
  });

  it("knows that a name has passed to another instance", async () => {
    const { owner, reader } = await given();
    const before = await reader.instances.get("webapp");
    await owner.instances.terminate("webapp");
    await expect(reader.instances.get("webapp")).rejects.toMatchObject({ code: "not_found" });
    const after = await owner.instances.create({ name: "webapp", scope: "PROJECT" });
    expect((await reader.instances.get("webapp")).id).toBe(after.id);
    expect((await reader.instances.get(before.id)).status).toBe("terminated");
  });

  it("reads events of instances that came while it was reading", async () => {
    const { owner, reader } = await given();
    const events = reader.events()[Symbol.asyncIterator]();
    const seen: unknown[] = [(await events.next()).value?.event];
    for (let n = 0; n < 200; n += 1)
      await owner.instances.create({ name: `p${n}`, scope: "PROJECT", start: true });
    for (let next = await events.next(); next.done !== true; next = await events.next())
      seen.push(next.value.event);
    const rest: EventView[] = [];
    for await (const event of reader.events()) rest.push(event);
    expect(rest.length).toBeGreaterThan(600);
    expect(rest.map(({ event }) => event).slice(0, seen.length)).toEqual(seen);
    expect(rest.every(({ instanceId }) => instanceId !== null)).toBe(true);
  });

  it("says where a task would go, as its owner does", async () => {
    const { owner, reader } = await given();
    await owner.tasks.add({ title: "One", instanceId: "webapp", settleMs: 1_000 });
    for (const params of [{ title: "To webapp" }, { title: "Two", instanceId: "webapp" }]) {
      const decision = await reader.route.preview(params);
      expect(decision).toEqual(await owner.route.preview(params));
      expect(decision.reason).not.toBe("");
    }
    await expect(reader.route.preview({ title: "x", instanceId: "nope" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("hears of what the owner does while it follows or waits", async () => {
    const { owner, reader } = await given();
    const { id } = await owner.tasks.add({ title: "One", instanceId: "webapp", settleMs: 1_000 });
    const followed = (async (): Promise<string> => {
      for await (const { event } of reader.events({ follow: true }))
        if (event === "task.completed") return event;
      return "ended";
    })();
    const waited = reader.tasks.wait(id, { timeoutMs: 10_000 });
    await new Promise((resolve) => setImmediate(resolve));
    await owner.tasks.complete(id, { force: true });
    expect(await followed).toBe("task.completed");
    expect((await waited).status).toBe("done");
  });

  it("hears of it also when it asks something else before it looks", async () => {
    const { owner, reader } = await given();
    const { id } = await owner.tasks.add({ title: "One", instanceId: "webapp", settleMs: 1_000 });
    const asking = reader.tasks.wait(id, { timeoutMs: 30_000 });
    await new Promise((resolve) => setImmediate(resolve));
    await owner.tasks.complete(id, { force: true });
    // It takes in what has been committed, before the wait has heard of it.
    expect((await reader.tasks.get(id)).status).toBe("done");
    const began = performance.now();
    expect((await asking).status).toBe("done");
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
