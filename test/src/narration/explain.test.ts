import { describe, expect, it } from "vitest";
import type { SpawnedHopper } from "../../../src/testing/index.ts";
import { claimOne, spawnTree, refusal, tree } from "../../support/spawned.ts";
import { Trap } from "../../support/trapped-store.ts";

/** The sentences of a task without their moments. */
async function sentencesOf(h: SpawnedHopper, task: { id: string }): Promise<string[]> {
  await h.settle();
  const { lines } = await h.tasks.explain(task.id);
  return lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/u, ""));
}

async function newestHop(h: SpawnedHopper, task: { id: string }): Promise<string> {
  const { items } = await h.tasks.delegations(task.id);
  return String(items.at(-1)?.ref);
}

/** A project whose one child lets every offer wait for a person. */
function asking(): Parameters<typeof spawnTree>[0] {
  return [
    {
      name: "webapp",
      scope: "PROJECT",
      children: [{ name: "build", scope: "ORCHESTRATION", config: { acceptance: "manual" } }],
    },
  ];
}

describe("each line of an explanation", () => {
  it("begins with the moment of its event, and the last says where the task stands", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const task = await h.tasks.add({ title: "Build", instanceId: "build", by: "ana" });
    await h.advance("1m30s");
    await claimOne(h, "build");
    expect((await h.tasks.explain(task.id)).lines).toEqual([
      "00:00:00.000  created at build by ana",
      "00:00:00.000  queued at build",
      "00:01:30.000  claimed at build by w1",
      "T-1 is claimed at build",
    ]);
  });

  it("leaves out progress and edits, which change nothing of where the task is", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const task = await h.tasks.add({ title: "Build", instanceId: "build" });
    await h.tasks.update(task.id, { title: "Build it" });
    const { lease } = await claimOne(h, "build");
    await h.tasks.heartbeat(task.id, { leaseToken: lease.token, progress: 0.5 });
    expect((await h.tasks.events(task.id)).items.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["task.updated", "task.progress"]),
    );
    expect(await sentencesOf(h, task)).toEqual([
      "created at build by library",
      "queued at build",
      "claimed at build by w1",
      "in progress at build",
      "T-1 is in_progress at build",
    ]);
  });
});

describe("the narration of a routed task", () => {
  it("names who was chosen, why the others were not, and each hop down and back up", async () => {
    const h = await spawnTree([tree({ one: { capabilities: ["web"] }, two: {} })]);
    const task = await h.tasks.add({ title: "Build", tags: ["web"] });
    await h.settle();
    const { lease } = await claimOne(h, "one");
    await h.tasks.complete(task.id, { leaseToken: lease.token });
    const hops = /^(?:created|D-|global|webapp|T-1)/u;
    expect((await sentencesOf(h, task)).filter((line) => hops.test(line))).toEqual([
      "created at global by library",
      "global → webapp decided to delegate: least busy (0/10)",
      "D-1 offered to webapp (route)",
      "D-1 accepted by webapp",
      "webapp → one decided to delegate: matched tag web (two: fewer tags)",
      "D-2 offered to one (route)",
      "D-2 accepted by one",
      "D-2 completed at one: succeeded",
      "D-1 completed at webapp: succeeded",
      "T-1 is done at one",
    ]);
  });

  it("names five of those who lost, however many there were", async () => {
    const children = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`c${n}`, {}]));
    const h = await spawnTree([tree(children)]);
    const task = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    const line = (await sentencesOf(h, task)).find((one) => one.includes("decided to delegate"));
    expect(line).toBe(
      "webapp → c0 decided to delegate: least busy (0/10) " +
        "(c1: name order, c2: name order, c3: name order, c4: name order, c5: name order)",
    );
  });

  it("says why the last one passed over was passed over, and where the task is held then", async () => {
    const h = await spawnTree([
      tree(
        { full: { max_concurrent_tasks: 1, max_queued_tasks: 0 }, picky: { strict_capabilities: true } },
        { auto_create_orchestrations: false, fallback: "hold" },
      ),
    ]);
    await h.tasks.add({ title: "In the way", instanceId: "full" });
    const task = await h.tasks.add({ title: "Build", tags: ["web"], instanceId: "webapp" });
    const told = await sentencesOf(h, task);
    expect(told).toContain("D-1 rejected by picky: lacks web");
    expect(told.slice(-2)).toEqual([
      "held at webapp: no_capacity",
      "T-2 is held at webapp: no_capacity; whoever could take it is full; it goes on when one has room",
    ]);
  });
});

