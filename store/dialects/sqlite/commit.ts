import { CommitError, type Commit } from "../../store.ts";
import { commitErrorOf } from "./errors.ts";
import type { Database } from "./library.ts";
import type { Fence } from "./fence.ts";
import { prepared } from "./prepared.ts";
import type { Tables } from "./tables.ts";

/** Rows in order of number: a parent, or the hop before, has the lower one and must be there first. */
function byNumber<T extends { readonly no: number }>(rows: readonly T[]): readonly T[] {
  const ordered = rows.every((row, index) => index === 0 || (rows[index - 1] as T).no < row.no);
  return ordered ? rows : rows.toSorted((a, b) => a.no - b.no);
}

function writeInstances(tables: Tables, commit: Commit): void {
  // Changed ones first: a name given up in this batch may be taken in it.
  for (const instance of commit.instances.changed) tables.instance.update(instance);
  tables.instance.insert(byNumber(commit.instances.added));
  tables.tally.replace(commit.tallies);
  tables.roster.replace(commit.roster.kept);
  for (const entry of commit.roster.ended) tables.roster.remove(entry);
}

function writeTasks(tables: Tables, commit: Commit): void {
  tables.task.insert(byNumber(commit.tasks.added));
  for (const task of commit.tasks.moved) tables.task.moved(task, commit.tasks.movedBy?.get(task.no));
  for (const task of commit.tasks.edited) tables.task.edited(task);
  // Changed ones first: a hop that was decided makes way for the next pending one (D1).
  for (const delegation of commit.delegations.changed) tables.delegation.update(delegation);
  tables.delegation.insert(byNumber(commit.delegations.added));
  tables.result.insert(commit.results);
  tables.watch.insert(commit.watches);
}

function writeMessages(tables: Tables, commit: Commit): void {
  for (const no of commit.mail.done) tables.mailbox.remove(no);
  tables.mailbox.insert(commit.mail.added);
  for (const no of commit.redriven) tables.deadLetter.remove(no);
  tables.deadLetter.replace(commit.deadLetters);
  tables.key.insertKeys(commit.keys);
  tables.key.insertAnswers(commit.answers);
}

/** Runs a function in one transaction, synchronously: nothing else runs between BEGIN and COMMIT. */
export type Transact = <T>(write: () => T) => T;

/**
 * Where the disk has no room, what the log has taken of it is given back, and the transaction is run once more.
 *
 * @throws CommitError always rolled back, but for `io`: then it may have happened.
 */
export function transactor(db: Database, tables: Pick<Tables, "who" | "event">, fence: Fence): Transact {
  const transact = transactOnce(db, tables, fence);
  return (write) => {
    try {
      return transact(write);
    } catch (error) {
      if (!(error instanceof CommitError && error.kind === "full") || !emptyLog(db)) throw error;
      return transact(write);
    }
  };
}

/** Moves the log into the file and cuts it off; false = there is none, it is being read, or the file has no room for it. */
function emptyLog(db: Database): boolean {
  try {
    const [{ busy, log }] = db.pragma("wal_checkpoint(TRUNCATE)") as [{ busy: number; log: number }];
    return busy === 0 && log === 0;
  } catch (error) {
    const refused = commitErrorOf(error);
    if (refused.kind === "full" || refused.kind === "busy") return false;
    throw refused;
  }
}

function transactOnce(db: Database, tables: Pick<Tables, "who" | "event">, fence: Fence): Transact {
  const begin = prepared(db, "BEGIN IMMEDIATE");
  const end = prepared(db, "COMMIT");
  const rollback = prepared(db, "ROLLBACK");
  return (write) => {
    try {
      begin.run();
      if (!fence()) {
        rollback.run();
        throw new CommitError(
          "io",
          "another process has taken the store over, or its file was moved; this one owns it no longer",
        );
      }
      const result = write();
      end.run();
      return result;
    } catch (error) {
      const refused = commitErrorOf(error);
      tables.who.forget();
      tables.event.forget();
      try {
        // After an I/O error nothing touches the connection any more.
        if (refused.kind !== "io" && db.inTransaction) rollback.run();
      } catch (failure) {
        throw commitErrorOf(failure);
      }
      throw refused;
    }
  };
}

/**
 * Writes a batch in one transaction.
 *
 * @throws CommitError
 */
export function committer(tables: Tables, transact: Transact): (commit: Commit) => void {
  let position = tables.event.lastPosition();
  return (commit) => {
    transact(() => {
      writeInstances(tables, commit);
      writeTasks(tables, commit);
      tables.event.append(commit.events, position);
      writeMessages(tables, commit);
      tables.counter.update({ ...commit.counters, at: commit.at });
    });
    position += commit.events.length;
  };
}
