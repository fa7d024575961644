import type { Envelope, Message } from "../../../machines/messages/envelope.ts";
import type { ActorNo } from "../../../machines/records/values.ts";
import type { MailRow } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";
import { marks } from "./values.ts";

const COLUMNS = [
  "no",
  '"to"',
  '"from"',
  "task",
  "message",
  "reply_command",
  "reply_keyed",
  '"by"',
  "cause",
  "attempt",
  "deliver_at",
  "enqueued_at",
];

interface MailboxRow {
  no: number;
  to: number;
  from: number | null;
  message: string;
  reply_command: number | null;
  reply_keyed: number | null;
  by: string | null;
  cause: number;
  attempt: number;
  deliver_at: number;
  enqueued_at: number;
}

function mailOf(row: MailboxRow): MailRow {
  const envelope: Envelope = {
    to: row.to,
    from: row.from,
    message: JSON.parse(row.message) as Message,
    reply: row.reply_command === null ? null : { command: row.reply_command, keyed: row.reply_keyed === 1 },
    by: row.by,
    cause: row.cause,
    row: row.no,
    attempt: row.attempt,
  };
  return { no: row.no, envelope, deliverAt: row.deliver_at, enqueuedAt: row.enqueued_at };
}

/** Reads and writes of table `mailbox`: messages that outlive their batch. */
export function mailboxTable(db: Database) {
  const insert = prepared(db, `INSERT INTO mailbox (${COLUMNS.join(", ")}) VALUES (${marks(COLUMNS)})`);
  const remove = prepared(db, "DELETE FROM mailbox WHERE no = ?");
  // 0 = at once: these rows come in order from the index, however many there are.
  const atOnce = prepared(db, "SELECT * FROM mailbox WHERE deliver_at = 0 AND no > ? ORDER BY no LIMIT ?");
  const delayed = prepared(
    db,
    "SELECT * FROM mailbox WHERE deliver_at > 0 AND deliver_at <= ? AND no > ? ORDER BY no LIMIT ?",
  );
  const ofActor = prepared(db, 'SELECT * FROM mailbox WHERE "to" = ? ORDER BY no LIMIT ?');
  return {
    insert(mail: MailRow): void {
      const e = mail.envelope;
      insert.write([
        mail.no,
        e.to,
        e.from,
        "task" in e.message ? e.message.task : null,
        JSON.stringify(e.message),
        e.reply === null ? null : e.reply.command,
        e.reply === null ? null : e.reply.keyed ? 1 : 0,
        e.by,
        e.cause,
        e.attempt,
        mail.deliverAt,
        mail.enqueuedAt,
      ]);
    },
    remove(no: number): void {
      remove.run(no);
    },
    /** Those whose moment has come, with a number above `after`, in order of number. */
    due(now: number, after: number, limit: number): MailRow[] {
      const rows = [
        ...(atOnce.all(after, limit) as MailboxRow[]),
        ...(delayed.all(now, after, limit) as MailboxRow[]),
      ];
      rows.sort((a, b) => a.no - b.no);
      return rows.slice(0, limit).map(mailOf);
    },
    ofActor(actor: ActorNo, limit: number): MailRow[] {
      return (ofActor.all(actor, limit) as MailboxRow[]).map(mailOf);
    },
  };
}
