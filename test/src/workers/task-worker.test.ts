import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHopper, TaskFailure, type Worker, type WorkContext } from "../../../src/index.ts";
import type { SpawnedHopper } from "../../../src/testing/index.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";
import { expectSound, refusal, spawnTree, tree } from "../../support/spawned.ts";

const ROOMY = { max_concurrent_tasks: 100 };
const given = (): Promise<SpawnedHopper> => spawnTree([tree({ build: ROOMY })]);

/** Until nothing more happens: handlers and verbs take turns. */
async function quiet(h: SpawnedHopper): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await h.settle();
    await turn();
  }
}

const add = async (h: SpawnedHopper, title: string, more = {}): Promise<string> =>
  (await h.tasks.add({ title, instanceId: "build", ...more })).id;

/** A handler that ends when it is told to, with what it was given. */
function byHand() {
  const begun: string[] = [];
  const contexts: WorkContext[] = [];
  const ends: { resolve: (result?: unknown) => void; reject: (error: unknown) => void }[] = [];
  const handler = async (task: { title: string }, context: WorkContext): Promise<unknown> => {
    begun.push(task.title);
    contexts.push(context);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    ends.push({ resolve, reject });
    return await promise;
  };
  return { begun, contexts, ends, handler };
}

describe("a worker", () => {
  it("does what is queued, as many at a time as it may, and gives each its result", async () => {
    const h = await given();
    const { begun, ends, handler } = byHand();
    for (const title of ["One", "Two", "Three"]) await add(h, title);
    const worker = await h.hopper.work("build", { concurrency: 2 }, handler);
    await quiet(h);
    expect([begun, worker.running]).toEqual([["One", "Two"], 2]);
    ends[1]?.resolve({ pages: 2 });
    await quiet(h);
    expect(begun).toEqual(["One", "Two", "Three"]);
    ends[0]?.resolve();
    ends[2]?.resolve("text");
    await quiet(h);
    expect(worker.running).toBe(0);
    const results = await Promise.all(["T-1", "T-2", "T-3"].map((id) => h.tasks.get(id)));
    expect(results.map(({ status, result, claimedBy }) => [status, result, claimedBy])).toEqual([
      ["done", null, null],
      ["done", { pages: 2 }, null],
      ["done", "text", null],
    ]);
    await worker.stop();
    await expectSound(h);
  });

  it("waits for what is added later, and takes only what it can do", async () => {
    const h = await given();
    const done: string[] = [];
    await using _worker = await h.hopper.work<{ n: number }, number>(
      "build",
      { capabilities: ["react"], workerId: "ada" },
      ({ title, payload, claimedBy }) => {
        done.push(`${title} ${claimedBy}`);
        return payload.n + 1;
      },
    );
    await quiet(h);
    const other = await add(h, "Other", { tags: ["cobol"] });
    const id = await add(h, "Mine", { tags: ["react"], payload: { n: 1 }, run: "true" });
    await quiet(h);
    expect(done).toEqual(["Mine ada"]);
    expect(await h.tasks.get(id)).toMatchObject({ status: "done", result: 2 });
    expect(await h.tasks.get(other)).toMatchObject({ status: "queued" });
  });

  it("renews a lease for as long as the handler runs, and tells how far it is", async () => {
    const h = await given();
    const { contexts, ends, handler } = byHand();
    const id = await add(h, "Long");
    const worker = await h.hopper.work("build", { leaseSeconds: 30 }, handler);
    await quiet(h);
    for (let minute = 0; minute < 5; minute += 1) {
      await h.advance("20s");
      await quiet(h);
    }
    await Promise.all([contexts[0]?.progress(0.5, "half"), quiet(h)]);
    expect(await h.tasks.get(id)).toMatchObject({
      status: "in_progress",
      progress: 0.5,
      attempt: 1,
      leaseLosses: 0,
    });
    expect(contexts[0]?.signal.aborted).toBe(false);
    await expect(contexts[0]?.progress(2)).rejects.toMatchObject({ code: "validation_failed" });
    ends[0]?.resolve(1);
    await quiet(h);
    expect(await h.tasks.get(id)).toMatchObject({ status: "done", result: 1 });
    await worker.stop();
  });

  it.each([
    ["is cancelled", (h: SpawnedHopper, id: string) => h.tasks.cancel(id)],
    ["takes longer than its timeout", (h: SpawnedHopper) => h.advance("3m")],
  ])("tells a handler whose task %s, and reports nothing of it", async (_what, end) => {
    const h = await given();
    const { contexts, ends, handler } = byHand();
    const id = await add(h, "Long", { timeoutSeconds: 60, maxAttempts: 1 });
    const worker = await h.hopper.work("build", { leaseSeconds: 30 }, handler);
    await quiet(h);
    await end(h, id);
    await h.advance("20s");
    await quiet(h);
    expect(contexts[0]?.signal.reason).toMatchObject({ code: "lease_lost" });
    const before = await h.tasks.get(id);
    ends[0]?.resolve("too late");
    await quiet(h);
    expect(await h.tasks.get(id)).toEqual(before);
    await worker.stop();
    await expectSound(h);
  });

  it("fails a task with what the handler throws, and tries it again unless that says no", async () => {
    const h = await given();
    const thrown: unknown[] = [
      new Error("boom"),
      new TaskFailure("no such customer", { code: "no_customer", details: { id: 7 }, retryable: false }),
      new TaskFailure("odd", { code: "x".repeat(100), details: ["a"], retryable: false }),
      "text",
    ];
    const worker = await h.hopper.work("build", { concurrency: 10 }, ({ title }, { log }) => {
      log(`began ${title}`);
      throw thrown[Number(title)];
    });
    for (const title of thrown.keys()) await add(h, String(title), { maxAttempts: title === 0 ? 2 : 1 });
    await quiet(h);
    const tasks = await Promise.all(thrown.map((_error, index) => h.tasks.get(`T-${index + 1}`)));
    expect(tasks.map(({ status, error }) => ({ status, error }))).toMatchObject([
      { status: "queued", error: null },
      { status: "failed", error: { code: "no_customer", details: { id: 7, log: ["began 1"] } } },
      { status: "failed", error: { code: "failed", message: "odd" } },
      { status: "failed", error: { message: "text" } },
    ]);
    await h.advance("10m");
    await quiet(h);
    expect(await h.tasks.get("T-1")).toMatchObject({
      status: "failed",
      failures: 2,
      error: { code: "failed", message: "boom", details: { log: ["began 0"] } },
    });
    await worker.stop();
  });

  it("fails a task whose result is none, once", async () => {
    const h = await given();
    const id = await add(h, "Odd");
    const worker = await h.hopper.work("build", {}, () => ({ n: 1n }));
    await quiet(h);
    expect(await h.tasks.get(id)).toMatchObject({
      status: "failed",
      failures: 1,
      error: { code: "validation_failed" },
    });
    await worker.stop();
  });

  it("stopped, claims nothing more, lets what is under way end, and gives back what takes too long", async () => {
    const h = await given();
    const { begun, contexts, ends, handler } = byHand();
    const ids = [await add(h, "One"), await add(h, "Two")];
    const end = new AbortController();
    const worker = await h.hopper.work(
      "build",
      { concurrency: 2, drainSeconds: 10, signal: end.signal },
      handler,
    );
    await quiet(h);
    end.abort();
    await add(h, "Three");
    await quiet(h);
    expect([begun, worker.running]).toEqual([["One", "Two"], 2]);
    ends[0]?.resolve("in time");
    await h.advance("11s");
    await quiet(h);
    await worker.done;
    expect(contexts[1]?.signal.reason).toMatchObject({ code: "draining" });
    expect(await h.tasks.get(ids[0] ?? "")).toMatchObject({ status: "done", result: "in time" });
    expect(await h.tasks.get(ids[1] ?? "")).toMatchObject({ status: "queued", attempt: 1, failures: 0 });
    ends[1]?.resolve("too late");
    await quiet(h);
    expect(await h.tasks.get(ids[1] ?? "")).toMatchObject({ status: "queued" });
    await worker.stop();
    await expectSound(h);
  });

  it("waits while its instance is paused, and ends when that is terminated", async () => {
    const h = await given();
    const done: string[] = [];
    const worker = await h.hopper.work("build", {}, ({ title }) => void done.push(title));
    await quiet(h);
    await h.instances.pause("build");
    await add(h, "One");
    await h.advance("5s");
    await quiet(h);
    expect(done).toEqual([]);
    await h.instances.resume("build");
    await h.advance("2s");
    await quiet(h);
    expect(done).toEqual(["One"]);
    await h.instances.terminate("build");
    await quiet(h);
    await add(h, "Two", { instanceId: "webapp" });
    await h.advance("2m");
    await quiet(h);
    await expect(worker.done).rejects.toMatchObject({
      code: expect.stringMatching(/not_found|instance_not_running/),
    });
  });

  it("is refused where it could not work", async () => {
    const h = await spawnTree([{ name: "global", scope: "GLOBAL" }]);
    const handler = (): null => null;
    expect(await refusal(h.hopper.work("global", {}, handler))).toBe("not_claimable");
    expect(await refusal(h.hopper.work("nobody", {}, handler))).toBe("not_found");
    expect(await refusal(h.hopper.work("global", { concurrency: 0 }, handler))).toBe("validation_failed");
    await h.instances.create({ name: "build", scope: "PROJECT" });
    expect(await refusal(h.hopper.work("build", {}, 5 as never))).toBe("validation_failed");
    await expect(h.hopper.work("build", { signal: AbortSignal.abort("no") }, handler)).rejects.toBe("no");
  });
});

