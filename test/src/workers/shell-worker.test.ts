import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ShellResult } from "../../../src/workers/shell.ts";
import { ShellWorker, type ShellWorkerSettings } from "../../../src/workers/shell-worker.ts";
import { FakeHopper } from "../../support/fake-hopper.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";

let folder: string;
let fake: FakeHopper;
let errors: unknown[];
let results: [string, ShellResult][];
let workers: ShellWorker[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-worker-"));
  fake = new FakeHopper();
  errors = [];
  results = [];
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  rmSync(folder, { recursive: true, force: true });
});

function worker(slots = 1, settings: Partial<ShellWorkerSettings> = {}): ShellWorker {
  const made = new ShellWorker({
    hopper: fake.hopper,
    instance: { id: "i", name: "webapp-worker-1" },
    slots,
    settings: {
      leaseSeconds: 300,
      heartbeatSeconds: 30,
      environment: { PATH: process.env["PATH"] },
      cwd: folder,
      url: null,
      safetyPollMs: 60_000,
      running: new Map(),
      onResult: (id, result) => results.push([id, result]),
      onChange: () => {},
      onError: (error) => errors.push(error),
      ...settings,
    },
  });
  workers.push(made);
  return made;
}

/** Resolves when the worker has nothing in hand. */
async function idle(of: ShellWorker): Promise<void> {
  await vi.waitFor(() => expect([of.running, of.looking]).toEqual([0, false]), {
    timeout: 20_000,
    interval: 2,
  });
}

/** A command that says when it runs, then stays until it is ended. */
function lasting(name: string): { run: string; ready: string } {
  const ready = fifo(folder, name);
  return { run: `echo ready > ${ready}; exec sleep 1000`, ready };
}

