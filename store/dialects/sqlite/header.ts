import { APPLICATION_ID, SCHEMA_VERSION } from "../../migrations/index.ts";
import { StoreError } from "../../store-error.ts";

/** SQLite's own header is this long; it ends where page 1's content begins (sqlite.org/fileformat.html 1.3). */
export const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\u0000";
const WRITE_VERSION = 18;
const READ_VERSION = 19;

/** What the first 100 bytes of a database say. */
export interface Header {
  readonly pageSize: number;
  /** Size of the database in pages when the header was last written; 0 = not known. */
  readonly pages: number;
  readonly applicationId: number;
  /** `user_version`: the number of the last step of the schema. */
  readonly schema: number;
}

/** @throws StoreError foreign: these are not the first bytes of an SQLite database. */
export function parseHeader(bytes: Buffer, path: string): Header {
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, 16) !== MAGIC) {
    throw new StoreError("foreign", path, `${path} is not an SQLite database`);
  }
  const stored = bytes.readUInt16BE(16);
  const counted = bytes.readUInt32BE(24) === bytes.readUInt32BE(92);
  return {
    pageSize: stored === 1 ? 65_536 : stored,
    pages: counted ? bytes.readUInt32BE(28) : 0,
    applicationId: bytes.readUInt32BE(68),
    schema: bytes.readUInt32BE(60),
  };
}

/** @throws StoreError foreign or newer. */
export function checkHeader(header: Header, path: string): void {
  if (header.applicationId !== APPLICATION_ID) {
    throw new StoreError("foreign", path, `${path} is an SQLite database, but not a Hopper store`);
  }
  if (header.schema > SCHEMA_VERSION) {
    throw new StoreError(
      "newer",
      path,
      `${path} was written by a newer Hopper (schema ${header.schema}), you have schema ${SCHEMA_VERSION}`,
    );
  }
  if (header.schema === 0) throw new StoreError("damaged", path, `${path} has no schema version`);
}

/** Marks a serialised database as one that keeps a write-ahead log, or as one that does not (memory cannot). */
export function markJournal(image: Buffer, journal: "wal" | "rollback"): void {
  image[WRITE_VERSION] = journal === "wal" ? 2 : 1;
  image[READ_VERSION] = journal === "wal" ? 2 : 1;
}
