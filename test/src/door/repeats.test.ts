import { describe, expect, it, onTestFinished } from "vitest";
import { spawnHopper, type SpawnedHopper, type SpawnParams } from "../../../src/testing/index.ts";
import { faulty } from "../../support/faulty-store.ts";

/** global → webapp → one, two: all run. */
async function spawnTree(params: SpawnParams = {}): Promise<SpawnedHopper> {
  const h = await spawnHopper(params);
  onTestFinished(() => h.close());
  const start = true;
  await h.instances.create({ name: "global", scope: "GLOBAL", start });
  await h.instances.create({ name: "webapp", scope: "PROJECT", parentId: "global", start });
  for (const name of ["one", "two"]) {
    await h.instances.create({ name, scope: "ORCHESTRATION", parentId: "webapp", start });
  }
  return h;
}

async function codeOf(verb: Promise<unknown>): Promise<unknown> {
  const refused: unknown = await verb.then(
    () => null,
    (error: unknown) => error,
  );
  return (refused as { code?: unknown } | null)?.code ?? refused ?? "accepted";
}

/** The journal's length: a repeat adds nothing to it. */
async function eventsOf(h: SpawnedHopper): Promise<number> {
  return (await h.history()).length;
}

const KEY = { idempotencyKey: "k" };

describe("a request repeated with its key when the state has moved on", () => {
  it("given instances.create, when the name is taken by its own first request, then the created instance is answered", async () => {
    const h = await spawnTree();
    const params = { name: "shop", scope: "PROJECT", parentId: "global", start: true, ...KEY } as const;
    const first = await h.instances.create(params);
    const before = await eventsOf(h);
    expect(await h.instances.create(params)).toMatchObject({ id: first.id, status: "running" });
    expect(await eventsOf(h)).toBe(before);
    expect(await codeOf(h.instances.create({ ...params, idempotencyKey: "other" }))).toBe("already_exists");
  });

  it("given its instance was called by a name that it has given up with its end, then the first answer is given", async () => {
    const h = await spawnTree();
    const asked = { title: "Build", instanceId: "one", ...KEY };
    const first = await h.tasks.add(asked);
    const batch = await h.tasks.addBatch([{ title: "Two", instanceId: "one" }], { idempotencyKey: "b" });
    const claim = await h.instances.claim("one", { workerId: "w", idempotencyKey: "c" });
    const assigned = await h.tasks.add({ title: "Later", route: false });
    const end = await h.instances.terminate("one", { idempotencyKey: "end" });
    await h.settle();
    const before = await eventsOf(h);
    expect((await h.tasks.add(asked)).id).toBe(first.id);
    expect(
      (await h.tasks.addBatch([{ title: "Two", instanceId: "one" }], { idempotencyKey: "b" })).items[0]?.id,
    ).toBe(batch.items[0]?.id);
    expect(await h.instances.claim("one", { workerId: "w", idempotencyKey: "c" })).toEqual(claim);
    expect(await h.instances.terminate("one", { idempotencyKey: "end" })).toMatchObject({
      id: end.id,
      status: "terminated",
    });
    expect(await eventsOf(h)).toBe(before);
    expect(assigned.status).toBe("pending");
    // What was never asked finds nobody of that name who could do it.
    expect(await codeOf(h.tasks.add({ ...asked, idempotencyKey: "new" }))).not.toBe("accepted");
    expect(await codeOf(h.tasks.add({ title: "Build", instanceId: "one" }))).toBe("not_found");
  });

  it("given a deadline that has passed since, then the first answer is given", async () => {
    const h = await spawnTree();
    const deadlineAt = new Date(h.clock.now() + 60_000).toISOString();
    const asked = { title: "Build", instanceId: "one", deadlineAt, ...KEY };
    const first = await h.tasks.add(asked);
    await h.advance("2h");
    expect((await h.tasks.add(asked)).id).toBe(first.id);
  });

  it("given two creations of one name at once, then the one that lost stays refused, also once the name is free", async () => {
    const h = await spawnTree();
    const create = (idempotencyKey: string) =>
      h.hopper.instances.create({ name: "shop", scope: "PROJECT", parentId: "global", idempotencyKey });
    const [one, two] = [create("one"), create("two")];
    const lost = codeOf(two);
    for (let round = 0; round < 3; round += 1) {
      await new Promise(setImmediate);
      await h.settle();
    }
    const { id } = await one;
    expect(await lost).toBe("already_exists");
    await h.instances.terminate(id);
    expect(await codeOf(create("two"))).toBe("already_exists");
    expect(await codeOf(h.instances.create({ name: "shop", scope: "PROJECT", parentId: "global" }))).toBe(
      "accepted",
    );
  });

  it("given instances.create, when another instance has the name by now, then the one created then is answered", async () => {
    const h = await spawnTree();
    const params = { name: "shop", scope: "PROJECT", ...KEY } as const;
    const first = await h.instances.create(params);
    await h.instances.terminate(first.id);
    await h.instances.create({ name: "shop", scope: "PROJECT" });
    expect(await h.instances.create(params)).toMatchObject({ id: first.id, status: "created" });
  });

  it("given delegations.complete, when the hop is completed by its first request, then the completed hop is answered", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    await h.settle();
    const [hop] = (await h.tasks.delegations(id)).items;
    const ref = String(hop?.ref);
    const first = await h.delegations.complete(ref, { result: 1, ...KEY });
    expect(first).toMatchObject({ status: "completed", result: { outcome: "succeeded" } });
    const before = await eventsOf(h);
    expect(await h.delegations.complete(ref, { result: 1, ...KEY })).toEqual(first);
    expect(await eventsOf(h)).toBe(before);
    expect(await codeOf(h.delegations.complete(ref, { result: 1 }))).toBe("already_decided");
    expect(await codeOf(h.delegations.complete(ref, { result: 2, ...KEY }))).toBe("idempotency_key_reused");
  });

  it("given tasks.reassign, when the task is at the sibling, then the same hop is answered", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    const asked = { targetInstanceId: "two", reason: "busy", ...KEY };
    const first = await h.tasks.reassign(id, asked);
    const before = await eventsOf(h);
    expect(await h.tasks.reassign(id, asked)).toMatchObject({ id: first.id, targetName: "two" });
    expect(await eventsOf(h)).toBe(before);
  });

  it("given tasks.reassign, when the task is held by a root, then the same hop is answered", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one", route: false });
    const asked = { targetInstanceId: "two", ...KEY };
    const first = await h.tasks.reassign(id, asked);
    for (const _ of ["two", "webapp"]) await h.tasks.escalate(id);
    await h.settle();
    const { instanceId } = await h.tasks.get(id);
    expect(await h.instances.ancestors(String(instanceId))).toMatchObject({ items: [] });
    expect(await codeOf(h.tasks.reassign(id, { targetInstanceId: "two" }))).toBe("invalid_delegation");
    expect(await h.tasks.reassign(id, asked)).toMatchObject({ id: first.id });
  });

  it("given tasks.retry, when its origin and all above are terminated by now, then the retried task is answered", async () => {
    const h = await spawnTree();
    await h.instances.create({ name: "alone", scope: "ORCHESTRATION", start: true });
    const { id } = await h.tasks.add({ title: "Build", instanceId: "alone" });
    await h.tasks.cancel(id);
    const first = await h.tasks.retry(id, KEY);
    expect(first).toMatchObject({ status: "queued", round: 2 });
    await h.tasks.cancel(id);
    await h.instances.terminate("alone");
    const before = await eventsOf(h);
    expect(await h.tasks.retry(id, KEY)).toEqual(first);
    expect(await eventsOf(h)).toBe(before);
  });

  it("given a claim, when the task it got is done by now, then the same claim is answered", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    const first = await h.instances.claim("one", { workerId: "w1", ...KEY });
    expect(first.map(({ task }) => task.id)).toEqual([id]);
    await h.tasks.complete(id, { leaseToken: String(first[0]?.lease.token) });
    expect(await h.instances.claim("one", { workerId: "w1", ...KEY })).toEqual(first);
  });

  it("given a refusal, when it would be accepted by now, then the refusal is answered again", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    expect(await codeOf(h.tasks.retry(id, KEY))).toBe("illegal_transition");
    await h.tasks.cancel(id);
    expect(await codeOf(h.tasks.retry(id, KEY))).toBe("illegal_transition");
    expect(await h.tasks.retry(id, { idempotencyKey: "other" })).toMatchObject({ status: "queued" });
  });

  it("given a name that means another instance by now, then the first answer is given", async () => {
    const h = await spawnTree();
    const asked = { title: "Build", instanceId: "one", ...KEY };
    const first = await h.tasks.add(asked);
    const stopped = await h.instances.stop("two", { idempotencyKey: "stop" });
    for (const name of ["one", "two"]) {
      await h.instances.terminate(name);
      await h.instances.create({ name, scope: "ORCHESTRATION", parentId: "webapp", start: true });
    }
    const before = await eventsOf(h);
    expect(await h.tasks.add(asked)).toMatchObject({ id: first.id, instanceId: first.instanceId });
    expect(await h.instances.stop("two", { idempotencyKey: "stop" })).toMatchObject({ id: stopped.id });
    expect(await eventsOf(h)).toBe(before);
  });

  it("given an id of the caller's, when it is taken by its own first request, then the created instance is answered", async () => {
    const h = await spawnTree();
    const params = { id: "shop-1", name: "shop", scope: "PROJECT", ...KEY } as const;
    const first = await h.instances.create(params);
    expect(await h.instances.create(params)).toEqual(first);
    await h.instances.terminate("shop-1");
    expect(await h.instances.create(params)).toMatchObject({ id: first.id });
    expect(await codeOf(h.instances.create({ ...params, idempotencyKey: "new" }))).toBe("already_exists");
  });
});