describe("a worker", () => {
  it("claims, marks the process before the command runs, and reports what it gave", async () => {
    fake.enqueue("i", {
      id: "a",
      title: "Say it",
      run: `echo "$HOPPER_TASK_TITLE at $HOPPER_INSTANCE"; echo 7`,
    });
    const one = worker();
    one.start();
    const { params } = await fake.called("complete", "a");
    expect(params).toMatchObject({
      leaseToken: "1",
      by: "shell:webapp-worker-1",
      result: { exit_code: 0, stdout_tail: "Say it at webapp-worker-1\n7\n", json: 7 },
    });
    await idle(one);
    expect(fake.verbsOf("a")).toEqual(["started", "complete"]);
    expect((await fake.called("started")).params).toMatchObject({
      leaseToken: "1",
      process: { pid: expect.any(Number) },
    });
    expect(results).toMatchObject([["a", { exit_code: 0 }]]);
    expect(errors).toEqual([]);
  });

  it("runs a command where and with what the task's payload says", async () => {
    const payload = { plan: { cwd: tmpdir(), env: { A: "1" }, env_from: ["PATH"] } };
    fake.enqueue("i", { id: "a", run: "pwd; echo $A", payload });
    worker().start();
    expect((await fake.called("complete")).params).toMatchObject({
      result: { stdout_tail: `${tmpdir()}\n1\n` },
    });
  });

  it("runs as many at a time as it has slots, and claims again when one is free", async () => {
    const first = lasting("first");
    const second = lasting("second");
    const two = worker(2);
    two.start();
    fake.enqueue("i", { id: "a", run: first.run });
    fake.enqueue("i", { id: "b", run: second.run });
    fake.enqueue("i", { id: "c", run: "true" });
    await Promise.all([firstLine(first.ready), firstLine(second.ready)]);
    expect(two.running).toBe(2);
    expect(fake.verbsOf("c")).toEqual([]);
    fake.change("a", { status: "cancelled" });
    two.doubt("a");
    await fake.called("complete", "c");
    expect(fake.verbsOf("a")).toEqual(["started"]);
  });

  it("reports a failure with the result as its details, to be tried again", async () => {
    fake.enqueue("i", { id: "a", run: "echo no such thing >&2; exit 4" });
    worker().start();
    expect((await fake.called("fail")).params).toMatchObject({
      retryable: true,
      leaseToken: "1",
      error: { code: "failed", message: "exit 4: no such thing", details: { exit_code: 4 } },
    });
  });

  it("ends a command before the keeper ends its lease, so that its output is told", async () => {
    fake.enqueue("i", { id: "a", run: "echo begun; exec sleep 1000", timeoutSeconds: 1 });
    worker().start();
    expect((await fake.called("fail")).params).toMatchObject({
      error: {
        code: "timeout",
        message: expect.stringMatching(/^timed out after \d+\.\d s: begun$/) as string,
        details: { timed_out: true, stdout_tail: "begun\n" },
      },
    });
  });

  it("fails a task whose command cannot be started", async () => {
    fake.enqueue("i", { id: "a", payload: { plan: { cwd: join(folder, "nowhere") } } });
    worker().start();
    expect((await fake.called("fail")).params).toMatchObject({
      error: { message: expect.stringContaining("nowhere does not exist") },
    });
  });

  it("never fails a person's task, which it should not have been given", async () => {
    fake.enqueue("i", { id: "a", ref: "T-1", run: null });
    const one = worker();
    one.start();
    await idle(one);
    expect(errors).toMatchObject([{ message: "T-1 has no command, so no shell worker may have it" }]);
    expect(fake.verbsOf("a")).toEqual([]);
  });

  it("never opens the gate when the mark was refused", async () => {
    fake.refuse("started", "lease_lost");
    fake.enqueue("i", { id: "a", run: `echo ran > ${folder}/ran` });
    const one = worker();
    one.start();
    await fake.called("started");
    await idle(one);
    expect(existsSync(join(folder, "ran"))).toBe(false);
    expect(fake.verbsOf("a")).toEqual(["started"]);
    expect(errors).toEqual([]);
  });

  it("tells of a mark that failed otherwise, with the gate shut", async () => {
    fake.refuse("started", "internal");
    fake.enqueue("i", { id: "a", run: `echo ran > ${folder}/ran` });
    const one = worker();
    one.start();
    await idle(one);
    expect(errors).toMatchObject([{ code: "internal" }]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });
});

describe("the lease", () => {
  it("is kept by heartbeats while the command runs", async () => {
    const { run } = lasting("ready");
    fake.enqueue("i", { id: "a", run: run.replace(/^echo.*?; /, "") });
    worker(1, { heartbeatSeconds: 0.01 }).start();
    expect((await fake.called("heartbeat")).params).toEqual({ leaseToken: "1", leaseSeconds: 300 });
  });

  it.each([
    ["a heartbeat is refused", () => fake.refuse("heartbeat", "lease_lost")],
    ["a heartbeat asks for the end", () => (fake.cancelRequested = true)],
  ])("is over when %s: the command is ended and nothing is reported", async (_when, happens) => {
    const { run, ready } = lasting("ready");
    fake.enqueue("i", { id: "a", run });
    const one = worker(1, { heartbeatSeconds: 0.01 });
    one.start();
    await firstLine(ready);
    happens();
    await idle(one);
    expect(fake.verbsOf("a").filter((verb) => verb !== "heartbeat")).toEqual(["started"]);
  });

  it("survives a heartbeat that the store cannot take just now", async () => {
    const { run, ready } = lasting("ready");
    fake.enqueue("i", { id: "a", run });
    const one = worker(1, { heartbeatSeconds: 0.01 });
    one.start();
    await firstLine(ready);
    fake.refuse("heartbeat", "overloaded");
    await vi.waitFor(() => expect(fake.refusals.get("heartbeat")).toEqual([]));
    expect(one.running).toBe(1);
  });

  it("is not over when news were of an earlier attempt, or of what is unknown", async () => {
    const { run, ready } = lasting("ready");
    fake.enqueue("i", { id: "a", run });
    const one = worker();
    one.start();
    await firstLine(ready);
    one.doubt("a");
    one.doubt("b");
    await new Promise(setImmediate);
    expect(one.running).toBe(1);
    fake.change("a", { status: "claimed", epoch: 2 });
    one.doubt("a");
    await idle(one);
    expect(fake.verbsOf("a")).toEqual(["started"]);
  });

  it("may be lost just when the result is reported: nothing is tried again", async () => {
    fake.refuse("complete", "lease_lost");
    fake.enqueue("i", { id: "a" });
    const one = worker();
    one.start();
    await fake.called("complete");
    await idle(one);
    expect(fake.verbsOf("a")).toEqual(["started", "complete"]);
    expect(errors).toEqual([]);
  });
});

describe("a beginning that the store cannot take now", () => {
  it("is asked for again, and the command waits for it: nothing is claimed without its process", async () => {
    fake.refuse("started", "storage_full");
    fake.enqueue("i", { id: "a", run: "echo ran" });
    const one = worker();
    one.start();
    await fake.called("started", "a");
    expect(one.running).toBe(1);
    await fake.called("complete", "a");
    await idle(one);
    expect(fake.verbsOf("a")).toEqual(["started", "started", "complete"]);
    // Who runs it is told once that it waits.
    expect(errors).toMatchObject([{ code: "storage_full" }]);
  });

  it("is waited for no longer than the worker works", async () => {
    fake.refuse("started", "storage_full");
    fake.enqueue("i", { id: "a", run: "echo ran" });
    const one = worker();
    one.start();
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: "storage_full" }]));
    fake.refuse("started", "storage_full");
    await one.stop();
    expect(fake.verbsOf("a").at(-1)).toBe("release");
    expect(results).toEqual([]);
  });
});

