import { refuse } from "../../machines/errors.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Due } from "../../store/store.ts";
import type { Entries, Registry } from "../engine/entry.ts";
import type { Protocol } from "../engine/protocol.ts";
import type { Turn } from "../engine/turn.ts";
import { batches } from "./batches.ts";
import { cancelMany } from "./cancel-many.ts";
import { claims } from "./claims.ts";
import { completion } from "./completion.ts";
import { deadLetters } from "./dead-letters.ts";
import { delegate } from "./delegate.ts";
import { dependencies } from "./dependencies.ts";
import { edits } from "./edits.ts";
import { escalate } from "./escalate.ts";
import { admitHeld, heldTasks } from "./held-tasks.ts";
import { instances } from "./instances.ts";
import { leases } from "./leases.ts";
import { checkCascade, checkDrained, checkEphemeral, lifecycle } from "./lifecycle.ts";
import { offers } from "./offers.ts";
import { reassign } from "./reassign.ts";
import { refused } from "./refused.ts";
import { retries } from "./retries.ts";
import { returns } from "./returns.ts";
import { newsFor, roster } from "./roster.ts";
import { routing } from "./routing.ts";
import { tasks } from "./tasks.ts";
import { termination } from "./termination.ts";

/** Every message, with what it needs, how it is admitted, and who handles it. */
const messages: Entries<Message["type"]> & Registry = {
  ...instances,
  ...lifecycle,
  ...termination,
  ...roster,
  ...tasks,
  ...batches,
  ...edits,
  ...routing,
  ...heldTasks,
  ...delegate,
  ...offers,
  ...escalate,
  ...reassign,
  ...returns,
  ...claims,
  ...leases,
  ...completion,
  ...cancelMany,
  ...retries,
  ...dependencies,
  ...deadLetters,
  ...refused,
};

/** What the engine is given: the rules of Hopper. Source: spec/domain.md 2.8, spec/runtime.md 3.1. */
export const protocol: Protocol = {
  messages,
  due,
  audit: {
    task: (task) => ({ type: "task.audit", task }),
    instance: () => ({ type: "instance.audit" }),
  },
  afterTurn(turn) {
    if (turn.actor.instance === null) return;
    admitHeld(turn);
    checkDrained(turn);
    checkCascade(turn);
    checkEphemeral(turn);
  },
  news: newsFor,
  notForDesk: refuse("illegal_transition", "The task is unassigned; assign it to an instance first.", {
    allowed: ["ASSIGN", "CANCEL"],
  }),
  deadLetter(turn: Turn, error, about, kept) {
    const { type } = turn.envelope.message;
    turn.note("message.dead_lettered", { type, error }, { task: about });
    if (kept === null || kept.status !== "pending" || kept.pendingHop !== null) return;
    turn.actor.tasks.set(kept.no, kept);
    turn.task(kept, "task.held", { reason: "message_failed" });
  },
};

/** The message for something whose moment has come. */
function due(what: Due): Message {
  switch (what.kind) {
    case "task":
      return { type: "timer.task", task: what.task };
    case "delegation":
      return { type: "timer.delegation", task: what.task, delegation: what.delegation };
    case "instance":
      return { type: "timer.instance" };
  }
}
