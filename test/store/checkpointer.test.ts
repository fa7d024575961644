import { EventEmitter } from "node:events";
import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Checkpointer, type CheckpointThread } from "../../store/dialects/sqlite/checkpointer.ts";
import { openFile } from "../../store/dialects/sqlite/connection.ts";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import type { SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { openStore } from "../../store/open.ts";
import { givenCommit, givenEnvironment, givenTask, givenTree } from "../support/store-given.ts";

/** Commits between two looks at the log. */
const LOOK = 16;
const ONE_PAGE = 4_096;

const newPath = (): string => join(mkdtempSync(join(tmpdir(), "hopper-log-")), "store.db");

/** Pages of the log, and those of them that stand in the file. */
function logOf(database: Database): { log: number; checkpointed: number } {
  const [{ log, checkpointed }] = database.pragma("wal_checkpoint(NOOP)") as [
    { log: number; checkpointed: number },
  ];
  return { log, checkpointed };
}

async function openAt(path: string): Promise<SqliteStore> {
  return (await openStore({ url: `sqlite:${path}`, ...givenEnvironment() })) as SqliteStore;
}

/** Tasks from this number on, of 40 pages each, in one commit. */
async function addBig(store: SqliteStore, first: number, count: number): Promise<void> {
  const payload = JSON.stringify("x".repeat(40 * ONE_PAGE));
  const added = Array.from({ length: count }, (_, index) => givenTask(first + index, { payload }));
  await store.commit(givenCommit({ tasks: { added }, counters: { task: first + count } }));
}

/** A store with 160 tasks in a log that is worth a checkpoint. */
async function spawnLong(): Promise<{ path: string; store: SqliteStore }> {
  const path = newPath();
  const store = await openAt(path);
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  for (let commit = 0; commit < LOOK; commit += 1) await addBig(store, 1 + commit * 10, 10);
  return { path, store };
}

async function expectWhole(path: string): Promise<void> {
  const opened = await openAt(path);
  expect(await opened.task(160)).not.toBeNull();
  await opened.close();
}

describe("a store whose log grows long", () => {
  it("has it moved into the file while the loop goes on, and begun anew", async () => {
    const { path, store } = await spawnLong();
    expect(logOf(store.database).log).toBeGreaterThan(6_000);
    await vi.waitFor(() => {
      const { log, checkpointed } = logOf(store.database);
      expect(checkpointed).toBe(log);
    });
    await addBig(store, 1_000, 1);
    expect(logOf(store.database).log).toBeLessThan(100);
    // All that was committed before stands in the file itself.
    const copy = newPath();
    copyFileSync(path, copy);
    await store.close();
    await expectWhole(copy);
  });

  it("leaves one whole file and no thread when it is closed in the middle of it", async () => {
    const { path, store } = await spawnLong();
    await store.checkpoint();
    await store.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    await expectWhole(path);
  });

  it("is left as it is when it is abandoned in the middle of it", async () => {
    const { path, store } = await spawnLong();
    await store.abandon();
    expect(existsSync(`${path}-wal`)).toBe(true);
    await expectWhole(path);
  });
});

/** A thread that does nothing by itself: the test says what it answers. */
class QuietThread extends EventEmitter {
  readonly asked: unknown[] = [];
  postMessage(what: unknown): void {
    this.asked.push(what);
    if (what === "close") this.emit("exit", 0);
  }
  ref(): void {}
  unref(): void {}
  terminate(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** A log that is long enough, and threads that do as they are told. */
function spawnCheckpointer(): {
  checkpointer: Checkpointer;
  database: Database;
  threads: QuietThread[];
  look: () => void;
} {
  const path = newPath();
  copyFileSync("/dev/null", path);
  const database = openFile(path);
  onTestFinished(() => void database.close());
  database.exec("CREATE TABLE blob (bytes BLOB); INSERT INTO blob VALUES (zeroblob(24000000))");
  const threads: QuietThread[] = [];
  const checkpointer = new Checkpointer(database, () => {
    const thread = new QuietThread();
    threads.push(thread);
    return thread as unknown as CheckpointThread;
  });
  const look = (): void => {
    for (let commit = 0; commit < LOOK; commit += 1) checkpointer.committed();
  };
  return { checkpointer, database, threads, look };
}

describe("a checkpoint beside the loop", () => {
  it("is asked for once, however many commits come meanwhile", () => {
    const { threads, look } = spawnCheckpointer();
    look();
    look();
    expect(threads.map(({ asked }) => asked)).toEqual([["checkpoint"]]);
  });

  it("is asked for again where much has come meanwhile, but not for ever: then the rest is moved here", () => {
    const { database, threads, look } = spawnCheckpointer();
    look();
    for (let round = 1; round < 4; round += 1) threads[0]?.emit("message", null);
    expect(threads[0]?.asked).toHaveLength(4);
    expect(logOf(database).checkpointed).toBe(0);
    threads[0]?.emit("message", null);
    expect(threads[0]?.asked).toHaveLength(4);
    const { log, checkpointed } = logOf(database);
    expect(checkpointed).toBe(log);
  });

  it("that fails with an I/O error stops every commit after it", () => {
    const { checkpointer, threads, look } = spawnCheckpointer();
    look();
    checkpointer.mustWork();
    threads[0]?.emit("message", { code: "SQLITE_IOERR_FSYNC", message: "disk I/O error" });
    expect(() => checkpointer.mustWork()).toThrow(
      expect.objectContaining({
        name: "CommitError",
        kind: "io",
        rule: "SQLITE_IOERR_FSYNC: disk I/O error",
      }),
    );
  });

  it.each(["SQLITE_FULL", "SQLITE_BUSY"])("that has met %s is tried again", (code) => {
    const { checkpointer, threads, look } = spawnCheckpointer();
    look();
    threads[0]?.emit("message", { code, message: "not now" });
    checkpointer.mustWork();
    look();
    expect(threads[0]?.asked).toEqual(["checkpoint", "checkpoint"]);
  });

  it("whose thread has ended is tried by another one", () => {
    const { checkpointer, threads, look } = spawnCheckpointer();
    look();
    threads[0]?.emit("error", new Error("no memory"));
    checkpointer.mustWork();
    look();
    threads[0]?.emit("message", { code: "SQLITE_IOERR", message: "of one that is gone" });
    threads[0]?.emit("error", new Error("again"));
    checkpointer.mustWork();
    expect(threads.map(({ asked }) => asked)).toEqual([["checkpoint"], ["checkpoint"]]);
  });

  it("whose thread has ended without a word is tried by another one, and a close waits for nobody", () => {
    const { checkpointer, threads, look } = spawnCheckpointer();
    look();
    threads[0]?.emit("exit", 0);
    expect(checkpointer.close()).toBeNull();
    look();
    expect(threads.map(({ asked }) => asked)).toEqual([["checkpoint"], ["checkpoint"]]);
  });

  it("is awaited by a close, which ends the thread once", async () => {
    const { checkpointer, threads, look } = spawnCheckpointer();
    expect(checkpointer.close()).toBeNull();
    look();
    await checkpointer.close();
    expect(checkpointer.close()).toBeNull();
    expect(threads[0]?.asked).toEqual(["checkpoint", "close"]);
  });
});
