import { COUNTER } from "../../tables/store.ts";
import { delegationTable } from "./delegations.ts";
import { journal } from "./events.ts";
import { instanceTable, rosterTable, tallyTable } from "./instances.ts";
import { keyTables } from "./keys.ts";
import type { Database } from "./library.ts";
import { deadLetterTable, mailboxTable } from "./messages.ts";
import { updater } from "./rows.ts";
import { selector } from "./select.ts";
import { resultTable, taskTable, watchTable } from "./tasks.ts";
import { whoTable } from "./who.ts";

/** Every table with its statements, compiled once per connection. */
export function openTables(db: Database) {
  const who = whoTable(db);
  return {
    who,
    counter: { update: updater(db, COUNTER), read: selector(db, COUNTER)<[]>("").get },
    instance: instanceTable(db),
    tally: tallyTable(db),
    roster: rosterTable(db),
    task: taskTable(db),
    delegation: delegationTable(db),
    result: resultTable(db),
    watch: watchTable(db),
    event: journal(db, who),
    mailbox: mailboxTable(db),
    deadLetter: deadLetterTable(db),
    key: keyTables(db),
  };
}

export type Tables = ReturnType<typeof openTables>;
