import type { EventName } from "../../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import type { EventFilter } from "../../store.ts";
import { decodeData } from "../../../machines/events/coding.ts";
import { COMMON_EVENTS, EVENT_NAME } from "../../tables/event-codes.ts";
import { UnreadableValue } from "../../tables/column.ts";
import type { CodedLine } from "../../tables/event.ts";
import type { Table } from "../../tables/table.ts";
import type { eventFields } from "./event-fields.ts";
import { ANY_INSTANCE, SEGMENT, segmentOf } from "./event-segments.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { selector } from "./select.ts";

/** A filtered read looks into no more segments than this, so that its time does not grow with the journal. */
const LOOKED_INTO = 64;
/** It skips no more segments than this. */
const PASSED_OVER = 4_000;

/** What is read, and by what. */
interface Journal {
  readonly db: Database;
  readonly table: Table<CodedLine>;
  readonly fields: ReturnType<typeof eventFields>;
  readonly lastPosition: () => number;
}

/** Lines that fit, and how far was looked; null = to the end. */
interface Looked {
  readonly lines: readonly CodedLine[];
  readonly examined: number | null;
}

function codesOf(names: EventFilter["names"]): string | null {
  return names === undefined ? null : JSON.stringify(names.map((name) => EVENT_NAME[name]));
}

const FITS = `(@instance IS NULL OR instance = @instance)
  AND (@names IS NULL OR name IN (SELECT value FROM json_each(@names)))`;

/** Segments that hold an event of the name and instance, in order. */
const HAVING = `WITH RECURSIVE span (no) AS (SELECT @first UNION ALL SELECT no + 1 FROM span WHERE no < @last)
  SELECT no FROM span WHERE EXISTS (SELECT 1 FROM event_stretch e WHERE e.stretch = span.no AND e.instance = @instance
    AND (@names IS NULL OR e.name IN (SELECT value FROM json_each(@names))))
  LIMIT ${LOOKED_INTO}`;

/** As the index of rare events says it (migration 003), so that SQLite sees that it may be used. */
export const IS_RARE = `name NOT IN (${[...COMMON_EVENTS]
  .map((name) => EVENT_NAME[name])
  .toSorted((a, b) => a - b)
  .join(", ")})`;

/**
 * Reads of table `event` by position: of all; of one task, or of an instance's rare events, by their index; else of the
 * segments that hold what is asked.
 */
export function eventPages({ db, table, fields, lastPosition }: Journal) {
  const decode = (line: CodedLine): JournalEvent => {
    const { name, data: coded, at } = line;
    const places = Array.isArray(coded) ? coded.length : 0;
    const known = fields.of(name, places);
    if (known.length < places)
      throw new UnreadableValue(
        `the data of event ${line.position} have ${places} places, of which ${known.length} are known`,
      );
    return { ...line, data: decodeData(known, coded, at) } as JournalEvent;
  };
  const select = selector(db, table);
  const having = prepared(db, HAVING).pluck();
  const after = select<[since: number, limit: number]>("WHERE position > ? ORDER BY position LIMIT ?");
  const ofTask = select(
    `WHERE task = @task AND position > @since AND ${FITS} ORDER BY position LIMIT @limit`,
  );
  const within = select<[asked: object]>(
    `WHERE position > @since AND position <= @until AND ${FITS} ORDER BY position LIMIT @limit`,
  );
  const ofRare = select<[name: number, instance: number, since: number, limit: number]>(
    `WHERE name = ? AND instance = ? AND ${IS_RARE} AND position > ? ORDER BY position LIMIT ?`,
  );

  const rare = (names: readonly EventName[], instance: number, { since, limit }: EventFilter): CodedLine[] =>
    names
      .flatMap((name) => ofRare.all(EVENT_NAME[name], instance, since, limit))
      .toSorted((a, b) => a.position - b.position)
      .slice(0, limit);
  const skim = (filter: EventFilter, names: string | null, end: number): Looked => {
    const { since, limit, instance = null } = filter;
    const first = segmentOf(since + 1);
    const until = Math.min(segmentOf(end), first + PASSED_OVER);
    const found = having.all({ first, last: until, instance: instance ?? ANY_INSTANCE, names }) as number[];
    const lines: CodedLine[] = [];
    for (const segment of found) {
      const bounds = { since: Math.max(since, segment * SEGMENT - 1), until: endOf(segment) };
      lines.push(...within.all({ ...bounds, instance, names, limit: limit - lines.length }));
      if (lines.length === limit) return { lines, examined: lines.at(-1)?.position ?? null };
    }
    const lastFound = found.length === LOOKED_INTO ? found.at(-1) : undefined;
    return { lines, examined: endOf(lastFound ?? until) };
  };
  const look = (filter: EventFilter, end: number): Looked => {
    const { since, limit, task, instance = null } = filter;
    const full = (lines: readonly CodedLine[]): Looked => ({
      lines,
      examined: lines.length === limit ? (lines.at(-1)?.position ?? null) : null,
    });
    const names = codesOf(filter.names);
    if (task !== undefined) return full(ofTask.all({ task, since, instance, names, limit }));
    if (names === null && instance === null) return full(after.all(since, limit));
    if (instance !== null && filter.names?.every((name) => !COMMON_EVENTS.has(name)) === true) {
      return full(rare(filter.names, instance, filter));
    }
    return skim(filter, names, end);
  };
  /** At most `limit` events after `since`; `next` is where to go on. */
  return (filter: EventFilter): { items: JournalEvent[]; next: number; more: boolean } => {
    const end = lastPosition();
    const { lines, examined } = look(filter, end);
    const next = Math.max(filter.since, Math.min(examined ?? end, end));
    return { items: lines.map(decode), next, more: next < end };
  };
}

function endOf(segment: number): number {
  return (segment + 1) * SEGMENT - 1;
}
