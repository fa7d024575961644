import { counterTable } from "./counters.ts";
import { deadLetterTable } from "./dead-letters.ts";
import { delegationTable } from "./delegations.ts";
import { eventTable } from "./events.ts";
import { instanceTable } from "./instances.ts";
import { keyTables } from "./keys.ts";
import type { Database } from "./library.ts";
import { mailboxTable } from "./mail.ts";
import { resultTable } from "./results.ts";
import { rosterTable } from "./rosters.ts";
import { tallyTable } from "./tallies.ts";
import { taskTable } from "./tasks.ts";
import { watchTable } from "./watches.ts";
import { whoTable } from "./who.ts";

/** Every table with its statements, compiled once per connection. */
export function openTables(db: Database) {
  const who = whoTable(db);
  return {
    who,
    counter: counterTable(db),
    instance: instanceTable(db),
    tally: tallyTable(db),
    roster: rosterTable(db),
    task: taskTable(db),
    delegation: delegationTable(db),
    result: resultTable(db),
    watch: watchTable(db),
    event: eventTable(db, who),
    mailbox: mailboxTable(db),
    deadLetter: deadLetterTable(db),
    key: keyTables(db),
  };
}

export type Tables = ReturnType<typeof openTables>;
