import { statSync } from "node:fs";
import { sqliteCode } from "./errors.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** Where a store is a file, and the time in ms. */
interface Place {
  readonly path: string;
  readonly now: () => number;
}

/**
 * Called first in each transaction: false = another process has taken the store over, or may have, since the file or its log
 * does not stand where it was opened any more. Nothing may be written then.
 */
export type Fence = () => boolean;

/**
 * Takes the store over: whoever owned it before, by whatever name of the file or of its lock, cannot commit any more. The mark
 * need not outlive a power cut, after which nobody owns it, so it costs no fsync; where there is no room for it, it is made with the
 * first transaction that finds some. Source: spec/runtime.md 3.3.
 */
export function takeOver(database: Database, owner: string, file: Place | null): Fence {
  const mark = prepared(
    database,
    "INSERT INTO meta (key, value) VALUES ('owner', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const read = prepared(database, "SELECT value FROM meta WHERE key = 'owner'").pluck();
  const before = read.get();
  let isMarked = false;
  database.pragma("synchronous = NORMAL");
  try {
    mark.run(owner);
    isMarked = true;
  } catch (error) {
    if (sqliteCode(error)?.startsWith("SQLITE_FULL") !== true) throw error;
  } finally {
    database.pragma("synchronous = FULL");
  }
  if (database.pragma("synchronous", { simple: true }) !== 2)
    throw new Error("PRAGMA synchronous cannot be set to FULL again");
  const isInPlace = file === null ? () => true : placeOf(file);
  return () => {
    if (!isInPlace()) return false;
    if (read.get() !== (isMarked ? owner : before)) return false;
    if (!isMarked) mark.run(owner);
    isMarked = true;
    return true;
  };
}

/**
 * Do the file and its log still stand where they were opened? One that was moved away can be opened there by another process,
 * which takes longer than from one look to the next.
 */
function placeOf({ path, now }: Place): () => boolean {
  const file = inodeOf(path);
  let log = inodeOf(`${path}-wal`);
  let lookedAt = -1;
  return () => {
    // Once in a millisecond: it takes 7 µs.
    const at = now();
    if (at === lookedAt) return true;
    lookedAt = at;
    const there = inodeOf(`${path}-wal`);
    // On a full disk there is none until the first transaction.
    log ??= there;
    return there === log && inodeOf(path) === file;
  };
}

/** null = there is no such file, or none that can be reached. */
function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}
