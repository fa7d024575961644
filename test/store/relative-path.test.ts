import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openStore } from "../../store/open.ts";
import { givenCommit, givenEnvironment, givenTask, givenTree } from "../support/store-given.ts";

test("a store that was named from the folder of the process is the same one when that changes", async () => {
  const [home, folder, elsewhere] = [
    process.cwd(),
    ...["a", "b"].map(() => mkdtempSync(join(tmpdir(), "hopper-cwd-"))),
  ];
  onTestFinished(() => process.chdir(home));
  process.chdir(String(folder));
  let now = 0;
  // The owner looks at its file with each commit.
  const clock = { now: () => (now += 1) };
  const store = await openStore({ url: "sqlite:hopper.db", ...givenEnvironment(), clock });
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  process.chdir(String(elsewhere));
  const { database } = store as unknown as { database: { name: string; pragma(sql: string): unknown } };
  expect(database.name).toBe(join(realpathSync(String(folder)), "hopper.db"));
  // Enough for the thread that moves the log.
  const payload = JSON.stringify("x".repeat(160_000));
  for (let no = 1; no <= 160; no += 1)
    await store.commit(
      givenCommit({ tasks: { added: [givenTask(no, { payload })] }, counters: { task: no } }),
    );
  await vi.waitFor(() => {
    const [{ log, checkpointed }] = database.pragma("wal_checkpoint(NOOP)") as [
      Record<"log" | "checkpointed", number>,
    ];
    expect(checkpointed).toBe(log);
  });
  await store.close();
});
