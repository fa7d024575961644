import type { EventName } from "../../machines/events/catalogue.ts";
import { decodeData, encodeData, type CodedField } from "../../machines/events/coding.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { integer, json, moment, nullable, text, UnreadableValue, word, type Codec } from "./column.ts";
import { EVENT_NAME } from "./event-codes.ts";
import { table, type Table } from "./table.ts";

/** Events in one row, at most; a page that begins at a position looks so far back for the row that holds it. */
export const MOST_IN_ROW = 64;

/** Data of an event: its fields by their places, an object (see coding.ts), or 0 = it says nothing. */
type CodedData = readonly unknown[] | object | 0;

/**
 * An event in its row; what is not there at the end is 0. `delegation`: 0 = none. `cause`: not there = the row's; above 0
 * = so many events back; else as it is.
 */
type CodedEvent = readonly [
  name: number,
  instance: number,
  delegation?: number,
  data?: CodedData,
  cause?: number,
];

/** A row of the journal: events that follow each other and have task, moment and caller in common. */
export interface JournalRow {
  /** Of its first event. */
  readonly position: number;
  readonly at: number;
  readonly task: number | null;
  readonly actor: string | null;
  /** Of its first event. */
  readonly cause: number;
  readonly events: readonly CodedEvent[];
}

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

/** The journal. Who asked is a number that only a connection can tell. */
export function journalTable(names: Names): Table<JournalRow> {
  return table<JournalRow>({
    name: "journal",
    key: ["position"],
    constant: {
      position: integer,
      at: moment,
      task: nullable(integer),
      actor: who(names),
      cause: integer,
      events: json<readonly CodedEvent[]>(),
    },
  });
}

/** Where the fields of an event's data stand; `places`: at least so many are needed. */
export type FieldsOf = (name: EventName, places?: number) => readonly CodedField[];

/** The rows that hold these events, which follow each other. */
export function packed(events: readonly JournalEvent[], fieldsOf: FieldsOf): JournalRow[] {
  const rows: JournalRow[] = [];
  let row: (JournalRow & { readonly events: CodedEvent[] }) | null = null;
  for (const event of events) {
    if (row === null || !belongs(event, row)) {
      const { position, at, task, actor, cause } = event;
      row = { position, at, task, actor, cause, events: [] };
      rows.push(row);
    }
    row.events.push(coded(event, row.cause, fieldsOf));
  }
  return rows;
}

function belongs({ position, at, task, actor, cause }: JournalEvent, row: JournalRow): boolean {
  const isAlike = at === row.at && task === row.task && actor === row.actor;
  // A cause that has not happened yet has no distance.
  return isAlike && row.events.length < MOST_IN_ROW && cause < position;
}

function coded(event: JournalEvent, rowCause: number, fieldsOf: FieldsOf): CodedEvent {
  const { name, instance, position } = event;
  const delegation = event.delegation ?? 0;
  const data = encodeData(fieldsOf(name), event.data, event.at) ?? 0;
  const code = EVENT_NAME[name];
  if (event.cause !== rowCause)
    return [code, instance, delegation, data, event.cause > 0 ? position - event.cause : event.cause];
  if (data !== 0) return [code, instance, delegation, data];
  return delegation === 0 ? [code, instance] : [code, instance, delegation];
}

const NAME = word(EVENT_NAME).read as (code: number) => EventName;

/** Is an event with this code of a name wanted? */
export type IsWanted = (position: number, instance: number, name: number) => boolean;

/** The events that a row holds, those that are wanted; the inverse of {@link packed}. @throws UnreadableValue */
export function unpacked(row: JournalRow, fieldsOf: FieldsOf, isWanted?: IsWanted): JournalEvent[] {
  const { at, task, actor } = row;
  const events: JournalEvent[] = [];
  for (const [index, [code, instance, delegation = 0, data = 0, cause]] of row.events.entries()) {
    const position = row.position + index;
    if (isWanted?.(position, instance, code) === false) continue;
    const name = NAME(code);
    events.push({
      position,
      at,
      name,
      instance,
      task,
      delegation: delegation === 0 ? null : delegation,
      actor,
      cause: cause === undefined ? row.cause : cause > 0 ? position - cause : cause,
      data: data === 0 ? {} : dataOf(data, { name, at, position }, fieldsOf),
    } as JournalEvent);
  }
  return events;
}

function dataOf(
  data: Exclude<CodedData, 0>,
  { name, at, position }: Pick<JournalEvent, "name" | "at" | "position">,
  fieldsOf: FieldsOf,
): object {
  const places = Array.isArray(data) ? data.length : 0;
  const known = fieldsOf(name, places);
  if (known.length < places)
    throw new UnreadableValue(
      `the data of event ${position} have ${places} places, of which ${known.length} are known`,
    );
  return decodeData(known, data, at);
}
