import { expandDecision } from "../../machines/routing/decision-data.ts";
import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { FieldKind } from "../../machines/events/field.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { DESK, type DelegationNo, type Json, type TaskNo } from "../../machines/records/values.ts";
import type { Cursors } from "../door/cursor.ts";
import type { Directory } from "../door/directory.ts";
import { delegationRef, taskRef } from "../door/references.ts";
import { decisionView, iso, type IdOf } from "./view-of.ts";
import type { EventView } from "./views.ts";

/** What an event's view needs beyond its row. */
export interface EventContext {
  readonly directory: Directory;
  readonly idOfTask: IdOf<TaskNo>;
  readonly idOfDelegation: IdOf<DelegationNo>;
  readonly cursors: Cursors;
}

/** An event as users see it, the same at every door. Source: spec/api.md 4.3, 4.6. */
export function eventView(event: JournalEvent, context: EventContext): EventView {
  const { task, delegation } = event;
  return {
    cursor: context.cursors.encode(event.position),
    at: iso(event.at),
    event: event.name,
    instanceId: context.directory.idOf(event.instance),
    taskId: task === null ? null : (context.idOfTask(task) ?? taskRef(task)),
    delegationId:
      delegation === null ? null : (context.idOfDelegation(delegation) ?? delegationRef(delegation)),
    actor: event.actor,
    cause: causeText(event.cause, context.cursors),
    data: dataView(event, context.directory),
  } as EventView;
}

function causeText(cause: number, cursors: Cursors): string | null {
  if (cause === 0) return null;
  return cause > 0 ? cursors.encode(cause) : `C-${-cause}`;
}

/** The change, each field as the catalogue says what it is: what users know stands in place of row numbers. */
function dataView(event: JournalEvent, directory: Directory): object {
  if (event.name === "routing.decided") return decisionView(expandDecision(event.data), directory);
  const fields = ENTRIES[event.name].data;
  const view: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(event.data) as [string, Json][]) {
    const kind = fields[key]?.kind ?? "json";
    view[key] =
      kind !== "json" && Array.isArray(value)
        ? value.map((one) => show(kind, one, directory))
        : show(kind, value, directory);
  }
  return view;
}

function show(kind: FieldKind, value: Json, directory: Directory): Json {
  if (typeof value === "string") return kind === "json text" ? jsonOf(value) : value;
  if (typeof value !== "number") return value;
  switch (kind) {
    case "instance":
      // What is no instance after all stays a number.
      return value === DESK ? null : (directory.byNo(value)?.id ?? value);
    case "task":
      return taskRef(value);
    case "delegation":
      return delegationRef(value);
    case "moment":
      return iso(value);
    default:
      return value;
  }
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
