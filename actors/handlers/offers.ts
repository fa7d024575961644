import { refuse, type Refusal } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { Notice } from "../../machines/messages/notice.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Delegation, RejectionCode } from "../../machines/records/delegation.ts";
import { handBack, tellRejection } from "./returns.ts";
import { decideTask, hold, isUndecided, limitOf } from "./routing.ts";
import { redecideHeld } from "./roster.ts";
import { noteRefusal } from "./roster-counts.ts";
import type { Turn } from "../engine/turn.ts";

/** Offers: made by the source, settled by the target alone, so exactly one end wins (D7). Source: 2-domain.md 2.4. */

// ---------------------------------------------------------------------- the target's turns

/** An offer arrives. */
export function onOffer(
  turn: Turn,
  message: Extract<Notice, { type: "task.delegation" }>,
  task: Task | null,
  hop: Delegation,
): void {
  // A command may have overtaken the offer and settled it.
  if (hop.status !== "pending" || task === null) {
    turn.answerHop(hop);
    return;
  }
  turn.adopt(task);
  turn.actor.hops.set(task.no, hop);
  const { acceptance } = turn.config;
  const stays =
    message.decide === "forced"
      ? false
      : message.decide === "caller"
        ? acceptance !== "auto"
        : acceptance === "manual";
  if (stays && turn.isRunning) {
    turn.task(task, "task.held", { reason: "awaiting_acceptance" });
    turn.answerHop(hop);
    return;
  }
  decideOffer(turn, task, hop);
  turn.answerHop(hop);
}

function decideOffer(turn: Turn, task: Task, hop: Delegation): void {
  const refusal = whyNot(turn, task);
  if (refusal === null) accept(turn, task, hop);
  else reject(turn, task, hop, refusal.code, refusal.text);
}

function whyNot(turn: Turn, task: Task): { code: RejectionCode; text: string | null } | null {
  if (turn.isTerminated) return { code: "terminated", text: null };
  if (!turn.isRunning)
    return { code: "not_running", text: `${turn.instance.name} is ${turn.instance.status}` };
  const { config, actor } = turn;
  if (config.strictCapabilities) {
    const missing = task.tags.filter(
      (tag) => !config.capabilities.some((own) => own.toLowerCase() === tag.toLowerCase()),
    );
    if (missing.length > 0) return { code: "capability_mismatch", text: `lacks ${missing.join(", ")}` };
  }
  if (actor.room(config) <= 0) {
    const used = limitOf(turn) - actor.room(config);
    return { code: "at_capacity", text: `at capacity (${used}/${limitOf(turn)})` };
  }
  return null;
}

function accept(turn: Turn, task: Task, hop: Delegation, note?: string | null): void {
  turn.hop(hop, "delegation.accepted", note ? { note } : null, task);
  if (turn.instance.type === "ephemeral" && turn.instance.runtimeMetadata["had_task"] !== true) {
    turn.lifecycle("instance.updated", {
      runtimeMetadata: { ...turn.instance.runtimeMetadata, had_task: true },
    });
  }
  turn.send(hop.source, {
    type: "delegation.acceptance",
    task: task.no,
    delegation: hop.no,
    target: turn.actor.no,
  });
  decideTask(turn, task, { arrivedBy: hop.type });
}

function reject(turn: Turn, task: Task, hop: Delegation, code: RejectionCode, text: string | null): void {
  turn.hop(hop, "delegation.rejected", { code, ...(text === null ? {} : { text }) }, task);
  tellRejection(turn, hop, code);
}

/** A person accepts, rejects or withdraws a pending offer; a decided one is told the winner. */
export function onDecide(
  turn: Turn,
  command: Extract<Command, { type: "delegation.accept" | "delegation.reject" | "delegation.withdraw" }>,
  hop: Delegation,
  task: Task | null,
): void {
  if (hop.status !== "pending" || task === null) {
    turn.refuse(alreadyDecided(hop));
    return;
  }
  switch (command.type) {
    case "delegation.accept": {
      const refusal = acceptRefusal(turn);
      if (refusal !== null) {
        turn.refuse(refusal);
        return;
      }
      accept(turn, task, hop, command.note);
      break;
    }
    case "delegation.reject":
      reject(turn, task, hop, "declined", command.reason);
      break;
    case "delegation.withdraw":
      turn.hop(
        hop,
        "delegation.cancelled",
        { code: "withdrawn", ...(command.reason ? { text: command.reason } : {}) },
        task,
      );
      tellRejection(turn, hop, "withdrawn");
      break;
  }
  turn.answerHop(hop);
}

function acceptRefusal(turn: Turn): Refusal | null {
  const { instance } = turn;
  if (!turn.isRunning) {
    return refuse(
      "instance_not_running",
      `${instance.name} is ${instance.status}; it accepts offers when it runs.`,
      {
        instance: instance.name,
        status: instance.status,
      },
    );
  }
  const room = turn.actor.room(turn.config);
  if (room <= 0) {
    const limit = limitOf(turn);
    return refuse("at_capacity", `${instance.name} is at capacity (${limit - room}/${limit}).`, {
      instance: instance.name,
      limit,
    });
  }
  return null;
}

export function alreadyDecided(hop: Delegation): Refusal {
  return refuse("already_decided", `D-${hop.no} is ${hop.status} already.`, {
    status: hop.status,
    decided_at: hop.decidedAt,
  });
}

/** `expires_at` has come for a pending offer. */
export function onOfferTimer(turn: Turn, hop: Delegation, task: Task | null): void {
  if (hop.status !== "pending" || task === null || hop.expiresAt === null || hop.expiresAt > turn.now) return;
  turn.hop(hop, "delegation.rejected", { code: "expired" }, task);
  tellRejection(turn, hop, "expired");
}

/** The source is being terminated and withdraws; a decided offer stays decided. */
export function onWithdrawn(
  turn: Turn,
  message: Extract<Notice, { type: "delegation.cancellation" }>,
  hop: Delegation,
  task: Task | null,
): void {
  if (hop.status !== "pending" || task === null) return;
  turn.hop(hop, "delegation.cancelled", { code: message.code }, task);
  tellRejection(turn, hop, message.code);
}

// ---------------------------------------------------------------------- the source's turns

export function onAcceptance(turn: Turn, message: Extract<Notice, { type: "delegation.acceptance" }>): void {
  const entry = turn.actor.roster.get(message.target);
  if (entry !== undefined && entry.refusals > 0) {
    entry.refusals = 0;
    entry.backoffUntil = null;
    turn.touchRoster(entry);
  }
  // The child passed the last one on, perhaps, and has room as before: it says so only when that changes (V1).
  if (entry !== undefined && entry.room > 0) redecideHeld(turn, 1);
}

/** The task is back with its source: as it was before a caller's offer, else the next candidate is tried. */
export function onRejection(
  turn: Turn,
  message: Extract<Notice, { type: "delegation.rejection" }>,
  task: Task | null,
): void {
  const { actor } = turn;
  if (message.code === "at_capacity") noteRefusal(turn, message.target, message.room);
  if (task === null || isFinal(task.status)) return;
  turn.adopt(task);
  if (turn.isTerminated || actor.instance?.intent === "terminate") {
    handBack(turn, task, "instance_terminated");
    return;
  }
  if (!isUndecided(task)) return;
  if (message.byCaller) {
    if (task.arrival !== null) turn.task(task, "task.queued");
    else hold(turn, task, "rejected");
    return;
  }
  decideTask(turn, task, { sameRound: true });
}
