import { indexes } from "./001-base/indexes.ts";
import { tables } from "./001-base/tables.ts";
import { triggers } from "./001-base/triggers.ts";
import type { SchemaStep } from "./steps.ts";

/** Version 1: tables, indexes and the rules that stand in the schema. */
export const base: SchemaStep = {
  version: 1,
  name: "001-base",
  touches: "tables",
  sql: () => [tables, indexes, triggers],
};
