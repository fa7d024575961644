import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import { EVENT_NAME } from "../../tables/event-codes.ts";
import { EVENT_SEGMENT } from "../../tables/event.ts";
import type { Database } from "./library.ts";
import { replacer } from "./rows.ts";

/** Positions per segment of the journal. Older stores were filled by it (migration 003), so it stays. */
export const SEGMENT = 1_024;
/** In place of an instance: any of them. */
export const ANY_INSTANCE = -1;

/** The segment that a position is in. */
export function segmentOf(position: number): number {
  return Math.floor(position / SEGMENT);
}

export function firstOf(segment: number): number {
  return segment * SEGMENT;
}

export function endOf(segment: number): number {
  return firstOf(segment + 1) - 1;
}

/** Of an event, as far as it is noted here. */
type Noted = Pick<JournalEvent, "position" | "instance" | "name">;

/**
 * Writes of table `event_segment`: one row for each segment of the journal once it is full, with the names and instances
 * whose events it holds, so that a filtered read leaves out the segments which hold none. An index would cost every
 * event. Source: docs/decisions/0011-skipping-stretches.md.
 *
 * @param between events of the journal from one position to another, for a segment that was begun by another process.
 */
export function eventSegments(db: Database, between: (first: number, last: number) => readonly Noted[]) {
  const insert = replacer(db, EVENT_SEGMENT);
  let current = -1;
  /** Has every event of the segment been noted here? */
  let isWhole = false;
  const held = new Map<number, Set<number>>();
  const begin = (segment: number, position: number): void => {
    current = segment;
    isWhole = position === Math.max(firstOf(segment), 1);
    held.clear();
  };
  const hold = (instance: number, name: number): void => {
    const names = held.get(instance);
    if (names === undefined) held.set(instance, new Set([name]));
    else names.add(name);
  };
  const note = ({ instance, name }: Noted): void => {
    hold(instance, EVENT_NAME[name]);
    hold(ANY_INSTANCE, EVENT_NAME[name]);
  };
  const write = (segment: number): void => {
    if (!isWhole) for (const event of between(firstOf(segment), endOf(segment))) note(event);
    const names = Object.fromEntries([...held].map(([instance, codes]) => [instance, [...codes]]));
    insert([{ segment, names }]);
  };
  return {
    /** An event was added: only inside its transaction. */
    note(event: Noted): void {
      const segment = segmentOf(event.position);
      if (segment !== current) begin(segment, event.position);
      note(event);
      if (event.position === endOf(segment)) write(segment);
    },
    /** After a rollback: events that were noted are gone. */
    forget(): void {
      current = -1;
    },
  };
}
