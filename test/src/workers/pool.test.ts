import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkerPool } from "../../../src/workers/pool.ts";
import { FakeHopper, instance } from "../../support/fake-hopper.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";

let folder: string;
let fake: FakeHopper;
let pool: WorkerPool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-pool-"));
  fake = new FakeHopper();
  fake.forest.push(instance("root", "GLOBAL", [instance("p", "PROJECT", [instance("o", "ORCHESTRATION")])]));
  pool = new WorkerPool({
    hopper: fake.hopper,
    rootId: "root",
    slotsOf: (name) => (name === "name-of-none" ? 0 : 1),
    cwd: folder,
  });
});
afterEach(async () => {
  await pool.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a pool of workers", () => {
  it("works at every instance of the tree that queues", async () => {
    fake.forest[0]?.children.push(instance("none", "PERSONAL"), instance("f", "FEDERATED"));
    await pool.start();
    expect(pool.instances.sort()).toEqual(["name-of-o", "name-of-p"]);
    fake.enqueue("p", { id: "a" });
    fake.enqueue("o", { id: "b" });
    await Promise.all([fake.called("complete", "a"), fake.called("complete", "b")]);
  });

  it("follows the tree: instances that are created and end while it works", async () => {
    await pool.start();
    fake.forest[0]?.children[0]?.children.push(instance("run-1", "ORCHESTRATION"));
    fake.emit({ event: "instance.running", instanceId: "run-1" });
    fake.enqueue("run-1", { id: "a" });
    await fake.called("complete", "a");
    fake.forest[0]?.children[0]?.children.pop();
    fake.emit({ event: "instance.terminated", instanceId: "run-1" });
    fake.emit({ event: "instance.terminated", instanceId: "run-1" });
    await vi.waitFor(() => expect(pool.instances).not.toContain("name-of-run-1"));
  });

  it("says whether it is at work, and when the next backoff ends", async () => {
    const ready = fifo(folder, "ready");
    const changes = vi.fn<() => void>();
    pool.onChange(changes);
    fake.nextAt = Date.now() + 60_000;
    await pool.start();
    await vi.waitFor(() => expect(pool.idle).toBe(true));
    expect(pool.nextAt).toBe(fake.nextAt);
    expect(changes).toHaveBeenCalled();
    fake.nextAt = null;
    await pool.tick();
    expect(pool.nextAt).toBeNull();
    fake.enqueue("o", { id: "a", run: `echo ready > ${ready}; exec sleep 1000` });
    await firstLine(ready);
    expect([pool.idle, pool.running]).toEqual([false, 1]);
    await pool.stop();
    expect([pool.idle, pool.running]).toEqual([true, 0]);
    expect(fake.verbsOf("a")).toEqual(["started", "release"]);
  });

  it("ends a command whose lease an event shows to be over", async () => {
    const ready = fifo(folder, "ready");
    await pool.start();
    fake.enqueue("o", { id: "a", run: `echo ready > ${ready}; exec sleep 1000` });
    await firstLine(ready);
    fake.change("a", { status: "cancelled" });
    fake.emit({ event: "task.cancelled", taskId: "a" });
    await vi.waitFor(() => expect(pool.running).toBe(0));
    expect(fake.verbsOf("a")).toEqual(["started"]);
  });

  it("tells nobody who has stopped listening, and may be stopped first", async () => {
    const changes = vi.fn<() => void>();
    pool.onChange(changes)();
    await pool.stop();
    await pool.start();
    expect(pool.instances).toEqual([]);
    expect(changes).not.toHaveBeenCalled();
  });
});