describe("two claims that wait with one key", () => {
  it("are both told when one of them is served", async () => {
    const h = await spawnTree();
    const ask = () => h.hopper.instances.claim("one", { workerId: "w", waitSeconds: 30, ...KEY });
    const both = [ask(), ask()];
    await h.settle();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.settle();
    const [first, second] = await Promise.all(both);
    expect(first?.map(({ task }) => task.id)).toEqual([id]);
    expect(second).toEqual(first);
    expect(h.clock.now()).toBeLessThan(Date.parse(String(first?.[0]?.lease.expiresAt)) - 299_000);
  });
});

describe("a refusal by the door", () => {
  it.each([
    ["not_found", "a name that nobody has", { name: "api", scope: "ORCHESTRATION", parentId: "shop" }],
    ["already_exists", "a name that is taken", { name: "one", scope: "PROJECT" }],
    ["already_exists", "an id that is taken", { id: "two", name: "three", scope: "PROJECT" }],
  ] as const)("is kept with the key: %s for %s, also after a restart", async (code, _what, params) => {
    const h = await spawnTree();
    expect(await codeOf(h.instances.create({ ...params, ...KEY }))).toBe(code);
    await h.instances.create({ name: "shop", scope: "PROJECT", parentId: "global" });
    for (const name of ["one", "two"]) await h.instances.terminate(name);
    await h.crash();
    await h.restart();
    expect(await codeOf(h.instances.create({ ...params, ...KEY }))).toBe(code);
    expect(await codeOf(h.instances.create({ ...params, idempotencyKey: "new" }))).toBe("accepted");
    expect(await codeOf(h.tasks.add({ title: "Other", ...KEY }))).toBe("idempotency_key_reused");
  });

  it("tells a repeat what the first one was told", async () => {
    const h = await spawnTree();
    const ask = async (): Promise<unknown> =>
      await h.tasks.add({ title: "Build", instanceId: "onne", ...KEY }).catch((error: unknown) => error);
    const first = await ask();
    expect(first).toMatchObject({
      code: "not_found",
      status: 404,
      suggestions: ["one"],
      facts: { field: "instanceId" },
    });
    await h.instances.create({ name: "onne", scope: "ORCHESTRATION", parentId: "webapp", start: true });
    expect(await ask()).toEqual(first);
  });

  it("is not kept where the request itself is at fault: a past deadline", async () => {
    const h = await spawnTree();
    const deadlineAt = new Date(h.clock.now() - 1_000).toISOString();
    expect(await codeOf(h.tasks.add({ title: "Build", deadlineAt, ...KEY }))).toBe("validation_failed");
    expect(await codeOf(h.tasks.add({ title: "Build", ...KEY }))).toBe("accepted");
  });

  it("is not kept where a turn finds the request at fault, or fails on it", async () => {
    const h = await spawnTree();
    const { id, version } = await h.tasks.add({ title: "Build", instanceId: "one" });
    const edit = { title: "Build all", ifVersion: version + 1, ...KEY };
    expect(await codeOf(h.tasks.update(id, edit))).toBe("stale_version");
    await h.tasks.update(id, { title: "Build more" });
    expect(await h.tasks.update(id, edit)).toMatchObject({ title: "Build all" });
  });

  it("is answered to both of two that ask at once, and counts once", async () => {
    const h = await spawnTree();
    const ask = (): Promise<unknown> => codeOf(h.tasks.add({ title: "Build", instanceId: "nobody", ...KEY }));
    expect(await Promise.all([ask(), ask()])).toEqual(["not_found", "not_found"]);
    expect(await ask()).toBe("not_found");
  });
});

