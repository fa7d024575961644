import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHopper } from "../src/index.ts";

/**
 * A file that an earlier version wrote (schema 3, in which events did not say how many leases may be lost or children
 * live): tasks that failed, came back, were retried, returned, blocked, lost their lease; a project that was terminated
 * with all below it.
 */
const WRITTEN = gunzipSync(readFileSync(join(import.meta.dirname, "fixtures", "schema-3.db.gz")));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-older-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a file of an earlier version opens, folds to its rows by the machines, and goes on", async () => {
  const file = join(folder, "older.db");
  writeFileSync(file, WRITTEN, { mode: 0o600 });
  await using hopper = await createHopper({ store: `sqlite:${file}` });
  expect((await hopper.doctor()).flatMap(({ broken }) => broken)).toEqual([]);
  const names = new Set<string>();
  for await (const { event } of hopper.events()) names.add(event);
  expect([...names]).toEqual(
    expect.arrayContaining(["task.requeued", "task.returned", "lease.expired", "instance.terminated"]),
  );
  const [claim] = await hopper.instances.claim("web-1", { workerId: "w" });
  const done = await hopper.tasks.complete(claim?.task.id ?? "", {
    leaseToken: claim?.lease.token,
    result: "done",
  });
  expect(done.status).toBe("done");
  expect((await hopper.doctor()).flatMap(({ broken }) => broken)).toEqual([]);
});
