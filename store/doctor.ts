import { ANY_INSTANCE, SEGMENT } from "./dialects/sqlite/event-segments.ts";
import { STALE_ROSTERS, STUCK_INSTANCES } from "./dialects/sqlite/stuck.ts";
import type { DoctorFinding } from "./store.ts";
import { INSTANCE_STATUS, TASK_STATUS } from "./tables/codes.ts";
import { COMMON_EVENTS, EVENT_NAME } from "./tables/event-codes.ts";

/** An invariant of spec/reliability.md 8.1 as a question: what it says, and SQL whose rows (`line`) break it. */
export interface Check {
  readonly id: string;
  readonly rule: string;
  readonly sql: string;
}

/** Codes of the events that every task has, or nearly. */
const COMMON = [...COMMON_EVENTS].map((name) => EVENT_NAME[name]).join(", ");

/** As many broken rows are told. */
const LINES = 20;

/** A message about this task is on its way: what it will change is not broken yet. */
const UNDER_WAY = (task: string): string => `EXISTS (SELECT 1 FROM mailbox m WHERE m.task = ${task})`;

/** Moments go back when the clock is set; positions do not. An acceptance that the journal does not know came after all else. */
const IS_ACCEPTED_LAST = `coalesce((SELECT max(position) FROM event a
        WHERE a.task = d.task AND a.delegation = d.no AND a.name = ${EVENT_NAME["delegation.accepted"]}), 9e15)
      > coalesce((SELECT max(position) FROM event_rare e
        WHERE e.name = ${EVENT_NAME["instance.terminated"]} AND e.instance = i.no), 0)`;

/** A status of an instance in words. */
const statusWord = (column: string): string =>
  `CASE ${column} ${Object.entries(INSTANCE_STATUS)
    .map(([word, code]) => `WHEN ${code} THEN '${word}'`)
    .join(" ")} END`;

/** What the tallies say, a row for each status. */
const TOLD = Object.entries(TASK_STATUS)
  .map(([status, code]) => `SELECT instance, ${code} AS status, ${status} AS tasks FROM tally`)
  .join(" UNION ALL ");

