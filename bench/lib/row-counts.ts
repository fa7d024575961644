import type { Database } from "../../store/dialects/sqlite/library.ts";

export type RowCounts = { readonly [table: string]: number };

/** A row of the journal holds the events of a task that happened in one batch: how many depends on the batches. */
const COUNTED_BY: Readonly<Record<string, string>> = {
  journal: "coalesce(sum(json_array_length(events)), 0)",
};

/** Rows of every table of the store; of the journal its events. */
export function countRows(database: Database): RowCounts {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
    .all() as { name: string }[];
  return Object.fromEntries(
    tables.map(({ name }) => {
      const what = COUNTED_BY[name] ?? "count(*)";
      const { rows } = database.prepare(`SELECT ${what} AS rows FROM "${name}"`).get() as { rows: number };
      return [name, rows];
    }),
  );
}

/** They grow once, or with the journal's length, and not per task. */
const NOT_PER_TASK = new Set(["who", "event_segment"]);

/** What each of `tasks` tasks added; tables that did not grow are left out. */
export function rowsPerTask(before: RowCounts, after: RowCounts, tasks: number): RowCounts {
  const grown = Object.entries(after).map(
    ([table, rows]) => [table, (rows - (before[table] ?? 0)) / tasks] as const,
  );
  return Object.fromEntries(grown.filter(([table, rows]) => rows !== 0 && !NOT_PER_TASK.has(table)));
}

/** Why two engines cannot be compared, in one line; null = they wrote the same rows. */
export function differenceOf(a: RowCounts, b: RowCounts): string | null {
  const tables = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
  const different = tables.filter((table) => a[table] !== b[table]);
  if (different.length === 0) return null;
  return different.map((table) => `${table} ${a[table] ?? 0} and ${b[table] ?? 0}`).join(", ");
}
