import type { Table } from "../../tables/table.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** A question whose rows are records; `V` are the values of its marks. */
export interface Select<T, V extends readonly unknown[]> {
  readonly get: (...values: V) => T | null;
  readonly all: (...values: V) => T[];
}

/** What stands in a row for one field. */
interface Part {
  readonly field: string;
  readonly sql: string;
  readonly read: ((stored: unknown) => unknown) | null;
}

function partsOf<R>({ columns, elsewhere }: Table<R>, alias: string): Part[] {
  const own = columns
    .filter(({ of }) => of === null)
    .map(({ field, name, codec }) => ({ field, sql: `${alias}."${name}"`, read: codec.read }));
  const others = Object.entries(elsewhere).map(([field, { sql, codec }]) => ({
    field,
    sql,
    read: codec.read,
  }));
  return [...own, ...others] as Part[];
}

/**
 * Writes the one function that makes a record of a row given as an array: an object literal, so that all records of a
 * table have one shape with its fields inside of it. Made once, when the first row is read.
 */
function reader<T>(parts: readonly Part[]): (row: readonly unknown[]) => T {
  const fields = parts.map(({ field, read }, i) => `${field}: ${read === null ? "" : `read${i}`}(row[${i}])`);
  const helpers = parts.map((_part, i) => `const read${i} = parts[${i}].read;`);
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of the descriptions of this program alone
  const make = new Function("parts", `${helpers.join("\n")} return (row) => ({ ${fields.join(", ")} });`);
  return make(parts) as (row: readonly unknown[]) => T;
}

/**
 * Makes questions about one table: `select<[no: TaskNo]>("WHERE no = ?")`.
 *
 * @param from when it joins others, with the alias `t` for the table itself.
 * @param fields only these of the record.
 */
export function selector<R, K extends keyof R = keyof R>(
  db: Database,
  table: Table<R>,
  { from, fields }: { readonly from?: string; readonly fields?: readonly K[] } = {},
): <V extends readonly unknown[]>(rest: string) => Select<Pick<R, K>, V> {
  const all = partsOf(table, from === undefined ? table.name : "t");
  const parts = all.filter(({ field }) => fields?.includes(field as K) ?? true);
  const list = parts.map(({ sql }) => sql).join(", ");
  let made: ((row: readonly unknown[]) => Pick<R, K>) | undefined;
  const read = (row: readonly unknown[]): Pick<R, K> => (made ??= reader(parts))(row);
  return (rest) => {
    const statement = prepared(db, `SELECT ${list} FROM ${from ?? table.name} ${rest}`).raw();
    return {
      get(...values) {
        const row = statement.get(...values) as readonly unknown[] | undefined;
        return row === undefined ? null : read(row);
      },
      all: (...values) => (statement.all(...values) as (readonly unknown[])[]).map(read),
    };
  };
}
