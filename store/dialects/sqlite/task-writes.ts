import { isFinal, type Task } from "../../../machines/records/task.ts";
import type { Database } from "./library.ts";
import { inserter, one, prepared } from "./prepared.ts";
import {
  ASKED_COLUMNS,
  askedValues,
  CONSTANT_COLUMNS,
  constantValues,
  CUSTODY_COLUMNS,
  custodyValues,
  FINAL_COLUMN,
  finalValue,
  MOVING_COLUMNS,
  movingValues,
} from "./task-columns.ts";
import { assignments, listOf, marks } from "./values.ts";

const MOVING = assignments(MOVING_COLUMNS);
const SAME_CUSTODY = "no = ? AND holder IS ? AND origin IS ? AND keeper = ?";

/**
 * Writes where a task is and how it fares. An update that sets no custody and no final status runs without foreign
 * keys and triggers, in half the time; it touches only a row for which it may do so, else the next one is tried.
 */
function mover(db: Database): (task: Task) => void {
  const open = prepared(
    db,
    `UPDATE task SET ${MOVING}
     WHERE ${SAME_CUSTODY} AND final = 0 AND epoch <= ? AND version <= ? AND round <= ?`,
  );
  const ended = prepared(db, `UPDATE task SET ${MOVING}, ${FINAL_COLUMN} = ? WHERE ${SAME_CUSTODY}`);
  const any = prepared(
    db,
    `UPDATE task SET ${MOVING}, ${assignments([FINAL_COLUMN, ...CUSTODY_COLUMNS])} WHERE no = ?`,
  );
  return (task) => {
    const values = movingValues(task);
    const custody = custodyValues(task);
    const { changes } = isFinal(task.status)
      ? ended.write([...values, finalValue(task), task.no, ...custody])
      : open.write([...values, task.no, ...custody, task.epoch, task.version, task.round]);
    if (changes === 0) one(any.write([...values, finalValue(task), ...custody, task.no]), `task ${task.no}`);
  };
}

/** Texts, tags and dependencies: tables beside `task`, written when it is added and edited. */
function besides(db: Database) {
  const insertText = prepared(
    db,
    "INSERT INTO task_text (task, description, payload, run) VALUES (?, ?, ?, ?)",
  );
  const insertTag = prepared(db, "INSERT INTO task_tag (tag, task) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const insertDependency = prepared(
    db,
    "INSERT INTO dependency (task, seq, depends_on) SELECT ?, ?, no FROM task WHERE no = ?",
  );
  const tagsOf = prepared(db, "SELECT tags FROM task WHERE no = ?").pluck();
  const deleteTag = prepared(db, "DELETE FROM task_tag WHERE tag = ? AND task = ?");
  const deleteText = prepared(db, "DELETE FROM task_text WHERE task = ?");
  const deleteDependencies = prepared(db, "DELETE FROM dependency WHERE task = ?");
  return {
    add(task: Task): void {
      if (task.description !== null || task.payload !== null || task.run !== null) {
        insertText.run(task.no, task.description, task.payload, task.run);
      }
      for (const tag of task.tags) insertTag.run(tag, task.no);
      task.dependsOn.forEach((dependency, seq) => {
        one(insertDependency.run(task.no, seq, dependency), `task ${dependency} to depend on`);
      });
    },
    /** Before the row itself is written: its old tags are read from it. */
    remove(task: Task): void {
      for (const tag of listOf<string>((tagsOf.get(task.no) ?? null) as string | null)) {
        deleteTag.run(tag, task.no);
      }
      deleteText.run(task.no);
      deleteDependencies.run(task.no);
    },
  };
}

/** Writes of table `task` and of those beside it. */
export function taskWrites(db: Database) {
  const beside = besides(db);
  const all = [...CONSTANT_COLUMNS, ...ASKED_COLUMNS, FINAL_COLUMN, ...CUSTODY_COLUMNS, ...MOVING_COLUMNS];
  const insert = inserter<Task>(db, `task (${all.join(", ")})`, `(${marks(all, "id")})`, (task) => [
    ...constantValues(task),
    ...askedValues(task),
    finalValue(task),
    ...custodyValues(task),
    ...movingValues(task),
  ]);
  const edited = prepared(
    db,
    `UPDATE task SET ${assignments([...ASKED_COLUMNS, FINAL_COLUMN, ...CUSTODY_COLUMNS, ...MOVING_COLUMNS])}
     WHERE no = ?`,
  );
  return {
    insert(tasks: readonly Task[]): void {
      insert(tasks);
      for (const task of tasks) beside.add(task);
    },
    /** Only where it is and how it fares. */
    moved: mover(db),
    edited(task: Task): void {
      beside.remove(task);
      const values = [...askedValues(task), finalValue(task), ...custodyValues(task), ...movingValues(task)];
      one(edited.write([...values, task.no]), `task ${task.no}`);
      beside.add(task);
    },
  };
}
