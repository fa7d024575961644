import { nameOf, type DeadLetterBody, type Names } from "./bodies.ts";
import type { Look } from "./look.ts";
import { tableLines, type Column } from "./table.ts";

/** `dead-letter list`: one line each, the newest first. */
export function deadLetterTable(letters: readonly DeadLetterBody[], names: Names, look: Look): string[] {
  const columns: Column<DeadLetterBody>[] = [
    { head: "ID", cell: (row) => row.id },
    { head: "AT", cell: (row) => row.at },
    { head: "TO", cell: (row) => nameOf(row.to_instance_id, names) },
    { head: "TYPE", cell: (row) => row.type },
    { head: "TASK", cell: (row) => nameOf(row.task_id, names) },
    { head: "TRIES", cell: (row) => String(row.times) },
    { head: "ERROR", cell: (row) => row.error, flex: true },
  ];
  return tableLines(columns, letters, look);
}

/** `12 task.return of T-1 was handed to webapp again`. */
export function deadLetterLine({ id, type, to_instance_id, task_id }: DeadLetterBody, names: Names): string {
  const about = task_id === null ? "" : ` of ${nameOf(task_id, names)}`;
  const to = to_instance_id === null ? "the desk" : nameOf(to_instance_id, names);
  return `${id} ${type}${about} was handed to ${to} again`;
}
