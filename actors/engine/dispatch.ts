import type { Message } from "../../machines/messages/envelope.ts";
import type { Entry } from "./entry.ts";
import type { Protocol } from "./protocol.ts";
import type { Subject } from "./subjects.ts";
import type { Turn } from "./turn.ts";

/** One turn: the actor handles the message, with the rows it is about. */
export function dispatch(turn: Turn, { messages, notForDesk }: Protocol, subject: Subject): void {
  const { message } = turn.envelope;
  const entry = messages[message.type];
  if (turn.actor.isDesk && entry.desk !== true) return turn.refuse(notForDesk);
  if (turn.envelope.attempt === 0) entry.bookkeeping?.(turn, message);
  handle(turn, entry, message, subject);
}

function handle(turn: Turn, entry: Entry<Message>, message: Message, subject: Subject): void {
  const { task, delegation } = subject;
  switch (entry.needs) {
    case "nothing":
      return entry.handle(turn, message);
    case "task":
      return task === null ? entry.visit?.handle(turn, message) : entry.handle(turn, message, task);
    case "arrival":
      return entry.handle(turn, message, task);
    case "delegation":
      return delegation === null ? undefined : entry.handle(turn, message, delegation, task);
  }
}
