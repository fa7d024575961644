import { refuse, type Refusal } from "../../machines/errors.ts";
import {
  refuseAcceptance,
  waitsForPerson,
  whyNotAccept,
  type Target,
} from "../../machines/policies/acceptance.ts";
import { isUndecided } from "../../machines/policies/departure.ts";
import type {
  CancellationCode,
  Delegation,
  ReasonCode,
  RejectionCode,
} from "../../machines/records/delegation.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { closeOwnHop, noteRoom, takeRoom } from "./children.ts";
import { returnForTermination } from "./return-task.ts";
import { decideTask, hold } from "./routing.ts";

/** Offers: made by the source, settled by the target alone, so exactly one end wins (D7). Source: spec/domain.md 2.4. */
export const offers: Entries<
  | "task.delegation"
  | "delegation.accept"
  | "delegation.reject"
  | "delegation.withdraw"
  | "delegation.cancellation"
  | "timer.delegation"
  | "delegation.acceptance"
  | "delegation.rejection"
> = {
  // The target's turns.
  "task.delegation": { needs: "delegation", admission: "progress", handle: onOffer },
  "delegation.accept": { needs: "delegation", admission: "progress", handle: onAccept },
  "delegation.reject": {
    needs: "delegation",
    admission: "progress",
    handle(turn, { reason }, delegation, task) {
      settle(turn, delegation, () => reject(turn, delegation, task, "declined", reason));
    },
  },
  "delegation.withdraw": {
    needs: "delegation",
    admission: "progress",
    handle(turn, { reason }, delegation, task) {
      settle(turn, delegation, () => withdraw(turn, delegation, task, "withdrawn", reason));
    },
  },
  "delegation.cancellation": {
    needs: "delegation",
    admission: "progress",
    // The source is being terminated; a decided offer stays decided.
    handle(turn, { code }, delegation, task) {
      withdraw(turn, delegation, task, code, null);
    },
  },
  "timer.delegation": {
    needs: "delegation",
    admission: "progress",
    timer: true,
    handle(turn, _message, delegation, task) {
      const { expiresAt } = delegation;
      if (expiresAt !== null && expiresAt <= turn.now) reject(turn, delegation, task, "expired", null);
    },
  },
  // The source's turns.
  "delegation.acceptance": {
    needs: "nothing",
    admission: "progress",
    bookkeeping(turn, message) {
      forgetOffer(turn, message);
      turn.count("pending", -1);
    },
    handle: onAcceptance,
  },
  "delegation.rejection": {
    needs: "arrival",
    admission: "progress",
    bookkeeping(turn, message) {
      forgetOffer(turn, message);
      closeOwnHop(turn, message.target);
    },
    handle: onRejection,
  },
};

// ---------------------------------------------------------------------- the target's turns

/** An offer arrives. */
function onOffer(
  turn: Turn,
  { decide }: MessageOf<"task.delegation">,
  delegation: Delegation,
  task: Task | null,
): void {
  // A command may have overtaken the offer and settled it.
  if (task === null) return turn.answerDelegation(delegation);
  turn.adopt(task);
  turn.actor.hops.set(task.no, delegation);
  if (turn.isRunning && waitsForPerson(decide, turn.config.acceptance)) {
    turn.task(task, "task.held", { reason: "awaiting_acceptance" });
  } else {
    const refusal = whyNotAccept(targetOf(turn), task.tags);
    if (refusal === null) accept(turn, delegation, task, null);
    else reject(turn, delegation, task, refusal.code, refusal.text);
  }
  turn.answerDelegation(delegation);
}

/** This actor as the target of an offer. */
function targetOf(turn: Turn): Target {
  const { instance, config } = turn;
  return { instance, config, room: turn.actor.room(config) };
}

