import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFile } from "../../store/dialects/sqlite/connection.ts";
import { emptyImage, imageAfter, newImage } from "../../store/dialects/sqlite/image.ts";
import { sqliteLibrary, type Database } from "../../store/dialects/sqlite/library.ts";
import { readIdentity } from "../../store/dialects/sqlite/meta.ts";
import { sqliteStore, type SqliteStore } from "../../store/dialects/sqlite/sqlite-store.ts";
import { STEPS } from "../../store/migrations/index.ts";
import { backupPath, migrate } from "../../store/migrations/migrate.ts";
import { statementsOf, type SchemaStep } from "../../store/migrations/steps.ts";
import { openStore } from "../../store/open.ts";
import { readSources } from "../support/project-files.ts";
import { readFacts } from "../support/source-facts.ts";
import {
  givenCommit,
  givenDone,
  givenEnvironment,
  givenEvent,
  givenHop,
  givenResult,
  givenTask,
  givenTree,
  NOW,
} from "../support/store-given.ts";

const ROOT = join(import.meta.dirname, "../..");
const FACTS = { id: "store", createdAt: NOW, program: "hopper 0" };
const VERSIONS = STEPS.map(({ version }) => version);
const NEXT = STEPS.length + 1;

const newName: SchemaStep = {
  version: NEXT,
  name: "999-new-event",
  touches: "words",
  sql: () => ["INSERT INTO word (kind, code, text) VALUES ('event', 250, 'task.praised');\n"],
};
const newTable: SchemaStep = {
  version: NEXT,
  name: "999-new-table",
  touches: "tables",
  sql: () => ["CREATE TABLE praise (task INTEGER PRIMARY KEY);\n"],
};

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "hopper-steps-")), "store.db");
});
afterEach(() => {
  rmSync(dirname(path), { recursive: true, force: true });
});

describe("a step, once written, stays as it is", () => {
  test("it imports parts of its own and the type of a step, nothing that changes", () => {
    const steps = [...readSources(ROOT, ["store/migrations"])].filter(([file]) => /\/\d{3}-/.test(file));
    expect(steps.length).toBeGreaterThan(STEPS.length);
    for (const [file, text] of steps) {
      const own = /\/(\d{3}-[a-z-]+)/.exec(file)?.[1];
      for (const { kind, specifier } of readFacts(text).imports) {
        const isType = kind === "type" && specifier === "./steps.ts";
        expect(isType || specifier?.startsWith(`./${own}/`), `${file} imports ${specifier}`).toBe(true);
      }
    }
  });

  test("its text is the one that files went through", () => {
    const texts = STEPS.map((step) => [
      step.name,
      createHash("sha256").update(step.sql().join("")).digest("hex").slice(0, 16),
    ]);
    expect(texts).toEqual([
      ["001-base", "a80e6659e2a558a1"],
      ["002-words-and-views", "b16b3f2c7dbfa9c5"],
      ["003-what-is-rare", "bab4487be9b700ff"],
      ["004-event-fields", "dfccaebbc2d49ada"],
      ["005-packed-journal", "a3fe519e8b2156f9"],
    ]);
  });

  test("one that says it touches words alone inserts words and makes views", () => {
    for (const step of [...STEPS, newName].filter(({ touches }) => touches === "words")) {
      for (const statement of statementsOf(step))
        expect(statement).toMatch(/^(INSERT INTO word |(CREATE|DROP) VIEW )/);
    }
  });
});

/** Rows as this version writes them. */
async function filled(): Promise<SqliteStore> {
  const store = (await openStore({ url: "sqlite::memory:", ...givenEnvironment() })) as SqliteStore;
  await store.commit(
    givenCommit({
      instances: { added: givenTree() },
      tasks: { added: [givenTask(1, { tags: ["a"] }), givenDone(2)] },
      delegations: { added: [givenHop(1)] },
      results: [givenResult(2)],
      events: [givenEvent(1, { task: 1, actor: "cli:ada", data: { a: 1 } }), givenEvent(2, { task: 2 })],
    }),
  );
  return store;
}

