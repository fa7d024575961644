import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../../src/testing/index.ts";
import { claimOne, refusal, spawnTree, tree, type InstanceSpec } from "../../support/spawned.ts";

/** What a task waits for: its kind, the sentence, and the command. */
async function waitOf(
  h: SpawnedHopper,
  id: string,
): Promise<readonly [string, string, string | null] | null> {
  await h.settle();
  const [wait] = (await h.tasks.waits({ ids: [id] })).items;
  return wait === undefined ? null : [wait.kind, wait.text, wait.fix];
}

const ROOT: InstanceSpec = { name: "global", scope: "GLOBAL" };
const CREATED: InstanceSpec = { ...ROOT, start: false };

describe("what a task waits for", () => {
  it("given other tasks, then how each of the first three stands, and how many more", async () => {
    const h = await spawnTree([tree()]);
    for (let n = 0; n < 5; n += 1) await h.tasks.add({ title: `First ${n}`, instanceId: "build" });
    const { task, lease } = await claimOne(h, "build");
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token });
    const dependsOn = ["T-1", "T-2", "T-3", "T-4", "T-5"];
    const { id } = await h.tasks.add({ title: "Last", instanceId: "build", dependsOn });
    expect(await waitOf(h, id)).toEqual([
      "dependencies",
      "waits for T-1 (in progress at build), T-2 (queued at build), T-3 (queued at build), 2 more",
      "hopper task show T-1",
    ]);
    await h.tasks.complete(task.id);
    expect((await waitOf(h, id))?.[1]).toMatch(/^waits for T-2 \(queued at build\), .*, 1 more$/);
  });

  it("given a person blocked it, then so it says", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "build" });
    await h.tasks.status(id, { status: "blocked" });
    expect(await waitOf(h, id)).toEqual(["person", "blocked by hand", "hopper task status T-1 pending"]);
  });

  it("given an instance that does not run, then the verb that has it run", async () => {
    const h = await spawnTree([CREATED]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "global" });
    const fix = (verb: string) => `hopper instance ${verb} global`;
    expect(await waitOf(h, id)).toEqual(["instance", "global is not started", fix("start")]);
    await h.instances.start("global");
    await h.instances.pause("global");
    const { id: second } = await h.tasks.add({ title: "Two", instanceId: "global" });
    expect(await waitOf(h, second)).toEqual(["instance", "global is paused", fix("resume")]);
    await h.instances.fail("global", { error: "broken" });
    expect(await waitOf(h, second)).toEqual(["instance", "global is in error", fix("recover")]);
  });

  it("given it is queued where nothing runs now, then that, not a worker", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "build" });
    expect(await waitOf(h, id)).toEqual([
      "worker",
      "waits for a worker or a person at build",
      "hopper task complete T-1",
    ]);
    await h.instances.pause("build");
    expect(await waitOf(h, id)).toEqual(["instance", "build is paused", "hopper instance resume build"]);
  });

  it("given it has a command, then a worker that runs it; given a moment, then that", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "build", run: "true" });
    expect(await waitOf(h, id)).toEqual([
      "worker",
      "waits for a worker that runs its command at build",
      null,
    ]);
    const notBefore = new Date(h.clock.now() + 60_000).toISOString();
    const { id: later } = await h.tasks.add({ title: "Two", instanceId: "build", notBefore });
    expect(await waitOf(h, later)).toEqual(["moment", `not before ${notBefore}`, null]);
    const { task, lease } = await claimOne(h, "build");
    await h.tasks.fail(task.id, { leaseToken: lease.token, error: "x", retryable: true });
    expect((await waitOf(h, task.id))?.[1]).toMatch(/^tries again at 20/);
  });

  it("given nobody fits, or whoever fits is full, then that, and how it goes on", async () => {
    const none = await spawnTree([{ ...ROOT }]);
    const { id } = await none.tasks.add({ title: "One", instanceId: "global" });
    expect(await waitOf(none, id)).toEqual([
      "route",
      "nobody below global can take it",
      "hopper task explain T-1",
    ]);
    const full = await spawnTree([tree({ build: { max_concurrent_tasks: 1, max_queued_tasks: 0 } })]);
    await full.tasks.add({ title: "One", instanceId: "webapp" });
    const { id: second } = await full.tasks.add({ title: "Two", instanceId: "webapp" });
    expect(await waitOf(full, second)).toEqual([
      "room",
      "whoever could take it is full; it goes on when one has room",
      null,
    ]);
  });

  it("given nobody holds it, then where to put it, or how to make such a place", async () => {
    const h = await spawnTree([]);
    const { id } = await h.tasks.add({ title: "One" });
    expect(await waitOf(h, id)).toEqual([
      "assignment",
      "no instance holds it",
      "hopper instance create global --scope global --start",
    ]);
    await h.instances.create({ name: "my root", scope: "GLOBAL", start: true });
    expect((await waitOf(h, id))?.[2]).toBe("hopper task assign T-1 --to 'my root'");
  });

  it("given a person decides, then who, until when, and what they say", async () => {
    const h = await spawnTree([tree()]);
    const { id } = await h.tasks.add({ title: "One", instanceId: "webapp", route: false });
    const delegate = "hopper task delegate T-1";
    expect(await waitOf(h, id)).toEqual(["delegation", "waits for somebody to delegate it", delegate]);
    await h.tasks.delegate(id, { targetInstanceId: "build" });
    expect(await waitOf(h, id)).toEqual([
      "offer",
      expect.stringMatching(/^offered to build \(D-1\), which has until \S+ to accept or reject it$/),
      "hopper delegation accept D-1",
    ]);
    await h.instances.pause("build");
    expect(await waitOf(h, id)).toEqual([
      "offer",
      expect.stringMatching(/^offered to build \(D-1\), which is paused and has until/),
      "hopper instance resume build",
    ]);
    await h.instances.resume("build");
    await h.delegations.reject("D-1", { reason: "not mine" });
    expect(await waitOf(h, id)).toEqual(["refused", "was not taken by whom it was offered to", delegate]);
  });

  it("given somebody works on it, or it is final, then nothing; many are asked for at once", async () => {
    const h = await spawnTree([tree()]);
    await h.tasks.add({ title: "One", instanceId: "build" });
    await h.tasks.add({ title: "Two", instanceId: "build" });
    const { task, lease } = await claimOne(h, "build");
    expect(await waitOf(h, task.id)).toBeNull();
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    expect(await waitOf(h, "T-1")).toBeNull();
    const { items } = await h.tasks.waits({ ids: ["T-2", "T-1"] });
    expect(items.map(({ ref }) => ref)).toEqual(["T-2"]);
    expect(await refusal(h.tasks.waits({ ids: ["T-9"] }))).toBe("not_found");
    expect(await refusal(h.tasks.waits({ ids: [] }))).toBe("validation_failed");
  });

  it("given what decides about it fails, then that", async () => {
    const odd = {
      PROJECT: {
        decide: () => {
          throw new Error("odd");
        },
      },
    };
    const h = await spawnTree([tree()], { scopes: odd as never });
    const { id } = await h.tasks.add({ title: "One", instanceId: "webapp" });
    expect(await waitOf(h, id)).toEqual([
      "message",
      "what decides about it at webapp failed",
      "hopper dead-letter list",
    ]);
  });
});
