import { CommitError } from "../../store.ts";
import type { Database, Statement } from "./library.ts";

/**
 * A statement that is compiled when it is first used and kept: a short command uses few of them, and compiling all
 * would be half of the time it takes to open a store.
 */
export class Prepared {
  readonly #database: Database;
  readonly #sql: string | (() => string);
  #rows: "objects" | "arrays" | "firsts" = "objects";
  #statement: Statement | undefined;

  constructor(database: Database, sql: string | (() => string)) {
    this.#database = database;
    this.#sql = sql;
  }

  /** Rows are given as their first column. */
  pluck(): this {
    this.#rows = "firsts";
    return this;
  }

  /** Rows are given as arrays. */
  raw(): this {
    this.#rows = "arrays";
    return this;
  }

  get statement(): Statement {
    if (this.#statement === undefined) {
      const sql = typeof this.#sql === "string" ? this.#sql : this.#sql();
      this.#statement = this.#database.prepare(sql);
      if (this.#rows === "firsts") this.#statement.pluck();
      if (this.#rows === "arrays") this.#statement.raw();
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

  /** Runs a statement that writes; changes `values`. */
  write(values: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    for (let i = 0; i < values.length; i++) if (values[i] === null) values[i] = Number.NaN;
    return this.bound(values);
  }

  /**
   * Runs a statement that writes; NaN stands for NULL. SQLite stores it so, and binding it costs a fifth of binding null,
   * which better-sqlite3 recognises last of all: 25 nulls of a task row would take 5 µs.
   */
  bound(values: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return this.statement.run(...values);
  }
}

/** Compiled at first use; a text that takes time to make is made then. */
export function prepared(database: Database, sql: string | (() => string)): Prepared {
  return new Prepared(database, sql);
}

/** @throws CommitError constraint: the row that was to be changed is not there. */
export function present(found: boolean, row: string): void {
  if (!found) throw new CommitError("constraint", `there is no ${row}`);
}
