import { describe, expect, it } from "vitest";
import { claimOne, refusal, spawnTree, tree } from "../../support/spawned.ts";

describe("tasks.addBatch", () => {
  it("at a terminated instance answers as tasks.add does, and adds nothing", async () => {
    const h = await spawnTree([tree()]);
    await h.instances.terminate("build");
    const item = { title: "One", instanceId: "id-build" };
    const alone = await h.tasks.add(item).catch((error: unknown) => error);
    expect(alone).toMatchObject({ code: "illegal_transition", facts: { status: "terminated" } });
    const batch = h.tasks.addBatch([{ title: "Two", instanceId: "webapp" }, item]);
    expect(await batch.catch((error: unknown) => error)).toMatchObject({
      code: "illegal_transition",
      detail: (alone as Error).message,
      facts: { status: "terminated", allowed: [] },
    });
    expect((await h.tasks.list()).items).toEqual([]);
  });
});

describe("a dependency that is named twice", () => {
  it.each([
    ["by ref and by id", (id: string) => ["T-1", id]],
    ["in other letters", (id: string) => [id, id.toUpperCase(), "t-1"]],
  ])("%s is one", async (_how, dependsOn) => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One" });
    const added = await h.tasks.add({ title: "Two", dependsOn: dependsOn(id) });
    expect(added.dependsOn).toEqual([id]);
    expect((await h.tasks.update(added.id, { dependsOn: dependsOn(id) })).dependsOn).toEqual([id]);
    const { items } = await h.tasks.addBatch([
      { title: "a", key: "a" },
      { title: "b", dependsOn: ["key:a", "key: a", ...dependsOn(id)] },
    ]);
    expect(items[1]?.dependsOn).toEqual([id, items[0]?.id]);
  });
});

describe("a result that is given again", () => {
  it("with its keys in another order is equal, and another one is not", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "One" });
    const { task, lease } = await claimOne(h, "build");
    const leaseToken = lease.token;
    await h.tasks.complete(task.id, { leaseToken, result: { a: [1, { b: 2, c: null }], d: "x" } });
    const again = await h.tasks.complete(task.id, {
      leaseToken,
      result: { d: "x", a: [1, { c: null, b: 2 }] },
    });
    expect(again.status).toBe("done");
    for (const result of [{ a: [{ b: 2, c: null }, 1], d: "x" }, { a: [1, { b: 2 }], d: "x" }, "x"])
      expect(await refusal(h.tasks.complete(task.id, { leaseToken, result }))).toBe("illegal_transition");
  });
});

describe("a title", () => {
  it("is counted in characters as JSON Schema counts them", async () => {
    const h = await spawnTree([tree()]);
    expect((await h.tasks.add({ title: "😀".repeat(512) })).title).toHaveLength(1_024);
    await expect(h.tasks.add({ title: "😀".repeat(513) })).rejects.toMatchObject({
      code: "validation_failed",
      detail: "title is 513 characters long; at most 512 are accepted",
    });
  });
});

describe("an id that is missing or no text", () => {
  it.each([undefined, null, 7, {}, ["T-1"]])("(%j) is refused with its field", async (id) => {
    const h = await spawnTree([tree()]);
    const given: string = id as never;
    const verbs: Record<string, () => Promise<unknown>> = {
      "tasks.get": () => h.tasks.get(given),
      "tasks.complete": () => h.tasks.complete(given, {}),
      "tasks.wait": () => h.tasks.wait(given),
      "tasks.events": () => h.tasks.events(given),
      "instances.get": () => h.instances.get(given),
      "instances.start": () => h.instances.start(given),
      "instances.claim": () => h.instances.claim(given, { workerId: "w" }),
      "delegations.get": () => h.delegations.get(given),
      "delegations.accept": () => h.delegations.accept(given),
      "deadLetters.redrive": () => h.deadLetters.redrive(given),
    };
    for (const [name, verb] of Object.entries(verbs)) {
      const error = await verb().catch((thrown: unknown) => thrown);
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({
          code: "validation_failed",
          facts: { issues: [expect.objectContaining({ path: "id" })] },
        }),
      ]);
    }
  });
});

describe("instances.hierarchy", () => {
  it("of an instance is its tree; of none, the forest", async () => {
    const h = await spawnTree([tree(), { name: "other", scope: "GLOBAL" }]);
    const of = await h.instances.hierarchy("webapp");
    expect([of.name, of.children.map(({ name }) => name)]).toEqual(["webapp", ["build"]]);
    expect((await h.instances.hierarchy()).map(({ name }) => name)).toEqual(["global", "other"]);
    await h.instances.terminate("build");
    expect((await h.instances.hierarchy("webapp")).children).toEqual([]);
    expect((await h.instances.hierarchy("webapp", { all: true })).children).toHaveLength(1);
    expect(await refusal(h.instances.hierarchy("nobody"))).toBe("not_found");
  });
});
