import {
  DELEGATION_STATUS,
  DELEGATION_TYPE,
  LEASE_KIND,
  ON_DEPENDENCY_FAILURE,
  OUTCOME,
  PRIORITY,
  TASK_SOURCE,
  TASK_STATUS,
} from "../../../../store/tables/codes.ts";
import { RESULT } from "../writer.ts";

const MAX_ATTEMPTS = 3;

/** A table with its columns, and one row of it with a `?` for each value that varies in W3. */
type Into = readonly [columns: string, row: string];

export const TASK: Into = [
  `task (no, id, title, tags, priority, on_dependency_failure, max_attempts, route, source, created_by,
  created_at, status, final, holder, origin, keeper, delegated_from, delegated_to, chain, hops, last_hop, attempt, failures,
  lease_losses, round, routing_round, watched, blocked_by_hand, arrival, epoch, version, updated_at)`,
  `(?, unhex(?), ?, ?, ${PRIORITY.medium}, ${ON_DEPENDENCY_FAILURE.fail}, ${MAX_ATTEMPTS}, 1,
  ${TASK_SOURCE.library}, 'library', ?, ${TASK_STATUS.queued}, 0, ?, ?, ?, ?, ?, ?, 2, ?, 1, 0, 0, 1, 0, 0, 0, ?, 0, 6, ?)`,
];
export const TAG: Into = ["task_tag (tag, task)", "(?, ?)"];
export const DELEGATION: Into = [
  `delegation (no, id, task, source, target, type, seq, status, delegated_by, delegated_at, decided_at,
  expires_at, previous, round, routing_round, by_caller, version)`,
  `(?, unhex(?), ?, ?, ?, ${DELEGATION_TYPE.route}, ?, ${DELEGATION_STATUS.accepted}, 'library', ?, ?,
  ?, ?, 1, 1, 0, 2)`,
];
export const RESULTS: Into = [
  "task_result (task, round, outcome, value, epoch, at)",
  `(?, 1, ${OUTCOME.succeeded}, '${RESULT}', 1, ?)`,
];
export const CLAIM = `UPDATE task SET status = ${TASK_STATUS.claimed}, epoch = 1, claimed_by = ?, lease_expires_at = ?,
  lease_kind = ${LEASE_KIND.worker}, started_at = ?, due_at = ?, version = 7, updated_at = ? WHERE no = ?`;
export const FINISH = `UPDATE task SET status = ${TASK_STATUS.done}, final = ${TASK_STATUS.done}, outcome = ${OUTCOME.succeeded}, claimed_by = NULL,
  lease_expires_at = NULL, lease_kind = NULL, due_at = NULL, completed_at = ?, version = 8, updated_at = ? WHERE no = ?`;
export const CLOSE = `UPDATE delegation SET status = ${DELEGATION_STATUS.completed}, completed_at = ?,
  outcome = ${OUTCOME.succeeded}, task_status = ${TASK_STATUS.done}, version = 3 WHERE no = ?`;
export const TALLY = `UPDATE tally SET pending = ?, queued = ?, claimed = ?, done = ? WHERE instance = ?`;
export const ROSTER = `UPDATE roster SET own_open = ? WHERE parent = ? AND child = ?`;
export const COUNTER = `UPDATE counter SET task = ?, delegation = ?, position = ?, command = ? WHERE id = 1`;
