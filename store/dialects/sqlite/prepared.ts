import { CommitError } from "../../store.ts";
import type { Database, Statement } from "./library.ts";

/**
 * A statement that is compiled when it is first used and kept: a short command uses few of them, and compiling all
 * would be half of the time it takes to open a store.
 */
export class Prepared {
  readonly #database: Database;
  readonly #sql: string;
  #pluck = false;
  #statement: Statement | undefined;

  constructor(database: Database, sql: string) {
    this.#database = database;
    this.#sql = sql;
  }

  /** Rows are given as their first column. */
  pluck(): this {
    this.#pluck = true;
    return this;
  }

  get statement(): Statement {
    if (this.#statement === undefined) {
      const statement = this.#database.prepare(this.#sql);
      this.#statement = this.#pluck ? statement.pluck() : statement;
    }
    return this.#statement;
  }

  get(...values: unknown[]): unknown {
    return this.statement.get(...values);
  }

  all(...values: unknown[]): unknown[] {
    return this.statement.all(...values);
  }

  run(...values: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return this.write(values);
  }

  /**
   * Runs a statement that writes; changes `values`. SQLite stores NaN as NULL, and binding it costs a fifth of binding
   * null, which better-sqlite3 recognises last of all: 25 nulls of a task row would take 5 µs.
   */
  write(values: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    for (let i = 0; i < values.length; i++) if (values[i] === null) values[i] = Number.NaN;
    return this.statement.run(...values);
  }
}

/** Compiled at first use. */
export function prepared(database: Database, sql: string): Prepared {
  return new Prepared(database, sql);
}

/** @throws CommitError constraint: the row that was to be changed is not there. */
export function one(result: { readonly changes: number }, row: string): void {
  if (result.changes !== 1) throw new CommitError("constraint", `there is no ${row}`);
}

/** Rows per statement, the most first: a row of a long insert costs half of what it costs alone. */
const CHUNKS = [32, 8, 1] as const;
/** SQLite's limit on values of one statement, less a margin. */
const MOST_VALUES = 2_048;

/**
 * Inserts many rows with as few statements as their number allows.
 *
 * @param values what is bound for one row; `row` is the text with a mark for each, e.g. `(?, ?)`.
 */
export function inserter<T>(
  database: Database,
  into: string,
  row: string,
  values: (record: T) => unknown[],
): (records: readonly T[]) => void {
  const width = row.split("?").length - 1;
  const chunks = CHUNKS.filter((rows) => rows * width <= MOST_VALUES).map((rows) => ({
    rows,
    insert: prepared(
      database,
      `INSERT INTO ${into} VALUES ${Array.from({ length: rows }, () => row).join(", ")}`,
    ),
  }));
  return (records) => {
    let next = 0;
    for (const { rows, insert } of chunks) {
      while (records.length - next >= rows) {
        const bound: unknown[] = [];
        for (const record of records.slice(next, next + rows)) bound.push(...values(record));
        insert.write(bound);
        next += rows;
      }
    }
  };
}
