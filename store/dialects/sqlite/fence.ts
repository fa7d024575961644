import { sqliteCode } from "./errors.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** Called first in each transaction: false = another process has taken the store over, and nothing may be written. */
export type Fence = () => boolean;

/**
 * Takes the store over: whoever owned it before, by whatever name of the file or of its lock, cannot commit any more. The mark
 * need not outlive a power cut, after which nobody owns it, so it costs no fsync; where there is no room for it, it is made with the
 * first transaction that finds some. Source: spec/runtime.md 3.3.
 */
export function takeOver(database: Database, owner: string): Fence {
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
  return () => {
    if (read.get() !== (isMarked ? owner : before)) return false;
    if (!isMarked) mark.run(owner);
    isMarked = true;
    return true;
  };
}
