import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { openFile, openFileForReading, openImage } from "./dialects/sqlite/connection.ts";
import { checkHeader, markJournal, parseHeader } from "./dialects/sqlite/header.ts";
import { newImage } from "./dialects/sqlite/image.ts";
import { takeOver } from "./dialects/sqlite/fence.ts";
import { sqliteCode } from "./dialects/sqlite/errors.ts";
import { fileError, inspect } from "./dialects/sqlite/inspect.ts";
import type { Database } from "./dialects/sqlite/library.ts";
import { isMountPoint } from "./dialects/sqlite/mount-point.ts";
import { orDamaged, readIdentity } from "./dialects/sqlite/meta.ts";
import { ownerLock } from "./dialects/sqlite/owner-lock.ts";
import { fullError, needRoom } from "./dialects/sqlite/space.ts";
import { sqliteStore, type SqliteParts, type SqliteStore } from "./dialects/sqlite/sqlite-store.ts";
import { SCHEMA_VERSION } from "./migrations/index.ts";
import { StoreError } from "./store-error.ts";
import type { Store } from "./store.ts";

export { StoreError } from "./store-error.ts";

/** A file of an older schema that is about to be brought up to date. */
export interface Upgrade {
  readonly path: string;
  readonly bytes: number;
  /** Its schema, and the one it will have. */
  readonly from: number;
  readonly to: number;
  /** Where it is kept as it was. */
  readonly copy: string;
}

/** How to open a store. */
export interface OpenOptions {
  /** `sqlite:PATH` or `sqlite::memory:`. */
  readonly url: string;
  /** own = the one process that writes (default). read = beside an owner, commits refused. */
  readonly mode?: "own" | "read";
  readonly clock: { now(): number };
  readonly ids: { uuid(): string };
  /** How long to wait for another owner to end, in ms; only with `sleep`. Default 5,000. */
  readonly lockWaitMs?: number;
  /** Waits between two tries for the lock. Default: it is tried once. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Told before a file of an older schema is brought up to date, which takes a minute for 1.5 GB; nothing else goes on meanwhile. */
  readonly onUpgrade?: (upgrade: Upgrade) => void;
  /** Who opens it, as it is noted in a new store, e.g. `hopper 0.1.0`. */
  readonly program?: string;
  /** Only `sqlite::memory:`: go on from these bytes, which {@link serialize} gave. */
  readonly image?: Uint8Array;
}

const SCHEME = "sqlite:";
const MEMORY = "sqlite::memory:";

/** Files that this process has open, with how often: these are not to be opened for a look (see inspect.ts). */
const openHere = new Map<string, number>();

function countOpen(path: string, by: 1 | -1): void {
  const count = (openHere.get(path) ?? 0) + by;
  if (count === 0) openHere.delete(path);
  else openHere.set(path, count);
}

const NO_SLEEP = (): Promise<void> => Promise.resolve();

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError(error, path);
  }
}

/** A file of two names has two logs beside it, and so two owners: it is refused. */
function refuseLinked(path: string): void {
  const found = statOf(path);
  if (found?.isFile() !== true) return;
  const its = "a store has one, beside which its log and its lock stand";
  if (found.nlink > 1)
    throw new StoreError("linked", path, `${path} has ${found.nlink} names (hard links): ${its}`);
  if (isMountPoint(path))
    throw new StoreError(
      "mounted",
      path,
      `${path} is mounted by itself: ${its}, in the folder it comes from`,
    );
}

/** The real path, so that a store reached by a symbolic link has one lock. */
function pathOf(url: string): string {
  const path = resolve(url.slice(SCHEME.length));
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}

function imageOf({ ids, clock, program = "hopper" }: OpenOptions, journal: "wal" | "rollback"): Buffer {
  return newImage({ id: ids.uuid(), createdAt: clock.now(), program }, journal);
}

async function openMemory(options: OpenOptions): Promise<SqliteStore> {
  const image = options.image === undefined ? imageOf(options, "rollback") : Buffer.from(options.image);
  markJournal(image, "rollback");
  const header = parseHeader(image, MEMORY);
  checkHeader(header, MEMORY);
  const database = openImage(image);
  await bringUp(database, null, header.schema);
  return finish(database, options, MEMORY, () => undefined);
}

/** To the schema of this version; the connection is closed if that fails. */
async function bringUp(
  database: Database,
  path: string | null,
  schema: number,
  onUpgrade?: OpenOptions["onUpgrade"],
): Promise<void> {
  if (schema === SCHEMA_VERSION) return;
  try {
    const { backupPath, migrate } = await import("./migrations/migrate.ts");
    if (path !== null) {
      const bytes = [path, `${path}-wal`].reduce((sum, file) => sum + (statOf(file)?.size ?? 0), 0);
      // A copy of it, and tables made anew, in the log and in the file.
      needRoom(path, bytes * 3, "bringing up to date");
      onUpgrade?.({ path, bytes, from: schema, to: SCHEMA_VERSION, copy: backupPath(path, schema) });
    }
    await migrate(database, path, schema);
  } catch (error) {
    database.close();
    throw fullError(sqliteCode(error) ?? "", path ?? MEMORY, error) ?? error;
  }
}

