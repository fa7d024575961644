import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { transactor } from "../../store/dialects/sqlite/commit.ts";
import { commitErrorOf } from "../../store/dialects/sqlite/errors.ts";
import { sqliteLibrary, type Database } from "../../store/dialects/sqlite/library.ts";
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

test("where the log has taken all room there was, it is emptied and the commit made once more", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hopper-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = new (sqliteLibrary())(join(folder, "log.db"));
  database.pragma("journal_mode = WAL");
  database.exec("CREATE TABLE one (no INTEGER)");
  const logged = (): number => statSync(join(folder, "log.db-wal")).size;
  // A disk that has room for the file, and for a log of nothing else.
  const small = new Proxy(database, {
    get(target, name) {
      if (name !== "prepare") {
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      }
      return (sql: string) => {
        const statement = target.prepare(sql);
        if (sql !== "COMMIT") return statement;
        return {
          run: () => {
            if (logged() > 0)
              throw Object.assign(new Error("full"), { name: "SqliteError", code: "SQLITE_FULL" });
            return statement.run();
          },
        };
      };
    },
  });
  const forgotten = { forget: () => undefined };
  const tables = { who: forgotten, event: forgotten } as unknown as Parameters<typeof transactor>[1];
  const transact = transactor(small, tables, () => true);
  transact(() => void database.exec("INSERT INTO one VALUES (1)"));
  expect(database.prepare("SELECT no FROM one").all()).toEqual([{ no: 1 }]);
  // Somebody reads: the log cannot be emptied, and it stays refused.
  const reader = new (sqliteLibrary())(join(folder, "log.db"), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT * FROM one").all();
  database.pragma("busy_timeout = 1");
  expect(() => transact(() => void database.exec("INSERT INTO one VALUES (2)"))).toThrow(
    expect.objectContaining({ kind: "full" }),
  );
  reader.close();
  transact(() => void database.exec("INSERT INTO one VALUES (2)"));
  expect(database.prepare("SELECT count(*) AS many FROM one").get()).toEqual({ many: 2 });
  database.close();
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
