import { ENTRIES, type TaskEventName } from "../../../machines/events/catalogue.ts";
import type { Entry } from "../../../machines/events/entry.ts";
import type { Fields } from "../../../machines/events/field.ts";
import { isFinal, type Task } from "../../../machines/records/task.ts";
import type { TaskNo } from "../../../machines/records/values.ts";
import { HOLDING, FINAL, MOVING, TASK, TASK_TAG, TASK_TEXT } from "../../tables/task.ts";
import type { Database } from "./library.ts";
import { present, prepared } from "./prepared.ts";
import { inserter, updater } from "./rows.ts";
import { selector } from "./select.ts";

/** What every event changes, and what follows from what it changes. */
const ALWAYS = ["status", "version", "updatedAt", "error", "dueAt"];
const SAME_HOLDING = { holder: "IS", origin: "IS", keeper: "=" };

/** Of the row: the version before that of the record. */
const ONE_BEFORE = "= -1 +";

/** Writes what an event changes, by its name, where its entry says that; only a row that stands as it did right before. */
function steps(db: Database): ReadonlyMap<string, (task: Task) => boolean> {
  const found = new Map<string, (task: Task) => boolean>();
  for (const [name, { task }] of Object.entries<Entry<Fields>>(ENTRIES)) {
    if (task?.changes === undefined) continue;
    const changes = new Set<string>([...task.changes, ...ALWAYS]);
    if (task.to !== undefined && isFinal(task.to)) changes.add(FINAL);
    const holding = HOLDING.filter((field) => changes.has(field)).map((field) => [field, "IS"]);
    const fields = [...MOVING, FINAL].filter((field) => changes.has(field));
    found.set(name, updater(db, TASK, fields, { version: ONE_BEFORE, ...Object.fromEntries(holding) }));
  }
  return found;
}

/**
 * Writes where a task is and how it fares. An update that sets no holder, origin, keeper and no final status runs without foreign
 * keys and triggers, in half the time; it touches only a row for which it may do so, else the next one is tried. One event
 * that alone has happened is tried first.
 */
function mover(db: Database): (task: Task, by?: TaskEventName) => void {
  const stepped = steps(db);
  const still = { ...SAME_HOLDING, [FINAL]: "=", epoch: "<=", version: "<=", round: "<=" };
  const open = updater(db, TASK, MOVING, still);
  const ended = updater(db, TASK, [...MOVING, FINAL], SAME_HOLDING);
  const any = updater(db, TASK, [...MOVING, FINAL, ...HOLDING]);
  return (task, by) => {
    if (by !== undefined && stepped.get(by)?.(task) === true) return;
    const written = isFinal(task.status) ? ended(task) : open(task);
    if (!written) present(any(task), `task ${task.no}`);
  };
}

/** Texts, tags and dependencies: tables beside `task`, written when it is added and edited. */
function besides(db: Database) {
  const insertText = inserter(db, TASK_TEXT);
  const insertTags = inserter(db, TASK_TAG, "ON CONFLICT DO NOTHING");
  const insertDependencies = prepared(
    db,
    `INSERT INTO dependency (task, seq, depends_on)
     SELECT ?, asked.key, no FROM json_each(?) asked CROSS JOIN task ON no = asked.value`,
  );
  const tagsOf = selector(db, TASK, { fields: ["tags"] })<[no: TaskNo]>("WHERE no = ?");
  const deleteTag = prepared(db, "DELETE FROM task_tag WHERE tag = ? AND task = ?");
  const deleteText = prepared(db, "DELETE FROM task_text WHERE task = ?");
  const deleteDependencies = prepared(db, "DELETE FROM dependency WHERE task = ?");
  return {
    add(tasks: readonly Task[]): void {
      insertText(
        tasks
          .filter(({ description, payload, run }) => description !== null || payload !== null || run !== null)
          .map(({ no, description, payload, run }) => ({ task: no, description, payload, run })),
      );
      insertTags(tasks.flatMap(({ no, tags }) => tags.map((tag) => ({ tag, task: no }))));
      for (const { no, dependsOn } of tasks) {
        if (dependsOn.length === 0) continue;
        const { changes } = insertDependencies.run(no, JSON.stringify(dependsOn));
        present(changes === dependsOn.length, `a task for task ${no} to depend on`);
      }
    },
    /** Before the row itself is written: its old tags are read from it. */
    remove({ no }: Task): void {
      for (const tag of tagsOf.get(no)?.tags ?? []) deleteTag.run(tag, no);
      deleteText.run(no);
      deleteDependencies.run(no);
    },
  };
}

/** Writes of table `task` and of those beside it. */
export function taskWrites(db: Database) {
  const beside = besides(db);
  const insert = inserter(db, TASK);
  const edit = updater(db, TASK);
  return {
    insert(tasks: readonly Task[]): void {
      insert(tasks);
      beside.add(tasks);
    },
    /** Only where it is and how it fares. */
    moved: mover(db),
    edited(task: Task): void {
      beside.remove(task);
      present(edit(task), `task ${task.no}`);
      beside.add([task]);
    },
  };
}