describe("the narration of an offer that waits for a person", () => {
  it.each([
    ["accepted", "D-1 accepted by build", "T-1 is queued at build"],
    [
      "rejected with a reason",
      "D-1 rejected by build: too busy",
      "T-1 is held at webapp: rejected; was not taken by whom it was offered to",
    ],
    [
      "withdrawn",
      "D-1 cancelled: withdrawn",
      "T-1 is held at webapp: rejected; was not taken by whom it was offered to",
    ],
    [
      "withdrawn with a reason",
      "D-1 cancelled: not yet",
      "T-1 is held at webapp: rejected; was not taken by whom it was offered to",
    ],
    [
      "expired",
      "D-1 rejected by build: expired",
      "T-1 is held at webapp: rejected; was not taken by whom it was offered to",
    ],
  ])("tells that it was %s", async (end, line, stands) => {
    const h = await spawnTree(asking());
    const task = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    const { ref } = await h.tasks.delegate(task.id, { targetInstanceId: "build" });
    expect(await sentencesOf(h, task)).toContain("D-1 offered to build (route)");
    const ends: Record<string, () => Promise<unknown>> = {
      accepted: () => h.delegations.accept(ref),
      "rejected with a reason": () => h.delegations.reject(ref, { reason: "too busy" }),
      withdrawn: () => h.delegations.cancel(ref),
      "withdrawn with a reason": () => h.delegations.cancel(ref, { reason: "not yet" }),
      expired: () => h.advance("48h"),
    };
    await ends[end]?.();
    const told = await sentencesOf(h, task);
    expect(told).toContain(line);
    expect(told.at(-1)).toBe(stands);
  });

  it("tells that the one it was offered to has been terminated", async () => {
    const h = await spawnTree(asking());
    const task = await h.tasks.add({ title: "Build", instanceId: "webapp", route: false });
    await h.tasks.delegate(task.id, { targetInstanceId: "build" });
    await h.instances.terminate("build");
    const told = await sentencesOf(h, task);
    expect(told).toContain("D-1 rejected by build: terminated");
    expect(told.at(-1)).toBe("T-1 is held at webapp: rejected; was not taken by whom it was offered to");
  });
});

describe("the narration of a task that nobody has", () => {
  it("is told of the desk, and who it was assigned to", async () => {
    const h = await spawnTree([{ name: "webapp", scope: "PROJECT" }]);
    const task = await h.tasks.add({ title: "Build", route: false });
    const created = ["created at the desk by library", "held at the desk: manual"];
    expect(await sentencesOf(h, task)).toEqual([
      ...created,
      "T-1 is held at nobody: manual; no instance holds it",
    ]);
    await h.tasks.assign(task.id, { instanceId: "webapp" });
    expect(await sentencesOf(h, task)).toEqual([
      ...created,
      "assigned to webapp",
      "webapp decided to hold: the task is not to be routed",
      "held at webapp: manual",
      "T-1 is held at webapp: manual; waits for somebody to delegate it",
    ]);
  });
});

describe("the narration of a task that moves up and sideways", () => {
  it("tells why it was given up, and who has it then", async () => {
    const h = await spawnTree([tree({ one: {}, two: {} })]);
    const task = await h.tasks.add({ title: "Build", instanceId: "webapp" });
    await h.settle();
    await h.tasks.escalate(task.id, { reason: "too hard" });
    await h.settle();
    const up = await sentencesOf(h, task);
    expect(up).toEqual(expect.arrayContaining(["D-1 cancelled: too hard", "given back by one to webapp"]));
    expect(up.slice(-5)).toEqual([
      "webapp → two decided to delegate: least busy (0/10) (one: refused this round)",
      "D-3 offered to two (route)",
      "D-3 accepted by two",
      "queued at two",
      "T-1 is queued at two",
    ]);
    await h.tasks.reassign(task.id, { targetInstanceId: "one" });
    expect((await sentencesOf(h, task)).slice(up.length - 1)).toEqual([
      "D-3 cancelled: reassigned",
      "given back by two to webapp",
      "D-4 offered to one (route)",
      "D-4 accepted by one",
      "queued at one",
      "T-1 is queued at one",
    ]);
  });

  it("tells of an escalation that begins where the task was created", async () => {
    const h = await spawnTree([tree({ one: {}, two: {} })]);
    const task = await h.tasks.add({ title: "Build", instanceId: "one" });
    await h.tasks.escalate(task.id);
    const told = await sentencesOf(h, task);
    expect(told.slice(2, 4)).toEqual(["D-1 offered to webapp (escalate)", "D-1 accepted by webapp"]);
    expect(told.at(-1)).toBe("T-1 is queued at two");
  });
});

describe("the narration of a task that could not be done", () => {
  it("tells of the result that came too late", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const task = await h.tasks.add({ title: "Build", instanceId: "build" });
    const { lease } = await claimOne(h, "build");
    await h.advance("10m");
    expect(await refusal(h.tasks.complete(task.id, { leaseToken: lease.token }))).toBe("lease_lost");
    expect(await sentencesOf(h, task)).toContain("a late result (complete) was refused");
  });

  it("tells of a block, and why a task failed or was cancelled", async () => {
    const h = await spawnTree([tree({ build: {} })]);
    const first = await h.tasks.add({ title: "Build", instanceId: "build" });
    const after = await h.tasks.add({ title: "Test", instanceId: "build", dependsOn: [first.ref] });
    expect((await sentencesOf(h, after)).at(-1)).toBe(
      "T-2 is blocked at build; waits for T-1 (queued at build)",
    );
    await h.tasks.status(first.id, { status: "blocked" });
    await h.tasks.cancel(first.id, { reason: "not needed" });
    expect((await sentencesOf(h, first)).slice(-3)).toEqual([
      "blocked at build",
      "cancelled at build: not needed",
      "T-1 is cancelled at build",
    ]);
    expect((await sentencesOf(h, after)).slice(-2)).toEqual([
      "failed at build: T-1, which it depends on, was cancelled",
      "T-2 is failed at build",
    ]);
  });

  it("tells that a message about it could not be handled", async () => {
    const trap = new Trap();
    const h = await spawnTree([tree({ build: {} })], { wrap: trap.wrap });
    await h.crash();
    await h.restart();
    trap.name = "webapp";
    const task = await h.tasks.add({ title: "Build" });
    await h.settle();
    trap.name = null;
    expect(await sentencesOf(h, task)).toContainEqual(
      "webapp could not handle a message about it (task.delegation)",
    );
    expect(await newestHop(h, task)).toBe("D-1");
  });
});
