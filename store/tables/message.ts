import type { Envelope } from "../../machines/messages/envelope.ts";
import type { DeadLetter, MailRow } from "../commit.ts";
import { boolean, integer, json, moment, nullable, text } from "./column.ts";
import { derived, table } from "./table.ts";

type Flat = Readonly<Pick<Envelope, "to" | "from" | "message" | "by" | "cause" | "attempt">> &
  Readonly<Omit<MailRow, "envelope">>;

/** A message that outlives its batch, its envelope spread over columns. */
export interface MailboxRow extends Flat {
  readonly replyCommand: number | null;
  readonly replyKeyed: boolean | null;
}

export const MAILBOX = table<MailboxRow>({
  name: "mailbox",
  key: ["no"],
  constant: {
    no: integer,
    to: integer,
    from: nullable(integer),
    message: json<Envelope["message"]>(),
    replyCommand: nullable(integer),
    replyKeyed: nullable(boolean),
    by: nullable(text),
    cause: integer,
    attempt: integer,
    deliverAt: moment,
    enqueuedAt: moment,
  },
  derived: {
    // What stuck() and doctor look for.
    constant: {
      task: derived(nullable(integer), ({ message }) => ("task" in message ? message.task : null)),
    },
  },
});

/** A message no turn could handle. */
export const DEAD_LETTER = table<DeadLetter>({
  name: "dead_letter",
  key: ["no"],
  constant: { no: integer, envelope: json<Envelope>(), error: text, at: moment, times: integer },
  derived: { constant: { to: derived(integer, ({ envelope }) => envelope.to) } },
});
