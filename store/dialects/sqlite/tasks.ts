import type { ActorNo, TaskNo } from "../../../machines/records/values.ts";
import type { TaskAddress } from "../../store.ts";
import { bytesOfUuid } from "../../tables/column.ts";
import { TASK } from "../../tables/task.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { selector } from "./select.ts";
import { taskWrites } from "./task-writes.ts";

/** A task with what stands in other tables: its texts, its dependencies and the result of its round. */
const FROM = `task t LEFT JOIN task_text x ON x.task = t.no
  LEFT JOIN task_result r ON r.task = t.no AND r.round = t.round`;

/** Scans the index from one run id to the next, however many tasks each has. */
const RUNS = `WITH RECURSIVE run (id) AS (
    SELECT min(run_id) FROM task WHERE run_id >= @from AND run_id < @to
    UNION ALL SELECT (SELECT min(run_id) FROM task WHERE run_id > run.id AND run_id < @to) FROM run WHERE run.id IS NOT NULL)
  SELECT id FROM run WHERE id IS NOT NULL
  ORDER BY (SELECT max(no) FROM task WHERE run_id = run.id) DESC LIMIT 1000`;

/** Reads and writes of table `task` and of those beside it: `task_text`, `task_tag`, `dependency`. */
export function taskTable(db: Database) {
  const select = selector(db, TASK, { from: FROM });
  const addressByNo = prepared(db, "SELECT no, keeper FROM task WHERE no = ?");
  const addressById = prepared(db, "SELECT no, keeper FROM task WHERE id = ?");
  const runs = prepared(db, RUNS).pluck();
  return {
    ...taskWrites(db),
    byNo: select<[no: TaskNo]>("WHERE t.no = ?").get,
    address(task: TaskNo | string): TaskAddress | null {
      const found =
        typeof task === "number" ? addressByNo.get(task) : addressById.get(bytesOfUuid(task.toLowerCase()));
      return (found as TaskAddress | undefined) ?? null;
    },
    /** In order of number. */
    after: select<[no: TaskNo, limit: number]>("WHERE t.no > ? ORDER BY t.no LIMIT ?").all,
    /** Open tasks that this actor keeps. */
    openOf: select<[keeper: ActorNo]>("WHERE t.keeper = ? AND t.status < 7 ORDER BY t.no").all,
    /** Run ids that begin with this text, those with the newest task first; at most 1,000. */
    runs(prefix: string): string[] {
      return runs.all({ from: prefix, to: `${prefix}\u{10FFFF}` }) as string[];
    },
    ofRun: select<[runId: string]>("WHERE t.run_id = ? ORDER BY t.no").all,
    /** Under a lease of a worker that the store's owner itself ran. */
    ownLeases: select<[]>(
      "WHERE t.no IN (SELECT no FROM task WHERE status < 7 AND status IN (4, 5) AND lease_kind = 3) ORDER BY t.no",
    ).all,
  };
}
