import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import type { EventFilter } from "../../store.ts";
import { EVENT_NAME } from "../../tables/event-codes.ts";
import {
  MOST_IN_ROW,
  unpacked,
  type FieldsOf,
  type IsWanted,
  type JournalRow,
} from "../../tables/journal.ts";
import type { Table } from "../../tables/table.ts";
import type { Database } from "./library.ts";
import { selector, type Select } from "./select.ts";

/** Rows that are read at a time. */
const ROWS = 128;
/** A filtered read of one task looks into no more rows than this, so that its time does not grow with what the task has been through. */
const LOOKED_INTO = 4_096;

/** Events that were wanted, and how far was looked; null = as far as was asked. */
export interface Found {
  readonly items: JournalEvent[];
  readonly examined: number | null;
}

/** Which events, in order: those after a position that fit, up to another one, no more than `limit`. */
interface Wanted extends Pick<EventFilter, "since" | "limit" | "names" | "instance"> {
  readonly until?: number;
}

/** Rows in order that may hold what comes after a position. */
type RowsAfter = (position: number) => readonly JournalRow[];

/** Reads events out of the rows of the journal. */
export class JournalRows {
  readonly #fieldsOf: FieldsOf;
  readonly #after: Select<JournalRow, [position: number]>;
  readonly #ofTask: Select<JournalRow, [task: number, position: number]>;
  readonly #holding: Select<JournalRow, [position: number]>;

  constructor(db: Database, table: Table<JournalRow>, fieldsOf: FieldsOf) {
    const select = selector(db, table);
    this.#fieldsOf = fieldsOf;
    this.#after = select(`WHERE position > ? ORDER BY position LIMIT ${ROWS}`);
    this.#ofTask = select(`WHERE task = ? AND position > ? ORDER BY position LIMIT ${ROWS}`);
    this.#holding = select("WHERE position <= ? ORDER BY position DESC LIMIT 1");
  }

  ofAll(wanted: Wanted): Found {
    return this.#collect((position) => this.#after.all(position), wanted);
  }

  ofTask(task: number, wanted: Wanted): Found {
    return this.#collect((position) => this.#ofTask.all(task, position), wanted, LOOKED_INTO);
  }

  /** The event at a position, if it fits. */
  at(position: number, filter: EventFilter): JournalEvent | undefined {
    const row = this.#holding.get(position);
    const isWanted = wanting({ ...filter, since: position - 1, until: position });
    return row === null ? undefined : unpacked(row, this.#fieldsOf, isWanted)[0];
  }

  #collect(rowsAfter: RowsAfter, wanted: Wanted, mostRows = Infinity): Found {
    const { since, until = Infinity, limit } = wanted;
    const isWanted = wanting(wanted);
    const items: JournalEvent[] = [];
    // The row that holds the first of them may begin before it.
    for (let from = since - MOST_IN_ROW, left = mostRows; ; left -= ROWS) {
      const rows = rowsAfter(from);
      for (const row of rows) {
        if (row.position > until) return { items, examined: null };
        for (const event of unpacked(row, this.#fieldsOf, isWanted)) {
          items.push(event);
          if (items.length === limit) return { items, examined: event.position };
        }
      }
      const last = rows.at(-1);
      if (rows.length < ROWS || last === undefined) return { items, examined: null };
      from = last.position;
      if (left <= ROWS) return { items, examined: from + last.events.length - 1 };
    }
  }
}

function wanting({ since, until = Infinity, names, instance }: Wanted): IsWanted {
  const codes = names === undefined ? null : new Set(names.map((name) => EVENT_NAME[name]));
  return (position, at, code) =>
    position > since &&
    position <= until &&
    (codes === null || codes.has(code)) &&
    (instance === undefined || instance === at);
}