describe("whatever a handler does", () => {
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const circle: { self?: object } = {};
  circle.self = circle;
  const throwing = (name: string): object =>
    Object.defineProperty(new Error("odd"), name, {
      get() {
        throw new Error("a getter");
      },
    });

  it.each<[string, () => unknown]>([
    ["null", () => null],
    ["nothing with a name", () => Object.create(null) as object],
    [
      "what cannot be printed",
      () => ({
        toString: () => {
          throw new Error("no");
        },
      }),
    ],
    ["a revoked proxy", revoked],
    ["an error without a stack", () => throwing("stack")],
    ["an error without a message", () => throwing("message")],
    ["details in a circle", () => new TaskFailure("boom", { details: circle as never, retryable: false })],
    ["an odd retryable", () => new TaskFailure("boom", { retryable: "no" as never })],
    ["very much", () => new Error("x".repeat(400_000))],
    ["half of a character", () => new Error("a\uD800b\u0000c")],
  ])("throwing %s fails its task, and the worker goes on", async (_what, thrown) => {
    const h = await given();
    const worker = await h.hopper.work("build", {}, ({ title }) => {
      if (title === "Odd") throw thrown();
      return "fine";
    });
    const odd = await add(h, "Odd", { maxAttempts: 1 });
    const next = await add(h, "Next");
    await quiet(h);
    expect(await h.tasks.get(odd)).toMatchObject({ status: "failed", failures: 1, leaseLosses: 0 });
    expect(await h.tasks.get(next)).toMatchObject({ status: "done", result: "fine" });
    expect(worker.running).toBe(0);
    await worker.stop();
  });

  it.each<[string, () => unknown]>([
    ["a circle", () => circle],
    ["very much", () => "x".repeat(2_000_000)],
    ["what is nested deeply", () => JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as unknown],
  ])("giving %s fails its task, once", async (_what, result) => {
    const h = await given();
    const worker = await h.hopper.work("build", {}, result);
    const id = await add(h, "Odd", { maxAttempts: 3 });
    await quiet(h);
    expect(await h.tasks.get(id)).toMatchObject({ status: "failed", failures: 1, leaseLosses: 0 });
    await worker.stop();
  });

  it("keeps what it threw when its log cannot be kept, and the log as far as it can", async () => {
    const h = await given();
    const worker = await h.hopper.work("build", {}, (_task, { log }) => {
      log("x".repeat(300_000));
      log("a\u0000b");
      log({ an: "object" } as never);
      throw new TaskFailure("the real one", { code: "real", details: { id: 7 }, retryable: false });
    });
    const id = await add(h, "One");
    await quiet(h);
    const { error } = await h.tasks.get(id);
    expect(error).toMatchObject({ code: "real", message: "the real one", details: { id: 7 } });
    const { details } = error ?? {};
    const { log } = (details ?? { log: [] }) as unknown as { log: string[] };
    expect(log.map(({ length }) => length)).toEqual([1_000, 3, 15]);
    await worker.stop();
  });

  it("calling progress a thousand times at once leaves one renewal", async () => {
    const h = await given();
    const { contexts, ends, handler } = byHand();
    await add(h, "One");
    const worker = await h.hopper.work("build", { leaseSeconds: 30 }, handler);
    await quiet(h);
    const { progress } = contexts[0] as WorkContext;
    const told = Promise.all(Array.from({ length: 1_000 }, (_, n) => progress(n / 1_000)));
    await quiet(h);
    await told;
    const before = internalsOf(h.hopper).metrics().turns;
    h.clock.moveTo(h.clock.now() + 11_000);
    await quiet(h);
    expect(internalsOf(h.hopper).metrics().turns - before).toBeLessThan(5);
    ends[0]?.resolve();
    await quiet(h);
    await worker.stop();
  });

  it("hears at once that its task was cancelled, or that its time is over", async () => {
    const h = await given();
    const { contexts, handler } = byHand();
    const id = await add(h, "One");
    await add(h, "Two", { timeoutSeconds: 10 });
    const worker = await h.hopper.work("build", { concurrency: 2, drainSeconds: 0 }, handler);
    await quiet(h);
    await h.tasks.cancel(id);
    await quiet(h);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await h.advance("10s");
    await quiet(h);
    expect(contexts[1]?.signal.reason).toMatchObject({ code: "lease_lost" });
    const stopped = worker.stop();
    await h.advance("1s");
    await quiet(h);
    await stopped;
  });
});

