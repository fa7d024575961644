import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageAfter } from "../../store/dialects/sqlite/image.ts";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";
import { lockPaths } from "../../store/dialects/sqlite/owner-lock.ts";
import { STEPS } from "../../store/migrations/index.ts";
import type { SchemaStep } from "../../store/migrations/steps.ts";
import { openStore, serialize, StoreError, type OpenOptions } from "../../store/open.ts";
import {
  givenCommit,
  givenEvent,
  givenEnvironment,
  givenTask,
  givenTree,
  NOW,
} from "../support/store-given.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-open-"));
  path = join(folder, "store.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (over: Partial<OpenOptions> = {}) =>
  openStore({ url: `sqlite:${path}`, lockWaitMs: 0, ...givenEnvironment(), ...over });
/** A step that this version does not know. */
const later: SchemaStep = {
  version: STEPS.length + 1,
  name: "later",
  touches: "tables",
  sql: () => ["CREATE TABLE later (x);"],
};
const kindOf = async (opening: Promise<unknown>): Promise<string> => {
  try {
    await opening;
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
  throw new Error("the store was opened");
};
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

/** A store with rows, closed, or with its log left beside it as after a crash. */
async function writeStore(crashed = false): Promise<void> {
  const store = await open();
  await store.commit(givenCommit({ instances: { added: givenTree() }, events: [givenEvent(1)] }));
  const tasks = Array.from({ length: 500 }, (_, index) => givenTask(index + 1));
  await store.commit(givenCommit({ tasks: { added: tasks } }));
  if (crashed) for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, `${path}${suffix}.left`);
  await store.close();
  if (!crashed) return;
  for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}.left`, path + suffix);
}

describe("a new store", () => {
  test("is made with its folder, both for its owner only", async () => {
    path = join(folder, "deep", "state", "store.db");
    const store = await open();
    await store.commit(givenCommit());
    expect(modeOf(join(folder, "deep", "state"))).toBe("700");
    for (const file of ["store.db", "store.db-wal", "store.db-shm", "lock.db", "lock.pid"]) {
      expect(modeOf(join(folder, "deep", "state", file)), file).toBe("600");
    }
    await store.close();
    expect(readdirSync(join(folder, "deep", "state")).toSorted()).toEqual(["lock.db", "store.db"]);
  });

  test("leaves the mode of a folder that was there", async () => {
    chmodSync(folder, 0o755);
    await (await open()).close();
    expect(modeOf(folder)).toBe("755");
  });

  test("may stand on an empty file, and keeps its identity", async () => {
    writeFileSync(path, "");
    const first = await open();
    const { id } = first;
    await first.close();
    const again = await open();
    expect(again.id).toBe(id);
    expect(again.url).toBe(`sqlite:${path}`);
    await again.close();
  });

  test("notes when and by whom it was made", async () => {
    const store = await open({ url: "sqlite::memory:", program: "hopper 9.9.9" });
    const { database } = store as unknown as { database: InstanceType<ReturnType<typeof sqliteLibrary>> };
    expect(
      Object.fromEntries(database.prepare("SELECT key, value FROM meta").raw().all() as [string, string][]),
    ).toEqual({
      store_id: store.id,
      generation: "1",
      created_at: String(NOW),
      created_by: "hopper 9.9.9",
      owner: expect.any(String),
    });
  });

  test("has every setting that durability and speed rest on", async () => {
    const store = await open();
    const { database } = store as unknown as { database: { pragma(name: string, how: object): unknown } };
    const read = (name: string): unknown => database.pragma(name, { simple: true });
    expect(
      ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint"].map(read),
    ).toEqual(["wal", 2, 1, 250, 20_000]);
    await store.close();
  });

  test("is asked for by a URL that says so", async () => {
    for (const url of ["", "sqlite:", "postgres://localhost/x", "/tmp/store.db"]) {
      expect(await kindOf(open({ url }))).toBe("bad_url");
    }
  });
});

describe("what cannot be opened is left as it is", () => {
  /** Everything in the folder but the lock, byte by byte. */
  const contents = (): Map<string, string> =>
    new Map(
      readdirSync(folder)
        .filter((name) => !name.startsWith("lock."))
        .map((name) => [
          name,
          createHash("sha256")
            .update(readFileSync(join(folder, name)))
            .digest("hex"),
        ]),
    );
  /** How it was refused in each mode, and whether anything changed. */
  async function refusals(): Promise<unknown> {
    const before = JSON.stringify([...contents()]);
    const kinds = [await kindOf(open()), await kindOf(open({ mode: "read" }))];
    return {
      kinds,
      unchanged: JSON.stringify([...contents()]) === before,
      locked: existsSync(join(folder, "lock.db")),
    };
  }
  const unchanged = (kind: string) => ({ kinds: [kind, kind], unchanged: true, locked: false });

  test("a folder", async () => {
    mkdirSync(path);
    for (const mode of ["own", "read"] as const) expect(await kindOf(open({ mode }))).toBe("directory");
  });

  test("a path through a file", async () => {
    writeFileSync(join(folder, "file"), "x");
    path = join(folder, "file", "store.db");
    for (const mode of ["own", "read"] as const) expect(await kindOf(open({ mode }))).toBe("not_permitted");
  });

  test("a store whose owner cannot be named, and its lock is free again", async () => {
    mkdirSync(join(folder, "lock.pid"));
    expect(await kindOf(open())).toBe("directory");
    rmSync(join(folder, "lock.pid"), { recursive: true });
    await (await open()).close();
  });

  test.skipIf(process.getuid?.() === 0)("a file of somebody else", async () => {
    await writeStore();
    chmodSync(path, 0o000);
    expect(await kindOf(open())).toBe("not_permitted");
  });

  test("a file that is no database", async () => {
    for (const bytes of ["x", "not a database at all, ".repeat(500)]) {
      writeFileSync(path, bytes);
      expect(await refusals()).toEqual(unchanged("foreign"));
    }
  });

  test("a database of something else, also an empty one", async () => {
    const database = new (sqliteLibrary())(path);
    database.pragma("journal_mode = WAL");
    database.exec("CREATE TABLE film (title TEXT)");
    database.close();
    expect(await refusals()).toEqual(unchanged("foreign"));
  });

  test("a store of a newer Hopper, which is named", async () => {
    writeFileSync(path, imageAfter([...STEPS, later]));
    expect(await refusals()).toEqual(unchanged("newer"));
    await expect(open()).rejects.toThrow(
      `was written by a newer Hopper (schema ${STEPS.length + 1}), you have schema ${STEPS.length}`,
    );
  });

  test("a store whose newer schema stands in the log only", async () => {
    const database = new (sqliteLibrary())(path);
    await writeStore().catch(() => undefined);
    database.close();
    const newer = new (sqliteLibrary())(path);
    newer.pragma(`user_version = ${STEPS.length + 1}`);
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, `${path}${suffix}.left`);
    newer.close();
    for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}.left`, path + suffix);
    const before = contents();
    expect(await kindOf(open())).toBe("newer");
    expect(contents()).toEqual(before);
  });

  test("a truncated store, with and without its log", async () => {
    await writeStore();
    truncateSync(path, statSync(path).size - 8_192);
    await expect(open()).rejects.toMatchObject({ kind: "damaged" });
    expect(readdirSync(folder).toSorted()).toEqual(["lock.db", "store.db"]);
    rmSync(path);
    await writeStore(true);
    truncateSync(path, 8_192);
    const before = contents();
    expect(await kindOf(open())).toBe("damaged");
    expect(contents()).toEqual(before);
  });

  test("a store cut by some bytes, also for those who only look: not while somebody owns it", async () => {
    await writeStore(true);
    truncateSync(path, statSync(path).size - 100);
    expect(await refusals()).toMatchObject({ kinds: ["damaged", "damaged"], unchanged: true });
    const { lock } = lockPaths(path);
    const owner = new (sqliteLibrary())(lock);
    owner.exec("BEGIN EXCLUSIVE");
    await (await open({ mode: "read" })).close();
    owner.close();
  });

  test("an empty file beside a log that is not", async () => {
    await writeStore(true);
    truncateSync(path, 0);
    const before = contents();
    expect(await kindOf(open())).toBe("damaged");
    expect(contents()).toEqual(before);
  });

  test("a store with a broken schema, without its version, or without its identity", async () => {
    await writeStore();
    const whole = readFileSync(path);
    const broken = Buffer.from(whole);
    broken.fill(0xff, 100, 4_096);
    writeFileSync(path, broken);
    expect(await refusals()).toMatchObject({ kinds: ["damaged", "damaged"], unchanged: true });
    const versionless = Buffer.from(whole);
    versionless.writeUInt32BE(0, 60);
    writeFileSync(path, versionless);
    expect(await refusals()).toMatchObject({ kinds: ["damaged", "damaged"], unchanged: true });
    writeFileSync(path, whole);
    const database = new (sqliteLibrary())(path);
    database.exec("DELETE FROM meta");
    database.close();
    expect(await refusals()).toMatchObject({ kinds: ["damaged", "damaged"], unchanged: true });
  });

  test("bytes that are no store of this version", async () => {
    const url = "sqlite::memory:";
    expect(await kindOf(open({ url, image: Buffer.from("nothing") }))).toBe("foreign");
    expect(await kindOf(open({ url, image: imageAfter([...STEPS, later]) }))).toBe("newer");
    expect(await kindOf(open({ url, image: imageAfter(STEPS) }))).toBe("damaged");
  });
});

