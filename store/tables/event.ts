import type { EventName } from "../../machines/events/catalogue.ts";
import { boolean, integer, json, text, word } from "./column.ts";
import { EVENT_NAME } from "./event-codes.ts";
import { table } from "./table.ts";

/** The place of a field in the data of the events of a name. */
export interface EventField {
  readonly name: EventName;
  readonly place: number;
  readonly field: string;
  readonly isMoment: boolean;
}

export const EVENT_FIELD = table<EventField>({
  name: "event_field",
  key: ["name", "place"],
  constant: { name: word(EVENT_NAME), place: integer, field: text, isMoment: boolean },
});

/** By instance, -1 = any: the codes of the names of its events. */
export interface NamesHeld {
  readonly [instance: string]: readonly number[];
}

/** What a full segment of the journal holds. */
export const EVENT_SEGMENT = table<{ readonly segment: number; readonly names: NamesHeld }>({
  name: "event_segment",
  key: ["segment"],
  constant: { segment: integer, names: json<NamesHeld>() },
});

/** Where the events stand that few tasks have, by the code of their name and their instance. */
export const EVENT_RARE = table<{
  readonly name: number;
  readonly instance: number;
  readonly position: number;
}>({
  name: "event_rare",
  key: ["name", "instance", "position"],
  constant: { name: integer, instance: integer, position: integer },
});

export const WHO = table<{ readonly no: number; readonly name: string }>({
  name: "who",
  key: ["no"],
  constant: { no: integer, name: text },
});
