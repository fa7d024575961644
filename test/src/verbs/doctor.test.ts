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
  return { h: hopper, database, broken };
}

describe("T8, as the doctor asks it", () => {
  it("holds for what Hopper wrote, also beyond one window of tasks", async () => {
    const { database, broken } = await withTasks(150);
    expect(await broken()).toEqual([]);
    database.exec("UPDATE task SET failures = 3 WHERE no = 150");
    expect(await broken()).toEqual(["T-150.failures is not what the journal tells"]);
  });

  it("looks at instances too, and names an event that a machine does not accept", async () => {
    const { database, broken } = await withTasks(1);
    database.exec("UPDATE instance SET started_at = 1 WHERE no = 1");
    expect(await broken()).toEqual(["I-1.startedAt is not what the journal tells"]);
    database.exec(`INSERT INTO journal (position, at, task, actor, cause, events)
      SELECT position + 1, at, 1, NULL, 0,
        json_array(json_array((SELECT code FROM word WHERE kind = 'event' AND text = 'task.unblocked'), instance))
      FROM event ORDER BY position DESC LIMIT 1`);
    expect(await broken()).toEqual([
      expect.stringMatching(/^I-1/) as string,
      expect.stringMatching(/^T-1: event \d+, task.unblocked is not accepted in the status /) as string,
    ]);
  });

  it("tells at most twenty lines, and says when it cannot be checked", async () => {
    const { database, broken } = await withTasks(40);
    database.exec("UPDATE task SET failures = 3");
    expect(await broken()).toHaveLength(20);
    database.exec("DROP TRIGGER journal_unchanged; UPDATE journal SET events = '{' WHERE task = 1");
    expect((await broken())?.[0]).toMatch(/^cannot be checked: /);
  });

  it("has a line for what there is no word for, and names the file where a value cannot be read", async () => {
    const { h, database } = await withTasks(1);
    database.pragma("ignore_check_constraints = ON");
    database.exec("DROP TRIGGER task_lifecycle; UPDATE task SET status = 77");
    const findings = await examine(h.store);
    for (const { broken: lines } of findings)
      for (const line of lines) expect(line).toEqual(expect.any(String));
    expect(findings.some(({ broken: lines }) => lines.length > 0)).toBe(true);
    await expect(h.tasks.get("T-1")).rejects.toMatchObject({
      code: "store_damaged",
      facts: { path: ":memory:" },
    });
  });
});
