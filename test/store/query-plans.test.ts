import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import { openStore } from "../../store/open.ts";
import type { Store, TaskFilter } from "../../store/store.ts";
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

/** Tables that grow with the work done: none may be read from end to end. */
const GROWING =
  /^SCAN (t|task|e|journal|event_segment|event_rare|d|delegation|g|task_tag|task_text|r|task_result|x|o|c|h|dependency|watch)\b(?! USING)/;

let store: Store;
let database: Database;
const seen = new Set<string>();

/** What the planner means to do. */
function planOf(sql: string): string[] {
  return (database.explain(`QUERY PLAN ${sql}`) as { detail: string }[]).map(({ detail }) => detail);
}

beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  ({ database } = store as unknown as { database: Database });
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    if (!/^(EXPLAIN|BEGIN|COMMIT|ROLLBACK)|sqlite_master/.test(sql)) seen.add(sql);
    return prepare(sql);
  };
  await everyCommit();
  await everyQuestion();
  await everyList();
  database.prepare = prepare;
});

async function everyCommit(): Promise<void> {
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  const tasks = Array.from({ length: 41 }, (_, index) =>
    givenTask(index + 1, { tags: ["a"], description: "x" }),
  );
  await store.commit(
    givenCommit({
      instances: { changed: [givenInstance(1, { version: 2 })] },
      tallies: [givenTally(4)],
      roster: { kept: [givenRoster(2, 4)], ended: [] },
      tasks: { added: tasks },
      delegations: { added: Array.from({ length: 41 }, (_, i) => givenHop(i + 1, { task: i + 1, seq: 1 })) },
      watches: [{ task: 1, dependent: 2 }],
      events: Array.from({ length: 41 }, (_, i) => givenEvent(i + 1, { actor: "cli:ada" })),
      mail: { added: [givenMail(1)] },
      deadLetters: [{ no: 9, envelope: givenMail(9).envelope, error: "x", at: NOW, times: 1 }],
      keys: [{ caller: "a", key: "k", fingerprint: "f", command: 1, at: NOW }],
      answers: [{ command: 1, body: "{}", at: NOW }],
    }),
  );
  await store.commit(
    givenCommit({
      tasks: {
        moved: [
          givenTask(1, { version: 2 }),
          givenDone(2, { version: 2 }),
          givenTask(3, { holder: 5, version: 2 }),
        ],
        edited: [givenTask(4, { dependsOn: [1], version: 2 })],
      },
      delegations: { changed: [givenHop(1, { seq: 1, status: "accepted", version: 2 })] },
      results: [givenResult(2)],
      mail: { added: [], done: [1] },
    }),
  );
}

async function everyQuestion(): Promise<void> {
  const { queries } = store;
  await store.counters();
  await store.directory();
  await store.actor(4);
  await store.watches(1, 0, 100);
  await store.mail(NOW, 0, 10);
  await store.due(NOW, 10);
  await store.nextDue();
  await store.commandByKey("a", "k");
  await store.ownLeases();
  await queries.tallies();
  await queries.taskAddress(givenTask(1).id.toUpperCase());
  await queries.taskAddress(1);
  await queries.delegationNo(givenHop(1).id);
  await queries.idsOf("task", [1, 2]);
  await queries.idsOf("delegation", [1, 2]);
  await queries.delegationsOf(1);
  await queries.resultsOf(2);
  await queries.mailbox(4, 10);
  await queries.runTasks("run");
  await queries.runs("run");
  await queries.stuck(10);
  await queries.histories(0, 10);
  for (const filter of [
    {},
    { instance: 4 },
    { names: ["task.created"] as const },
    { task: 1 },
    { instance: 4, names: ["task.failed"] as const },
  ]) {
    await queries.events({ since: 0, limit: 10, ...filter });
  }
}

const TASK_FILTERS: readonly Partial<TaskFilter>[] = [
  {},
  { holder: 4 },
  { holder: null },
  { status: ["queued"] },
  { status: ["done", "failed"] },
  { holder: 4, status: ["failed", "cancelled"] },
  { tags: ["a"] },
  { tags: ["a", "b"], notTags: ["c"] },
  { priority: ["urgent"] },
  { project: "p" },
  { assignee: "w" },
  { runId: "r" },
  { parentTask: 1 },
  { q: "x" },
  { q: "ü" },
  {
    holder: 4,
    status: ["queued", "done"],
    tags: ["a"],
    priority: ["low"],
    project: "p",
    assignee: "w",
    q: "x",
  },
];

