import type { Database, Statement } from "../../../store/dialects/sqlite/library.ts";

/** NULL, bound at a fifth of the price of null (better-sqlite3 13 looks for null last; SQLite stores NaN as NULL). */
export const NULL = Number.NaN;

const CHUNKS = [64, 16, 4, 1] as const;
const MOST_VALUES = 4_096;

/** Rows to be inserted into one table, written with as few statements as possible. */
export class Inserts {
  readonly #width: number;
  readonly #statements: { readonly rows: number; readonly statement: Statement }[];
  #values: (number | string)[] = [];

  /** `row` is the text of one row with a `?` for each value. */
  constructor(database: Database, into: string, row: string) {
    this.#width = row.split("?").length - 1;
    this.#statements = CHUNKS.filter((rows) => rows * this.#width <= MOST_VALUES).map((rows) => ({
      rows,
      statement: database.prepare(
        `INSERT INTO ${into} VALUES ${Array.from({ length: rows }, () => row).join(", ")}`,
      ),
    }));
  }

  add(...values: (number | string)[]): void {
    this.#values.push(...values);
  }

  write(): void {
    const values = this.#values;
    let from = 0;
    for (const { rows, statement } of this.#statements) {
      const step = rows * this.#width;
      while (values.length - from >= step) {
        statement.run(...values.slice(from, from + step));
        from += step;
      }
    }
    this.#values = [];
  }
}
