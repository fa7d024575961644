import type { Message } from "../../machines/messages/envelope.ts";
import { onCompletion } from "./completion.ts";
import { closeOwnHop } from "./roster-counts.ts";
import type { Turn } from "../engine/turn.ts";

/**
 * What an actor counts and closes because a message came, whatever it then decides: the first thing in every turn, and
 * done also when the rest of the turn fails and the message is buried. Otherwise its counts would be wrong for ever,
 * and hops above a task that is done stay open.
 */
export function keepAccounts(turn: Turn, message: Message): void {
  const { actor } = turn;
  switch (message.type) {
    case "delegation.acceptance":
      forgetOffer(turn, message);
      turn.count("pending", -1);
      return;
    case "delegation.rejection":
      forgetOffer(turn, message);
      closeOwnHop(turn, message.target);
      return;
    case "task.return":
      turn.count(message.status, 1);
      closeOwnHop(turn, message.target);
      return;
    case "task.update":
      // Reopened by its own origin, it has been counted with the change of its row.
      if (turn.envelope.from !== actor.no) turn.count(message.status, 1);
      return;
    case "task.completion":
      onCompletion(turn, message);
      return;
    default:
  }
}

function forgetOffer({ actor }: Turn, message: { readonly task: number; readonly delegation: number }): void {
  if (actor.offers.get(message.task)?.delegation === message.delegation) actor.offers.delete(message.task);
}
