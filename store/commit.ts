import type { TaskEventName } from "../machines/events/catalogue.ts";
import type { JournalEvent } from "../machines/events/journal-event.ts";
import type { Envelope } from "../machines/messages/envelope.ts";
import type { Delegation } from "../machines/records/delegation.ts";
import type { Instance, RosterEntry, Tally } from "../machines/records/instance.ts";
import type { Task, TaskResult, Watch } from "../machines/records/task.ts";
import type { TaskNo } from "../machines/records/values.ts";

/** The highest number given so far, per kind. Kept in memory by the loop, stored with every commit. */
export interface Counters {
  instance: number;
  task: number;
  delegation: number;
  message: number;
  position: number;
  command: number;
}

/** A message that outlives its batch. */
export interface MailRow {
  readonly no: number;
  readonly envelope: Envelope;
  /** Not before this moment; 0 = at once. */
  readonly deliverAt: number;
  readonly enqueuedAt: number;
}

export interface DeadLetter {
  readonly no: number;
  readonly envelope: Envelope;
  readonly error: string;
  readonly at: number;
  readonly times: number;
}

/** An idempotency key with the command that first carried it. */
export interface CommandKey {
  readonly caller: string;
  readonly key: string;
  /** Hash of method, path and body. */
  readonly fingerprint: string;
  readonly command: number;
  readonly at: number;
}

/** The answer of a keyed command, as the JSON text of the machine's Answer. */
export interface CommandAnswer {
  readonly command: number;
  readonly body: string;
  readonly at: number;
}

/** Everything one batch changes: written in one transaction, each row once. */
export interface Commit {
  readonly at: number;
  readonly counters: Counters;
  readonly instances: { readonly added: readonly Instance[]; readonly changed: readonly Instance[] };
  /** Insert or replace. */
  readonly tallies: readonly Tally[];
  /** Insert or replace; those of children that have ended go. */
  readonly roster: { readonly kept: readonly RosterEntry[]; readonly ended: readonly RosterEntry[] };
  readonly tasks: {
    readonly added: readonly Task[];
    /** What was asked is unchanged: only the columns of "where it is" and "how it fares" are written. */
    readonly moved: readonly Task[];
    /** Every changeable column is written. */
    readonly edited: readonly Task[];
    /** The event that alone has moved a task since it was stored: its entry may say what that changes. */
    readonly movedBy?: ReadonlyMap<TaskNo, TaskEventName>;
  };
  readonly delegations: { readonly added: readonly Delegation[]; readonly changed: readonly Delegation[] };
  readonly results: readonly TaskResult[];
  /** Inserted unless there already; never ended. */
  readonly watches: readonly Watch[];
  readonly events: readonly JournalEvent[];
  readonly mail: { readonly added: readonly MailRow[]; readonly done: readonly number[] };
  readonly deadLetters: readonly DeadLetter[];
  /** Dead letters that are letters no more. */
  readonly redriven: readonly number[];
  readonly keys: readonly CommandKey[];
  readonly answers: readonly CommandAnswer[];
}
