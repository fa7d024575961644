import type { EventName } from "../../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import type { EventFilter } from "../../store.ts";
import { COMMON_EVENTS, EVENT_NAME } from "../../tables/event-codes.ts";
import { ANY_INSTANCE, endOf, firstOf, segmentOf } from "./event-segments.ts";
import type { Found, JournalRows } from "./journal-rows.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** A filtered read looks into no more segments than this, so that its time does not grow with the journal. */
const LOOKED_INTO = 16;
/** It skips no more segments than this. */
const PASSED_OVER = 500;

/** A page of the journal, and where to go on. */
export interface EventPage {
  readonly items: JournalEvent[];
  readonly next: number;
  readonly more: boolean;
}

/** Full segments that hold an event of the name and instance, in order. */
const HAVING = `SELECT segment FROM event_segment WHERE segment BETWEEN @first AND @last AND EXISTS (
    SELECT 1 FROM json_each(names, '$."' || @instance || '"') held
    WHERE @names IS NULL OR held.value IN (SELECT value FROM json_each(@names)))
  ORDER BY segment LIMIT ${LOOKED_INTO}`;

/**
 * Pages of the journal by position: of all; of one task by its index; of an instance's rare events by theirs; else of the
 * segments that hold what is asked. At most `limit` events after `since`.
 */
export function eventPages(db: Database, rows: JournalRows, lastPosition: () => number) {
  const having = prepared(db, HAVING).pluck();
  const rareOnes = prepared(
    db,
    `SELECT position FROM event_rare WHERE name = ? AND instance = ? AND position > ? AND position <= ?
      ORDER BY position LIMIT ?`,
  ).pluck();
  const rare = (names: readonly EventName[], instance: number, filter: EventFilter, end: number): Found => {
    const { since, limit } = filter;
    const positions = names
      .flatMap((name) => rareOnes.all(EVENT_NAME[name], instance, since, end, limit) as number[])
      .toSorted((a, b) => a - b)
      .slice(0, limit);
    return {
      items: positions.flatMap((position) => rows.at(position, filter) ?? []),
      examined: positions.length === limit ? (positions.at(-1) ?? null) : null,
    };
  };
  const skim = (filter: EventFilter, end: number): Found => {
    const { since, limit, names, instance = ANY_INSTANCE } = filter;
    const first = segmentOf(since + 1);
    const last = Math.min(segmentOf(end), first + PASSED_OVER);
    // Full when the end was looked up: an owner beside may have filled another one since.
    const full = Math.min(segmentOf(end + 1) - 1, last);
    const codes = names === undefined ? null : JSON.stringify(names.map((name) => EVENT_NAME[name]));
    const found = having.all({ first, last: full, instance: String(instance), names: codes }) as number[];
    // The last segment says what it holds when it is full.
    if (found.length < LOOKED_INTO && full < last) found.push(last);
    const items: JournalEvent[] = [];
    for (const segment of found) {
      const bounds = { since: Math.max(since, firstOf(segment) - 1), until: Math.min(endOf(segment), end) };
      const within = rows.ofAll({ ...filter, ...bounds, limit: limit - items.length });
      items.push(...within.items);
      if (items.length === limit) return { items, examined: within.examined };
    }
    const lastFound = found.length === LOOKED_INTO ? found.at(-1) : undefined;
    return { items, examined: endOf(lastFound ?? last) };
  };
  const look = (filter: EventFilter, end: number): Found => {
    const { task, names, instance } = filter;
    if (task !== undefined) return rows.ofTask(task, { ...filter, until: end });
    if (names === undefined && instance === undefined) return rows.ofAll({ ...filter, until: end });
    if (instance !== undefined && names?.every((name) => !COMMON_EVENTS.has(name)) === true)
      return rare(names, instance, filter, end);
    return skim(filter, end);
  };
  return (filter: EventFilter): EventPage => {
    // An owner beside may commit while this is read: what comes after this position is for the next page.
    const end = lastPosition();
    const { items, examined } = look(filter, end);
    const next = Math.max(filter.since, Math.min(examined ?? end, end));
    return { items, next, more: next < end };
  };
}