describe("another request with the same key", () => {
  it("given each verb whose command holds what was looked up, when something else is asked, then it is refused", async () => {
    const h = await spawnTree();
    const { id } = await h.tasks.add({ title: "Build", instanceId: "one" });
    const asked = { targetInstanceId: "two", idempotencyKey: "move" };
    await h.tasks.reassign(id, asked);
    expect(await codeOf(h.tasks.reassign(id, { ...asked, reason: "other" }))).toBe("idempotency_key_reused");
    await h.tasks.cancel(id);
    await h.tasks.retry(id, { idempotencyKey: "retry" });
    expect(await codeOf(h.tasks.retry(id, { idempotencyKey: "retry", withDependents: true }))).toBe(
      "idempotency_key_reused",
    );
    expect(await codeOf(h.tasks.cancel(id, { idempotencyKey: "retry" }))).toBe("idempotency_key_reused");
  });

  it("given one task is named by its ref and by its id, then that is another request", async () => {
    const h = await spawnTree();
    const { id, ref } = await h.tasks.add({ title: "Build", instanceId: "one" });
    const first = await h.tasks.cancel(ref, KEY);
    expect(await h.tasks.cancel(ref, KEY)).toEqual(first);
    expect(await codeOf(h.tasks.cancel(id, KEY))).toBe("idempotency_key_reused");
  });

  it("given a preview with a key, then the key stays free: nothing is stored of a question", async () => {
    const h = await spawnTree();
    const asked = { title: "Build", ...KEY };
    await h.route.preview(asked);
    expect(await codeOf(h.tasks.add(asked))).toBe("accepted");
  });

  it("given the caller is named as it is by default, then it is the same request", async () => {
    const h = await spawnTree();
    const first = await h.tasks.add({ title: "Build", ...KEY });
    expect((await h.tasks.add({ title: "Build", by: "library", ...KEY })).id).toBe(first.id);
  });

  it("given the key of another caller, then it is a request of its own", async () => {
    const h = await spawnTree();
    const first = await h.tasks.add({ title: "Build", by: "ana", ...KEY });
    const second = await h.tasks.add({ title: "Build", by: "ben", ...KEY });
    expect(second.id).not.toBe(first.id);
    expect((await h.tasks.add({ title: "Build", by: "ana", ...KEY })).id).toBe(first.id);
  });
});