describe("a report that is refused", () => {
  it("is made again while the store cannot take it", async () => {
    fake.refuse("complete", "storage_full");
    fake.enqueue("i", { id: "a" });
    worker().start();
    await vi.waitFor(() => expect(fake.verbsOf("a")).toEqual(["started", "complete", "complete"]), {
      timeout: 5_000,
    });
  });

  it("is made without the output when the store does not take that", async () => {
    fake.refuse("complete", "validation_failed");
    fake.enqueue("i", { id: "a", run: "echo something" });
    const one = worker();
    one.start();
    await fake.called("complete");
    await idle(one);
    expect(fake.calls.findLast(({ verb }) => verb === "complete")?.params).toMatchObject({
      result: { exit_code: 0, stdout_tail: "", stderr_tail: "" },
    });
  });

  it("is told of when nobody foresaw it", async () => {
    fake.refuse("fail", "internal");
    fake.enqueue("i", { id: "a", run: "exit 1" });
    const one = worker();
    one.start();
    await fake.called("fail");
    await idle(one);
    expect(errors).toMatchObject([{ code: "internal" }]);
  });
});

describe("stopping", () => {
  it("ends the commands and gives their tasks back", async () => {
    const { run, ready } = lasting("ready");
    fake.enqueue("i", { id: "a", run });
    const one = worker();
    one.start();
    await firstLine(ready);
    await one.stop();
    await one.stop();
    expect(fake.verbsOf("a")).toEqual(["started", "release"]);
    expect((await fake.called("release")).params).toMatchObject({ leaseToken: "1" });
    fake.enqueue("i", { id: "b" });
    await one.tick();
    expect(fake.verbsOf("b")).toEqual([]);
  });

  it("may find the lease gone already", async () => {
    const { run, ready } = lasting("ready");
    fake.refuse("release", "lease_lost");
    fake.enqueue("i", { id: "a", run });
    const one = worker();
    one.start();
    await firstLine(ready);
    await one.stop();
    expect(errors).toEqual([]);
  });

  it("tells of a task that could not be given back", async () => {
    const { run, ready } = lasting("ready");
    fake.refuse("release", "internal");
    fake.enqueue("i", { id: "a", run });
    const one = worker();
    one.start();
    await firstLine(ready);
    await one.stop();
    expect(errors).toMatchObject([{ code: "internal" }]);
  });

  it("may come before the start", async () => {
    const never = worker();
    await never.stop();
    never.start();
    expect(fake.calls).toEqual([]);
  });

  it("may come while the mark is being stored: the gate stays shut", async () => {
    const { promise: stored, resolve: store } = Promise.withResolvers<void>();
    fake.holds.set("started", stored);
    fake.enqueue("i", { id: "a", run: `echo ran > ${folder}/ran` });
    const one = worker();
    one.start();
    await fake.called("started");
    const stopped = one.stop();
    store();
    await stopped;
    expect(existsSync(join(folder, "ran"))).toBe(false);
    expect(fake.verbsOf("a")).toEqual(["started", "release"]);
    expect(errors).toEqual([]);
  });
});

describe("looking for work", () => {
  it("happens when a backoff ends, without anybody's hint", async () => {
    fake.nextAt = Date.now() + 30;
    const one = worker();
    one.start();
    await idle(one);
    expect(one.nextAt).toBe(fake.nextAt);
    fake.nextAt = null;
    await vi.waitFor(() => expect(fake.verbsOf("i").length).toBeGreaterThan(1));
  });

  it("is shared by calls at the same time", async () => {
    const one = worker();
    await Promise.all([one.tick(), one.tick(), one.tick()]);
    expect(fake.verbsOf("i")).toEqual(["claim", "claim"]);
  });

  it("goes on although an instance does not run or the store fails", async () => {
    fake.refuse("claim", "instance_not_running");
    fake.refuse("claim", "internal");
    const one = worker();
    one.start();
    await idle(one);
    expect(errors).toEqual([]);
    fake.hint();
    await idle(one);
    expect(errors).toMatchObject([{ code: "internal" }]);
    fake.enqueue("i", { id: "a" });
    await fake.called("complete", "a");
  });

  it("never runs a task a second time while its first command still ends", async () => {
    const ready = fifo(folder, "ready");
    const log = join(folder, "log");
    const run = `trap 'sleep 0.2; echo ended >> ${log}; exit 1' TERM; echo begun >> ${log}; echo ready > ${ready}; while :; do sleep 0.02; done`;
    fake.enqueue("i", { id: "a", run });
    const two = worker(2);
    two.start();
    await firstLine(ready);
    fake.change("a", { status: "queued" });
    fake.enqueue("i", { id: "a", epoch: 1, run: `echo again >> ${log}` });
    two.doubt("a");
    await fake.called("complete", "a");
    expect(readFileSync(log, "utf8")).toBe("begun\nended\nagain\n");
  });
});
