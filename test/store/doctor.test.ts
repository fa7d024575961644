import { beforeEach, describe, expect, test } from "vitest";
import { imageAfter, newImage } from "../../store/dialects/sqlite/image.ts";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import { CHECKS, runChecks } from "../../store/doctor.ts";
import { STEPS } from "../../store/migrations/index.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import {
  givenCommit,
  givenDone,
  givenEvent,
  givenHop,
  givenInstance,
  givenMail,
  givenResult,
  givenRoster,
  givenEnvironment,
  givenTally,
  givenTask,
  givenTree,
  NOW,
} from "../support/store-given.ts";

let store: Store;
beforeEach(async () => {
  store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  const rosters = givenTree().flatMap(({ no, parent, name, scope, version: childVersion }) =>
    parent === null ? [] : [givenRoster(parent, no, { name, scope, childVersion })],
  );
  await store.commit(
    givenCommit({ instances: { added: givenTree() }, roster: { kept: rosters, ended: [] } }),
  );
});

const commit = async (part: Parameters<typeof givenCommit>[0]) => store.commit(givenCommit(part));
const databaseOf = (of: Store): Database => (of as unknown as { database: Database }).database;

/** Breaks what the schema itself would refuse. */
function force(sql: string): void {
  const database = databaseOf(store);
  database.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
  for (const name of database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all()) {
    database.exec(`DROP TRIGGER ${String(name)}`);
  }
  database.exec(sql);
}

/** The checks that found something, with what they say. */
async function broken(): Promise<Record<string, readonly string[]>> {
  const findings = await store.queries.doctor();
  expect(findings.map(({ check }) => check)).toEqual(CHECKS.map(({ id }) => id));
  return Object.fromEntries(
    findings.filter((one) => one.broken.length > 0).map((one) => [one.check, one.broken]),
  );
}

/** A task that went down both hops and was finished, one that waits, and their counts. */
async function arrange(): Promise<void> {
  const down = { holder: 4, origin: 1, chain: [1, 2, 4], delegationCount: 2 };
  const hop = (no: number, task: number, seq: number, status: "accepted" | "completed") =>
    givenHop(no, { task, seq, status, ...(seq === 1 ? { source: 1, target: 2 } : {}), decidedAt: NOW });
  await commit({
    tasks: {
      added: [
        givenDone(1, down),
        givenTask(2, { ...down, status: "claimed" }),
        givenTask(3, { holder: null, status: "pending" }),
      ],
    },
    results: [givenResult(1)],
    delegations: {
      added: [
        hop(1, 1, 1, "completed"),
        hop(2, 1, 2, "completed"),
        hop(3, 2, 1, "accepted"),
        hop(4, 2, 2, "accepted"),
      ],
    },
    tallies: [givenTally(4, { done: 1, claimed: 1 }), givenTally(0, { pending: 1 })],
    roster: { kept: [givenRoster(2, 4, { maxConcurrent: 1 })], ended: [] },
    events: [
      givenEvent(1, { cause: -3 }),
      givenEvent(2, { cause: 1 }),
      givenEvent(3, { name: "task.claimed", task: 2 }),
    ],
  });
}