/** False = it is not on offer any more, and nothing has happened. */
function accept(turn: Turn, delegation: Delegation, task: Task, note: string | null): boolean {
  const { returnedBy, refusedBy } = task;
  const data = {
    ...(note ? { note } : {}),
    ...(returnedBy.length > 0 ? { returnedBy } : {}),
    // Should it come back, they are not asked again before all others were.
    ...(refusedBy.length > returnedBy.length ? { refusedBy } : {}),
  };
  if (!turn.tryDelegation(delegation, task, "delegation.accepted", data)) return false;
  const { type, runtimeMetadata } = turn.instance;
  if (type === "ephemeral" && runtimeMetadata["had_task"] !== true) {
    turn.lifecycle("instance.updated", { runtimeMetadata: { ...runtimeMetadata, had_task: true } });
  }
  const { actor } = turn;
  if (delegation.source === turn.instance.parent) actor.toldRoom -= 1;
  turn.send(delegation.source, {
    type: "delegation.acceptance",
    task: task.no,
    delegation: delegation.no,
    target: actor.no,
  });
  decideTask(turn, task, { arrivedBy: delegation.type });
  return true;
}

/** False = it is not on offer any more, and nothing has happened. */
export function reject(
  turn: Turn,
  delegation: Delegation,
  task: Task | null,
  code: RejectionCode,
  text: string | null,
): boolean {
  if (task === null) return false;
  const data = { code, ...(text === null ? {} : { text }) };
  if (!turn.tryDelegation(delegation, task, "delegation.rejected", data)) return false;
  tellRejection(turn, delegation, code);
  return true;
}

function withdraw(
  turn: Turn,
  delegation: Delegation,
  task: Task | null,
  code: CancellationCode,
  text: string | null,
): boolean {
  if (task === null) return false;
  const data = { code, ...(text ? { text } : {}) };
  if (!turn.tryDelegation(delegation, task, "delegation.cancelled", data)) return false;
  tellRejection(turn, delegation, code);
  return true;
}

/** A person decides a pending offer; a decided one is told the winner. */
function settle(turn: Turn, delegation: Delegation, decide: () => boolean): void {
  if (decide()) turn.answerDelegation(delegation);
  else turn.refuse(alreadyDecided(delegation));
}

function onAccept(
  turn: Turn,
  { note }: MessageOf<"delegation.accept">,
  delegation: Delegation,
  task: Task | null,
): void {
  const refusal = task === null ? null : refuseAcceptance(targetOf(turn));
  if (refusal !== null) turn.refuse(refusal);
  else settle(turn, delegation, () => task !== null && accept(turn, delegation, task, note));
}

function alreadyDecided({ no, status, decidedAt }: Delegation): Refusal {
  return refuse("already_decided", `D-${no} is ${status} already.`, { status, decided_at: decidedAt });
}

/** The offer ended without acceptance: its source keeps the task again, and knows how much room there is. */
function tellRejection(turn: Turn, delegation: Delegation, code: ReasonCode): void {
  const { actor } = turn;
  const room = Math.min(actor.room(turn.config), 1_000_000);
  // Said here, it is news when it is over: also where both happen in one batch.
  if (code === "at_capacity" && delegation.source === actor.instance?.parent) actor.toldRoom = room;
  turn.send(delegation.source, {
    type: "delegation.rejection",
    task: delegation.task,
    delegation: delegation.no,
    target: actor.no,
    code,
    delegationType: delegation.type,
    byCaller: delegation.byCaller,
    room,
  });
}

// ---------------------------------------------------------------------- the source's turns

function forgetOffer({ actor }: Turn, message: { readonly task: number; readonly delegation: number }): void {
  if (actor.offers.get(message.task)?.delegation === message.delegation) actor.offers.delete(message.task);
}

/** The child has one place fewer; where it has passed the task on and has it still, it says so itself (V1). */
function onAcceptance(turn: Turn, { target }: MessageOf<"delegation.acceptance">): void {
  takeRoom(turn, target);
}

/** The task is back with its source: as it was before a caller's offer, else the next candidate is tried. */
function onRejection(turn: Turn, message: MessageOf<"delegation.rejection">, task: Task | null): void {
  const { actor } = turn;
  if (message.code === "at_capacity") noteRoom(turn, message.target, message.room);
  if (task === null || isFinal(task.status)) return;
  turn.adopt(task);
  if (turn.isTerminated || actor.instance?.intent === "terminate") {
    returnForTermination(turn, task);
    return;
  }
  if (!isUndecided(task)) return;
  if (!message.byCaller) decideTask(turn, task, { sameRound: true });
  else if (task.arrival === null) hold(turn, task, "rejected");
  else turn.task(task, "task.queued");
}