async function everyList(): Promise<void> {
  const { queries } = store;
  const page = { limit: 5, cursor: null, count: true };
  for (const filter of TASK_FILTERS) {
    for (const sort of ["created", "-created", "priority", "updated", "-updated"] as const) {
      const { nextCursor } = await queries.tasks({ ...page, ...filter, sort });
      await queries.tasks({ ...page, ...filter, sort, cursor: nextCursor });
    }
  }
  for (const filter of [{}, { parent: 1 }, { all: true }, { scope: ["GLOBAL"] as const, q: "x" }]) {
    const { nextCursor } = await queries.instances({ ...page, limit: 2, ...filter });
    await queries.instances({ ...page, ...filter, cursor: nextCursor });
  }
  const both = { status: ["pending", "accepted"] as const };
  for (const filter of [
    {},
    both,
    { instance: 4 },
    { instance: 4, direction: "incoming" as const, ...both },
  ]) {
    const { nextCursor } = await queries.delegations({ ...page, ...filter });
    await queries.delegations({ ...page, ...filter, cursor: nextCursor });
  }
  await queries.deadLetters(page);
}

test("statements of every kind were seen", () => {
  expect(seen.size).toBeGreaterThan(80);
  for (const table of ["task", "delegation", "journal", "instance", "mailbox", "task_result"]) {
    expect(
      [...seen].some((sql) => sql.includes(`INSERT INTO ${table} `)),
      table,
    ).toBe(true);
  }
});

test("no question reads a growing table from end to end", () => {
  // Written for rows whose references are broken: an instance has none, so that these loops never run.
  expect(database.prepare("PRAGMA foreign_key_list(instance)").all()).toEqual([]);
  seen.delete([...seen].find((sql) => sql.startsWith("INSERT INTO instance ")) ?? "");
  const scans = [...seen].flatMap((sql) => {
    // The first page of the whole list, in order of its key: SQLite stops at the limit.
    const firstPage = !/\bwhere\b/i.test(sql) && / order by .* limit \d+$/.test(sql);
    const sorted = planOf(sql).some((line) => line.includes("TEMP B-TREE FOR ORDER BY"));
    return firstPage && !sorted
      ? []
      : planOf(sql)
          .filter((line) => GROWING.test(line))
          .map((line) => `${line} — ${sql}`);
  });
  expect(scans).toEqual([]);
});

test("lists come from their indexes in order, without sorting a growing table", () => {
  const sorting = [...seen].filter(
    (sql) =>
      sql.startsWith("select") &&
      !sql.includes("+t.no") &&
      planOf(sql).some((line) => line.includes("TEMP B-TREE")),
  );
  expect(sorting).toEqual([]);
});

test("the hot questions use the index made for them", () => {
  const uses = (part: string): string[] => [...seen].filter((sql) => sql.includes(part)).flatMap(planOf);
  expect(uses("WHERE t.keeper = ? AND t.status < 7").join()).toContain("task_open (keeper=?");
  expect(uses("WHERE due_at <= ?").join()).toContain("task_due (due_at<?");
  expect(uses("AND expires_at <= ?").join()).toContain("delegation_expiry (expires_at<?");
  expect(uses("WHERE target = ? AND status < 3").join()).toContain("delegation_hop (target=?");
  expect(uses("WHERE source = ? AND status = 1").join()).toContain("delegation_offer (source=?");
  expect(uses("FROM mailbox WHERE deliver_at = 0").join()).toContain(
    "mailbox_deliver (deliver_at=? AND rowid>?",
  );
  expect(uses("FROM event_rare WHERE name = ? AND instance = ?").join()).toContain(
    "PRIMARY KEY (name=? AND instance=? AND position>?",
  );
  expect(uses("FROM journal WHERE task = ?").join()).toContain("journal_task (task=? AND rowid>?");
});