describe("the doctor", () => {
  test("finds nothing in a sound store", async () => {
    expect(await broken()).toEqual({});
    await arrange();
    expect(await broken()).toEqual({});
  });

  test("M6: finds a message that was due while others were handled", async () => {
    await commit({ mail: { added: [givenMail(1), givenMail(2, {}, { deliverAt: NOW + 200_000 })] } });
    expect(await broken()).toEqual({});
    await commit({ events: [givenEvent(1, { at: NOW + 100_000 })] });
    expect(await broken()).toEqual({ M6: [`message 1 to I-4 has been due since ${NOW}`] });
  });

  test("M9, E1: finds causes that are none, and gaps", async () => {
    await commit({ events: [givenEvent(1, { cause: 1 }), givenEvent(2, { cause: -5_000 }), givenEvent(3)] });
    expect(await broken()).toEqual({ M9: ["event 1 has the cause 1", "event 2 has the cause -5000"] });
    force("DELETE FROM journal WHERE position = 1");
    expect(await broken()).toEqual({
      M9: ["event 2 has the cause -5000"],
      E1: ["event 2 where 1 is next"],
    });
  });

  test("E5: finds an event that a filtered read would miss", async () => {
    await commit({
      events: Array.from({ length: 1_100 }, (_, at) =>
        givenEvent(at + 1, { name: at === 7 ? "task.failed" : "task.queued", task: at + 1 }),
      ),
    });
    expect(await broken()).toEqual({});
    force("UPDATE event_segment SET names = '{\"-1\":[14,25]}'");
    expect(await broken()).toEqual({
      E5: ["events of I-4 from 0 on", "events of I-4 from 0 on"],
    });
    force("UPDATE event_segment SET names = '{\"4\":[14,25]}'");
    expect(await broken()).toEqual({
      E5: ["events of any instance from 0 on", "events of any instance from 0 on"],
    });
    force("DELETE FROM event_segment; DELETE FROM event_rare");
    expect((await broken())["E5"]).toEqual(expect.arrayContaining(["event 8 of I-4"]));
  });

  test("T1, D1: finds a holder off the path, and a broken path", async () => {
    await arrange();
    force("UPDATE task SET holder = 5 WHERE no = 2");
    expect(await broken()).toMatchObject({ T1: ["T-2 is held by I-5"] });
    force("UPDATE task SET holder = 4 WHERE no = 2; UPDATE delegation SET source = 3 WHERE no = 4");
    expect(await broken()).toMatchObject({ D1: ["D-4 of T-2 begins at I-3, not where the hop above ends"] });
  });

  test("T4: finds counts that are wrong, unless a message to that instance is under way", async () => {
    await arrange();
    await commit({ tallies: [givenTally(4, { done: 2, claimed: 1 })] });
    expect(await broken()).toEqual({ T4: ["I-4 counts 2 tasks of status done, there are 1"] });
    await commit({ mail: { added: [givenMail(1)] } });
    expect(await broken()).toEqual({});
  });

  test("T5, T6, T7: finds finals without result, work at GLOBAL, finals with a lease", async () => {
    await arrange();
    force(`DELETE FROM task_result; UPDATE task SET lease_expires_at = 1 WHERE no = 1;
      UPDATE task SET holder = 1 WHERE no = 2`);
    expect(await broken()).toMatchObject({
      T5: ["T-1 is final and has no result of round 1"],
      T6: ["T-2 at I-1"],
      T7: ["T-1 is final and has a lease or a timer"],
    });
  });

  test("T7, D3: finds open hops of final tasks, unless a message about the task is under way", async () => {
    await arrange();
    force("UPDATE delegation SET status = 2 WHERE no = 1");
    expect(await broken()).toMatchObject({ D3: ["D-1 is open, T-1 is final"] });
    force("UPDATE delegation SET status = 1 WHERE no = 1");
    expect(await broken()).toMatchObject({ T7: ["T-1 is final, D-1 is pending"] });
    await commit({ mail: { added: [givenMail(1)] } });
    expect(await broken()).toEqual({});
  });

  test("D4: finds a hop completed before the hop below it", async () => {
    await arrange();
    force("UPDATE delegation SET status = 4, outcome = 1 WHERE no = 3");
    expect(await broken()).toMatchObject({ D4: ["D-3 is completed, D-4 below it is open"] });
  });

  test("K1: finds more claims than were allowed, but not those from before the limit was lowered", async () => {
    await arrange();
    const second = givenTask(4, { status: "in_progress" });
    await commit({
      tasks: { added: [second] },
      tallies: [givenTally(4, { done: 1, claimed: 1, in_progress: 1 })],
    });
    expect(await broken()).toEqual({ K1: ["I-4 has 2 claimed tasks of 1"] });
    const four = givenTree()[3] as ReturnType<typeof givenInstance>;
    await commit({ instances: { changed: [{ ...four, updatedAt: NOW + 99 }] } });
    expect(await broken()).toEqual({});
  });

  test("I1, I2: finds instances under the wrong parent, and work accepted by a terminated one", async () => {
    await arrange();
    force("UPDATE instance SET status = 8, stopped_at = 1 WHERE no = 2");
    const found = await broken();
    expect(found["I1"]).toEqual(["I-4 stands under I-2", "I-5 stands under I-2"]);
    expect(found["I2"]).toEqual(["D-1 to I-2, which is terminated", "D-3 to I-2, which is terminated"]);
  });

  test("finds references to nothing", async () => {
    await arrange();
    force("UPDATE task SET parent_task = 77 WHERE no = 3");
    expect(await broken()).toEqual({ references: ["task 3 refers to a missing task"] });
  });

  test("tells at most twenty lines per check", async () => {
    const tasks = Array.from({ length: 30 }, (_, index) => givenTask(index + 1, { holder: 1 }));
    await commit({ tasks: { added: tasks }, tallies: [givenTally(1, { queued: 30 })] });
    expect((await broken())["T6"]).toHaveLength(20);
  });

  test("says of a check that cannot be asked why", async () => {
    const image = newImage({ id: "x", createdAt: 1, program: "x" }, "rollback", imageAfter(STEPS));
    const other = await openStore({ url: "sqlite::memory:", image, ...givenEnvironment() });
    databaseOf(other).exec("DROP TABLE tally");
    const findings = await other.queries.doctor();
    expect(findings.find(({ check }) => check === "T4")?.broken).toEqual([
      "cannot be checked: no such table: tally",
    ]);
    expect(runChecks(() => []).every((one) => one.broken.length === 0)).toBe(true);
  });
});
