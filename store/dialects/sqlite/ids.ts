import type { Queries } from "../../queries.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { uuidOfBytes } from "../../tables/column.ts";

/** Ids of many rows in one question. */
export function idsQuery(database: Database): Queries["idsOf"] {
  const among = (table: string) =>
    prepared(database, `SELECT no, id FROM ${table} WHERE no IN (SELECT value FROM json_each(?))`);
  const statements = { task: among("task"), delegation: among("delegation") };
  return (table, numbers) => {
    const rows = statements[table].all(JSON.stringify(numbers)) as { no: number; id: Buffer }[];
    return new Map(rows.map(({ no, id }) => [no, uuidOfBytes(id)]));
  };
}
