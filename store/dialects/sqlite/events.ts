import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import { CommitError } from "../../store.ts";
import { COMMON_EVENTS, EVENT_NAME } from "../../tables/event-codes.ts";
import { EVENT_RARE } from "../../tables/event.ts";
import { journalTable, packed } from "../../tables/journal.ts";
import { eventFields } from "./event-fields.ts";
import { eventPages } from "./event-pages.ts";
import { eventSegments } from "./event-segments.ts";
import { JournalRows } from "./journal-rows.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { inserter } from "./rows.ts";
import type { WhoTable } from "./who.ts";

/** Writes of table `journal`, of what is noted of its events, and its pages. */
export function journal(db: Database, who: WhoTable) {
  const table = journalTable(who);
  const fields = eventFields(db);
  const last = prepared(
    db,
    "SELECT position + json_array_length(events) - 1 FROM journal ORDER BY position DESC LIMIT 1",
  ).pluck();
  const lastPosition = (): number => (last.get() as number | undefined) ?? 0;
  const rows = new JournalRows(db, table, fields.of);
  const insert = inserter(db, table);
  const insertRare = inserter(db, EVENT_RARE);
  const segments = eventSegments(
    db,
    (first, last) => rows.ofAll({ since: first - 1, until: last, limit: Infinity }).items,
  );
  return {
    page: eventPages(db, rows, lastPosition),
    lastPosition,
    /** @throws CommitError constraint: a position is not the next one (E1). */
    append(events: readonly JournalEvent[], previous: number): void {
      if (events.length === 0) return;
      events.forEach(({ position }, index) => {
        const next = previous + index + 1;
        if (position !== next)
          throw new CommitError("constraint", `E1: position ${position} where ${next} is next`);
      });
      fields.complete();
      insert(packed(events, fields.of));
      for (const event of events) {
        const { name, instance, position } = event;
        if (!COMMON_EVENTS.has(name)) insertRare([{ name: EVENT_NAME[name], instance, position }]);
        segments.note(event);
      }
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      segments.forget();
      fields.forget();
    },
  };
}
