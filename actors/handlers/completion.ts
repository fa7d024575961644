import { sameJson } from "../../machines/policies/same-json.ts";
import { refuse } from "../../machines/errors.ts";
import type { MessageOf, Entries } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { delegationLifecycle } from "../../machines/lifecycles/delegation.ts";
import type { Message } from "../../machines/messages/envelope.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import { type FinalTaskStatus, type Task, type TaskStatus } from "../../machines/records/task.ts";
import type { ErrorInfo } from "../../machines/records/values.ts";
import { holdsLease, leaseLost, noteLateResult } from "./lease-token.ts";
import { closeOwnHop } from "./children.ts";

/** The end of a task: final in its keeper's turn, then upward hop by hop. Source: spec/domain.md 2.7. */
export const completion: Entries<"task.complete" | "task.cancel" | "task.completion"> = {
  "task.complete": {
    needs: "task",
    admission: "progress",
    desk: true,
    asksResult: ({ status }) => status === "done",
    handle: onComplete,
  },
  "task.cancel": { needs: "task", admission: "progress", desk: true, handle: onCancel },
  "task.completion": { needs: "nothing", admission: "progress", bookkeeping: onCompletion, handle() {} },
};

function onComplete(turn: Turn, command: MessageOf<"task.complete">, task: Task): void {
  if (task.status === "done") return repeatCompletion(turn, command, task);
  if (command.leaseToken !== null && !holdsLease(task, command.leaseToken)) {
    noteLateResult(turn, task, command.leaseToken, "complete");
    return turn.refuse(leaseLost(task));
  }
  if (command.delegation !== undefined && turn.actor.hops.get(task.no)?.no !== command.delegation) {
    return turn.refuse(
      refuse("illegal_transition", `D-${command.delegation} did not bring the task to its holder.`, {
        status: task.status,
        allowed: [],
      }),
    );
  }
  const force = command.force && task.status === "waiting";
  const answered = turn.step(task, { type: "COMPLETE", force });
  if (answered === null) return turn.refuse(turn.notAllowed(task, "complete"));
  endTask(turn, task, answered, { result: command.result, epoch: command.leaseToken, force });
}

/** Completing again what is done: fine when it says the same (spec/domain.md 2.5). */
function repeatCompletion(turn: Turn, command: MessageOf<"task.complete">, task: Task): void {
  const sameToken = command.leaseToken === null || command.leaseToken === turn.preloaded.completedBy;
  const sameResult = command.result === null || sameJson(command.result, task.result);
  if (!sameToken) {
    noteLateResult(turn, task, command.leaseToken ?? 0, "complete");
    turn.refuse(leaseLost(task));
  } else if (sameResult) turn.answerTask(task);
  else turn.refuse(turn.notAllowed(task, "complete with another result"));
}

function onCancel(turn: Turn, command: MessageOf<"task.cancel">, task: Task): void {
  if (!cancelTask(turn, task, { code: "cancelled", message: command.reason ?? "cancelled" })) {
    turn.refuse(turn.notAllowed(task, "cancel"));
  }
}

/** False = its machine does not accept it, and nothing has happened. */
export function cancelTask(turn: Turn, task: Task, error: ErrorInfo): boolean {
  const answered = turn.step(task, { type: "CANCEL" });
  if (answered !== null) endTask(turn, task, answered, { error });
  return answered !== null;
}

/** Makes it failed for good, for a reason of the runtime's own. */
export function failTask(turn: Turn, task: Task, error: ErrorInfo): void {
  const answered = turn.step(task, { type: "FAIL", retryable: false });
  endTask(turn, task, answered, { error });
}

/** What goes with the end of a task. */
interface Ending {
  /** JSON text; absent = none. */
  readonly result?: string | null;
  readonly error?: ErrorInfo;
  /** Lease that ended it; null, or absent = an operator or the runtime. */
  readonly epoch?: number | null;
  readonly force?: boolean;
  /** As they are after this end, where it counts. */
  readonly failures?: number;
  readonly leaseLosses?: number;
}