function finish(
  database: Database,
  options: OpenOptions,
  path: string,
  release: SqliteParts["release"],
): SqliteStore {
  try {
    const identity = readIdentity(database, path);
    const readOnly = options.mode === "read";
    return orDamaged(path, () => {
      const place = path === MEMORY ? null : { path, now: () => options.clock.now() };
      const fence = readOnly ? () => true : takeOver(database, options.ids.uuid(), place);
      return sqliteStore({ database, url: options.url, identity, readOnly, fence, release });
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A new file appears under its name whole, and readable by its owner only. */
function createFile(path: string, options: OpenOptions): void {
  const unfinished = `${path}.new`;
  try {
    writeFileSync(unfinished, imageOf(options, "wal"), { mode: 0o600, flush: true });
    renameSync(unfinished, path);
    const folder = openSync(dirname(path), "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    throw fileError(error, path);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, dirname(path));
  }
}

async function openLocked(
  options: OpenOptions,
  path: string,
  release: SqliteParts["release"],
): Promise<SqliteStore> {
  const found = inspect(path, true);
  if (found === null) createFile(path, options);
  const database = orDamaged(path, () => openFile(path));
  if (found !== null) await bringUp(database, path, found.schema, options.onUpgrade);
  return finish(database, options, path, release);
}

async function openOwned(options: OpenOptions, path: string): Promise<SqliteStore> {
  if (!openHere.has(path)) inspect(path, false);
  makeFolder(path);
  const release = await ownerLock(path, {
    waitMs: options.sleep === undefined ? 0 : (options.lockWaitMs ?? 5_000),
    now: options.clock.now(),
    sleep: options.sleep ?? NO_SLEEP,
  });
  try {
    const store = await openLocked(options, path, (state) => {
      if (state === "closed") countOpen(path, -1);
      release();
    });
    countOpen(path, 1);
    return store;
  } catch (error) {
    release();
    throw error;
  }
}

async function openToRead(options: OpenOptions, path: string): Promise<SqliteStore> {
  if (!openHere.has(path)) {
    const found = inspect(path, false);
    if (found === null) throw new StoreError("missing", path, `there is no store at ${path}`);
    const { schema, looksCut } = found;
    if (schema !== SCHEMA_VERSION) {
      const advice = "open it once for writing to bring it up to date";
      throw new StoreError("older", path, `${path} has schema ${schema}: ${advice}`);
    }
    if (looksCut) await whileUnowned(path, () => void inspect(path, true));
  }
  const logged = existsSync(`${path}-wal`);
  try {
    const database = orDamaged(path, () => openFileForReading(path));
    const store = finish(database, options, path, (state) => {
      if (state === "closed") countOpen(path, -1);
    });
    countOpen(path, 1);
    return store;
  } catch (error) {
    // A connection that only reads leaves an empty log behind when it is refused.
    if (!logged)
      await whileUnowned(path, () => {
        for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
      });
    throw error;
  }
}

/** Not while anybody owns the store: its file and its log are theirs then. */
async function whileUnowned(path: string, work: () => void): Promise<void> {
  let release: () => void;
  try {
    release = await ownerLock(path, { waitMs: 0, now: 0, sleep: NO_SLEEP });
  } catch {
    return;
  }
  try {
    work();
  } finally {
    release();
  }
}

/**
 * Opens a store, creating it when there is none. Takes 15 ms: the ORM is loaded with the first list that is asked for.
 *
 * @throws StoreError when it cannot be opened; nothing was changed then.
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  if (!options.url.startsWith(SCHEME) || options.url === SCHEME) {
    const { url } = options;
    throw new StoreError("bad_url", url, `${url} is not a store: sqlite:PATH or sqlite::memory: is`);
  }
  if (options.url === MEMORY) return openMemory(options);
  const path = pathOf(options.url);
  refuseLinked(path);
  return options.mode === "read" ? openToRead(options, path) : openOwned(options, path);
}

/**
 * The bytes of a store, as its file would be: what a crash at this moment leaves. Not inside a commit.
 *
 * @throws TypeError for a store of another dialect.
 */
export function serialize(store: Store): Uint8Array {
  if (!("database" in store)) throw new TypeError("only an SQLite store can be serialised");
  return (store as SqliteStore).database.serialize();
}
