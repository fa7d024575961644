import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../../machines/records/instance.ts";
import { spawnHopper, type SpawnedHopper } from "../../../src/testing/index.ts";

const START = true;

let hopper: SpawnedHopper;
beforeEach(async () => {
  hopper = await spawnHopper({ config: { tasks: { max_attempts: 2 } } });
  const create = async (name: string, scope: Scope, parentId?: string, config = {}) => {
    await hopper.instances.create({ name, scope, start: START, config, ...(parentId && { parentId }) });
  };
  await create("global", "GLOBAL");
  await create("webapp", "PROJECT", "global");
  await create("giver", "ORCHESTRATION", "webapp", { on_failure: "reassign", capabilities: ["first"] });
  await create("caller", "ORCHESTRATION", "webapp", { on_failure: "escalate" });
  await hopper.settle();
});
afterEach(async () => {
  await hopper.close();
});

/** A task, routed as far as it goes. */
async function given(params: {
  title?: string;
  instanceId?: string;
  tags?: string[];
  timeoutSeconds?: number;
}) {
  const { id } = await hopper.tasks.add({ title: "A", ...params });
  await hopper.settle();
  return id;
}

async function claimed(instance: string, leaseSeconds = 600): Promise<{ id: string; leaseToken: string }> {
  // A task that failed is claimable after its backoff.
  await hopper.advance("10m");
  const [job] = await hopper.instances.claim(instance, { workerId: `worker-of-${instance}`, leaseSeconds });
  if (job === undefined) throw new Error(`there is nothing to claim at ${instance}`);
  return { id: job.task.id, leaseToken: job.lease.token };
}

async function failed(instance: string): Promise<void> {
  const { id, leaseToken } = await claimed(instance);
  await hopper.tasks.fail(id, { error: `no good at ${instance}`, leaseToken });
  await hopper.settle();
}

/** The sentences from the first claim on, without its times. */
async function sentencesOf(id: string, from = "claimed"): Promise<string[]> {
  const { lines } = await hopper.tasks.explain(id);
  const plain = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, ""));
  return plain.slice(plain.findIndex((line) => line.startsWith(from)));
}

