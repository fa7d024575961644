import type { EventBody, Names } from "./bodies.ts";
import { jsonText } from "./fields.ts";
import type { Look } from "./look.ts";
import type { Column } from "./table.ts";
import { tableLines } from "./table.ts";

/** `events`: one line each, oldest first. */
export function eventTable(events: readonly EventBody[], names: Names, look: Look): string[] {
  const columns: Column<EventBody>[] = [
    { head: "AT", cell: (row) => row.at },
    { head: "EVENT", cell: (row) => row.event },
    { head: "TASK", cell: (row) => nameOf(row.task_id, names) },
    { head: "INSTANCE", cell: (row) => nameOf(row.instance_id, names) },
    { head: "BY", cell: (row) => row.actor ?? "-", optional: true },
    { head: "DATA", cell: (row) => jsonText(row.data) ?? "", flex: true },
    { head: "CURSOR", cell: (row) => row.cursor, wide: true },
    { head: "CAUSE", cell: (row) => row.cause ?? "-", wide: true },
    { head: "DELEGATION", cell: (row) => nameOf(row.delegation_id, names), wide: true },
  ];
  return tableLines(columns, events, look);
}

function nameOf(id: string | null, names: Names): string {
  return id === null ? "-" : (names[id] ?? id);
}
