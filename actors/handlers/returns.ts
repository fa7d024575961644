import { isUndecided } from "../../machines/policies/departure.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { returnForTermination } from "./return-task.ts";
import { closeOwnHop } from "./children.ts";
import { decideTask, offer } from "./routing.ts";

/** A task comes back from below: this actor holds it now, and decides anew, or passes it on. Source: spec/domain.md 2.4. */
export const returns: Entries<"task.return"> = {
  "task.return": {
    needs: "arrival",
    admission: "progress",
    bookkeeping(turn, { status, target }) {
      turn.count(status, 1);
      closeOwnHop(turn, target);
    },
    handle: onReturn,
  },
};

function onReturn(turn: Turn, message: MessageOf<"task.return">, task: Task | null): void {
  const { next, given } = message;
  if (task === null || isFinal(task.status)) {
    if (given !== null) turn.answerDelegation(given);
    return;
  }
  turn.adopt(task);
  const isEnding = turn.isTerminated || turn.actor.instance?.intent === "terminate";
  if (isEnding) returnForTermination(turn, task);
  if (isEnding || !isUndecided(task)) {
    // Who asked for the move hears how far it came: the hop that was given up for it.
    if (given !== null) turn.answerDelegation(given);
    return;
  }
  if (next === null)
    return decideTask(turn, task, message.why === "escalated" ? { arrivedBy: "escalate" } : {});
  offer(turn, task, {
    to: next.to,
    // From the common parent it goes down, which is a route; between siblings it is a reassign (D2).
    type: turn.actor.roster.has(next.to) ? "route" : next.type,
    decide: next.autoAccept ? "forced" : "caller",
    reply: turn.envelope.reply,
  });
}
