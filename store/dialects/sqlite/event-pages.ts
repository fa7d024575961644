import type { EventName } from "../../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import type { EventFilter } from "../../store.ts";
import { EVENT_NAME, wordOf, wordsByCode } from "./codes.ts";
import { ANY_INSTANCE, STRETCH, stretchOf } from "./event-stretches.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import type { WhoTable } from "./who.ts";

/** A filtered read looks into no more stretches than this, so that its time does not grow with the journal. */
const LOOKED_INTO = 64;
/** It skips no more stretches than this. */
const PASSED_OVER = 4_000;

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
    data: row.data === null ? {} : (JSON.parse(row.data) as object),
  } as JournalEvent;
}

function codesOf(names: EventFilter["names"]): string | null {
  return names === undefined ? null : JSON.stringify(names.map((name) => EVENT_NAME[name]));
}

const FITS = `(@instance IS NULL OR instance = @instance)
  AND (@names IS NULL OR name IN (SELECT value FROM json_each(@names)))`;

/** Stretches that hold an event of the name and instance, in order. */
const HAVING = `WITH RECURSIVE span (no) AS (SELECT @first UNION ALL SELECT no + 1 FROM span WHERE no < @last)
  SELECT no FROM span WHERE EXISTS (SELECT 1 FROM event_stretch e WHERE e.stretch = span.no AND e.instance = @instance
    AND (@names IS NULL OR e.name IN (SELECT value FROM json_each(@names))))
  LIMIT ${LOOKED_INTO}`;

/** What every task has, or nearly; the others are in an index by name and instance. */
const COMMON: ReadonlySet<EventName> = new Set<EventName>([
  "task.created",
  "task.queued",
  "task.claimed",
  "task.in_progress",
  "task.progress",
  "task.completed",
  "delegation.pending",
  "delegation.accepted",
  "delegation.completed",
  "routing.decided",
]);
/** As the index of rare events says it (migration 003), so that SQLite sees that it may be used. */
const IS_RARE = `name NOT IN (${[...COMMON]
  .map((name) => EVENT_NAME[name])
  .toSorted((a, b) => a - b)
  .join(", ")})`;

/**
 * Reads of table `event` by position: of all; of one task, or of an instance's rare events, by their index; else of the
 * stretches that hold what is asked.
 */
export function eventPages(db: Database, who: WhoTable) {
  const last = prepared(db, "SELECT coalesce(max(position), 0) FROM event").pluck();
  const after = prepared(db, "SELECT * FROM event WHERE position > ? ORDER BY position LIMIT ?");
  const ofTask = prepared(
    db,
    `SELECT * FROM event WHERE task = @task AND position > @since AND ${FITS} ORDER BY position LIMIT @limit`,
  );
  const having = prepared(db, HAVING).pluck();
  const within = prepared(
    db,
    `SELECT * FROM event WHERE position > @since AND position <= @until AND ${FITS} ORDER BY position LIMIT @limit`,
  );

  const ofRare = prepared(
    db,
    `SELECT * FROM event WHERE name = ? AND instance = ? AND ${IS_RARE} AND position > ? ORDER BY position LIMIT ?`,
  );

  const rare = (names: readonly EventName[], instance: number, { since, limit }: EventFilter): EventRow[] =>
    names
      .flatMap((name) => ofRare.all(EVENT_NAME[name], instance, since, limit) as EventRow[])
      .toSorted((a, b) => a.position - b.position)
      .slice(0, limit);
  const skim = (filter: EventFilter, names: string | null, end: number): Looked => {
    const { since, limit, instance = null } = filter;
    const first = stretchOf(since + 1);
    const until = Math.min(stretchOf(end), first + PASSED_OVER);
    const found = having.all({ first, last: until, instance: instance ?? ANY_INSTANCE, names }) as number[];
    const rows: EventRow[] = [];
    for (const stretch of found) {
      const bounds = { since: Math.max(since, stretch * STRETCH - 1), until: endOf(stretch) };
      const more = within.all({ ...bounds, instance, names, limit: limit - rows.length });
      rows.push(...(more as EventRow[]));
      if (rows.length === limit) return { rows, examined: rows.at(-1)?.position ?? null };
    }
    const lastFound = found.length === LOOKED_INTO ? found.at(-1) : undefined;
    return { rows, examined: endOf(lastFound ?? until) };
  };
  const look = (filter: EventFilter, end: number): Looked => {
    const { since, limit, task, instance = null } = filter;
    const full = (rows: unknown[]): Looked => {
      const found = rows as EventRow[];
      return { rows: found, examined: found.length === limit ? (found.at(-1)?.position ?? null) : null };
    };
    const names = codesOf(filter.names);
    if (task !== undefined) return full(ofTask.all({ task, since, instance, names, limit }));
    if (names === null && instance === null) return full(after.all(since, limit));
    if (instance !== null && filter.names?.every((name) => !COMMON.has(name)) === true) {
      return full(rare(filter.names, instance, filter));
    }
    return skim(filter, names, end);
  };
  /** At most `limit` events after `since`; `next` is where to go on. */
  return (filter: EventFilter): { items: JournalEvent[]; next: number; more: boolean } => {
    const end = last.get() as number;
    const { rows, examined } = look(filter, end);
    const next = Math.max(filter.since, Math.min(examined ?? end, end));
    return { items: rows.map((row) => eventOf(row, who)), next, more: next < end };
  };
}

function endOf(stretch: number): number {
  return (stretch + 1) * STRETCH - 1;
}