/** What stood in tables that are gone: `event` is a view by now. */
const OLDER_TABLES: Readonly<Record<string, string>> = {
  event_stretch: `(SELECT DISTINCT position / 1024 AS stretch, instance, name FROM event
    UNION SELECT position / 1024, -1, name FROM event)`,
};

/** A file whose schema went through the first steps only, with the rows of a store. */
function writeOlder(version: number, from: Database): void {
  writeFileSync(path, newImage(FACTS, "rollback", imageAfter(STEPS.slice(0, version))));
  const older = new (sqliteLibrary())(path);
  older.pragma("foreign_keys = OFF");
  const triggers = older.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers as { name: string }[]) older.exec(`DROP TRIGGER ${name}`);
  const tables = older
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite%'")
    .pluck()
    .all() as string[];
  for (const name of tables.filter(
    (one) => !["meta", "counter", "word", "mikro_orm_migrations"].includes(one),
  )) {
    const columns = older
      .prepare(`SELECT '"' || name || '"' FROM pragma_table_info('${name}')`)
      .pluck()
      .all();
    const into = `${name} (${columns.join(", ")})`;
    const insert = older.prepare(`INSERT INTO ${into} VALUES (${columns.map(() => "?").join(", ")})`);
    const rows = from
      .prepare(`SELECT ${columns.join(", ")} FROM ${OLDER_TABLES[name] ?? name}`)
      .raw()
      .all() as unknown[][];
    for (const row of rows) insert.run(...row);
  }
  for (const { sql } of triggers as { sql: string }[]) older.exec(sql);
  older.close();
}

const wordsOf = (database: Database): unknown[] =>
  database.prepare("SELECT kind, code, text FROM word WHERE code < 250 ORDER BY kind, code").all();

describe.each(VERSIONS)("a file of version %i", (version) => {
  test("has every row and all words after its migration, and a new name when a step brings one", async () => {
    const rows = await filled();
    writeOlder(version, rows.database);
    const database = openFile(path);
    await migrate(database, path, version, [...STEPS, newName]);
    expect(database.pragma("user_version", { simple: true })).toBe(NEXT);
    expect(wordsOf(database)).toEqual(wordsOf(new (sqliteLibrary())(emptyImage())));
    database.exec(
      `INSERT INTO journal (position, at, cause, events) VALUES (3, ${NOW}, 0, '[[250,4]]');
       INSERT INTO event_rare (name, instance, position) VALUES (250, 4, 3)`,
    );
    expect(database.prepare("SELECT event FROM event_view WHERE position = 3").pluck().get()).toBe(
      "task.praised",
    );
    const identity = readIdentity(database, path);
    const release = (): void => undefined;
    const fence = (): boolean => true;
    const store = sqliteStore({ database, url: `sqlite:${path}`, identity, readOnly: false, fence, release });
    for (const no of [1, 2]) expect(store.task(no)).toEqual(await rows.task(no));
    expect(store.directory()).toEqual(await rows.directory());
    expect(store.delegation(1)).toEqual(await rows.delegation(1));
    const asked = { since: 0, limit: 10, instance: 4, names: ["task.created"] as const };
    expect(await store.queries.events(asked)).toMatchObject({
      items: (await rows.queries.events(asked)).items,
    });
    await store.close();
  });

  test("is copied before a step touches its tables, and not for new words alone", async () => {
    writeOlder(version, (await filled()).database);
    const database = openFile(path);
    await migrate(database, path, version, STEPS);
    expect(existsSync(backupPath(path, version))).toBe(version < STEPS.length);
    await migrate(database, path, STEPS.length, [...STEPS, newName]);
    expect(existsSync(backupPath(path, STEPS.length))).toBe(false);
    await migrate(database, path, STEPS.length + 1, [...STEPS, newName, { ...newTable, version: NEXT + 1 }]);
    expect(existsSync(backupPath(path, STEPS.length + 1))).toBe(true);
    database.close();
  });
});
