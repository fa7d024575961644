import type { EventName } from "../../../machines/events/catalogue.ts";
import { codedFields } from "../../../machines/events/coding.ts";
import { EVENT_NAME } from "../../../store/tables/event-codes.ts";
import { eventSegments } from "../../../store/dialects/sqlite/event-segments.ts";
import type { Database } from "../../../store/dialects/sqlite/library.ts";
import { JournalRows } from "../../../store/dialects/sqlite/journal-rows.ts";
import { journalTable, type Names } from "../../../store/tables/journal.ts";
import { Inserts } from "./inserts.ts";

/** Who asked is of no interest here. */
const NOBODY: Names = { numberOf: () => 0, nameOf: () => null };

/** An event of a task; `data` is JSON: its fields by their places. */
export interface CeilingEvent {
  readonly name: EventName;
  readonly instance: number;
  readonly task: number;
  readonly hop?: number | undefined;
  /** Above 0: the position of an event; else minus the number of a command. */
  readonly cause: number;
  readonly data?: string | undefined;
}

/** The journal as the ceiling writes it: what happens to a task in a batch, one after the other, is one row. */
export class CeilingJournal {
  readonly #actor: number;
  readonly #rows: Inserts;
  readonly #segments: ReturnType<typeof eventSegments>;
  #noted: { position: number; instance: number; name: EventName }[] = [];
  #row: { position: number; at: number; task: number; cause: number; events: string[] } | null = null;

  constructor(database: Database) {
    database.exec("INSERT INTO who (name) VALUES ('library') ON CONFLICT DO NOTHING");
    const row = database.prepare("SELECT no FROM who WHERE name = 'library'").get() as { no: number };
    this.#actor = row.no;
    this.#rows = new Inserts(
      database,
      "journal (position, at, task, actor, cause, events)",
      "(?, ?, ?, ?, ?, ?)",
    );
    const rows = new JournalRows(database, journalTable(NOBODY), codedFields);
    this.#segments = eventSegments(
      database,
      (first, last) => rows.ofAll({ since: first - 1, until: last, limit: Infinity }).items,
    );
  }

  note(position: number, at: number, { name, instance, task, hop, cause, data }: CeilingEvent): void {
    if (this.#row?.task !== task || this.#row.at !== at) {
      this.#endRow();
      this.#row = { position, at, task, cause, events: [] };
    }
    const said = `${EVENT_NAME[name]},${instance},${hop ?? 0},${data ?? 0}`;
    const back = cause > 0 ? position - cause : cause;
    this.#row.events.push(cause === this.#row.cause ? `[${said}]` : `[${said},${back}]`);
    this.#noted.push({ position, instance, name });
  }

  /** Only inside a transaction. */
  write(): void {
    this.#endRow();
    this.#rows.write();
    for (const event of this.#noted) this.#segments.note(event);
    this.#noted = [];
  }

  #endRow(): void {
    const row = this.#row;
    if (row === null) return;
    const { position, at, task, cause, events } = row;
    this.#rows.add(position, at, task, this.#actor, cause, `[${events.join(",")}]`);
    this.#row = null;
  }
}
