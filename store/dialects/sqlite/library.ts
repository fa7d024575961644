import { createRequire } from "node:module";

/** A prepared statement of better-sqlite3. */
export interface Statement {
  run(...values: unknown[]): { changes: number; lastInsertRowid: number | bigint };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  iterate(...values: unknown[]): IterableIterator<unknown>;
  pluck(toggle?: boolean): this;
  raw(toggle?: boolean): this;
  readonly reader: boolean;
}

/** A connection of better-sqlite3 13, which ships no types: only what Hopper uses. */
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): this;
  function(name: string, options: { deterministic: boolean }, call: (value: unknown) => unknown): this;
  pragma(text: string, options?: { simple?: boolean }): unknown;
  /** Rows of `EXPLAIN` for a statement whose values are not given. */
  explain(sql: string): unknown[];
  serialize(): Buffer;
  close(): this;
  readonly open: boolean;
  readonly inTransaction: boolean;
  readonly name: string;
}

interface Library {
  new (
    file: string | Buffer,
    options?: { readonly?: boolean; fileMustExist?: boolean; timeout?: number },
  ): Database;
}

/** Require as MikroORM's SQLite package would: it owns the one SQLite library of this process. */
const here = createRequire(import.meta.url);
export const requireAsOrm = createRequire(here.resolve("@mikro-orm/sqlite"));
const LIBRARY = "better-sqlite3";

/** Where the library lies, for another thread. */
export function libraryPath(): string {
  return requireAsOrm.resolve(LIBRARY);
}

let loaded: Library | undefined;

/**
 * The better-sqlite3 that MikroORM itself uses, so that one process never holds two SQLite libraries: two on one
 * file lose commits (spec/runtime.md 3.3). Loading it takes 10 ms, the ORM around it 250 ms: the ORM comes later.
 */
export function sqliteLibrary(): Library {
  loaded ??= requireAsOrm(LIBRARY) as Library;
  return loaded;
}
