import { StoreError } from "../../store-error.ts";
import { sqliteCode } from "./errors.ts";
import type { Database } from "./library.ts";
import { fullError } from "./space.ts";

/** What table `meta` says of a store. */
export interface Identity {
  readonly id: string;
  readonly generation: number;
}

/** @throws StoreError damaged: the file is unreadable, or has no identity. */
export function readIdentity(database: Database, path: string): Identity {
  return orDamaged(path, () => {
    const value = database.prepare("SELECT value FROM meta WHERE key = ?").pluck();
    const id = value.get("store_id");
    const generation = Number(value.get("generation"));
    if (typeof id !== "string" || !Number.isInteger(generation)) {
      throw new StoreError("damaged", path, `${path} does not say which store it is`);
    }
    return { id, generation };
  });
}

/** Runs a first read; what SQLite cannot read there is a damaged file. */
export function orDamaged<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = sqliteCode(error);
    if (code === null) throw error;
    if (code.startsWith("SQLITE_BUSY"))
      throw new StoreError("locked", path, `${path} is busy`, { cause: error });
    const full = fullError(code, path, error);
    if (full !== null) throw full;
    if (/^SQLITE_(?:CANTOPEN|READONLY|PERM)/.test(code)) {
      throw new StoreError("not_permitted", path, `${path} cannot be used (${code})`, { cause: error });
    }
    throw new StoreError("damaged", path, `${path} cannot be read (${code}: ${(error as Error).message})`, {
      cause: error,
    });
  }
}
