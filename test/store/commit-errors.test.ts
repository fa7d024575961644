import { expect, test } from "vitest";
import { commitErrorOf } from "../../store/dialects/sqlite/errors.ts";
import type { Database } from "../../store/dialects/sqlite/library.ts";
import { openStore } from "../../store/open.ts";
import { CommitError, type Store } from "../../store/store.ts";
import {
  givenCommit,
  givenDone,
  givenEvent,
  givenInstance,
  givenEnvironment,
  givenTask,
  givenTree,
} from "../support/store-given.ts";

const databaseOf = (store: Store): Database => (store as unknown as { database: Database }).database;

async function arrange(): Promise<Store> {
  const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
  await store.commit(givenCommit({ instances: { added: givenTree() } }));
  return store;
}

function refusal(store: Store, part: Parameters<typeof givenCommit>[0]): CommitError {
  try {
    void store.commit(givenCommit(part));
  } catch (error) {
    return error as CommitError;
  }
  throw new Error("the commit was not refused");
}

test("a refused commit names the rule as the database does", async () => {
  const store = await arrange();
  const twice = refusal(store, { tasks: { added: [givenTask(1), givenTask(1)] } });
  expect(twice).toMatchObject({ kind: "unique", rule: "task.no" });
  expect(twice.message).toBe("commit refused (unique): task.no");
  expect(refusal(store, { tasks: { added: [givenDone(1, { pendingHop: 4 })] } })).toMatchObject({
    kind: "constraint",
    rule: "T7: a final task has no lease and no offer",
  });
  expect(refusal(store, { tasks: { added: [givenTask(1, { holder: 9 })] } })).toMatchObject({
    kind: "constraint",
    rule: "FOREIGN KEY constraint failed",
  });
  expect(
    refusal(store, { instances: { changed: [givenInstance(1, { name: givenInstance(2).id })] } }),
  ).toMatchObject({
    kind: "unique",
    rule: "the name is the id of another live instance",
  });
});

test("a store that is full stays readable and goes on when there is room", async () => {
  const store = await arrange();
  const database = databaseOf(store);
  database.pragma(`max_page_count = ${String(database.pragma("page_count", { simple: true }))}`);
  const big = { tasks: { added: [givenTask(1, { payload: JSON.stringify("x".repeat(500_000)) })] } };
  expect(refusal(store, big)).toMatchObject({ kind: "full" });
  expect(await store.task(1)).toBeNull();
  database.pragma("max_page_count = 1000000");
  await store.commit(givenCommit(big));
  expect(await store.task(1)).not.toBeNull();
});

test("a connection that is closed, or may not write, is an I/O error", async () => {
  const store = await arrange();
  databaseOf(store).pragma("query_only = ON");
  expect(refusal(store, { tasks: { added: [givenTask(1)] } })).toMatchObject({ kind: "io" });
  databaseOf(store).close();
  expect(refusal(store, { tasks: { added: [givenTask(1)] } })).toMatchObject({ kind: "io" });
});

test("a rollback that fails is what is reported", async () => {
  const store = await arrange();
  const database = databaseOf(store);
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => prepare(sql === "ROLLBACK" ? "SELECT 1 AS not_a_rollback" : sql);
  expect(refusal(store, { events: [givenEvent(9)] })).toMatchObject({ kind: "constraint" });
});

test("codes of SQLite become kinds the loop knows", () => {
  const sqlite = (code: string, message = "it says") =>
    Object.assign(new Error(message), { name: "SqliteError", code });
  const kinds: Record<string, string> = {
    SQLITE_CONSTRAINT_UNIQUE: "unique",
    SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
    SQLITE_CONSTRAINT_ROWID: "unique",
    SQLITE_CONSTRAINT_CHECK: "constraint",
    SQLITE_CONSTRAINT_NOTNULL: "constraint",
    SQLITE_CONSTRAINT_DATATYPE: "constraint",
    SQLITE_CONSTRAINT_TRIGGER: "constraint",
    SQLITE_TOOBIG: "constraint",
    SQLITE_MISMATCH: "constraint",
    SQLITE_FULL: "full",
    SQLITE_BUSY: "busy",
    SQLITE_BUSY_SNAPSHOT: "busy",
    SQLITE_LOCKED: "busy",
    SQLITE_IOERR_FSYNC: "io",
    SQLITE_CORRUPT: "io",
    SQLITE_READONLY: "io",
    SQLITE_NOMEM: "io",
  };
  for (const [code, kind] of Object.entries(kinds)) expect(commitErrorOf(sqlite(code)).kind, code).toBe(kind);
  expect(commitErrorOf(sqlite("SQLITE_CONSTRAINT_TRIGGER", "unique: a name")).rule).toBe("a name");
  expect(commitErrorOf(sqlite("SQLITE_CONSTRAINT_UNIQUE", "UNIQUE constraint failed: task.id")).rule).toBe(
    "task.id",
  );
  expect(commitErrorOf("thrown text")).toMatchObject({ kind: "constraint", rule: "thrown text" });
  const known = new CommitError("full", "x");
  expect(commitErrorOf(known)).toBe(known);
});
