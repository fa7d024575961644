import { runChecks } from "../../doctor.ts";
import type { Queries } from "../../store.ts";
import { idsQuery } from "./ids.ts";
import type { Database } from "./library.ts";
import type { Lists } from "./lists/index.ts";
import type { Identity } from "./meta.ts";
import { stuckQuery } from "./stuck.ts";
import type { Tables } from "./tables.ts";

/** No limit: a task has some dozens of events. */
const ALL = -1;

function linesOf(database: Database, sql: string): string[] {
  return (database.prepare(sql).all() as { line: string }[]).map(({ line }) => line);
}

/** One state of the store, also while another process writes. */
function inSnapshot<T>(database: Database, read: () => T): T {
  database.exec("BEGIN");
  try {
    return read();
  } finally {
    // A damaged page may have ended it.
    if (database.inTransaction) database.exec("COMMIT");
  }
}

/** Questions that change nothing: single rows are prepared here, lists are MikroORM's (lists/), loaded when first asked. */
export function sqliteQueries(database: Database, tables: Tables, identity: Identity): Queries {
  const stuck = stuckQuery(database);
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
    taskAddress: (task) => tables.task.address(task),
    tasks: async (filter) => (await lists()).tasks(filter),
    idsOf: idsQuery(database),
    delegation: (no) => tables.delegation.byNo(no),
    delegationNo: (id) => tables.delegation.noById(id),
    delegations: async (filter) => (await lists()).delegations(filter),
    delegationsOf: (task) => tables.delegation.ofTask(task),
    resultsOf: (task) => tables.result.ofTask(task),
    events: (filter) => tables.event.page(filter),
    deadLetters: async (page) => (await lists()).deadLetters(page),
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
    stuck: (_now, limit) => stuck(limit),
  };
}
