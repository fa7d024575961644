import { taskDueAt } from "../../../machines/records/task.ts";
import type { Commit, Due } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared, type Prepared } from "./prepared.ts";

/** Before every moment. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

/**
 * Questions about moments: each is the first rows of a partial index. Until the soonest moment that was ever written,
 * `due` asks nothing: the loop wants to know at every tick, and each question costs a read transaction.
 *
 * @param soleWriter every change comes through {@link dueQueries.noteWritten}.
 */
export function dueQueries(db: Database, soleWriter: boolean) {
  let nothingBefore = UNKNOWN;
  const note = (at: number | null): void => {
    if (at !== null && at < nothingBefore) nothingBefore = at;
  };
  const tasks = prepared(
    db,
    "SELECT keeper AS actor, no AS task, due_at AS at FROM task WHERE due_at <= ? ORDER BY due_at, no LIMIT ?",
  );
  const delegations = prepared(
    db,
    `SELECT target AS actor, task, no AS delegation, expires_at AS at FROM delegation
     WHERE status = 1 AND expires_at <= ? ORDER BY expires_at, no LIMIT ?`,
  );
  const instances = prepared(
    db,
    "SELECT no AS actor, wake_at AS at FROM instance WHERE wake_at <= ? ORDER BY wake_at, no LIMIT ?",
  );
  const moments = [
    "SELECT due_at FROM task WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",
    "SELECT expires_at FROM delegation WHERE status = 1 AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1",
    "SELECT wake_at FROM instance WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT 1",
  ].map((sql) => prepared(db, sql).pluck());
  const mail = prepared(db, "SELECT deliver_at FROM mailbox ORDER BY deliver_at LIMIT 1").pluck();
  const first = (statements: readonly Prepared[]): number =>
    Math.min(
      ...statements.map((statement) => (statement.get() as number | undefined) ?? Number.POSITIVE_INFINITY),
    );

  const take = (kind: Due["kind"], statement: Prepared, now: number, limit: number): Due[] =>
    (statement.all(now, limit) as Due[]).map((row) => ({ ...row, kind }) as Due);
  return {
    /** Soonest first. */
    due(now: number, limit: number): Due[] {
      if (now < nothingBefore) return [];
      const found = [
        ...take("task", tasks, now, limit),
        ...take("delegation", delegations, now, limit),
        ...take("instance", instances, now, limit),
      ];
      // What is found stays until a turn has changed it.
      nothingBefore = soleWriter && found.length === 0 ? first(moments) : UNKNOWN;
      found.sort((a, b) => a.at - b.at);
      return found.slice(0, limit);
    },
    /** null = nothing waits for a moment; 0 = a message waits now. */
    nextDue(): number | null {
      const next = first([...moments, mail]);
      return next === Number.POSITIVE_INFINITY ? null : next;
    },
    /** What a commit is about to write. */
    noteWritten({ tasks, delegations, instances: changed }: Commit): void {
      for (const rows of [tasks.added, tasks.moved, tasks.edited])
        for (const row of rows) note(taskDueAt(row));
      for (const rows of [delegations.added, delegations.changed]) {
        for (const row of rows) if (row.status === "pending") note(row.expiresAt);
      }
      for (const rows of [changed.added, changed.changed]) for (const row of rows) note(row.wakeAt);
    },
  };
}
