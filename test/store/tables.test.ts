import { describe, expect, test } from "vitest";
import type { Delegation } from "../../machines/records/delegation.ts";
import { entityOf } from "../../store/dialects/sqlite/entities.ts";
import { emptyImage } from "../../store/dialects/sqlite/image.ts";
import { sqliteLibrary } from "../../store/dialects/sqlite/library.ts";
import { WORDS } from "../../store/tables/codes.ts";
import { boolean, integer, nullable, text, word } from "../../store/tables/column.ts";
import { COMMAND_ANSWER, COMMAND_KEY } from "../../store/tables/command.ts";
import { DELEGATION } from "../../store/tables/delegation.ts";
import { EVENT_FIELD, EVENT_RARE, EVENT_SEGMENT, WHO } from "../../store/tables/event.ts";
import { INSTANCE, ROSTER, TALLY } from "../../store/tables/instance.ts";
import { journalTable } from "../../store/tables/journal.ts";
import { DEAD_LETTER, MAILBOX } from "../../store/tables/message.ts";
import { COUNTER, META, WORD } from "../../store/tables/store.ts";
import { table, type Table } from "../../store/tables/table.ts";
import { DEPENDENCY, TASK, TASK_RESULT, TASK_TAG, TASK_TEXT, WATCH } from "../../store/tables/task.ts";

const JOURNAL = journalTable({ numberOf: () => 1, nameOf: () => null });
const DESCRIBED: readonly Table<never>[] = [
  META,
  WORD,
  COUNTER,
  WHO,
  INSTANCE,
  TALLY,
  ROSTER,
  TASK,
  TASK_TEXT,
  TASK_TAG,
  DEPENDENCY,
  WATCH,
  DELEGATION,
  TASK_RESULT,
  JOURNAL,
  EVENT_FIELD,
  EVENT_RARE,
  EVENT_SEGMENT,
  MAILBOX,
  DEAD_LETTER,
  COMMAND_KEY,
  COMMAND_ANSWER,
];

interface InFile {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

interface Transparent {
  readonly write: (value: unknown) => unknown;
  readonly read: (stored: unknown) => unknown;
}

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

describe("the tables that are described", () => {
  const database = new (sqliteLibrary())(emptyImage());

  test("are those of the file", () => {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite_%' AND name NOT LIKE 'mikro%'",
      )
      .pluck()
      .all() as string[];
    expect(DESCRIBED.map(({ name }) => name).toSorted()).toEqual(tables.toSorted());
  });

  test.each(DESCRIBED.map((described) => [described.name, described] as const))(
    "%s: columns have the names, types and keys that the file has, NULL where a codec knows of it",
    (name, { columns }) => {
      const inFile = database.prepare(`PRAGMA table_info(${name})`).all() as InFile[];
      const said = columns.map((column) => ({
        name: column.name,
        type: column.codec.type as string,
        nullable: column.codec.nullable,
        primary: column.primary,
      }));
      const there = inFile.map(({ name, type, notnull, pk }) => ({
        name,
        type,
        nullable: notnull === 0 && pk === 0,
        primary: pk > 0,
      }));
      expect(said.toSorted(byName)).toEqual(there.toSorted(byName));
    },
  );

  test("are MikroORM's entities, column by column", () => {
    for (const described of DESCRIBED) {
      const { tableName, properties } = entityOf(described).init().meta;
      expect(tableName).toBe(described.name);
      const said = Object.values(properties).map(({ fieldNames, nullable, primary }) => [
        fieldNames?.[0],
        nullable === true,
        primary === true,
      ]);
      expect(said).toEqual(
        described.columns.map(({ name, codec, primary }) => [name, codec.nullable, primary]),
      );
    }
  });
});

describe("codecs", () => {
  test("read back each word by its code, and refuse a code without a word", () => {
    for (const codes of Object.values(WORDS)) {
      const { write, read } = word(codes as Record<string, number>) as unknown as Transparent;
      for (const one of Object.keys(codes)) expect(read(write(one))).toBe(one);
    }
    const { read } = word(WORDS.scope) as unknown as Transparent;
    expect(() => read(99)).toThrow("unknown code 99");
  });
});

/** What follows is checked by the compiler alone: each of these descriptions is wrong. */
export function descriptionsThatDoNotCompile(): void {
  interface Hop extends Pick<Delegation, "no" | "byCaller" | "reasonText"> {
    readonly kind: "up" | "down";
  }
  const constant = { no: integer, byCaller: boolean, kind: word<Hop["kind"]>({ up: 1, down: 2 }) };
  const changeable = { reasonText: nullable(text) };
  const left = word({ up: 1, left: 2 });
  table<Hop>({ name: "hop", key: ["no"], constant, changeable });
  // @ts-expect-error -- a field without a column
  table<Hop>({ name: "hop", key: ["no"], constant: { no: integer, byCaller: boolean }, changeable });
  // @ts-expect-error -- a codec that does not fit the type of its field
  table<Hop>({ name: "hop", key: ["no"], constant: { ...constant, byCaller: integer }, changeable });
  // @ts-expect-error -- a column that is never NULL for a field that may be
  table<Hop>({ name: "hop", key: ["no"], constant, changeable: { reasonText: text } });
  // @ts-expect-error -- a code for a word that the field cannot have, none for one that it can
  table<Hop>({ name: "hop", key: ["no"], constant: { ...constant, kind: left }, changeable });
  // @ts-expect-error -- a field that changes among those that are written once
  table<Hop>({ name: "hop", key: ["no"], constant: { ...constant, ...changeable } });
  // @ts-expect-error -- a column without a field
  table<Hop>({ name: "hop", key: ["no"], constant, changeable: { reasonText: nullable(text), hue: text } });
}
