import type { JournalEvent } from "../../machines/events.ts";
import {
  DESK,
  type ActorNo,
  type DelegationNo,
  type Json,
  type TaskNo,
} from "../../machines/records/values.ts";
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

/** An event as users see it, the same at every door. Source: 4-http-api.md 4.3, 4.6. */
export function eventView(event: JournalEvent, context: EventContext): EventView {
  const { task, delegation, data } = event;
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
    data: data === null ? {} : dataView(event, data, context.directory),
  };
}

function causeText(cause: number, cursors: Cursors): string | null {
  if (cause === 0) return null;
  return cause > 0 ? cursors.encode(cause) : `C-${-cause}`;
}

type Data = { readonly [key: string]: Json | undefined };
type DataView = { [key: string]: Json };

/** The change, with what users know in place of row numbers: ids of instances, refs of tasks and delegations, ISO moments. */
function dataView(event: JournalEvent, data: Data, directory: Directory): DataView {
  if (event.name === "routing.decided" && Array.isArray(data["candidates"])) {
    return { ...decisionView(data, directory) };
  }
  if (event.name === "publication") return { ...data } as DataView;
  const view: DataView = {};
  for (const key of Object.keys(data)) {
    const value = data[key];
    if (value !== undefined && !INTERNAL.has(key)) view[key] = valueView(key, value, directory);
  }
  return view;
}

/** Means nothing outside of the process or the row. */
const INTERNAL = new Set(["no", "waiting"]);

const INSTANCES = new Set([
  "instance",
  "holder",
  "origin",
  "keeper",
  "source",
  "target",
  "delegatedFrom",
  "delegatedTo",
  "chain",
  "refusedBy",
  "returnedBy",
  "parent",
  "root",
  "child",
  "to",
  "from",
]);
const TASKS = new Set([
  "task",
  "tasks",
  "parentTask",
  "dependsOn",
  "waitsFor",
  "dependent",
  "dependents",
  "dependency",
]);
const HOPS = new Set(["delegation", "hop", "pendingHop", "lastHop", "previous"]);
const MOMENTS = new Set(["notBefore", "backoffUntil", "until", "ends"]);
/** JSON of the caller that records keep as text. */
const TEXTS = new Set(["payload", "result"]);

function valueView(key: string, value: Json, directory: Directory): Json {
  if (typeof value === "number") return numberView(key, value, directory);
  if (Array.isArray(value)) {
    return isReference(key)
      ? value.map((item) => (typeof item === "number" ? numberView(key, item, directory) : item))
      : value;
  }
  if (typeof value === "string") return TEXTS.has(key) ? jsonOf(value) : value;
  // A change of the task that goes with a change of its delegation.
  if (key === "task" && typeof value === "object" && value !== null) return patchView(value, directory);
  return value;
}

function patchView(patch: { [key: string]: Json }, directory: Directory): DataView {
  const view: DataView = {};
  for (const [key, value] of Object.entries(patch)) {
    if (!INTERNAL.has(key)) view[key] = valueView(key, value, directory);
  }
  return view;
}

function isReference(key: string): boolean {
  return INSTANCES.has(key) || TASKS.has(key) || HOPS.has(key);
}

function numberView(key: string, value: number, directory: Directory): Json {
  if (INSTANCES.has(key)) return instanceId(value, directory);
  if (TASKS.has(key)) return taskRef(value);
  if (HOPS.has(key)) return delegationRef(value);
  return MOMENTS.has(key) || key.endsWith("At") ? iso(value) : value;
}

/** The desk is no instance: null. What is no instance after all stays a number. */
function instanceId(no: ActorNo, directory: Directory): Json {
  return no === DESK ? null : (directory.byNo(no)?.id ?? no);
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
