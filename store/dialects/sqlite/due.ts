import { taskDueAt } from "../../../machines/records/task.ts";
import type { Commit, Due } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared, type Prepared } from "./prepared.ts";

/** Before every moment. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

/** What has moments, and which columns tell whose. `only` is as the partial index says it. */
const KINDS = [
  { kind: "task", columns: "keeper AS actor, no AS task", at: "due_at", only: "" },
  {
    kind: "delegation",
    columns: "target AS actor, task, no AS delegation",
    at: "expires_at",
    only: "status = 1 AND ",
  },
  { kind: "instance", columns: "no AS actor", at: "wake_at", only: "" },
] as const;

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
  const questions = KINDS.map(({ kind, columns, at, only }) => ({
    kind,
    due: prepared(
      db,
      `SELECT ${columns}, ${at} AS at FROM ${kind} WHERE ${only}${at} <= ? ORDER BY ${at}, no LIMIT ?`,
    ),
    soonest: prepared(
      db,
      `SELECT ${at} FROM ${kind} WHERE ${only}${at} IS NOT NULL ORDER BY ${at} LIMIT 1`,
    ).pluck(),
  }));
  const moments = questions.map(({ soonest }) => soonest);
  const mail = prepared(db, "SELECT deliver_at FROM mailbox ORDER BY deliver_at LIMIT 1").pluck();
  const first = (statements: readonly Prepared[]): number =>
    Math.min(
      ...statements.map((statement) => (statement.get() as number | undefined) ?? Number.POSITIVE_INFINITY),
    );

  return {
    /** Soonest first. */
    due(now: number, limit: number): Due[] {
      if (now < nothingBefore) return [];
      const found = questions.flatMap(({ kind, due }) =>
        (due.all(now, limit) as Due[]).map((row) => ({ ...row, kind }) as Due),
      );
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
    /** Moments have changed otherwise. */
    forget(): void {
      nothingBefore = UNKNOWN;
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
