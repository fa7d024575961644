import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Owner } from "../../store.ts";
import { StoreError } from "../../store-error.ts";
import { sqliteCode } from "./errors.ts";
import { fileError } from "./inspect.ts";
import { sqliteLibrary, type Database } from "./library.ts";

/** Time between two tries for the lock. */
const STEP_MS = 25;

export interface LockOptions {
  readonly waitMs: number;
  readonly now: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** `lock.db` beside `store.db`; a store of another name has a lock of that name, so that folders may hold several. */
export function lockPaths(path: string): { readonly lock: string; readonly pid: string } {
  const prefix = basename(path) === "store.db" ? "" : `${basename(path)}.`;
  const folder = dirname(path);
  return { lock: join(folder, `${prefix}lock.db`), pid: join(folder, `${prefix}lock.pid`) };
}

/**
 * Who says to hold it, as far as that process is there. The file may be of an owner that is gone, and its number another
 * one's by now: the lock itself tells, this only names.
 */
export function lockHolder(path: string): Owner | null {
  try {
    const said = JSON.parse(readFileSync(lockPaths(path).pid, "utf8")) as Partial<Record<string, unknown>>;
    const { pid, startedAt, command } = said;
    if (typeof pid !== "number" || !isThere(pid)) return null;
    return {
      pid,
      since: typeof startedAt === "number" ? startedAt : null,
      command: typeof command === "string" ? command : null,
    };
  } catch {
    return null;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Of a long command line so much is kept. */
const COMMAND_CHARS = 200;

/** How this process was started, as a person would say it: `hopper run ci.plan.yaml`, `worker --fast`. */
function thisCommand(): string {
  const [, script = "node", ...words] = process.argv;
  return [basename(script).replace(/\.[cm]?[jt]s$/, ""), ...words].join(" ").slice(0, COMMAND_CHARS);
}

function openLockFile(lock: string): Database {
  try {
    // Only when it is not there: closing a descriptor on it would drop a lock this process holds (POSIX).
    if (!existsSync(lock)) closeSync(openSync(lock, "a", 0o600));
    return new (sqliteLibrary())(lock, { timeout: 0 });
  } catch (error) {
    throw lockError(error, lock);
  }
}

/** A lock file that is no database can be removed: nothing stands in it. */
function lockError(error: unknown, lock: string): StoreError {
  const code = sqliteCode(error) ?? "";
  if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) return fileError(error, lock);
  const detail = `${lock} is damaged (${code}); it is only there to be locked, and nothing is kept in it`;
  return new StoreError("lock_damaged", lock, detail, { cause: error });
}

function tryLock(database: Database, lock: string): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (sqliteCode(error)?.startsWith("SQLITE_BUSY") === true) return false;
    throw lockError(error, lock);
  }
}

/** `process 77 (hopper run ci.plan.yaml)`. */
function ownerText(owner: Owner | null): string {
  if (owner === null) return "another process";
  return owner.command === null ? `process ${owner.pid}` : `process ${owner.pid} (${owner.command})`;
}

function nameHolder(path: string, now: number): void {
  try {
    const said = { pid: process.pid, startedAt: now, command: thisCommand() };
    writeFileSync(path, JSON.stringify(said), { mode: 0o600 });
  } catch (error) {
    throw fileError(error, path);
  }
}

/**
 * Becomes the owner of a store until what it answers is called: an EXCLUSIVE transaction on its lock file, which the
 * kernel frees when the process dies (spec/runtime.md 3.3; Node has no flock).
 *
 * @throws StoreError locked, naming the holder, when it is still held after `waitMs`; not_permitted.
 */
export async function ownerLock(path: string, options: LockOptions): Promise<() => void> {
  const paths = lockPaths(path);
  const database = openLockFile(paths.lock);
  try {
    for (let waited = 0; !tryLock(database, paths.lock); waited += STEP_MS) {
      if (waited >= options.waitMs) {
        const owner = lockHolder(path);
        throw new StoreError("locked", path, `${path} is in use by ${ownerText(owner)}`, {
          pid: owner?.pid ?? null,
        });
      }
      await options.sleep(Math.min(STEP_MS, options.waitMs - waited));
    }
    nameHolder(paths.pid, options.now);
  } catch (error) {
    database.close();
    throw error;
  }
  return () => {
    try {
      rmSync(paths.pid, { force: true });
    } catch {
      // It only names the holder: the lock itself tells.
    }
    database.close();
  };
}
