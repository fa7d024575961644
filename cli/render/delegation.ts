import { nameOf, type DelegationBody, type Names } from "./bodies.ts";
import { delegationLine, reasonText } from "./chain.ts";
import { fieldLines, jsonText } from "./fields.ts";
import { byText } from "./instance.ts";
import { toneOf, type Look } from "./look.ts";
import { tableLines, type Column } from "./table.ts";
import { age } from "./text.ts";

/** `delegation list`. */
export function delegationTable(hops: readonly DelegationBody[], names: Names, look: Look): string[] {
  const columns: Column<DelegationBody>[] = [
    { head: "REF", cell: (row) => row.ref },
    { head: "TASK", cell: (row) => nameOf(row.task_id, names) },
    { head: "FROM", cell: (row) => row.source_name },
    { head: "TO", cell: (row) => row.target_name },
    { head: "TYPE", cell: (row) => row.delegation_type },
    { head: "STATUS", cell: (row) => row.status, tone: (row) => toneOf(row.status) },
    { head: "AGE", cell: (row) => age(row.delegated_at, look.now), optional: true },
    { head: "REASON", cell: (row) => reasonText(row), wide: true },
    { head: "EXPIRES", cell: (row) => row.expires_at ?? "-", wide: true },
    { head: "ID", cell: (row) => row.id, wide: true },
  ];
  return tableLines(columns, hops, look);
}

/** `delegation show`. */
export function delegationDetails(hop: DelegationBody, names: Names, look: Look): string[] {
  return [
    delegationLine(hop, { ...look, wide: false }),
    ...fieldLines(
      [
        ["id", hop.id],
        ["task", nameOf(hop.task_id, names)],
        ["reason", reasonText(hop)],
        ["notes", hop.notes],
        ["delegated", byText(hop.delegated_at, hop.delegated_by)],
        ["decided", hop.decided_at],
        ["completed", hop.completed_at],
        ["expires", hop.status === "pending" ? hop.expires_at : null],
        ["outcome", hop.result === null ? null : hop.result.outcome],
        ["output", hop.result === null ? null : jsonText(hop.result.output)],
        ["round", hop.round > 1 ? String(hop.round) : null],
      ],
      look,
    ),
  ];
}
