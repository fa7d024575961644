import { INSTANCE_STATUS } from "../../tables/codes.ts";

/** What should be under way and is not: asked by the auditor every round, and by the doctor. Source: spec/runtime.md 3.4. */

/**
 * Open tasks that nothing is under way for. What is queued, claimed or held for a reason that somebody else ends is told
 * by the index `task_open` alone; only the rest is looked at.
 */
export const STUCK_TASKS = `SELECT t.no AS task, t.keeper FROM task t
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
      ELSE 1 END`;

const { running, starting, stopping, terminated } = INSTANCE_STATUS;
const mailTo = (no: string): string => `EXISTS (SELECT 1 FROM mailbox m WHERE m."to" = ${no})`;

/** A child that is said to be full has less to do than it may do at once; no offer to it is on the way. */
const IS_FULL_NO_MORE = `r.room = 0 AND i.status = ${running}
  AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.target = i.no AND d.status = 1)
  AND r.max_concurrent > ifnull((SELECT t.pending + t.blocked + t.queued + t.claimed + t.in_progress + t.waiting
    FROM tally t WHERE t.instance = i.no), 0)`;

/** Entries of rosters that say of a child what it is not, or that are missing, with no news of it on the way. `said` null = there is none. */
export const STALE_ROSTERS = `SELECT r.parent, r.child, r.status AS said, i.status AS so
  FROM roster r JOIN instance i ON i.no = r.child
  WHERE (r.status <> i.status OR r.child_version NOT IN (0, i.version) OR r.name <> i.name OR r.scope <> i.scope
    OR ${IS_FULL_NO_MORE}) AND NOT ${mailTo("r.parent")}
  UNION ALL SELECT i.parent, i.no, NULL, i.status FROM instance i JOIN instance p ON p.no = i.parent
  WHERE i.status <> ${terminated} AND p.status <> ${terminated} AND NOT ${mailTo("i.parent")}
    AND NOT EXISTS (SELECT 1 FROM roster r WHERE r.parent = i.parent AND r.child = i.no)`;

/**
 * Instances in `starting` or `stopping` that nothing will bring out of it: no message is on its way to them, no drain has
 * its moment, nobody works there, and no child is still ending.
 */
export const STUCK_INSTANCES = `SELECT i.no, i.status FROM instance i
  WHERE i.status IN (${starting}, ${stopping}) AND NOT ${mailTo("i.no")} AND i.wake_at IS NULL
    AND (i.status = ${starting} OR NOT EXISTS (
      SELECT 1 FROM task t WHERE t.holder = i.no AND t.status < 7 AND t.status IN (4, 5)))
    AND NOT EXISTS (SELECT 1 FROM instance c WHERE c.parent = i.no AND (c.status = ${stopping} OR ${mailTo("c.no")}))`;
