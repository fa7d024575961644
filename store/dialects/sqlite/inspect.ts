import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { StoreError } from "../../store-error.ts";
import { fullError } from "./space.ts";
import { checkHeader, HEADER_BYTES, parseHeader, type Header } from "./header.ts";

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Where page 1 says which schema it has. */
const USER_VERSION_AT = 60;

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}

/** Why a file cannot be used: `full`, `directory` or `not_permitted`. */
export function fileError(error: unknown, path: string): StoreError {
  const code = codeOf(error);
  const full = fullError(code, path, error);
  if (full !== null) return full;
  if (code === "EISDIR")
    return new StoreError("directory", path, `${path} is a folder, not a file`, { cause: error });
  return new StoreError("not_permitted", path, `${path} cannot be used (${code || String(error)})`, {
    cause: error,
  });
}

/** Size in bytes, null when there is none. */
function sizeOf(path: string): number | null {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new StoreError("directory", path, `${path} is a folder, not a file`);
    return stat.size;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (codeOf(error) === "ENOENT") return null;
    throw fileError(error, path);
  }
}

function readAt(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, from));
}

function withFile<T>(path: string, read: (fd: number, size: number) => T): T {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    return read(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

/** What the committed part of a write-ahead log adds: the pages it holds, and page 1's schema version. */
interface LogFacts {
  readonly schema: number | null;
  /** Size of the database after its last commit, in pages; 0 = no commit in it. */
  readonly pages: number;
  readonly holds: ReadonlySet<number>;
}

/** Reads the frames by their salts (sqlite.org/fileformat.html 4); frames after the last commit do not count. */
function readLog(path: string, pageSize: number): LogFacts {
  return withFile(path, (fd, size) => {
    const salts = readAt(fd, 16, 8);
    const holds = new Set<number>();
    let open = new Set<number>();
    let [schema, openSchema, pages]: [number | null, number | null, number] = [null, null, 0];
    const step = FRAME_HEADER_BYTES + pageSize;
    for (let at = WAL_HEADER_BYTES; at + step <= size; at += step) {
      const frame = readAt(fd, at, FRAME_HEADER_BYTES);
      if (!frame.subarray(8, 16).equals(salts)) break;
      const page = frame.readUInt32BE(0);
      open.add(page);
      if (page === 1) openSchema = readAt(fd, at + FRAME_HEADER_BYTES + USER_VERSION_AT, 4).readUInt32BE(0);
      const committed = frame.readUInt32BE(4);
      if (committed === 0) continue;
      for (const held of open) holds.add(held);
      open = new Set();
      schema = openSchema;
      pages = committed;
    }
    return { schema, pages, holds };
  });
}

function truncated(path: string): StoreError {
  return new StoreError("damaged", path, `${path} is shorter than it says: it was truncated`);
}

function pagesIn(size: number, { pageSize }: Header): number {
  return Math.floor(size / pageSize);
}

function checkSize(header: Header, size: number, log: LogFacts, path: string): void {
  const there = pagesIn(size, header);
  const wanted = log.pages === 0 ? header.pages : log.pages;
  if (wanted <= there) return;
  for (let page = there + 1; page <= wanted; page++) if (!log.holds.has(page)) throw truncated(path);
}

const NO_LOG: LogFacts = { schema: null, pages: 0, holds: new Set() };

/** What is learnt of a store without SQLite. */
export interface Inspected {
  readonly schema: number;
  /** It is shorter than it says by itself: its log may hold what is missing, or somebody may be moving that now. */
  readonly looksCut: boolean;
}

/**
 * Looks at the store at a path, null = there is none, or a file of zero bytes; without SQLite, for opening a
 * file for a look could already change it. Not while this process has the file open:
 * closing a descriptor drops the locks of all of them (POSIX).
 *
 * @param whole also compare sizes; only under the owner's lock, when nobody writes.
 * @throws StoreError foreign, newer, damaged, directory or not_permitted.
 */
export function inspect(path: string, whole: boolean): Inspected | null {
  const size = sizeOf(path);
  const logSize = sizeOf(`${path}-wal`) ?? 0;
  if (size === null || size === 0) {
    const is = size === null ? "is not there" : "is empty";
    if (logSize > 0)
      throw new StoreError("damaged", path, `${path} ${is}, but ${path}-wal holds a part of it`);
    return null;
  }
  const header = withFile(path, (fd) => parseHeader(readAt(fd, 0, HEADER_BYTES), path));
  checkHeader(header, path);
  const log = whole && logSize > WAL_HEADER_BYTES ? readLog(`${path}-wal`, header.pageSize) : NO_LOG;
  if (log.schema !== null) checkHeader({ ...header, schema: log.schema }, path);
  if (whole) checkSize(header, size, log, path);
  return {
    schema: Math.max(header.schema, log.schema ?? 0),
    looksCut: pagesIn(size, header) < header.pages,
  };
}
