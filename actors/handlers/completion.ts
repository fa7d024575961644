import { refuse } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Notice } from "../../machines/messages/notice.ts";
import { DESK, type ErrorInfo, type TaskNo } from "../../machines/records/values.ts";
import { isFinal, type FinalTaskStatus, type Task } from "../../machines/records/task.ts";
import type { Delegation, HopOutcome } from "../../machines/records/delegation.ts";
import { holdsLease, leaseLost, noteLateResult } from "./lease-token.ts";
import { closeOwnHop } from "./roster-counts.ts";
import type { Turn } from "../engine/turn.ts";

/** The end of a task: final in its keeper's turn, then upward hop by hop. Source: 2-domain.md 2.7. */

export function onComplete(
  turn: Turn,
  command: Extract<Command, { type: "task.complete" }>,
  task: Task,
): void {
  if (task.status === "done") {
    repeatCompletion(turn, command, task);
    return;
  }
  if (command.leaseToken !== null && !holdsLease(task, command.leaseToken)) {
    noteLateResult(turn, task, command.leaseToken, "complete");
    turn.refuse(leaseLost(task));
    return;
  }
  if (command.delegation !== undefined && turn.actor.hops.get(task.no)?.no !== command.delegation) {
    turn.refuse(
      refuse("illegal_transition", `D-${command.delegation} did not bring the task to its holder.`, {
        status: task.status,
        allowed: [],
      }),
    );
    return;
  }
  if (turn.step(task, { type: "COMPLETE", force: command.force }) === null) {
    turn.refuse(turn.notAllowed(task, "complete"));
    return;
  }
  endTask(turn, task, { status: "done", result: command.result, error: null, epoch: command.leaseToken });
}

/** Completing again what is done: fine when it says the same (2.5). */
function repeatCompletion(
  turn: Turn,
  command: Extract<Command, { type: "task.complete" }>,
  task: Task,
): void {
  const sameToken = command.leaseToken === null || command.leaseToken === turn.preloaded.completedBy;
  const sameResult = command.result === null || command.result === task.result;
  if (!sameToken) {
    noteLateResult(turn, task, command.leaseToken ?? 0, "complete");
    turn.refuse(leaseLost(task));
  } else if (sameResult) turn.answerTask(task);
  else turn.refuse(turn.notAllowed(task, "complete with another result"));
}

export function onCancel(turn: Turn, command: Extract<Command, { type: "task.cancel" }>, task: Task): void {
  if (turn.step(task, { type: "CANCEL" }) === null) {
    turn.refuse(turn.notAllowed(task, "cancel"));
    return;
  }
  cancelTask(turn, task, { code: "cancelled", message: command.reason ?? "cancelled" });
}

export function cancelTask(turn: Turn, task: Task, error: ErrorInfo): void {
  endTask(turn, task, { status: "cancelled", result: null, error, epoch: null });
}

/** Makes it failed for good. `counted`: failures or lost leases as they are after this one, where it counts. */
export function failTask(
  turn: Turn,
  task: Task,
  params: { error: ErrorInfo; epoch?: number | null; counted?: { failures?: number; leaseLosses?: number } },
): void {
  endTask(turn, task, {
    status: "failed",
    result: null,
    error: params.error,
    epoch: params.epoch ?? null,
    counted: params.counted ?? {},
  });
}

interface Ending {
  readonly status: FinalTaskStatus;
  /** JSON text. */
  readonly result: string | null;
  readonly error: ErrorInfo | null;
  /** Lease that ended it; null = an operator or the runtime. */
  readonly epoch: number | null;
  readonly counted?: { readonly failures?: number; readonly leaseLosses?: number };
}

const EVENT_OF = { done: "task.completed", failed: "task.failed", cancelled: "task.cancelled" } as const;

/** What asks for a task's end is answered with the task; any other command in whose turn it ends answers for itself. */
const ENDINGS: ReadonlySet<Message["type"]> = new Set<Message["type"]>([
  "task.complete",
  "task.fail",
  "task.cancel",
  "task.orphaned",
]);

