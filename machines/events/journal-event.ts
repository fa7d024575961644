import type { ActorNo, DelegationNo, TaskNo } from "../records/values.ts";
import type { EventData, EventName } from "./catalogue.ts";

/** What every line of the journal says, whatever happened. */
interface JournalLine {
  readonly position: number;
  readonly at: number;
  readonly instance: ActorNo;
  readonly task: TaskNo | null;
  readonly delegation: DelegationNo | null;
  /** Who asked, e.g. `cli:ada`; null = the runtime by itself. */
  readonly actor: string | null;
  readonly cause: number;
}

/**
 * One line of the journal, by its name. `data` is the change only: folding the data of a record's events in order
 * gives the record (T8). `cause` > 0 is the position of the event whose turn sent the message that this turn handled;
 * `cause` < 0 is the number of the command (C-17 is -17). 0 = the runtime itself.
 */
export type JournalEvent<N extends EventName = EventName> = N extends EventName
  ? JournalLine & { readonly name: N; readonly data: EventData<N> }
  : never;
