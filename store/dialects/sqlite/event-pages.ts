import type { JournalEvent } from "../../../machines/events.ts";
import type { Json } from "../../../machines/records.ts";
import type { EventFilter } from "../../store.ts";
import { EVENT_NAME, wordOf, wordsByCode } from "./codes.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import type { WhoTable } from "./who.ts";

/** A filtered read looks at no more rows than this, so that its time does not grow with the journal. */
const WINDOW = 20_000;

const NAMES_BY_CODE = wordsByCode(EVENT_NAME);

interface EventRow {
  position: number;
  at: number;
  name: number;
  instance: number;
  task: number | null;
  delegation: number | null;
  actor: number | null;
  cause: number;
  data: string | null;
}

/** Rows that fit, and how far was looked; null = to the end. */
interface Looked {
  readonly rows: readonly EventRow[];
  readonly examined: number | null;
}

function eventOf(row: EventRow, who: WhoTable): JournalEvent {
  return {
    position: row.position,
    at: row.at,
    name: wordOf(NAMES_BY_CODE, row.name),
    instance: row.instance,
    task: row.task,
    delegation: row.delegation,
    actor: row.actor === null ? null : who.nameOf(row.actor),
    cause: row.cause,
    data: row.data === null ? null : (JSON.parse(row.data) as { [key: string]: Json }),
  };
}

function codesOf(names: EventFilter["names"]): string | null {
  return names === undefined ? null : JSON.stringify(names.map((name) => EVENT_NAME[name]));
}

const FITS = `(@instance IS NULL OR instance = @instance)
  AND (@names IS NULL OR name IN (SELECT value FROM json_each(@names)))`;

/** Reads of table `event` by position: of all, of one task by its index, else a bounded stretch of the journal. */
export function eventPages(db: Database, who: WhoTable) {
  const last = prepared(db, "SELECT coalesce(max(position), 0) FROM event").pluck();
  const after = prepared(db, "SELECT * FROM event WHERE position > ? ORDER BY position LIMIT ?");
  const ofTask = prepared(
    db,
    `SELECT * FROM event WHERE task = @task AND position > @since AND ${FITS} ORDER BY position LIMIT @limit`,
  );
  const stretch = prepared(
    db,
    `SELECT * FROM event WHERE position > @since AND position <= @until AND ${FITS} ORDER BY position LIMIT @limit`,
  );

  const look = (filter: EventFilter): Looked => {
    const { since, limit, task, instance = null } = filter;
    const full = (rows: unknown[], otherwise: number | null): Looked => {
      const found = rows as EventRow[];
      return { rows: found, examined: found.length === limit ? (found.at(-1)?.position ?? null) : otherwise };
    };
    const names = codesOf(filter.names);
    if (task !== undefined) return full(ofTask.all({ task, since, instance, names, limit }), null);
    if (names === null && instance === null) return full(after.all(since, limit), null);
    return full(stretch.all({ since, until: since + WINDOW, instance, names, limit }), since + WINDOW);
  };
  /** At most `limit` events after `since`; `next` is where to go on. */
  return (filter: EventFilter): { items: JournalEvent[]; next: number; more: boolean } => {
    const end = last.get() as number;
    const { rows, examined } = look(filter);
    const next = Math.max(filter.since, Math.min(examined ?? end, end));
    return { items: rows.map((row) => eventOf(row, who)), next, more: next < end };
  };
}
