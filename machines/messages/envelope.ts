import type { ActorNo, Reply } from "../records/values.ts";
import type { Command } from "./command.ts";
import type { Notice } from "./notice.ts";

export type Message = Command | Notice;

/** `attempt` in a dead letter whose bookkeeping failed, too. */
export const UNCOUNTED = -1;

/** A message with its addressing. */
export interface Envelope {
  readonly to: ActorNo;
  /** null = from a door, a timer or the auditor. */
  readonly from: ActorNo | null;
  readonly message: Message;
  readonly reply: Reply | null;
  /** Who asked for what this message carries out; null = the runtime by itself. */
  readonly by: string | null;
  /** As {@link JournalEvent.cause}. */
  readonly cause: number;
  /** Row of the mailbox table, when it was stored; 0 = it never was. */
  readonly row: number;
  /**
   * How often its turn has failed after what the message told its receiver to count was kept; 0 = the next turn keeps it
   * (a redrive counts nothing twice). In a dead letter of an older Hopper, which kept it, 0 as well.
   */
  readonly attempt: number;
}
