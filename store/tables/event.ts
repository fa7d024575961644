import type { EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { boolean, integer, json, moment, nullable, text, word, type Codec } from "./column.ts";
import { EVENT_NAME } from "./event-codes.ts";
import { table, type Table } from "./table.ts";

/** A line of the journal, whatever its name. */
export type Line = Omit<JournalEvent, "data"> & { readonly data: object };

/** Numbers in table `who` for the names of those who ask. */
export interface Names {
  numberOf(name: string): number;
  nameOf(no: number): string | null;
}

function who(names: Names): Codec<string | null> {
  return {
    ...nullable(text),
    type: "INTEGER",
    write: (name) => (name === null ? null : names.numberOf(name)),
    read: (no: number | null) => (no === null ? null : names.nameOf(no)),
  };
}

/** A line as its row says it: what it changes by the places of its fields (machines/events/coding.ts). */
export type CodedLine = Omit<Line, "data"> & { readonly data: readonly unknown[] | object | null };

/** The journal. Who asked is a number that only a connection can tell. */
export function eventTable(names: Names): Table<CodedLine> {
  return table<CodedLine>({
    name: "event",
    key: ["position"],
    constant: {
      position: integer,
      at: moment,
      name: word(EVENT_NAME),
      instance: integer,
      task: nullable(integer),
      delegation: nullable(integer),
      actor: who(names),
      cause: integer,
      data: nullable(json<readonly unknown[] | object>()),
    },
  });
}

/** The place of a field in the data of the events of a name. */
export interface EventField {
  readonly name: EventName;
  readonly place: number;
  readonly field: string;
  readonly isMoment: boolean;
}

export const EVENT_FIELD = table<EventField>({
  name: "event_field",
  key: ["name", "place"],
  constant: { name: word(EVENT_NAME), place: integer, field: text, isMoment: boolean },
});

/** An instance and the code of an event's name that a segment of the journal holds; instance -1 = any. */
export const EVENT_SEGMENT = table<{
  readonly stretch: number;
  readonly instance: number;
  readonly name: number;
}>({
  name: "event_stretch",
  key: ["stretch", "instance", "name"],
  constant: { stretch: integer, instance: integer, name: integer },
});

export const WHO = table<{ readonly no: number; readonly name: string }>({
  name: "who",
  key: ["no"],
  constant: { no: integer, name: text },
});
