import type { ErrorInfo, TaskNo } from "../../../machines/records/values.ts";
import type { TaskOutcome, TaskResult } from "../../../machines/records/task.ts";
import { OUTCOME, wordOf } from "./codes.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { OUTCOMES_BY_CODE } from "./tasks.ts";
import { jsonOf, jsonText } from "./values.ts";

interface ResultRow {
  task: number;
  round: number;
  outcome: number;
  value: string | null;
  error: string | null;
  epoch: number | null;
  at: number;
}

/** Reads and writes of table `task_result`: one row per final task and round (T5). */
export function resultTable(db: Database) {
  const insert = prepared(
    db,
    "INSERT INTO task_result (task, round, outcome, value, error, epoch, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const ofTask = prepared(db, "SELECT * FROM task_result WHERE task = ? ORDER BY round");
  return {
    insert(r: TaskResult): void {
      insert.write([r.task, r.round, OUTCOME[r.outcome], r.value, jsonText(r.error), r.epoch, r.at]);
    },
    ofTask(task: TaskNo): TaskResult[] {
      return (ofTask.all(task) as ResultRow[]).map((row) => ({
        task: row.task,
        round: row.round,
        outcome: wordOf(OUTCOMES_BY_CODE, row.outcome) as TaskOutcome,
        value: row.value,
        error: jsonOf<ErrorInfo>(row.error),
        epoch: row.epoch,
        at: row.at,
      }));
    },
  };
}
