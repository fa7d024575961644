import type { RosterEntry } from "../../../machines/records/instance.ts";
import type { InstanceNo, TaskNo } from "../../../machines/records/values.ts";
import { ROSTER } from "../../tables/instance.ts";
import { DEAD_LETTER } from "../../tables/message.ts";
import { COUNTER, COUNTERS } from "../../tables/store.ts";
import { TASK_RESULT, WATCH } from "../../tables/task.ts";
import { delegationTable } from "./delegations.ts";
import { journal } from "./events.ts";
import { instanceTable, tallyTable } from "./instances.ts";
import { keyTables } from "./keys.ts";
import type { Database } from "./library.ts";
import { mailboxTable } from "./messages.ts";
import { prepared, present } from "./prepared.ts";
import { inserter, replacer, updater } from "./rows.ts";
import { selector } from "./select.ts";
import { INSTANCE_STATUS } from "../../tables/codes.ts";
import { taskTable } from "./tasks.ts";
import { whoTable } from "./who.ts";

/** Every table with its statements, compiled once per connection. */
export function openTables(db: Database) {
  const who = whoTable(db);
  // Zero in a file that an earlier version has written last.
  const newestAt = prepared(
    db,
    "SELECT coalesce(nullif(at, 0), (SELECT at FROM journal ORDER BY position DESC LIMIT 1)) FROM counter",
  ).pluck();
  const removeLetter = prepared(db, "DELETE FROM dead_letter WHERE no = ?");
  const removeEntry = prepared(db, "DELETE FROM roster WHERE parent = ? AND child = ?");
  return {
    who,
    counter: {
      update: updater(db, COUNTER),
      read: selector(db, COUNTER, { fields: COUNTERS })<[]>("").get,
      newestAt: () => (newestAt.get() as number | null | undefined) ?? null,
    },
    instance: instanceTable(db),
    tally: tallyTable(db),
    roster: {
      replace: replacer(db, ROSTER),
      /** Of live children: in older files the others are still there. */
      ofParent: selector(
        db,
        ROSTER,
      )<[parent: InstanceNo]>(`WHERE parent = ? AND status <> ${INSTANCE_STATUS.terminated} ORDER BY child`)
        .all,
      remove: ({ parent, child }: RosterEntry): void => void removeEntry.run(parent, child),
    },
    task: taskTable(db),
    delegation: delegationTable(db),
    result: {
      insert: inserter(db, TASK_RESULT),
      ofTask: selector(db, TASK_RESULT)<[task: TaskNo]>("WHERE task = ? ORDER BY round").all,
    },
    /** They stay for ever: a retry settles again. Watching twice is watching once: the message may come again. */
    watch: {
      insert: inserter(db, WATCH, "ON CONFLICT DO NOTHING"),
      ofTask: selector(
        db,
        WATCH,
      )<[task: TaskNo, after: TaskNo, limit: number]>(
        "WHERE task = ? AND dependent > ? ORDER BY dependent LIMIT ?",
      ).all,
    },
    event: journal(db, who),
    mailbox: mailboxTable(db),
    deadLetter: {
      /** A letter that died again is the same letter. */
      replace: replacer(db, DEAD_LETTER),
      remove(no: number): void {
        present(removeLetter.run(no).changes === 1, `dead letter ${no}`);
      },
      byNo: selector(db, DEAD_LETTER)<[no: number]>("WHERE no = ?").get,
    },
    key: keyTables(db),
  };
}

export type Tables = ReturnType<typeof openTables>;
