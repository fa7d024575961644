import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openFile } from "../../store/dialects/sqlite/connection.ts";
import { emptyImage, imageAfter, newImage } from "../../store/dialects/sqlite/image.ts";
import { sqliteLibrary, type Database } from "../../store/dialects/sqlite/library.ts";
import { SCHEMA_VERSION, STEPS } from "../../store/migrations/index.ts";
import { backupPath, migrate } from "../../store/migrations/migrate.ts";
import { statementsOf, type SchemaStep } from "../../store/migrations/steps.ts";
import { openStore, type Upgrade } from "../../store/open.ts";
import { WORDS } from "../../store/tables/codes.ts";
import {
  givenCommit,
  givenEvent,
  givenHop,
  givenEnvironment,
  givenTask,
  givenTree,
  NOW,
} from "../support/store-given.ts";

vi.mock("node:fs", { spy: true });
vi.mock("../../store/migrations/migrate.ts", { spy: true });

const MIGRATOR = fileURLToPath(new URL("../support/store-migrator.ts", import.meta.url));
const FACTS = { id: "store", createdAt: NOW, program: "hopper 0" };

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "hopper-migrate-")), "store.db");
});
afterEach(() => {
  rmSync(dirname(path), { recursive: true, force: true });
});

const open = () => openStore({ url: `sqlite:${path}`, lockWaitMs: 0, ...givenEnvironment() });
const databaseOf = (store: object): Database => (store as { database: Database }).database;

/** Everything the schema consists of, as text in one order; the notes of the Migrator aside. */
function schemaOf(database: Database): string[] {
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").raw().all();
  return (rows as [string, string, string | null][])
    .filter(([, name]) => !name.startsWith("mikro_orm") && !name.startsWith("sqlite_"))
    .map(([type, name, sql]) => `${type} ${name}: ${sql?.replaceAll(/\s+/g, " ")}`);
}

