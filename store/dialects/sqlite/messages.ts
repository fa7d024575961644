import type { ActorNo } from "../../../machines/records/values.ts";
import type { MailRow } from "../../store.ts";
import { MAILBOX, type MailboxRow } from "../../tables/message.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { inserter } from "./rows.ts";
import { selector } from "./select.ts";

function mailOf(row: MailboxRow): MailRow {
  const { no, deliverAt, enqueuedAt, replyCommand, replyKeyed, ...rest } = row;
  const reply = replyCommand === null ? null : { command: replyCommand, keyed: replyKeyed === true };
  return { no, envelope: { ...rest, reply, row: no }, deliverAt, enqueuedAt };
}

function rowOf({ no, envelope, deliverAt, enqueuedAt }: MailRow): MailboxRow {
  const { reply } = envelope;
  return {
    ...envelope,
    no,
    replyCommand: reply === null ? null : reply.command,
    replyKeyed: reply === null ? null : reply.keyed,
    deliverAt,
    enqueuedAt,
  };
}

/** Reads and writes of table `mailbox`: messages that outlive their batch. */
export function mailboxTable(db: Database) {
  const insert = inserter(db, MAILBOX);
  const remove = prepared(db, "DELETE FROM mailbox WHERE no = ?");
  const select = selector(db, MAILBOX);
  // 0 = at once: these rows come in order from the index, however many there are.
  const atOnce = select<[after: number, limit: number]>(
    "WHERE deliver_at = 0 AND no > ? ORDER BY no LIMIT ?",
  );
  const delayed = select<[now: number, after: number, limit: number]>(
    "WHERE deliver_at > 0 AND deliver_at <= ? AND no > ? ORDER BY no LIMIT ?",
  );
  const ofActor = select<[to: ActorNo, limit: number]>('WHERE "to" = ? ORDER BY no LIMIT ?');
  return {
    insert: (mail: readonly MailRow[]): void => insert(mail.map(rowOf)),
    remove: (no: number): void => void remove.run(no),
    /** Those whose moment has come, with a number above `after`, in order of number. */
    due(now: number, after: number, limit: number): MailRow[] {
      const rows = [...atOnce.all(after, limit), ...delayed.all(now, after, limit)];
      rows.sort((a, b) => a.no - b.no);
      return rows.slice(0, limit).map(mailOf);
    },
    ofActor: (actor: ActorNo, limit: number): MailRow[] => ofActor.all(actor, limit).map(mailOf),
  };
}