describe("two requests with one key at once", () => {
  it("given the first is not committed, then both get its answer, and there is one effect", async () => {
    const h = await spawnTree();
    const asked = (): Promise<{ id: string }> => h.tasks.add({ title: "Build", ...KEY });
    const [first, second] = await Promise.all([asked(), asked()]);
    expect(second.id).toBe(first.id);
    expect((await h.tasks.list()).items).toHaveLength(1);
  });

  it("given instances.create of one name, then neither is told that the name is taken", async () => {
    const h = await spawnTree();
    const create = (): Promise<{ id: string }> =>
      h.instances.create({ name: "shop", scope: "PROJECT", ...KEY });
    const [first, second] = await Promise.all([create(), create()]);
    expect(second.id).toBe(first.id);
  });
});

describe("a repeat where the loop has failed", () => {
  it("given the failed commit is in the store, then it is told to open the store again, and hears the answer there", async () => {
    const armed = { isArmed: false };
    const h = await spawnTree({
      wrap: (store) =>
        faulty(store, () => {
          if (!armed.isArmed) return null;
          armed.isArmed = false;
          return { when: "after" };
        }),
    });
    const params = { name: "shop", scope: "PROJECT", parentId: "global", start: true, ...KEY } as const;
    armed.isArmed = true;
    expect(await codeOf(h.instances.create(params))).toBe("unavailable");
    expect(await codeOf(h.instances.create(params))).toBe("unavailable");
    await h.crash();
    await h.restart();
    expect(await h.instances.create(params)).toMatchObject({ name: "shop", status: "running" });
    expect(await codeOf(h.instances.create({ ...params, idempotencyKey: "other" }))).toBe("already_exists");
  });
});

describe("keys of two callers", () => {
  it("are two, also where caller and key read the same one after the other", async () => {
    const h = await spawnTree();
    const asked = [
      { title: "One", by: "a b", idempotencyKey: "c" },
      { title: "Two", by: "a", idempotencyKey: "b c" },
    ];
    // Both at once: none of them is stored yet.
    const both = asked.map((params) => h.tasks.add(params));
    expect((await Promise.all(both)).map(({ title }) => title)).toEqual(["One", "Two"]);
  });
});
