import { defineEntity, p } from "@mikro-orm/core";

/** A message that outlived its batch. */
export const MailboxRow = defineEntity({
  name: "MailboxRow",
  tableName: "mailbox",
  properties: {
    no: p.integer().primary(),
    to: p.integer(),
    from: p.integer().nullable(),
    task: p.integer().nullable(),
    message: p.text(),
    replyCommand: p.integer().nullable(),
    replyKeyed: p.integer().nullable(),
    by: p.text().nullable(),
    cause: p.integer(),
    attempt: p.integer(),
    deliverAt: p.integer(),
    enqueuedAt: p.integer(),
  },
});
