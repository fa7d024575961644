import type { ErrorInfo, InstanceNo, TaskNo } from "../../../machines/records/values.ts";
import type { ProcessMark, Task } from "../../../machines/records/task.ts";
import type { TaskAddress } from "../../store.ts";
import {
  HELD_REASON,
  LEASE_KIND,
  ON_DEPENDENCY_FAILURE,
  OUTCOME,
  PRIORITY,
  TASK_SOURCE,
  TASK_STATUS,
  wordOf,
  wordsByCode,
} from "./codes.ts";
import type { Database } from "./library.ts";
import { prepared, type Prepared } from "./prepared.ts";
import { taskWrites } from "./task-writes.ts";
import { bytesOfUuid, jsonOf, listOf, uuidOfBytes } from "./values.ts";

export const TASK_STATUSES_BY_CODE = wordsByCode(TASK_STATUS);
const PRIORITIES_BY_CODE = wordsByCode(PRIORITY);
const HELD_REASONS_BY_CODE = wordsByCode(HELD_REASON);
const SOURCES_BY_CODE = wordsByCode(TASK_SOURCE);
const LEASE_KINDS_BY_CODE = wordsByCode(LEASE_KIND);
const ON_FAILURE_BY_CODE = wordsByCode(ON_DEPENDENCY_FAILURE);
export const OUTCOMES_BY_CODE = wordsByCode(OUTCOME);

/** A task with what stands in other tables: its texts, its dependencies and the result of its round. */
const SELECT = `SELECT t.*, x.description, x.payload, x.run, r.value AS result_value, r.error AS result_error,
  (SELECT group_concat(d.depends_on, ',' ORDER BY d.seq) FROM dependency d WHERE d.task = t.no) AS depends_on
  FROM task t LEFT JOIN task_text x ON x.task = t.no
  LEFT JOIN task_result r ON r.task = t.no AND r.round = t.round`;

interface TaskRow {
  no: number;
  id: Buffer;
  title: string;
  description: string | null;
  tags: string | null;
  priority: number;
  project: string | null;
  key: string | null;
  run_id: string | null;
  depends_on: string | null;
  on_dependency_failure: number;
  deadline_at: number | null;
  not_before: number | null;
  timeout_seconds: number | null;
  max_attempts: number;
  run: string | null;
  payload: string | null;
  route: number;
  source: number;
  created_by: string | null;
  created_at: number;
  parent_task: number | null;
  status: number;
  held_reason: number | null;
  holder: number | null;
  origin: number | null;
  keeper: number;
  pending_hop: number | null;
  delegated_from: number | null;
  delegated_to: number | null;
  chain: string | null;
  hops: number;
  last_hop: number | null;
  attempt: number;
  failures: number;
  lease_losses: number;
  round: number;
  routing_round: number;
  refused_by: string | null;
  returned_by: string | null;
  waits_for: string | null;
  watched: number;
  blocked_by_hand: number;
  arrival: number | null;
  epoch: number;
  claimed_by: string | null;
  lease_expires_at: number | null;
  lease_kind: number | null;
  attempt_ends_at: number | null;
  process: string | null;
  progress: number | null;
  outcome: number | null;
  error: string | null;
  first_error: string | null;
  result_value: string | null;
  result_error: string | null;
  version: number;
  updated_at: number;
  started_at: number | null;
  completed_at: number | null;
}

/** Walks the index from one run id to the next, however many tasks each has. */
const RUNS = `WITH RECURSIVE run (id) AS (
    SELECT min(run_id) FROM task WHERE run_id >= @from AND run_id < @to
    UNION ALL SELECT (SELECT min(run_id) FROM task WHERE run_id > run.id AND run_id < @to) FROM run WHERE run.id IS NOT NULL)
  SELECT id FROM run WHERE id IS NOT NULL
  ORDER BY (SELECT max(no) FROM task WHERE run_id = run.id) DESC LIMIT 1000`;

function numbersOf(text: string | null): number[] {
  return text === null ? [] : text.split(",").map(Number);
}

function askedOf(row: TaskRow) {
  return {
    no: row.no,
    id: uuidOfBytes(row.id),
    title: row.title,
    description: row.description,
    tags: listOf<string>(row.tags),
    priority: wordOf(PRIORITIES_BY_CODE, row.priority),
    project: row.project,
    key: row.key,
    runId: row.run_id,
    dependsOn: numbersOf(row.depends_on),
    onDependencyFailure: wordOf(ON_FAILURE_BY_CODE, row.on_dependency_failure),
    deadlineAt: row.deadline_at,
    notBefore: row.not_before,
    timeoutSeconds: row.timeout_seconds,
    maxAttempts: row.max_attempts,
    run: row.run,
    payload: row.payload,
    route: row.route === 1,
    source: wordOf(SOURCES_BY_CODE, row.source),
    createdBy: row.created_by,
    createdAt: row.created_at,
    parentTask: row.parent_task,
  };
}

