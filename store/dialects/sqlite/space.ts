import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../store-error.ts";

/** What a store needs to be opened and to commit: its index of the log alone takes 32 KiB. */
const NEEDED_BYTES = 1_048_576;
/** What a full disk looks like, as SQLite and the system say it; the I/O errors may be something else. */
const FULL = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/;
const MAYBE_FULL = /^SQLITE_IOERR_(?:SHM|WRITE|TRUNCATE)/;

/** null = it cannot be told. */
function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** @throws StoreError full: there is no room for so many bytes more beside a store. */
export function needRoom(path: string, bytes: number, forWhat: string): void {
  const free = freeBytes(path);
  if (free === null || free >= bytes) return;
  const mib = (size: number): number => Math.ceil(size / 1_048_576);
  const detail = `${forWhat} ${path} needs ${mib(bytes)} MiB on its disk, ${mib(free)} MiB are free`;
  throw new StoreError("full", path, detail);
}

/** The error that says how much space is needed where, when this code means that there is none; null = it means something else. */
export function fullError(code: string, path: string, cause: unknown): StoreError | null {
  const free = freeBytes(path);
  const isFull = FULL.test(code) || (MAYBE_FULL.test(code) && free !== null && free < NEEDED_BYTES);
  if (!isFull) return null;
  const left = free === null ? "" : `: ${Math.floor(free / 1_024)} KiB are free`;
  return new StoreError("full", path, `the disk of ${path} is full${left}, 1 MiB is needed`, { cause });
}
