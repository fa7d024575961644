import { encodeData } from "../../../machines/events/coding.ts";
import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import { CommitError } from "../../store.ts";
import { EVENT_NAME } from "../../tables/event-codes.ts";
import { eventTable } from "../../tables/event.ts";
import { eventFields } from "./event-fields.ts";
import { eventPages } from "./event-pages.ts";
import { eventSegments } from "./event-segments.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { inserter } from "./rows.ts";
import type { WhoTable } from "./who.ts";

/** Writes of table `event`, the journal, and its pages. */
export function journal(db: Database, who: WhoTable) {
  const table = eventTable(who);
  const fields = eventFields(db);
  const last = prepared(db, "SELECT coalesce(max(position), 0) FROM event").pluck();
  const lastPosition = (): number => last.get() as number;
  const insert = inserter(db, table);
  const segments = eventSegments(db);
  return {
    page: eventPages({ db, table, fields, lastPosition }),
    lastPosition,
    /** @throws CommitError constraint: a position is not the next one (E1). */
    append(events: readonly JournalEvent[], previous: number): void {
      events.forEach((event, index) => {
        const next = previous + index + 1;
        if (event.position !== next) {
          throw new CommitError("constraint", `E1: position ${event.position} where ${next} is next`);
        }
      });
      if (events.length > 0) fields.complete();
      insert(
        events.map((event) => ({ ...event, data: encodeData(fields.of(event.name), event.data, event.at) })),
      );
      for (const event of events) segments.note(event.position, event.instance, EVENT_NAME[event.name]);
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      segments.forget();
      fields.forget();
    },
  };
}