/** The one way a task ends: row, result, hop, watchers and the message upward in one turn. */
export function endTask(turn: Turn, task: Task, ending: Ending): void {
  const { actor } = turn;
  const pending = task.pendingHop;
  const hop = actor.hops.get(task.no);
  // Set first, so that the row that is written carries it; its own row keeps it for ever (T5).
  task.result = ending.result;
  turn.task(task, EVENT_OF[ending.status], {
    ...(ending.error === null ? {} : { error: ending.error }),
    ...(ending.epoch === null ? {} : { epoch: ending.epoch }),
    ...ending.counted,
  });
  turn.batch.results.push({
    task: task.no,
    round: task.round,
    outcome: ending.status === "done" ? "succeeded" : ending.status,
    value: ending.result,
    error: ending.error,
    epoch: ending.epoch,
    at: turn.now,
  });
  if (task.watched) turn.send(task.keeper, { type: "dependency.announce", task: task.no });
  const reply = ENDINGS.has(turn.envelope.message.type) ? turn.envelope.reply : null;
  const answer = reply === null ? null : ({ kind: "task", task: { ...task } } as const);
  if (hop === undefined) {
    if (answer !== null) turn.answer(answer);
  } else {
    closeHop(turn, hop, ending.status, pending === hop.no);
    turn.send(
      hop.source,
      {
        type: "task.completion",
        task: task.no,
        delegation: hop.no,
        target: actor.no,
        status: ending.status,
        completedAt: turn.now,
        whileOffered: pending === hop.no,
        answer,
      },
      reply,
    );
  }
}

function closeHop(turn: Turn, hop: Delegation, status: FinalTaskStatus, wasPending: boolean): void {
  if (wasPending) {
    turn.hop(
      hop,
      "delegation.cancelled",
      { code: status === "cancelled" ? "task_cancelled" : "withdrawn" },
      null,
    );
  } else if (status === "cancelled") {
    turn.hop(hop, "delegation.cancelled", { code: "task_cancelled" }, null);
  } else {
    const outcome: HopOutcome = status === "done" ? "succeeded" : "failed";
    turn.hop(hop, "delegation.completed", { outcome, taskStatus: status }, null);
  }
}

/** A task that somebody waits for is final: each who waits is told. */
export function onAnnounce(turn: Turn, task: Task): void {
  for (const dependent of turn.preloaded.watchers) tellDependent(turn, task, dependent);
}

export function tellDependent(turn: Turn, task: Task, dependent: TaskNo): void {
  if (!isFinal(task.status)) return;
  turn.send(turn.preloaded.keeperOf(dependent), {
    type: "dependency.settled",
    task: dependent,
    dependency: task.no,
    status: task.status,
  });
}

/** The task ended below: this actor closes the hop that brought it here and tells its own source; the origin answers. */
export function onCompletion(turn: Turn, message: Extract<Notice, { type: "task.completion" }>): void {
  const { actor } = turn;
  closeOwnHop(turn, message.target);
  if (message.whileOffered) {
    actor.offers.delete(message.task);
    turn.count("pending", -1);
    turn.count(message.status, 1);
  }
  const hop = actor.hops.get(message.task);
  if (hop === undefined) {
    if (message.answer !== null) turn.answer(message.answer);
  } else {
    closeHop(turn, hop, message.status, false);
    turn.send(
      hop.source,
      { ...message, delegation: hop.no, target: actor.no, whileOffered: false },
      turn.envelope.reply,
    );
  }
}

type Retry = Extract<Command, { type: "task.retry" }>;

/**
 * A task that is to be reopened is first asked of its origin, who will hold it: that asks the keeper. Once it is
 * terminated, its parent is asked in its place, and above a root the desk is the origin.
 */
export function askKeeperToReopen(
  turn: Turn,
  message: Retry | Extract<Notice, { type: "dependency.reopen" }>,
): void {
  const { reply } = turn.envelope;
  const parent = turn.isTerminated ? turn.instance.parent : null;
  if (parent !== null) {
    turn.send(parent, message, reply);
    return;
  }
  const origin = turn.isTerminated ? DESK : turn.actor.no;
  const asked: Message =
    message.type === "task.retry"
      ? { ...message, origin }
      : { ...message, type: "dependency.reopened", origin };
  turn.send(turn.preloaded.keeperOf(message.task), asked, reply);
}

/** Those that failed because this task did are asked to wait again. */
export function reopenDependents(turn: Turn, task: Task): void {
  for (const dependent of turn.preloaded.watchers) {
    turn.send(turn.preloaded.keeperOf(dependent), {
      type: "dependency.reopened",
      task: dependent,
      dependency: task.no,
      origin: null,
    });
  }
}

/** The keeper reopens a task at its origin, in a new round. */
export function onRetry(turn: Turn, command: Retry, task: Task): void {
  if (turn.step(task, { type: "RETRY" }) === null) {
    turn.refuse(turn.notAllowed(task, "retry"));
    return;
  }
  const receiver = command.origin ?? DESK;
  const origin = receiver === DESK ? null : receiver;
  turn.task(task, "task.retried", {
    origin,
    attempt: 1,
    ...(command.resetAttempts ? { failures: 0, leaseLosses: 0 } : {}),
    ...(task.deadlineAt !== null && task.deadlineAt <= turn.now ? { deadlineAt: null } : {}),
  });
  if (command.withDependents) reopenDependents(turn, task);
  turn.send(
    receiver,
    { type: "task.update", task: task.no, what: "retried", status: task.status },
    turn.envelope.reply,
  );
}
