import { sqliteLibrary, type Database } from "./library.ts";

/** How long a statement waits for another connection. Longer would hold the event loop. */
const BUSY_MS = 250;

/** Settings of every connection, with what reading them back must give (spec/runtime.md 3.3, spec/performance.md 9.4). */
const PRAGMAS: readonly (readonly [name: string, value: string | number, read: unknown])[] = [
  // better-sqlite3 falls back to NORMAL by itself in WAL mode; an acknowledged command must survive a power cut.
  ["synchronous", "FULL", 2],
  ["foreign_keys", "ON", 1],
  ["busy_timeout", BUSY_MS, BUSY_MS],
  // Only where the log is not moved beside the loop (checkpointer.ts): of so many pages it takes 80 ms.
  ["wal_autocheckpoint", 20_000, 20_000],
  ["cache_size", -65_536, -65_536],
  ["temp_store", "MEMORY", 2],
];

function prepareConnection(database: Database, journal: readonly string[]): Database {
  const check = (name: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted)
      throw new Error(`PRAGMA ${name} is ${String(found)} and cannot be set to ${String(wanted)}`);
  };
  for (const [name, value, read] of PRAGMAS) {
    database.pragma(`${name} = ${value}`);
    check(name, database.pragma(name, { simple: true }), read);
  }
  const mode = database.pragma("journal_mode", { simple: true }) as string;
  if (!journal.includes(mode))
    check("journal_mode", database.pragma(`journal_mode = ${journal[0]}`, { simple: true }), journal[0]);
  return database;
}

function opened(database: Database, journal: readonly string[]): Database {
  try {
    return prepareConnection(database, journal);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The one connection that writes. */
export function openFile(path: string): Database {
  return opened(new (sqliteLibrary())(path, { timeout: BUSY_MS, fileMustExist: true }), ["wal"]);
}

/** A connection that only reads, beside the owner's, in the same or another process. */
export function openFileForReading(path: string): Database {
  const options = { timeout: BUSY_MS, readonly: true, fileMustExist: true };
  return opened(new (sqliteLibrary())(path, options), ["wal", "delete"]);
}

/** A database in memory, made from bytes. */
export function openImage(image: Buffer): Database {
  return opened(new (sqliteLibrary())(image), ["memory", "delete"]);
}
