import { DELEGATION_STATUS, TASK_STATUS } from "../../tables/codes.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

const { queued, claimed, in_progress } = TASK_STATUS;
/** After every moment. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The ends of spans, moved by so many ms. Source: docs/decisions/0017-clocks.md. */
const MOVES = [
  // Leases and attempts, and with them what a task is due for.
  `UPDATE task SET lease_expires_at = lease_expires_at + @by, attempt_ends_at = attempt_ends_at + @by,
    due_at = nullif(min(coalesce(deadline_at, ${NEVER}), coalesce(lease_expires_at + @by, ${NEVER}),
      coalesce(attempt_ends_at + @by, ${NEVER})), ${NEVER})
  WHERE status < 7 AND status IN (${claimed}, ${in_progress})`,
  // What has failed, or lost its lease, waits out a backoff; before that, not_before is a moment that somebody gave.
  `UPDATE task SET not_before = not_before + @by WHERE status < 7 AND status = ${queued} AND not_before IS NOT NULL
    AND failures + lease_losses > 0`,
  `UPDATE delegation SET expires_at = expires_at + @by WHERE status = ${DELEGATION_STATUS.pending} AND expires_at IS NOT NULL`,
  "UPDATE instance SET wake_at = wake_at + @by WHERE wake_at IS NOT NULL",
] as const;

/** Moves the ends of all spans; only inside a transaction. */
export function spanMoves(db: Database): (by: number) => void {
  const moves = MOVES.map((sql) => prepared(db, sql));
  return (by) => {
    for (const move of moves) move.run({ by });
  };
}
