import { describe, expect, it } from "vitest";
import { examine } from "../../../src/verbs/doctor.ts";
import type { SqliteStore } from "../../../store/dialects/sqlite/sqlite-store.ts";
import { spawnTree, tree } from "../../support/spawned.ts";

async function withTasks(count: number) {
  const hopper = await spawnTree([tree({})]);
  await hopper.tasks.addBatch(Array.from({ length: count }, (_, n) => ({ title: `Task ${n}` })));
  await hopper.settle();
  const { database } = hopper.store as SqliteStore;
  const broken = async (): Promise<readonly string[] | undefined> =>
    (await examine(hopper.store)).find(({ check }) => check === "T8")?.broken;
  return { database, broken };
}

describe("T8, as the doctor asks it", () => {
  it("holds for what Hopper wrote, also beyond one window of tasks", async () => {
    const { database, broken } = await withTasks(150);
    expect(await broken()).toEqual([]);
    database.exec("UPDATE task SET failures = 3 WHERE no = 150");
    expect(await broken()).toEqual(["T-150.failures is not what the journal tells"]);
  });

  it("tells at most twenty lines, and says when it cannot be checked", async () => {
    const { database, broken } = await withTasks(40);
    database.exec("UPDATE task SET failures = 3");
    expect(await broken()).toHaveLength(20);
    database.exec(
      "DROP TRIGGER event_unchanged; UPDATE event SET data = '{' WHERE task = 1 AND data IS NOT NULL",
    );
    expect((await broken())?.[0]).toMatch(/^cannot be checked: /);
  });
});
