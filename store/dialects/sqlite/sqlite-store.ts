import { CommitError, type ActorRows, type Counters, type Store } from "../../store.ts";
import { Addresses } from "./addresses.ts";
import { Checkpointer } from "./checkpointer.ts";
import { committer, transactor, type Transact } from "./commit.ts";
import { damageBehind } from "./damage.ts";
import { dueQueries } from "./due.ts";
import type { Database } from "./library.ts";
import type { Fence } from "./fence.ts";
import type { Identity } from "./meta.ts";
import { lockHolder } from "./owner-lock.ts";
import { sqliteQueries } from "./queries.ts";
import { spanMoves } from "./spans.ts";
import { openTables, type Tables } from "./tables.ts";

/** What a store is made of once its connection is open. */
export interface SqliteParts {
  readonly database: Database;
  readonly url: string;
  readonly identity: Identity;
  readonly fence: Fence;
  readonly readOnly: boolean;
  /** Called once, when nobody uses the connection any more; it is still open when the store was abandoned. */
  readonly release: (state: "closed" | "abandoned") => void;
}

/** The store with what only this dialect can do. */
export interface SqliteStore extends Store {
  /** The one connection, for backup, tests and measurements. */
  readonly database: Database;
}

const SCHEME = "sqlite:";
/** What has no log. */
const IN_MEMORY = ":memory:";

function actorRows(tables: Tables, no: number): ActorRows | null {
  const instance = tables.instance.byNo(no);
  if (instance === null) return null;
  return {
    instance,
    tally: tables.tally.byNo(no),
    roster: tables.roster.ofParent(no),
    tasks: tables.task.openOf(no),
    hops: tables.delegation.hops(no),
    offers: tables.delegation.offers(no),
  };
}

const ABANDONED: Database[] = [];

/** At once where there is nothing to wait for: a store without a thread is closed when it says so. */
function after(first: Promise<void> | null | undefined, work: () => void): Promise<void> | undefined {
  if (first) return first.then(work);
  work();
  return undefined;
}

function readOnlyCommit(): never {
  throw new CommitError("io", "the store was opened for reading only");
}

/** Transactions that ask before whether anything may be written, and tell after. */
function toldTo(checkpointer: Checkpointer | null, transact: Transact): Transact {
  if (checkpointer === null) return transact;
  return (write) => {
    checkpointer.mustWork();
    const result = transact(write);
    checkpointer.committed();
    return result;
  };
}

/** The storage port over one connection of SQLite: every answer is there at once. */
export function sqliteStore(parts: SqliteParts): SqliteStore {
  const { database, identity } = parts;
  const tables = openTables(database);
  const due = dueQueries(database, !parts.readOnly);
  const addresses = new Addresses();
  const queries = sqliteQueries({ database, tables, identity, addresses });
  const path = parts.url.slice(SCHEME.length);
  const checkpointer = parts.readOnly || path === IN_MEMORY ? null : new Checkpointer(database);
  const transact = toldTo(checkpointer, transactor(database, tables, parts.fence));
  const moveSpans = spanMoves(database);
  const write = parts.readOnly ? readOnlyCommit : committer(tables, transact);
  let open = true;
  return {
    database,
    url: parts.url,
    id: identity.id,
    generation: identity.generation,
    queries,
    owner: () => (path === IN_MEMORY ? null : lockHolder(path)),
    counters: () => tables.counter.read() as Counters,
    directory: (which) => (which === "all" ? tables.instance.directory() : tables.instance.live()),
    directoryEntry: (by) => tables.instance.entry(by),
    revision: () => database.pragma("data_version", { simple: true }) as number,
    commit(commit) {
      due.noteWritten(commit);
      write(commit);
      addresses.noteWritten(commit);
    },
    actor: (no) => actorRows(tables, no),
    task: (no) => tables.task.byNo(no),
    delegation: (no) => tables.delegation.byNo(no),
    watches: (task, after, limit) => tables.watch.ofTask(task, after, limit),
    mail: (now, after, limit) => tables.mailbox.due(now, after, limit),
    due: (now, limit) => due.due(now, limit),
    nextDue: () => due.nextDue(),
    commandByKey: (caller, key) => tables.key.find(caller, key),
    ownLeases: () => tables.task.ownLeases(),
    moveSpans(by) {
      transact(() => moveSpans(by));
      due.forget();
    },
    newestAt: () => tables.counter.newestAt(),
    forgetKeys: (before, limit) => transact(() => tables.key.forget(before, limit)),
    damageBehind: (error) => damageBehind(error, path),
    checkpoint() {
      if (parts.readOnly) return undefined;
      return after(checkpointer?.close(), () => void database.pragma("wal_checkpoint(TRUNCATE)"));
    },
    close() {
      if (!open) return undefined;
      return after(checkpointer?.close(), () => {
        database.close();
        open = false;
        parts.release("closed");
      });
    },
    abandon() {
      if (!open) return;
      open = false;
      checkpointer?.abandon();
      // Collected as garbage it would be closed.
      ABANDONED.push(database);
      parts.release("abandoned");
    },
  };
}
