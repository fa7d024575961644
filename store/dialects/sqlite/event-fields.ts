import { EVENT_NAMES, type EventName } from "../../../machines/events/catalogue.ts";
import { codedFields, type CodedField } from "../../../machines/events/coding.ts";
import { EVENT_FIELD, type EventField } from "../../tables/event.ts";
import type { Database } from "./library.ts";
import { inserter } from "./rows.ts";
import { selector } from "./select.ts";

const NO_FIELDS: readonly CodedField[] = [];

/**
 * Reads and writes of table `event_field`: which field of an event's data stands at which place of its array. The file
 * says it, so that it can be read by any version of the catalogue; what the catalogue has more is added at the end.
 */
export function eventFields(db: Database) {
  const all = selector(db, EVENT_FIELD)<[]>("ORDER BY name, place").all;
  const insert = inserter(db, EVENT_FIELD);
  let inFile: Map<EventName, CodedField[]> | null = null;
  let isComplete = false;
  const load = (): Map<EventName, CodedField[]> => {
    const loaded = new Map<EventName, CodedField[]>();
    for (const { name, field, isMoment } of all()) {
      const fields = loaded.get(name) ?? [];
      fields.push({ field, isMoment });
      loaded.set(name, fields);
    }
    return loaded;
  };
  const missing = (known: ReadonlyMap<EventName, CodedField[]>): EventField[] =>
    EVENT_NAMES.flatMap((name) => {
      const fields = known.get(name) ?? NO_FIELDS;
      const there = new Set(fields.map(({ field }) => field));
      return codedFields(name)
        .filter(({ field }) => !there.has(field))
        .map((one, index) => ({ name, place: fields.length + index, ...one }));
    });
  return {
    /** `places`: at least so many are needed; another connection may have added them. */
    of: (name: EventName, places = 0): readonly CodedField[] => {
      const known = (inFile ??= load()).get(name) ?? NO_FIELDS;
      if (known.length >= places) return known;
      inFile = load();
      return inFile.get(name) ?? NO_FIELDS;
    },
    /** Only inside a transaction: adds what the file lacks. */
    complete(): void {
      if (isComplete) return;
      const rows = missing((inFile ??= load()));
      insert(rows);
      if (rows.length > 0) inFile = null;
      isComplete = true;
    },
    /** After a rollback: rows that were added are gone. */
    forget(): void {
      inFile = null;
      isComplete = false;
    },
  };
}