describe("a store that is busy or full for a while", () => {
  it.each(["busy", "full"] as const)("%s: the worker waits, and reports then", async (kind) => {
    const h = await given();
    const { ends, handler } = byHand();
    const id = await add(h, "One");
    h.failCommit(kind);
    const worker = await h.hopper.work("build", {}, handler);
    await quiet(h);
    await h.advance("2s");
    await quiet(h);
    expect((await h.tasks.get(id)).status).toBe("claimed");
    h.failCommit(kind);
    ends[0]?.resolve("kept");
    await quiet(h);
    await h.advance("2s");
    await quiet(h);
    expect(await h.tasks.get(id)).toMatchObject({ status: "done", result: "kept", leaseLosses: 0 });
    await worker.stop();
  });
});

describe("a Hopper that is closed while a worker works", () => {
  it("lets what is under way report, and the worker ends", async () => {
    const hopper = await createHopper({ store: "sqlite::memory:" });
    await hopper.instances.create({ name: "build", scope: "PROJECT", start: true });
    const { id } = await hopper.tasks.add({ title: "One", instanceId: "build" });
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<string>();
    const heard: string[] = [];
    hopper.on("task.completed", ({ taskId }) => heard.push(String(taskId)));
    const worker: Worker = await hopper.work("build", {}, async () => {
      begun.resolve();
      return await end.promise;
    });
    await begun.promise;
    const closed = hopper.close();
    end.resolve("done");
    await expect(hopper.work("build", {}, () => null)).rejects.toMatchObject({ code: "draining" });
    await closed;
    await worker.done;
    expect(heard).toEqual([id]);
    await expect(hopper.work("build", {}, () => null)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("has its leases ended by the next owner at once, also of tasks without a command", async () => {
    const h = await given();
    const { contexts, handler } = byHand();
    const id = await add(h, "One");
    const worker = await h.hopper.work("build", { leaseSeconds: "7d" }, handler);
    await quiet(h);
    expect((await h.tasks.get(id)).status).toBe("claimed");
    await h.crash();
    await h.restart();
    for (const { taskId, epoch } of await internalsOf(h.hopper).orphans()) await endOrphan(h, taskId, epoch);
    expect(await h.tasks.get(id)).toMatchObject({ status: "queued" });
    await worker.done;
    expect(contexts[0]?.signal.reason).toMatchObject({ code: "unavailable" });
  });

  it("spawned for a test, is closed also where a handler never ends", async () => {
    const h = await given();
    const { contexts, handler } = byHand();
    await add(h, "One");
    await h.work("build", {}, handler);
    await quiet(h);
    await h.close();
    expect(contexts[0]?.signal.aborted).toBe(true);
  });
});

async function endOrphan(h: SpawnedHopper, taskId: string, epoch: number): Promise<void> {
  const ended = internalsOf(h.hopper).orphaned(taskId, epoch);
  await h.settle();
  await ended;
}