describe("reading beside an owner", () => {
  test("needs a store of this version", async () => {
    expect(await kindOf(open({ mode: "read" }))).toBe("missing");
    writeFileSync(path, "");
    expect(await kindOf(open({ mode: "read" }))).toBe("missing");
    writeFileSync(path, imageAfter(STEPS.slice(0, 1)));
    expect(await kindOf(open({ mode: "read" }))).toBe("older");
  });

  test("sees what was committed, also later, and writes nothing", async () => {
    const owner = await open();
    await owner.commit(givenCommit({ instances: { added: givenTree() } }));
    const reader = await open({ mode: "read" });
    expect(await reader.directory()).toHaveLength(5);
    await owner.commit(givenCommit({ tasks: { added: [givenTask(1)] } }));
    expect(await reader.task(1)).toEqual(givenTask(1));
    const page = await reader.queries.tasks({ limit: 5, cursor: null, count: true });
    expect(page.items.map(({ no }) => no)).toEqual([1]);
    expect(() => reader.commit(givenCommit())).toThrow(expect.objectContaining({ kind: "io" }));
    await reader.checkpoint();
    await reader.close();
    await owner.close();
  });

  test("goes on when the owner leaves", async () => {
    await writeStore();
    const reader = await open({ mode: "read" });
    const owner = await open();
    await owner.close();
    expect(await reader.queries.doctor()).not.toEqual([]);
    expect(await reader.task(7)).toEqual(givenTask(7));
    await reader.close();
  });
});

test("the bytes of a store open as the same store, of a file as of memory", async () => {
  await writeStore();
  const store = await open();
  const copy = await openStore({ url: "sqlite::memory:", image: serialize(store), ...givenEnvironment() });
  expect(copy.id).toBe(store.id);
  expect(await copy.task(500)).toEqual(givenTask(500));
  await store.close();
  expect(() => serialize({ ...copy, database: undefined } as never)).toThrow(TypeError);
});

test("a store reached by a symbolic link is the same store with the same lock", async () => {
  await writeStore();
  const link = join(folder, "link.db");
  symlinkSync(path, link);
  const store = await open();
  expect(await kindOf(open({ url: `sqlite:${link}` }))).toBe("locked");
  await store.close();
});
