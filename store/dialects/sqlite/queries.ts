import { runChecks } from "../../doctor.ts";
import type { Queries } from "../../store.ts";
import { uuidOfBytes } from "../../tables/column.ts";
import type { Addresses } from "./addresses.ts";
import type { Database } from "./library.ts";
import type { Lists } from "./lists/index.ts";
import type { Identity } from "./meta.ts";
import { prepared } from "./prepared.ts";
import { STALE_ROSTERS, STUCK_INSTANCES, STUCK_TASKS } from "./stuck.ts";
import type { Tables } from "./tables.ts";

/** No limit: a task has some dozens of events. */
const ALL = -1;

export function linesOf(database: Database, sql: string): string[] {
  return (database.prepare(sql).all() as { line: string }[]).map(({ line }) => line);
}

/** One state of the store, also while another process writes. */
function inSnapshot<T>(database: Database, read: () => T): T {
  database.exec("BEGIN");
  try {
    return read();
  } finally {
    // A damaged page may have ended it. Nothing was written.
    if (database.inTransaction) database.exec("ROLLBACK");
  }
}

/** Ids of many rows in one question. */
function idsQuery(database: Database): Queries["idsOf"] {
  const among = (table: string) =>
    prepared(database, `SELECT no, id FROM ${table} WHERE no IN (SELECT value FROM json_each(?))`);
  const statements = { task: among("task"), delegation: among("delegation") };
  return (table, numbers) => {
    const rows = statements[table].all(JSON.stringify(numbers)) as { no: number; id: Buffer }[];
    return new Map(rows.map(({ no, id }) => [no, uuidOfBytes(id)]));
  };
}

/** What questions are answered from. */
interface QueryParts {
  readonly database: Database;
  readonly tables: Tables;
  readonly identity: Identity;
  readonly addresses: Addresses;
}

/** Questions that change nothing: single rows are prepared here, lists are MikroORM's (lists/), loaded when first asked. */
export function sqliteQueries({ database, tables, identity, addresses }: QueryParts): Queries {
  const stuck = prepared(database, `${STUCK_TASKS} LIMIT ?`);
  const uneasy = prepared(
    database,
    `SELECT no FROM (${STUCK_INSTANCES}) UNION SELECT child FROM (${STALE_ROSTERS}) LIMIT ?`,
  ).pluck();
  let loading: Promise<Lists> | undefined;
  const lists = (): Promise<Lists> => {
    loading ??= import("./lists/index.ts").then(({ openLists }) => openLists(database, tables, identity));
    return loading;
  };
  return {
    instance: (no) => tables.instance.byNo(no),
    tally: (no) => tables.tally.byNo(no),
    tallies: () => tables.tally.all(),
    instances: async (filter) => (await lists()).instances(filter),
    task: (no) => tables.task.byNo(no),
    taskAddress: (task) => addresses.of(task) ?? tables.task.address(task),
    tasks: async (filter) => (await lists()).tasks(filter),
    idsOf: idsQuery(database),
    delegation: (no) => tables.delegation.byNo(no),
    delegationNo: (id) => tables.delegation.noById(id),
    delegations: async (filter) => (await lists()).delegations(filter),
    delegationsOf: (task) => tables.delegation.ofTask(task),
    resultsOf: (task) => tables.result.ofTask(task),
    events: (filter) => tables.event.page(filter),
    deadLetters: async (page) => (await lists()).deadLetters(page),
    deadLetter: (no) => tables.deadLetter.byNo(no),
    mailbox: (actor, limit) => tables.mailbox.ofActor(actor, limit),
    runTasks: (runId) => tables.task.ofRun(runId),
    runs: (prefix) => tables.task.runs(prefix),
    histories: (from, limit) =>
      inSnapshot(database, () =>
        tables.task.after(from, limit).map((task) => ({
          task,
          delegations: tables.delegation.ofTask(task.no),
          events: tables.event.page({ since: 0, limit: ALL, task: task.no }).items,
        })),
      ),
    doctor: () => inSnapshot(database, () => runChecks((sql) => linesOf(database, sql))),
    uneasy: (limit) => uneasy.all(limit) as number[],
    stuck: (limit) => stuck.all(limit) as { task: number; keeper: number }[],
  };
}