/**
 * The one way a task ends: row, result, hop, watchers and the message upward in one turn. `answered`: what its machine
 * said to the event that ends it.
 */
export function endTask(turn: Turn, task: Task, answered: TaskStatus | null, ending: Ending): void {
  const { actor } = turn;
  const { result = null, error, epoch = null } = ending;
  const pending = task.pendingHop;
  const hop = actor.hops.get(task.no);
  // Set first, so that the row that is written carries it; its own row keeps it for ever (T5).
  task.result = result;
  const status = recordEnd(turn, task, answered, ending);
  turn.batch.results.push({
    task: task.no,
    round: task.round,
    outcome: status === "done" ? "succeeded" : status,
    value: result,
    error: error ?? null,
    epoch,
    at: turn.now,
  });
  if (task.watched) turn.send(task.keeper, { type: "dependency.announce", task: task.no });
  const reply = ANSWERED.has(turn.envelope.message.type) ? turn.envelope.reply : null;
  const answer = reply === null ? null : ({ kind: "task", task: { ...task } } as const);
  if (hop === undefined) {
    if (answer !== null) turn.answer(answer);
    return;
  }
  const whileOffered = pending === hop.no;
  closeHop(turn, hop, status);
  turn.send(
    hop.source,
    {
      type: "task.completion",
      task: task.no,
      delegation: hop.no,
      target: actor.no,
      status,
      completedAt: turn.now,
      whileOffered,
      answer,
    },
    reply,
  );
}

/** The event's name follows from what the machine answered. */
function recordEnd(turn: Turn, task: Task, answered: TaskStatus | null, ending: Ending): FinalTaskStatus {
  const { error, epoch, failures, leaseLosses, force } = ending;
  const lease = epoch === null || epoch === undefined ? {} : { epoch };
  switch (answered) {
    case "done":
      turn.answeredTask(task, answered, "task.completed", { ...lease, ...(force ? { force } : {}) });
      return answered;
    case "cancelled":
      turn.answeredTask(task, answered, "task.cancelled", { ...(error && { error }), ...lease });
      return answered;
    case "failed":
      turn.answeredTask(task, answered, "task.failed", {
        error: error ?? { code: "failed", message: "failed" },
        ...lease,
        ...(failures === undefined ? {} : { failures }),
        ...(leaseLosses === undefined
          ? {}
          : { leaseLosses, maxLeaseLosses: turn.settings.tasks.maxLeaseLosses }),
      });
      return answered;
    default:
      throw new Error(`T-${task.no} is ${task.status} and cannot end: its machine answered ${answered}`);
  }
}

/** What asks for a task's end is answered with the task; any other command in whose turn it ends answers for itself. */
const ANSWERED: ReadonlySet<Message["type"]> = new Set<Message["type"]>([
  "task.complete",
  "task.fail",
  "task.cancel",
  "task.orphaned",
]);

/** The delegation that brought a final task: completed, or cancelled where it was still on offer or the task was cancelled. */
function closeHop(turn: Turn, hop: Delegation, status: FinalTaskStatus): void {
  const completes = delegationLifecycle.step(hop.status, { type: "COMPLETE" }, {}) !== null;
  if (status === "cancelled") turn.delegation(hop, null, "delegation.cancelled", { code: "task_cancelled" });
  else if (completes) {
    const outcome = status === "done" ? "succeeded" : "failed";
    turn.delegation(hop, null, "delegation.completed", { outcome, taskStatus: status });
  } else turn.delegation(hop, null, "delegation.cancelled", { code: "withdrawn" });
}

/** The task ended below: this actor closes the hop that brought it here and tells its own source; the origin answers. */
function onCompletion(turn: Turn, message: MessageOf<"task.completion">): void {
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
    return;
  }
  closeHop(turn, hop, message.status);
  turn.send(
    hop.source,
    { ...message, delegation: hop.no, target: actor.no, whileOffered: false },
    turn.envelope.reply,
  );
}
