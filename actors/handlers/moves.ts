import { refuse, type Refusal } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { Notice } from "../../machines/messages/notice.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { ErrorInfo, InstanceNo } from "../../machines/records/values.ts";
import { giveBack, handBack } from "./returns.ts";
import { decideTask, isUndecided, mayGoAway, offer } from "./routing.ts";
import type { Turn } from "../engine/turn.ts";

/** Tasks that come back, that others are to try, and that a caller moves up or sideways. Source: 2-domain.md 2.4, 2.7. */

/** A task comes back from below: this actor holds it now, and decides anew, or hands it on. */
export function onReturn(
  turn: Turn,
  message: Extract<Notice, { type: "task.return" }>,
  task: Task | null,
): void {
  const { next, given } = message;
  if (task === null || isFinal(task.status)) {
    if (given !== null) turn.answerHop(given);
    return;
  }
  turn.adopt(task);
  const isEnding = turn.isTerminated || turn.actor.instance?.intent === "terminate";
  if (isEnding) handBack(turn, task, "instance_terminated");
  if (isEnding || !isUndecided(task)) {
    // Who asked for the move hears how far it came: the hop that was given up for it.
    if (given !== null) turn.answerHop(given);
    return;
  }
  if (next !== null) {
    offer(turn, task, {
      to: next.to,
      // From the common parent it goes down, which is a route; between siblings it is a reassign (D2).
      type: turn.actor.roster.has(next.to) ? "route" : next.type,
      routingRound: task.routingRound + 1,
      decide: next.autoAccept ? "forced" : "caller",
      reply: turn.envelope.reply,
    });
    return;
  }
  decideTask(turn, task, message.why === "escalated" ? { arrivedBy: "escalate" } : {});
}

// ------------------------------------------------------------------ after a failure

/** `on_failure: reassign | escalate`: others are to try it, once each; false = nobody above, it fails here. */
export function tryOthers(turn: Turn, task: Task, error: ErrorInfo, failures: number): boolean {
  const policy = turn.config.onFailure;
  const { parent } = turn.instance;
  if (policy === "propagate") return false;
  const failed = { firstError: task.firstError ?? error, failures, reason: error.message };
  const hop = turn.actor.hops.get(task.no);
  if (
    hop?.status === "accepted" &&
    hop.type !== "escalate" &&
    (policy === "reassign" || hop.source === parent)
  ) {
    giveBack(turn, task, hop, { why: policy === "reassign" ? "reassigned" : "escalated", ...failed });
    return true;
  }
  if (parent === null) return false;
  climb(turn, task, { parent, ...failed });
  return true;
}

/** A task that failed where nobody above had sent it: an ordinary hop upward; refused, it fails with its first error. */
function climb(
  turn: Turn,
  task: Task,
  params: { parent: InstanceNo; firstError: ErrorInfo; failures: number; reason: string },
): void {
  const { parent, firstError, failures, reason } = params;
  const returnedBy = [...new Set([...task.returnedBy, turn.actor.no])];
  turn.task(task, "task.returned", {
    holder: turn.actor.no,
    why: "escalated",
    returnedBy,
    firstError,
    failures,
  });
  offer(turn, task, {
    to: parent,
    type: "escalate",
    routingRound: task.routingRound + 1,
    decide: "forced",
    notes: reason,
    reply: null,
  });
}

// ------------------------------------------------------------------ asked by a caller

