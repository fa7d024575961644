import type { EventBody, Names } from "./bodies.ts";
import type { Look } from "./look.ts";
import { clean, fit } from "./text.ts";
import { tableLines, type Column } from "./table.ts";

type Json = EventBody["data"][string];

/** What `events` shows. */
interface EventList {
  readonly events: readonly EventBody[];
  /** What each says in words; null = nothing: its data is shown in their place. */
  readonly sentences: readonly (string | null)[];
  readonly names: Names;
}

/** `events`: one line each, oldest first. */
export function eventTable({ events, sentences, names }: EventList, look: Look): string[] {
  const rows = events.map((body, index) => {
    const data = dataText(body.data, names);
    return { body, data, what: sentences[index] ?? (look.wide ? "-" : data) };
  });
  const columns: Column<(typeof rows)[number]>[] = [
    {
      head: look.width === null || look.wide ? "AT" : "AT (UTC)",
      cell: ({ body }) => (look.wide ? body.at : momentText(body.at, look)),
    },
    { head: "EVENT", cell: ({ body }) => body.event },
    { head: "TASK", cell: ({ body }) => nameOf(body.task_id, names) },
    { head: "INSTANCE", cell: ({ body }) => nameOf(body.instance_id, names) },
    { head: "BY", cell: ({ body }) => body.actor ?? "-", optional: true },
    { head: "WHAT", cell: ({ what }) => what, flex: true },
    { head: "DATA", cell: ({ data }) => data, wide: true },
    { head: "CURSOR", cell: ({ body }) => body.cursor, wide: true },
    { head: "CAUSE", cell: ({ body }) => body.cause ?? "-", wide: true },
    { head: "DELEGATION", cell: ({ body }) => nameOf(body.delegation_id, names), wide: true },
  ];
  return tableLines(columns, rows, look);
}

/** One event that has just happened, on a line of its own: no other tells how wide its columns are. */
export function eventLine({ events: [body], sentences: [said], names }: EventList, look: Look): string {
  if (body === undefined) return "";
  const what = said ?? dataText(body.data, names);
  const task = nameOf(body.task_id, names).padEnd(REF_COLUMNS);
  const line = `${momentText(body.at, look)}  ${task} ${body.event.padEnd(NAME_COLUMNS)} ${clean(what)}`;
  return look.width === null ? line : fit(line, look.width);
}

const REF_COLUMNS = 5;
const NAME_COLUMNS = 20;

/** On a terminal the time of the day, in UTC; else the moment whole. */
function momentText(at: string, look: Look): string {
  return look.width === null ? at : at.slice(11, 23);
}

/** The fields of an event that hold the id of an instance. */
export const INSTANCE_FIELDS = ["parent", "holder", "source", "target", "instance_id", "target_id"] as const;

/** What changed, in short: `target=webapp type=route seq=1`; a decision as `delegate: least busy (0/10)`. */
function dataText(data: EventBody["data"], names: Names): string {
  const { action, reason, target_id: target } = data;
  if (typeof action === "string" && typeof reason === "string")
    return `${action}${typeof target === "string" ? ` → ${nameOf(target, names)}` : ""}: ${reason}`;
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}=${valueText(value, names)}`)
    .join(" ");
}

function valueText(value: Json, names: Names): string {
  if (typeof value === "string") {
    const text = nameOf(value, names);
    return /[\s=]/.test(text) ? JSON.stringify(text) : text;
  }
  return JSON.stringify(value);
}

function nameOf(id: string | null, names: Names): string {
  return id === null ? "-" : (names[id] ?? id);
}
