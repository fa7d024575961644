import { ENTRIES, EVENT_NAMES, eventsThat, type EventName } from "../../machines/events/catalogue.ts";

/** The code of each name of event, as the catalogue of events gives it; see codes.ts. */
export const EVENT_NAME = Object.fromEntries(
  EVENT_NAMES.map((name) => [name, ENTRIES[name].code]),
) as Readonly<Record<EventName, number>>;

/** What every task has, or nearly; the others are in a table by name and instance. */
export const COMMON_EVENTS = eventsThat("common");
