import type { Delegation } from "../../../machines/records/delegation.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "../../../machines/records/values.ts";
import {
  DELEGATION_STATUS,
  DELEGATION_TYPE,
  OUTCOME,
  REASON,
  TASK_STATUS,
  wordOf,
  wordsByCode,
} from "./codes.ts";
import type { Database } from "./library.ts";
import { inserter, one, prepared, type Prepared } from "./prepared.ts";
import { OUTCOMES_BY_CODE, TASK_STATUSES_BY_CODE } from "./tasks.ts";
import { assignments, bytesOfUuid, marks, uuidOfBytes } from "./values.ts";

const CONSTANT = [
  "no",
  "id",
  "task",
  "source",
  "target",
  "type",
  "seq",
  "delegated_by",
  "delegated_at",
  "expires_at",
  "notes",
  "previous",
  "round",
  "routing_round",
  "by_caller",
];
const CHANGEABLE = [
  "status",
  "decided_at",
  "completed_at",
  "reason_code",
  "reason_text",
  "outcome",
  "task_status",
  "version",
];

const TYPES_BY_CODE = wordsByCode(DELEGATION_TYPE);
const STATUSES_BY_CODE = wordsByCode(DELEGATION_STATUS);
const REASONS_BY_CODE = wordsByCode(REASON);

function constants(d: Delegation): unknown[] {
  return [
    d.no,
    d.id,
    d.task,
    d.source,
    d.target,
    DELEGATION_TYPE[d.type],
    d.seq,
    d.delegatedBy,
    d.delegatedAt,
    d.expiresAt,
    d.notes,
    d.previous,
    d.round,
    d.routingRound,
    d.byCaller ? 1 : 0,
  ];
}

function changeables(d: Delegation): unknown[] {
  return [
    DELEGATION_STATUS[d.status],
    d.decidedAt,
    d.completedAt,
    d.reasonCode === null ? null : REASON[d.reasonCode],
    d.reasonText,
    d.outcome === null ? null : OUTCOME[d.outcome],
    d.taskStatus === null ? null : TASK_STATUS[d.taskStatus],
    d.version,
  ];
}

interface DelegationRow {
  no: number;
  id: Buffer;
  task: number;
  source: number;
  target: number;
  type: number;
  seq: number;
  status: number;
  delegated_by: string | null;
  delegated_at: number;
  decided_at: number | null;
  completed_at: number | null;
  expires_at: number | null;
  reason_code: number | null;
  reason_text: string | null;
  outcome: number | null;
  task_status: number | null;
  notes: string | null;
  previous: number | null;
  round: number;
  routing_round: number;
  by_caller: number;
  version: number;
}

function delegationOf(row: DelegationRow): Delegation {
  return {
    no: row.no,
    id: uuidOfBytes(row.id),
    task: row.task,
    source: row.source,
    target: row.target,
    type: wordOf(TYPES_BY_CODE, row.type),
    seq: row.seq,
    status: wordOf(STATUSES_BY_CODE, row.status),
    delegatedBy: row.delegated_by,
    delegatedAt: row.delegated_at,
    decidedAt: row.decided_at,
    completedAt: row.completed_at,
    expiresAt: row.expires_at,
    reasonCode: row.reason_code === null ? null : wordOf(REASONS_BY_CODE, row.reason_code),
    reasonText: row.reason_text,
    outcome: row.outcome === null ? null : (wordOf(OUTCOMES_BY_CODE, row.outcome) as Delegation["outcome"]),
    taskStatus: row.task_status === null ? null : wordOf(TASK_STATUSES_BY_CODE, row.task_status),
    notes: row.notes,
    previous: row.previous,
    round: row.round,
    routingRound: row.routing_round,
    byCaller: row.by_caller === 1,
    version: row.version,
  };
}

/** Reads and writes of table `delegation`. A hop's output is not stored: it is the task's result of the same round. */
export function delegationTable(db: Database) {
  const all = [...CONSTANT, ...CHANGEABLE];
  const insert = inserter<Delegation>(
    db,
    `delegation (${all.join(", ")}, common)`,
    `(${marks(all, "id")}, CASE ? WHEN 4 THEN (SELECT parent FROM instance WHERE no = ?) END)`,
    (d) => [...constants(d), ...changeables(d), DELEGATION_TYPE[d.type], d.source],
  );
  const update = prepared(db, `UPDATE delegation SET ${assignments(CHANGEABLE)} WHERE no = ?`);
  const byNo = prepared(db, "SELECT * FROM delegation WHERE no = ?");
  const noById = prepared(db, "SELECT no FROM delegation WHERE id = ?").pluck();
  const ofTask = prepared(db, "SELECT * FROM delegation WHERE task = ? ORDER BY seq");
  const hops = prepared(db, "SELECT * FROM delegation WHERE target = ? AND status < 3 ORDER BY no");
  const offers = prepared(db, "SELECT * FROM delegation WHERE source = ? AND status = 1 ORDER BY no");
  const rows = (statement: Prepared, value: number): Delegation[] =>
    (statement.all(value) as DelegationRow[]).map(delegationOf);
  return {
    insert: (delegations: readonly Delegation[]): void => insert(delegations),
    update(delegation: Delegation): void {
      const values = changeables(delegation);
      values.push(delegation.no);
      one(update.write(values), `delegation ${delegation.no}`);
    },
    byNo(no: DelegationNo): Delegation | null {
      const row = byNo.get(no) as DelegationRow | undefined;
      return row === undefined ? null : delegationOf(row);
    },
    noById(id: string): DelegationNo | null {
      const bytes = bytesOfUuid(id.toLowerCase());
      return bytes === null ? null : ((noById.get(bytes) as number | undefined) ?? null);
    },
    /** In order of seq. */
    ofTask: (task: TaskNo): Delegation[] => rows(ofTask, task),
    /** Pending and accepted ones with this target. */
    hops: (target: InstanceNo): Delegation[] => rows(hops, target),
    /** Pending ones with this source. */
    offers: (source: InstanceNo): Delegation[] => rows(offers, source),
  };
}
