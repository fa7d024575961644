import type { Column, Table } from "../../tables/table.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** Rows per statement, the most first: a row of a long insert costs half of what it costs alone. */
const CHUNKS = [32, 8, 1] as const;
/** SQLite's limit on values of one statement, less a margin. */
const MOST_VALUES = 2_048;

/** Puts what the columns of a record hold among the values to be bound, from a place on. */
type Bind<R> = (record: R, values: unknown[], from: number) => void;

/**
 * Writes the one function that binds these columns, as a person would write it by hand: a loop over descriptions reads each
 * field by a name that it does not know beforehand, which costs 20 ns a value, 6 µs a task. Made once, when the
 * statement is. NaN stands for NULL; see {@link Prepared.bound}.
 */
function binder<R>(columns: readonly Column<R>[]): Bind<R> {
  const lines = columns.map(({ field, of, codec: { write, nullable } }, i) => {
    const value = of === null ? `record.${field}` : `of${i}(record)`;
    const written = write === null ? `v${i}` : `write${i}(v${i})`;
    const bound = nullable ? `v${i} === null ? NaN : orNaN(${written})` : written;
    return `const v${i} = ${value}; values[from + ${i}] = ${bound};`;
  });
  const helpers = columns.map(
    (_column, i) => `const of${i} = columns[${i}].of, write${i} = columns[${i}].codec.write;`,
  );
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of the descriptions of this program alone
  const make = new Function(
    "columns",
    `${helpers.join("\n")}
     const orNaN = (value) => (value === null ? NaN : value);
     return (record, values, from) => { ${lines.join("\n")} };`,
  ) as (columns: readonly Column<R>[]) => Bind<R>;
  return make(columns);
}

function quoted(names: readonly { readonly name: string }[]): string {
  return names.map(({ name }) => `"${name}"`).join(", ");
}

/** The columns of these fields, in their order. */
function columnsOf<R>(table: Table<R>, fields: readonly string[]): Column<R>[] {
  const byField = new Map(table.columns.map((column) => [column.field, column]));
  return fields.map((field) => {
    const column = byField.get(field);
    if (column === undefined) throw new Error(`table ${table.name} has no column for ${field}`);
    return column;
  });
}

function fieldsOf<R>({ columns }: Table<R>, which: "changeable" | "primary"): string[] {
  return columns.filter((column) => column[which]).map(({ field }) => field);
}

/** Inserts many rows with as few statements as their number allows. */
export function inserter<R>(db: Database, table: Table<R>, onConflict = ""): (records: readonly R[]) => void {
  const { name, columns } = table;
  let bind: Bind<R> | undefined;
  const sqlOf = (rows: number): string => {
    const row = `(${columns.map(({ codec }) => codec.mark).join(", ")})`;
    const all = Array.from({ length: rows }, () => row).join(", ");
    return `INSERT INTO ${name} (${quoted(columns)}) VALUES ${all} ${onConflict}`;
  };
  const chunks = CHUNKS.filter((rows) => rows * columns.length <= MOST_VALUES).map((rows) => ({
    rows,
    insert: prepared(db, () => sqlOf(rows)),
    values: [] as unknown[],
  }));
  return (records) => {
    let next = 0;
    bind ??= binder(columns);
    for (const { rows, insert, values } of chunks) {
      for (; records.length - next >= rows; next += rows) {
        for (let i = 0; i < rows; i++) bind(records[next + i] as R, values, i * columns.length);
        insert.bound(values);
      }
    }
  };
}

/** Inserts rows, or replaces those with the same key. */
export function replacer<R>(db: Database, table: Table<R>): (records: readonly R[]) => void {
  const key = quoted(table.columns.filter(({ primary }) => primary));
  const set = table.columns
    .filter(({ primary }) => !primary)
    .map(({ name }) => `"${name}" = excluded."${name}"`);
  return inserter(db, table, `ON CONFLICT (${key}) DO UPDATE SET ${set.join(", ")}`);
}

/**
 * Updates the row of a record; tells whether there was one.
 *
 * @param fields default: all that may change.
 * @param where what must hold of the row as it was, beside its key: field → operator, e.g. `{ epoch: "<=" }`.
 */
export function updater<R>(
  db: Database,
  table: Table<R>,
  fields: readonly string[] = fieldsOf(table, "changeable"),
  where: Readonly<Record<string, string>> = {},
): (record: R) => boolean {
  const operators: Record<string, string> = { ...where };
  for (const field of fieldsOf(table, "primary")) operators[field] = "=";
  const [set, tested] = [columnsOf(table, fields), columnsOf(table, Object.keys(operators))];
  const update = prepared(
    db,
    () => `UPDATE ${table.name} SET ${set.map(({ name }) => `"${name}" = ?`).join(", ")}
     WHERE ${tested.map(({ field, name }) => `"${name}" ${operators[field]} ?`).join(" AND ")}`,
  );
  let bind: Bind<R> | undefined;
  const values: unknown[] = [];
  return (record) => {
    bind ??= binder([...set, ...tested]);
    bind(record, values, 0);
    return update.bound(values).changes === 1;
  };
}
