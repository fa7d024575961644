import { EventEmitter } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { silentLog } from "../../src/environment/real.ts";
import { createHopper } from "../../src/index.ts";
import { openStore } from "../../store/open.ts";
import { givenCommit, givenEnvironment, givenTask, givenTree } from "../support/store-given.ts";

/** A thread that meets a disk whose fsync fails. */
vi.mock("node:worker_threads", () => ({
  Worker: class extends EventEmitter {
    ref(): void {}
    unref(): void {}
    terminate(): Promise<number> {
      return Promise.resolve(0);
    }
    postMessage(): void {
      setImmediate(() => this.emit("message", { code: "SQLITE_IOERR_FSYNC", message: "disk I/O error" }));
    }
  },
}));

it("stops everything, as a commit that failed does, and what was answered before is there", async () => {
  const store = `sqlite:${join(mkdtempSync(join(tmpdir(), "hopper-moved-")), "hopper.db")}`;
  const fatal: unknown[] = [];
  const log = silentLog;
  const hopper = await createHopper({ store, log, onFatal: ({ code }) => fatal.push(code) });
  const payload = { text: "x".repeat(60_000) };
  let added = 0;
  const refused = await (async (): Promise<unknown> => {
    for (; added < 5_000; added += 1) await hopper.tasks.add({ title: "One", payload });
    return null;
  })().catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "unavailable" });
  expect(fatal).toEqual(["unavailable"]);
  await expect(hopper.tasks.list()).rejects.toMatchObject({ code: "unavailable" });
  await hopper.close();
  const again = await createHopper({ store, log });
  expect((await again.tasks.list({ limit: 1, count: true })).total).toBe(added);
  await again.close();
});

it("lets nothing else be written either", async () => {
  const url = `sqlite:${join(mkdtempSync(join(tmpdir(), "hopper-moved-")), "hopper.db")}`;
  const store = await openStore({ url, ...givenEnvironment() });
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  const payload = JSON.stringify("x".repeat(160_000));
  for (let commit = 0; commit < 16; commit += 1) {
    const added = Array.from({ length: 10 }, (_, index) => givenTask(commit * 10 + index + 1, { payload }));
    await store.commit(givenCommit({ tasks: { added }, counters: { task: commit * 10 + 10 } }));
  }
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const failed = expect.objectContaining({
    kind: "io",
    rule: "SQLITE_IOERR_FSYNC: disk I/O error",
  }) as unknown;
  expect(() => store.forgetKeys(0, 10)).toThrow(failed);
  expect(() => store.moveSpans(1)).toThrow(failed);
  await store.abandon();
});
