import { EntitySchema } from "@mikro-orm/core";
import type { Table } from "../../tables/table.ts";

const TYPES = { INTEGER: "integer", REAL: "float", TEXT: "text", BLOB: "blob" } as const;

/** A row as it stands in the file, by the names of its columns. */
export type Row = Record<string, unknown>;

/** A described table as MikroORM knows it: its columns as they stand in the file. */
export function entityOf({ name, columns }: Table<never>): EntitySchema<Row> {
  return new EntitySchema<Row>({
    name,
    tableName: name,
    properties: Object.fromEntries(
      columns.map((column) => [
        column.name,
        {
          type: TYPES[column.codec.type],
          fieldName: column.name,
          primary: column.primary,
          nullable: column.codec.nullable,
        },
      ]),
    ),
  });
}