function taskOf(row: TaskRow): Task {
  return {
    ...askedOf(row),
    status: wordOf(TASK_STATUSES_BY_CODE, row.status),
    heldReason: row.held_reason === null ? null : wordOf(HELD_REASONS_BY_CODE, row.held_reason),
    holder: row.holder,
    origin: row.origin,
    keeper: row.keeper,
    pendingHop: row.pending_hop,
    delegatedFrom: row.delegated_from,
    delegatedTo: row.delegated_to,
    chain: numbersOf(row.chain),
    hops: row.hops,
    lastHop: row.last_hop,
    attempt: row.attempt,
    failures: row.failures,
    leaseLosses: row.lease_losses,
    round: row.round,
    routingRound: row.routing_round,
    refusedBy: listOf<number>(row.refused_by),
    returnedBy: listOf<number>(row.returned_by),
    waitsFor: listOf<number>(row.waits_for),
    watched: row.watched === 1,
    blockedByHand: row.blocked_by_hand === 1,
    arrival: row.arrival,
    epoch: row.epoch,
    claimedBy: row.claimed_by,
    leaseExpiresAt: row.lease_expires_at,
    leaseKind: row.lease_kind === null ? null : wordOf(LEASE_KINDS_BY_CODE, row.lease_kind),
    attemptEndsAt: row.attempt_ends_at,
    process: jsonOf<ProcessMark>(row.process),
    progress: row.progress,
    outcome: row.outcome === null ? null : (wordOf(OUTCOMES_BY_CODE, row.outcome) as Task["outcome"]),
    result: row.result_value,
    error: jsonOf<ErrorInfo>(row.result_error ?? row.error),
    firstError: jsonOf<ErrorInfo>(row.first_error),
    version: row.version,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}

/** Reads and writes of table `task` and of those beside it: `task_text`, `task_tag`, `dependency`. */
export function taskTable(db: Database) {
  const byNo = prepared(db, `${SELECT} WHERE t.no = ?`);
  const addressByNo = prepared(db, "SELECT no, keeper FROM task WHERE no = ?");
  const addressById = prepared(db, "SELECT no, keeper FROM task WHERE id = ?");
  const after = prepared(db, `${SELECT} WHERE t.no > ? ORDER BY t.no LIMIT ?`);
  const openOf = prepared(db, `${SELECT} WHERE t.keeper = ? AND t.status < 7 ORDER BY t.no`);
  const ofRun = prepared(db, `${SELECT} WHERE t.run_id = ? ORDER BY t.no`);
  const runs = prepared(db, RUNS).pluck();
  const ownLeases = prepared(
    db,
    `${SELECT} WHERE t.no IN (SELECT no FROM task WHERE status < 7 AND status IN (4, 5) AND lease_kind = 3) ORDER BY t.no`,
  );
  const rows = (statement: Prepared, ...values: unknown[]): Task[] =>
    (statement.all(...values) as TaskRow[]).map(taskOf);
  return {
    ...taskWrites(db),
    byNo(no: TaskNo): Task | null {
      const row = byNo.get(no) as TaskRow | undefined;
      return row === undefined ? null : taskOf(row);
    },
    address(task: TaskNo | string): TaskAddress | null {
      const found =
        typeof task === "number" ? addressByNo.get(task) : addressById.get(bytesOfUuid(task.toLowerCase()));
      return (found as TaskAddress | undefined) ?? null;
    },
    /** In order of number. */
    after: (no: TaskNo, limit: number): Task[] => rows(after, no, limit),
    /** Open tasks that this actor keeps. */
    openOf: (keeper: InstanceNo): Task[] => rows(openOf, keeper),
    /** Run ids that begin with this text, those with the newest task first; at most 1,000. */
    runs(prefix: string): string[] {
      return runs.all({ from: prefix, to: `${prefix}\u{10FFFF}` }) as string[];
    },
    ofRun: (runId: string): Task[] => rows(ofRun, runId),
    /** Under a lease of a worker that the store's owner itself ran. */
    ownLeases: (): Task[] => rows(ownLeases),
  };
}