describe("given an attempt, the sentences say who ran it and how it ended", () => {
  test("when it failed and is tried again, and then is done", async () => {
    const id = await given({ tags: ["first"] });
    await failed("giver");
    const { leaseToken } = await claimed("giver");
    await hopper.tasks.complete(id, { leaseToken });
    expect((await sentencesOf(id)).slice(0, 5)).toEqual([
      "claimed at giver by worker-of-giver",
      "worker-of-giver ran it at giver: failed: no good at giver",
      "queued again at giver",
      "claimed at giver by worker-of-giver",
      "worker-of-giver ran it at giver: done",
    ]);
  });

  test("when on_failure gave it to others, who failed too: each with its own words", async () => {
    const id = await given({ tags: ["first"] });
    await failed("giver");
    await failed("giver");
    await failed("caller");
    await failed("webapp");
    const told = (await sentencesOf(id)).filter((line) => !/decided|offered|accepted|queued/.test(line));
    expect(told).toEqual([
      "claimed at giver by worker-of-giver",
      "worker-of-giver ran it at giver: failed: no good at giver",
      "claimed at giver by worker-of-giver",
      "worker-of-giver ran it at giver: failed: no good at giver",
      "D-2 cancelled: no good at giver",
      "given back by giver to webapp",
      "claimed at caller by worker-of-caller",
      "worker-of-caller ran it at caller: failed: no good at caller",
      "D-3 cancelled: no good at caller",
      "D-4 completed at webapp: handed_back",
      "given back by caller to webapp",
      "claimed at webapp by worker-of-webapp",
      "worker-of-webapp ran it at webapp: failed",
      "failed at webapp: no good at giver",
      "D-1 completed at webapp: failed",
      "T-1 is failed at webapp",
    ]);
  });

  test("when it was created at its holder, which escalates it", async () => {
    const id = await given({ instanceId: "caller" });
    await failed("caller");
    await failed("caller");
    expect((await sentencesOf(id)).slice(3, 8)).toEqual([
      "claimed at caller by worker-of-caller",
      "worker-of-caller ran it at caller: failed: no good at caller",
      "escalated by caller",
      "D-1 offered to webapp (escalate)",
      "D-1 accepted by webapp",
    ]);
  });

  test("when the worker let go of it, lost its lease, or took too long", async () => {
    const id = await given({ instanceId: "caller", timeoutSeconds: 60 });
    const { leaseToken } = await claimed("caller");
    await hopper.tasks.release(id, { leaseToken });
    await claimed("caller", 5);
    await hopper.advance("6s");
    await claimed("caller");
    await hopper.advance("61s");
    expect(await sentencesOf(id)).toEqual([
      "claimed at caller by worker-of-caller",
      "worker-of-caller ran it at caller: released",
      "queued again at caller",
      "claimed at caller by worker-of-caller",
      "the lease of worker-of-caller ended: expired",
      "worker-of-caller ran it at caller: lease lost",
      "queued again at caller",
      "claimed at caller by worker-of-caller",
      "the lease of worker-of-caller ended: timeout",
      "worker-of-caller ran it at caller: failed: did not end within 60 s",
      "queued again at caller",
      "T-1 is queued at caller",
    ]);
  });

  test("when somebody else ended it", async () => {
    const done = await given({ instanceId: "caller" });
    await claimed("caller");
    await hopper.tasks.complete(done, { by: "cli:ada" });
    expect((await sentencesOf(done)).slice(1, 3)).toEqual([
      "worker-of-caller ran it at caller: ended by cli:ada",
      "completed at caller by cli:ada",
    ]);
    const cancelled = await given({ instanceId: "caller" });
    await claimed("caller");
    await hopper.tasks.cancel(cancelled, { by: "cli:ada", reason: "no need" });
    expect((await sentencesOf(cancelled)).slice(1, 3)).toEqual([
      "worker-of-caller ran it at caller: ended by cli:ada",
      "cancelled at caller: no need",
    ]);
    const moved = await given({ tags: ["first"] });
    await claimed("giver");
    await hopper.tasks.reassign(moved, { targetInstanceId: "caller", reason: "better there", by: "cli:ada" });
    await hopper.settle();
    expect((await sentencesOf(moved)).slice(1, 4)).toEqual([
      "worker-of-giver ran it at giver: ended by cli:ada",
      "D-2 cancelled: better there",
      "given back by giver to webapp",
    ]);
  });

  test("when a person did it by hand", async () => {
    const id = await given({ instanceId: "caller" });
    await hopper.tasks.status(id, { status: "in_progress", by: "cli:ada" });
    await hopper.tasks.complete(id, { by: "cli:ada" });
    expect(await sentencesOf(id, "in progress")).toEqual([
      "in progress at caller by cli:ada",
      "cli:ada ran it at caller: done",
      "completed at caller by cli:ada",
      "T-1 is done at caller",
    ]);
  });
});

describe("given an offer that nobody has decided yet", () => {
  async function offered(): Promise<string> {
    const { id } = await hopper.tasks.add({ title: "A", instanceId: "global", route: false });
    await hopper.tasks.delegate(id, { targetInstanceId: "webapp" });
    await hopper.settle();
    return id;
  }

  test("then the sentences end with who decides, until when, and who holds it meanwhile", async () => {
    const id = await offered();
    const until = (await hopper.delegations.get("D-1")).expiresAt;
    expect(await sentencesOf(id, "D-1")).toEqual([
      "D-1 offered to webapp (route)",
      `T-1 is offered to webapp (D-1), which has until ${until} to accept or reject it; global holds it meanwhile`,
    ]);
  });

  test("when the one who decides does not run, then that is said", async () => {
    const id = await offered();
    await hopper.instances.pause("webapp");
    expect((await sentencesOf(id)).at(-1)).toMatch(
      /^T-1 is offered to webapp \(D-1\), which is paused and has until .* to accept or reject it;/,
    );
  });

  test("when it has been decided, then they go on from there", async () => {
    const id = await offered();
    await hopper.delegations.reject("D-1", { reason: "not mine" });
    await hopper.settle();
    expect((await sentencesOf(id, "D-1")).slice(1)).toEqual([
      "D-1 rejected by webapp: not mine",
      "held at global: rejected",
      "T-1 is held at global: rejected; was not taken by whom it was offered to",
    ]);
  });
});
