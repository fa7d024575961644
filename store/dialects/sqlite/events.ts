import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import { CommitError } from "../../store.ts";
import { EVENT_NAME } from "./codes.ts";
import { eventStretches } from "./event-stretches.ts";
import type { Database } from "./library.ts";
import { inserter, prepared } from "./prepared.ts";
import { marks } from "./values.ts";
import type { WhoTable } from "./who.ts";

const COLUMNS = ["position", "at", "name", "instance", "task", "delegation", "actor", "cause", "data"];

function valuesOf(e: JournalEvent, who: WhoTable): unknown[] {
  return [
    e.position,
    e.at,
    EVENT_NAME[e.name],
    e.instance,
    e.task,
    e.delegation,
    e.actor === null ? null : who.numberOf(e.actor),
    e.cause,
    dataText(e.data),
  ];
}

/** Nothing to say is no text. */
function dataText(data: object): string | null {
  const text = JSON.stringify(data);
  return text === "{}" ? null : text;
}

/** Writes of table `event`, the journal; its reads are in event-pages.ts. */
export function eventTable(db: Database, who: WhoTable) {
  const last = prepared(db, "SELECT coalesce(max(position), 0) FROM event").pluck();
  const insert = inserter<JournalEvent>(db, `event (${COLUMNS.join(", ")})`, `(${marks(COLUMNS)})`, (event) =>
    valuesOf(event, who),
  );
  const stretches = eventStretches(db);
  return {
    lastPosition: (): number => last.get() as number,
    /** @throws CommitError constraint: a position is not the next one (E1). */
    append(events: readonly JournalEvent[], previous: number): void {
      events.forEach((event, index) => {
        const next = previous + index + 1;
        if (event.position !== next) {
          throw new CommitError("constraint", `E1: position ${event.position} where ${next} is next`);
        }
      });
      insert(events);
      for (const event of events) stretches.note(event.position, event.instance, EVENT_NAME[event.name]);
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      stretches.forget();
    },
  };
}
