import { delegationEvents } from "./delegation.ts";
import type { AnyEntry } from "./entry.ts";
import type { DataOf, ShownDataOf } from "./field.ts";
import { instanceEvents } from "./instance.ts";
import { runtimeEvents } from "./runtime.ts";
import { taskEvents } from "./task.ts";

/** Every event that the journal can hold, by name. Source: spec/api.md 4.3. */
const EVENTS = { ...instanceEvents, ...taskEvents, ...delegationEvents, ...runtimeEvents } as const;

export type EventName = keyof typeof EVENTS;
export type InstanceEventName = keyof typeof instanceEvents;
export type TaskEventName = keyof typeof taskEvents;
export type DelegationEventName = keyof typeof delegationEvents;

/** Data of an event, as the journal holds it. */
export type EventData<N extends EventName = EventName> = DataOf<(typeof EVENTS)[N]["data"]>;

/** Data of an event, as users see it. */
export type ShownEventData<N extends EventName = EventName> = ShownDataOf<(typeof EVENTS)[N]["data"]>;

/** The same entries, for who knows the name only when it runs. */
export const ENTRIES: Readonly<Record<EventName, AnyEntry>> = EVENTS;

export const EVENT_NAMES = Object.keys(EVENTS) as unknown as readonly [EventName, ...EventName[]];

/** The names of the events that have a flag. */
export function eventsThat(flag: "common" | "offersWork" | "endsAttempt"): ReadonlySet<EventName> {
  return new Set(EVENT_NAMES.filter((name) => ENTRIES[name][flag] === true));
}
