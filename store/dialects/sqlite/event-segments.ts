import { EVENT_SEGMENT } from "../../tables/event.ts";
import type { Database } from "./library.ts";
import { inserter } from "./rows.ts";

/** Positions per segment of the journal. Older stores were filled by it (migration 003), so it stays. */
export const SEGMENT = 1_024;
/** In place of an instance: any of them. */
export const ANY_INSTANCE = -1;
/** More than there are names of events. */
const NAMES = 256;

/** The segment that a position is in. */
export function segmentOf(position: number): number {
  return Math.floor(position / SEGMENT);
}

/**
 * Writes of table `event_stretch`: one row for each name and instance whose events a segment of the journal holds, so
 * that a filtered read leaves out the segments which hold none. They are written at the end of the table, when the
 * first such event comes; an index would cost every event. Source: docs/decisions/0011-skipping-stretches.md.
 */
export function eventSegments(db: Database) {
  const insert = inserter(db, EVENT_SEGMENT, "ON CONFLICT DO NOTHING");
  const seen = new Set<number>();
  let current = -1;
  const noteOne = (segment: number, instance: number, name: number): void => {
    const place = (instance + 1) * NAMES + name;
    if (seen.has(place)) return;
    insert([{ stretch: segment, instance, name }]);
    seen.add(place);
  };
  return {
    /** An event with this code of a name is added: only inside its transaction. */
    note(position: number, instance: number, name: number): void {
      const segment = segmentOf(position);
      if (segment !== current) seen.clear();
      current = segment;
      noteOne(segment, instance, name);
      noteOne(segment, ANY_INSTANCE, name);
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      seen.clear();
    },
  };
}
