import type { Due } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";

/** Questions about moments: each is the first rows of a partial index. */
export function dueQueries(db: Database) {
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
  const soonest = [
    "SELECT due_at FROM task WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",
    "SELECT expires_at FROM delegation WHERE status = 1 AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1",
    "SELECT wake_at FROM instance WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT 1",
    "SELECT deliver_at FROM mailbox ORDER BY deliver_at LIMIT 1",
  ].map((sql) => prepared(db, sql).pluck());

  const take = (kind: Due["kind"], statement: Prepared, now: number, limit: number): Due[] =>
    (statement.all(now, limit) as Due[]).map((row) => ({ ...row, kind }) as Due);
  return {
    /** Soonest first. */
    due(now: number, limit: number): Due[] {
      const found = [
        ...take("task", tasks, now, limit),
        ...take("delegation", delegations, now, limit),
        ...take("instance", instances, now, limit),
      ];
      found.sort((a, b) => a.at - b.at);
      return found.slice(0, limit);
    },
    /** null = nothing waits for a moment; 0 = a message waits now. */
    nextDue(): number | null {
      let next: number | null = null;
      for (const statement of soonest) {
        const at = statement.get() as number | undefined;
        if (at !== undefined && (next === null || at < next)) next = at;
      }
      return next;
    },
  };
}
