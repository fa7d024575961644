import type { EventBody, Names } from "./bodies.ts";
import type { Look } from "./look.ts";
import { tableLines, type Column } from "./table.ts";

type Json = EventBody["data"][string];

/** `events`: one line each, oldest first. */
export function eventTable(events: readonly EventBody[], names: Names, look: Look): string[] {
  const columns: Column<EventBody>[] = [
    { head: "AT", cell: (row) => row.at },
    { head: "EVENT", cell: (row) => row.event },
    { head: "TASK", cell: (row) => nameOf(row.task_id, names) },
    { head: "INSTANCE", cell: (row) => nameOf(row.instance_id, names) },
    { head: "BY", cell: (row) => row.actor ?? "-", optional: true },
    { head: "DATA", cell: (row) => dataText(row.data, names), flex: true },
    { head: "CURSOR", cell: (row) => row.cursor, wide: true },
    { head: "CAUSE", cell: (row) => row.cause ?? "-", wide: true },
    { head: "DELEGATION", cell: (row) => nameOf(row.delegation_id, names), wide: true },
  ];
  return tableLines(columns, events, look);
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
