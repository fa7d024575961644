import type { TaskNo } from "../../../machines/records/values.ts";
import type { Watch } from "../../../machines/records/task.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** Reads and writes of table `watch`: who waits for a task to be final. Watches stay for ever: a retry settles again. */
export function watchTable(db: Database) {
  const insert = prepared(db, "INSERT INTO watch (task, dependent) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const ofTask = prepared(db, "SELECT task, dependent FROM watch WHERE task = ? ORDER BY dependent");
  return {
    /** Watching twice is watching once: the message that asks for it may come again. */
    insert(watch: Watch): void {
      insert.run(watch.task, watch.dependent);
    },
    ofTask(task: TaskNo): Watch[] {
      return ofTask.all(task) as Watch[];
    },
  };
}