/** Every check that rows alone can answer. T8, which folds the journal, is in src/verbs/doctor.ts. */
export const CHECKS: readonly Check[] = [
  {
    id: "file",
    rule: "the file is whole (PRAGMA integrity_check)",
    sql: "SELECT integrity_check AS line FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
  },
  {
    id: "M6",
    rule: "no due message waits without a reason",
    // The runtime was at work for a minute after the message was due, and did not handle it.
    sql: `SELECT 'message ' || no || ' to I-' || "to" || ' has been due since ' || max(deliver_at, enqueued_at) AS line
      FROM mailbox WHERE max(deliver_at, enqueued_at) + 60000 < (SELECT max(at) FROM journal)`,
  },
  {
    id: "M9",
    rule: "every event names its cause; causes form no cycle",
    sql: `SELECT 'event ' || position || ' has the cause ' || cause AS line FROM event
      WHERE cause >= position OR -cause > (SELECT command FROM counter)`,
  },
  {
    id: "E1",
    rule: "positions of the journal are gapless",
    sql: `SELECT 'event ' || position || ' where ' || due || ' is next' AS line FROM (
        SELECT position, lag(position + json_array_length(events), 1, 1) OVER (ORDER BY position) AS due FROM journal)
        WHERE position <> due
      UNION ALL SELECT 'the last event at ' || last || ', the counter at ' || counter FROM (
        SELECT max(position) + json_array_length(events) - 1 AS last, (SELECT position FROM counter) AS counter FROM journal)
        WHERE last > counter`,
  },
  {
    id: "E5",
    rule: "filtered reads of the journal miss nothing: each event's name and instance are noted for its segment, or by its position",
    sql: `WITH noted AS (
        SELECT segment, CAST(i.key AS INTEGER) AS instance, n.value AS name
        FROM event_segment, json_each(names) i, json_each(i.value) n),
      there AS (
        SELECT DISTINCT position / ${SEGMENT} AS segment, instance, name FROM event
        WHERE position < (SELECT max(position) + json_array_length(events) FROM journal) / ${SEGMENT} * ${SEGMENT})
      SELECT 'events of I-' || instance || ' from ' || (segment * ${SEGMENT}) || ' on' AS line
        FROM (SELECT * FROM there EXCEPT SELECT * FROM noted)
      UNION ALL SELECT 'events of any instance from ' || (segment * ${SEGMENT}) || ' on'
        FROM (SELECT segment, ${ANY_INSTANCE}, name FROM there EXCEPT SELECT * FROM noted)
      UNION ALL SELECT 'event ' || position || ' of I-' || instance FROM event WHERE name NOT IN (${COMMON})
        AND (name, instance, position) NOT IN (SELECT name, instance, position FROM event_rare)`,
  },
  {
    id: "T1",
    rule: "an open task has one existing holder: the target of its last accepted hop, or its origin",
    sql: `SELECT 'T-' || t.no || ' is held by I-' || coalesce(t.holder, '?') AS line FROM task t
      WHERE t.status < 7 AND t.holder IS NOT coalesce(
        (SELECT d.target FROM delegation d WHERE d.task = t.no AND d.status = 2 ORDER BY d.seq DESC LIMIT 1), t.origin)`,
  },
  {
    id: "T4",
    rule: "tasks created = open + done + failed + cancelled, per instance as counted by it",
    sql: `WITH counted AS (SELECT coalesce(holder, 0) AS holder, status, count(*) AS tasks FROM task GROUP BY 1, 2),
      told AS (${TOLD}),
      both AS (
        SELECT holder AS instance, status, tasks AS rows, 0 AS told FROM counted
        UNION ALL SELECT instance, status, 0, tasks FROM told)
      SELECT 'I-' || instance || ' counts ' || sum(told) || ' tasks of status '
        || (SELECT text FROM word WHERE kind = 'task_status' AND code = status) || ', there are ' || sum(rows) AS line
      FROM both WHERE NOT EXISTS (SELECT 1 FROM mailbox m WHERE m."to" = both.instance)
      GROUP BY instance, status HAVING sum(rows) <> sum(told)`,
  },
  {
    id: "T5",
    rule: "one result per final task and round",
    sql: `SELECT 'T-' || t.no || ' is final and has no result of round ' || t.round AS line FROM task t
      WHERE t.status >= 7 AND NOT EXISTS (SELECT 1 FROM task_result r WHERE r.task = t.no AND r.round = t.round)`,
  },
  {
    id: "T6",
    rule: "GLOBAL never has a queued, claimed or in_progress task",
    sql: `SELECT 'T-' || t.no || ' at I-' || i.no AS line FROM task t JOIN instance i ON i.no = t.holder
      WHERE t.status < 7 AND t.status IN (3, 4, 5) AND i.scope = 1`,
  },
  {
    id: "T7",
    rule: "a final task has no live lease, no timer, and no open hop unless its completion or cancellation is under way",
    sql: `SELECT 'T-' || t.no || ' is final and has a lease or a timer' AS line FROM task t
        WHERE t.status >= 7 AND (t.lease_expires_at IS NOT NULL OR t.due_at IS NOT NULL)
      UNION ALL SELECT 'T-' || t.no || ' is final, D-' || d.no || ' is pending' FROM delegation d
        JOIN task t ON t.no = d.task WHERE d.status = 1 AND t.status >= 7 AND NOT ${UNDER_WAY("t.no")}`,
  },
  {
    id: "D1",
    rule: "at most one pending hop per task; accepted ones form one path from origin to holder",
    sql: `WITH hop AS (
        SELECT d.no, d.task, d.source, t.origin,
          lag(d.target) OVER (PARTITION BY d.task ORDER BY d.seq) AS above FROM delegation d
          INDEXED BY delegation_hop JOIN task t ON t.no = d.task WHERE d.status < 3 AND d.status = 2 AND t.status < 7)
      SELECT 'D-' || no || ' of T-' || task || ' begins at I-' || source || ', not where the hop above ends' AS line
        FROM hop WHERE source IS NOT coalesce(above, origin)
      UNION ALL SELECT 'T-' || task || ' has ' || count(*) || ' pending hops' FROM delegation
        WHERE status = 1 GROUP BY task HAVING count(*) > 1`,
  },
  {
    id: "D3",
    rule: "every delegation of a final task is final, or its completion or cancellation is under way",
    sql: `SELECT 'D-' || d.no || ' is open, T-' || t.no || ' is final' AS line FROM delegation d
      JOIN task t ON t.no = d.task WHERE d.status < 3 AND t.status >= 7 AND NOT ${UNDER_WAY("t.no")}`,
  },
  {
    id: "D4",
    rule: "a hop completes only after the hop below it",
    sql: `SELECT 'D-' || above.no || ' is completed, D-' || below.no || ' below it is open' AS line
      FROM delegation below INDEXED BY delegation_hop CROSS JOIN delegation above ON above.task = below.task AND above.seq < below.seq
      WHERE below.status < 3 AND above.status = 4 AND above.outcome <> 4 AND above.round = below.round
        AND above.target = below.source`,
  },
  {
    id: "K1",
    rule: "claimed tasks never exceed max_concurrent_tasks, but for those that were in before the limit was lowered",
    // The limit an instance acts by is what it told its parent. A claim after its last change must have fitted.
    sql: `SELECT 'I-' || i.no || ' has ' || count(*) || ' claimed tasks of ' || r.max_concurrent AS line
      FROM task t JOIN instance i ON i.no = t.holder JOIN roster r ON r.parent = i.parent AND r.child = i.no
      WHERE t.status < 7 AND t.status IN (4, 5) GROUP BY i.no
      HAVING count(*) > r.max_concurrent AND max(coalesce(
        (SELECT max(e.at) FROM event e WHERE e.task = t.no AND e.name = 15), 0)) > i.updated_at`,
  },
  {
    id: "I1",
    rule: "instances form a forest: parents of a listed scope, one level above, alive while a child is",
    sql: `SELECT 'I-' || i.no || ' stands under I-' || coalesce(i.parent, '?') AS line
      FROM instance i LEFT JOIN instance p ON p.no = i.parent
      WHERE i.parent IS NULL AND (i.depth <> 1 OR i.root <> i.no)
        OR i.parent IS NOT NULL AND (p.no IS NULL OR i.depth <> p.depth + 1 OR i.root <> p.root
          OR p.status = 8 AND i.status <> 8
          OR NOT CASE i.scope
            WHEN 1 THEN 0 WHEN 3 THEN p.scope IN (2, 6) WHEN 4 THEN p.scope IN (1, 5) ELSE p.scope = 1 END)`,
  },
  {
    id: "I2",
    rule: "a terminated instance accepts nothing",
    sql: `SELECT 'D-' || d.no || ' to I-' || i.no || ', which is terminated' AS line
      FROM instance i JOIN delegation d ON d.target = i.no
      WHERE i.status = 8 AND d.type <> 3 AND (d.status = 1 AND NOT ${UNDER_WAY("d.task")}
        OR d.status IN (2, 4) AND d.decided_at > i.stopped_at AND ${IS_ACCEPTED_LAST})`,
  },
  {
    id: "I5",
    rule: "a roster says of each child what it is, unless news of it is under way",
    sql: `SELECT CASE WHEN said IS NULL THEN 'I-' || parent || ' does not know of I-' || child
        WHEN said = so THEN 'I-' || parent || ' has missed news of I-' || child
        ELSE 'I-' || parent || ' takes I-' || child || ' for ' || ${statusWord("said")} || ', which is ' || ${statusWord("so")} END
      AS line FROM (${STALE_ROSTERS})`,
  },
  {
    id: "I6",
    rule: "an instance that starts or stops is on its way to the next state",
    sql: `SELECT 'I-' || no || ' stays ' || ${statusWord("status")} AS line FROM (${STUCK_INSTANCES})`,
  },
  {
    id: "references",
    rule: "every reference has its row (PRAGMA foreign_key_check); hops stand as their type wants it (D2, D9)",
    sql: `SELECT "table" || ' ' || rowid || ' refers to a missing ' || parent AS line FROM pragma_foreign_key_check`,
  },
];

/** Asks every check. One that cannot be asked, because the file is damaged, is broken. */
export function runChecks(ask: (sql: string) => readonly (string | null)[]): DoctorFinding[] {
  return CHECKS.map(({ id, rule, sql }) => {
    try {
      const lines = ask(`SELECT line FROM (${sql}) LIMIT ${LINES}`);
      // What has no word, e.g. for a code that there is not, has no line.
      return {
        check: id,
        rule,
        broken: lines.map((line) => line ?? "a row holds what there is no word for"),
      };
    } catch (error) {
      return { check: id, rule, broken: [`cannot be checked: ${(error as Error).message}`] };
    }
  });
}
