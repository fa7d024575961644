import type { ActorNo, TaskNo } from "../../../machines/records/values.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/**
 * Open tasks that nothing is under way for (3-runtime.md 3.4, Recovery). What is queued, claimed or held for a reason
 * that somebody else ends is told by the index `task_open` alone; only the rest is looked at.
 */
const STUCK = `SELECT t.no AS task, t.keeper FROM task t
  WHERE t.status < 7 AND t.status NOT IN (3, 4, 5)
    AND NOT (t.status = 1 AND ifnull(t.held_reason, 0) IN (1, 2, 3, 5, 6, 7))
    AND t.due_at IS NULL
    AND t.no NOT IN (SELECT m.task FROM mailbox m WHERE m.task IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.task = t.no AND d.status = 1)
    AND CASE t.status
      -- A person blocked it, or a dependency is open whose keeper knows that this task waits.
      WHEN 2 THEN t.blocked_by_hand = 0 AND NOT EXISTS (
        SELECT 1 FROM json_each(t.waits_for) w JOIN task o ON o.no = w.value
        WHERE o.status < 7 AND EXISTS (SELECT 1 FROM watch x WHERE x.task = o.no AND x.dependent = t.no))
      WHEN 6 THEN NOT EXISTS (SELECT 1 FROM task c WHERE c.parent_task = t.no AND c.status < 7)
      ELSE 1 END
  LIMIT ?`;

export function stuckQuery(database: Database): (limit: number) => { task: TaskNo; keeper: ActorNo }[] {
  const stuck = prepared(database, STUCK);
  return (limit) => stuck.all(limit) as { task: TaskNo; keeper: ActorNo }[];
}