/** The holder gives a task up to its parent: given back over the hop that brought it, else offered upward. */
export function onEscalate(
  turn: Turn,
  command: Extract<Command, { type: "task.escalate" }>,
  task: Task,
): void {
  const { parent, name } = turn.instance;
  if (parent === null) {
    turn.refuse(
      refuse("invalid_delegation", `${name} is a root; there is nobody above it.`, {
        from: turn.instance.scope,
        allowed: [],
      }),
    );
    return;
  }
  if (!mayGoAway(turn, task)) {
    turn.refuse(turn.notAllowed(task, "escalate"));
    return;
  }
  const hop = turn.actor.hops.get(task.no);
  if (hop?.status === "accepted" && hop.source === parent) {
    giveBack(turn, task, hop, { why: "escalated", reason: command.reason, reply: turn.envelope.reply });
    return;
  }
  offer(turn, task, {
    to: parent,
    type: "escalate",
    routingRound: task.routingRound + 1,
    decide: "forced",
    notes: command.reason,
    backAsBefore: true,
    reply: turn.envelope.reply,
  });
}

/** The holder's parent checks a move between its children by its roster, and passes it on. */
export function onReassignAsked(turn: Turn, command: Extract<Command, { type: "task.reassign" }>): void {
  const { roster } = turn.actor;
  const target = roster.get(command.to);
  const siblings = [...roster.values()].filter(
    (entry) => entry.status !== "terminated" && entry.child !== command.holder,
  );
  const facts = { allowed: siblings.map((entry) => entry.name) };
  if (target === undefined || command.to === command.holder || target.status === "terminated") {
    turn.refuse(
      refuse(
        "invalid_delegation",
        `reassign moves T-${command.task} to a sibling of its holder under ${turn.instance.name}.`,
        facts,
      ),
    );
  } else if (target.status !== "running") {
    turn.refuse(
      refuse("instance_not_running", `${target.name} is ${target.status}; it takes work when it runs.`, {
        instance: target.name,
        status: target.status,
      }),
    );
  } else if (target.room <= 0) {
    turn.refuse(refuse("at_capacity", `${target.name} is full.`, { instance: target.name }));
  } else {
    turn.send(command.holder, { ...command, passed: true }, turn.envelope.reply);
  }
}

/** The holder gives the task back for its source to offer to the sibling; a task that began here it offers itself. */
export function onReassign(
  turn: Turn,
  command: Extract<Command, { type: "task.reassign" }>,
  task: Task,
): void {
  if (!mayGoAway(turn, task)) {
    turn.refuse(turn.notAllowed(task, "reassign"));
    return;
  }
  // The task may have moved since its holder's parent checked: only among that parent's children is this still right.
  if (turn.envelope.from !== turn.instance.parent || command.to === turn.actor.no) {
    turn.refuse(
      refuse(
        "invalid_delegation",
        `T-${task.no} cannot go there from ${turn.instance.name}, which has it now; look at its chain and ask again.`,
        { holder: turn.instance.name, allowed: [] },
      ),
    );
    return;
  }
  const hop = turn.actor.hops.get(task.no);
  if (hop?.status === "accepted" && hop.type === "reassign" && hop.source === command.to) {
    // Back to the sibling it came from: nothing is left to offer.
    giveBack(turn, task, hop, { why: "reassigned", reason: command.reason });
    turn.answerHop(hop);
  } else if (task.chain.includes(command.to)) {
    turn.refuse(passedOn(task));
  } else if (hop?.status === "accepted" && hop.type !== "escalate") {
    giveBack(turn, task, hop, {
      why: "reassigned",
      reason: command.reason,
      next: { to: command.to, autoAccept: command.autoAccept, type: "reassign" },
      reply: turn.envelope.reply,
    });
  } else {
    offer(turn, task, {
      to: command.to,
      type: "reassign",
      routingRound: task.routingRound + 1,
      decide: command.autoAccept ? "forced" : "caller",
      notes: command.reason,
      backAsBefore: true,
      reply: turn.envelope.reply,
    });
  }
}

/** The accepted hops of a task form one path: who has passed it on gets it back, and not anew (D1, D9). */
export function passedOn(task: Task): Refusal {
  return refuse(
    "invalid_delegation",
    `That instance has passed T-${task.no} on already; escalate it, or cancel the hops after it, to bring it back.`,
    { allowed: [] },
  );
}