describe("an older store", () => {
  test("is brought to this version with a backup of what it was", async () => {
    writeFileSync(path, newImage(FACTS, "wal", imageAfter(STEPS.slice(0, 1))));
    chmodSync(path, 0o600);
    const store = await open();
    expect(store.id).toBe("store");
    const database = databaseOf(store);
    expect(database.pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
    expect(schemaOf(database)).toEqual(schemaOf(new (sqliteLibrary())(emptyImage())));
    expect(database.prepare("SELECT name FROM mikro_orm_migrations ORDER BY id").pluck().all()).toEqual(
      STEPS.map(({ name }) => name),
    );
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
    await store.close();
    const backup = new (sqliteLibrary())(backupPath(path, 1), { readonly: true });
    expect(backup.pragma("user_version", { simple: true })).toBe(1);
    backup.close();
    expect((statSync(backupPath(path, 1)).mode & 0o777).toString(8)).toBe("600");
    const again = await open();
    expect(await again.directory()).toHaveLength(5);
    await again.close();
  });

  test("is said before it is begun on, and refused where there is no room for a copy and the new tables", async () => {
    writeFileSync(path, newImage(FACTS, "wal", imageAfter(STEPS.slice(0, 2))));
    const before = readFileSync(path);
    const said: Upgrade[] = [];
    const reopen = async (): Promise<void> =>
      await (
        await openStore({
          url: `sqlite:${path}`,
          ...givenEnvironment(),
          onUpgrade: (one) => void said.push(one),
        })
      ).close();
    const { type, bsize, blocks, bfree, files, ffree, frsize } = statfsSync(path);
    const stat = { type, bsize, blocks, bfree, files, ffree, frsize, bavail: 10 };
    vi.mocked(statfsSync).mockReturnValueOnce(stat);
    await expect(reopen()).rejects.toMatchObject({
      kind: "full",
      message: expect.stringMatching(
        /^bringing up to date .*store\.db needs 1 MiB on its disk, 1 MiB are free$/,
      ) as unknown,
    });
    expect([readFileSync(path).equals(before), said]).toEqual([true, []]);
    await reopen();
    expect(said).toEqual([
      { path, bytes: before.length, from: 2, to: SCHEMA_VERSION, copy: backupPath(path, 2) },
    ]);
    await reopen();
    expect(said).toHaveLength(1);
  });

  test("whose disk becomes full meanwhile is as it was, and says so in the words of a full disk", async () => {
    writeFileSync(path, newImage(FACTS, "wal", imageAfter(STEPS.slice(0, 2))));
    const full = Object.assign(new Error("database or disk is full"), {
      name: "SqliteError",
      code: "SQLITE_FULL",
    });
    vi.mocked(migrate).mockRejectedValueOnce(full);
    await expect(open()).rejects.toMatchObject({ name: "StoreError", kind: "full", path });
    expect(readdirSync(dirname(path)).filter((name) => name.includes("backup"))).toEqual([]);
    await (await open()).close();
  });

  test("leaves no half of a copy when that cannot be made", async () => {
    await (await open()).close();
    const database = openFile(path);
    const spied = vi.mocked(renameSync).mockImplementationOnce(() => {
      throw new Error("no room");
    });
    await expect(migrate(database, path, 1)).rejects.toThrow("no room");
    expect(spied).toHaveBeenCalled();
    expect(readdirSync(dirname(path)).filter((name) => name.includes("backup"))).toEqual([]);
    database.close();
  });

  test("has its journal noted, so that filtered reads find what they found before", async () => {
    const old = new (sqliteLibrary())(newImage(FACTS, "rollback", imageAfter(STEPS.slice(0, 2))));
    old.exec(
      `WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 9000)
        INSERT INTO event (position, at, name, instance, cause) SELECT no, ${NOW}, 11, no / 4500, -1 FROM n;
      UPDATE counter SET position = 9000, command = 1`,
    );
    const store = await openStore({ url: "sqlite::memory:", image: old.serialize(), ...givenEnvironment() });
    const { items } = await store.queries.events({
      since: 0,
      limit: 10,
      instance: 2,
      names: ["task.created"],
    });
    expect(items.map(({ position }) => position)).toEqual([9000]);
    const findings = await store.queries.doctor();
    expect(findings.find(({ check }) => check === "E5")?.broken).toEqual([]);
    await store.close();
  });

  test("in memory needs no backup", async () => {
    const image = newImage(FACTS, "rollback", imageAfter(STEPS.slice(0, 1)));
    const store = await openStore({ url: "sqlite::memory:", image, ...givenEnvironment() });
    expect(databaseOf(store).pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
  });

  test("stays as it was when a step fails", async () => {
    await (await open()).close();
    const database = openFile(path);
    const before = schemaOf(database);
    const broken: SchemaStep = {
      version: SCHEMA_VERSION + 1,
      name: "999-broken",
      touches: "tables",
      sql: () => ["CREATE TABLE half (x);\n", "CREATE TABLE half (x);\n"],
    };
    await expect(migrate(database, path, SCHEMA_VERSION, [...STEPS, broken])).rejects.toThrow(
      "already exists",
    );
    expect(schemaOf(database)).toEqual(before);
    expect(database.pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
    database.close();
    await (await open()).close();
  });

  test("killed while it is migrated, is of the old version or the new one", async () => {
    await (await open()).close();
    const original = readFileSync(path);
    const endings = new Set<string>();
    for (const delay of [0, 100, 200, 400, 800, 5_000]) {
      for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name));
      writeFileSync(path, original);
      const child = spawn(process.execPath, [MIGRATOR, path, "300000"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines = createInterface(child.stdout);
      await once(lines, "line");
      const exit = once(child, "exit");
      await Promise.race([pause(delay), exit]);
      child.kill("SIGKILL");
      await exit;
      const copy = `${path}.copy`;
      for (const suffix of ["", "-wal"])
        if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
      const database = new (sqliteLibrary())(copy);
      const version = database.pragma("user_version", { simple: true });
      const filled = database
        .prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'filler'")
        .pluck()
        .get();
      const rows = filled === 1 ? database.prepare("SELECT count(*) FROM filler").pluck().get() : 0;
      endings.add(`version ${String(version)} rows ${String(rows)}`);
      expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
      database.close();
    }
    const [old, fresh] = [`version ${SCHEMA_VERSION} rows 0`, `version ${SCHEMA_VERSION + 1} rows 300000`];
    expect([...endings].toSorted()).toEqual([old, fresh].toSorted());
  });
});

describe("the schema", () => {
  test("built at once equals the one built statement by statement", () => {
    const database = new (sqliteLibrary())(":memory:");
    for (const step of STEPS) for (const statement of statementsOf(step)) database.prepare(statement).run();
    expect(schemaOf(database)).toEqual(schemaOf(new (sqliteLibrary())(emptyImage())));
  });

  test("tells the words behind the codes, each code once", () => {
    const database = new (sqliteLibrary())(emptyImage());
    for (const [kind, codes] of Object.entries(WORDS)) {
      const rows = database.prepare("SELECT text, code FROM word WHERE kind = ?").raw().all(kind) as [
        string,
        number,
      ][];
      expect(Object.fromEntries(rows)).toEqual(codes);
    }
  });

  test("shows records as people know them", async () => {
    const store = await openStore({ url: "sqlite::memory:", ...givenEnvironment() });
    await store.commit(givenCommit({ instances: { added: givenTree() } }));
    await store.commit(
      givenCommit({
        tasks: { added: [givenTask(7, { payload: "{}" })] },
        delegations: { added: [givenHop(3, { task: 7 })] },
        events: [givenEvent(1, { task: 7, delegation: 3, actor: "cli:ada", cause: -17, data: { a: 1 } })],
      }),
    );
    const first = (view: string, where = "1"): unknown =>
      databaseOf(store).prepare(`SELECT * FROM ${view} WHERE ${where}`).get();
    expect(first("instance_view", "no = 4")).toMatchObject({
      name: "instance-4",
      scope: "ORCHESTRATION",
      type: "persistent",
      parent: "instance-2",
      status: "running",
      created_at: "2025-06-15T15:06:40.000Z",
    });
    expect(first("task_view")).toMatchObject({
      ref: "T-7",
      id: givenTask(7).id,
      status: "queued",
      priority: "medium",
      holder: "instance-4",
      payload: "{}",
      completed_at: null,
    });
    expect(first("delegation_view")).toMatchObject({
      ref: "D-3",
      task: "T-7",
      source: "instance-2",
      target: "instance-4",
      status: "pending",
      type: "route",
    });
    expect(first("event_view")).toMatchObject({
      event: "task.created",
      actor: "cli:ada",
      cause: "C-17",
      task: "T-7",
      delegation: "D-3",
      data: '{"a":1}',
    });
  });
});
