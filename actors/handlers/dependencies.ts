import type { Notice } from "../../machines/messages/notice.ts";
import { DESK } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { failTask, reopenDependents, tellDependent } from "./completion.ts";
import type { Turn } from "../engine/turn.ts";
import { settleHere } from "./intake.ts";

/** Waiting for other tasks: subscriptions, so that no wake-up is lost. Source: 2-domain.md 2.5, 3-runtime.md 3.1. */

/** Somebody waits for a task that this actor keeps; told at once when it is final (no wake-up is lost). */
export function onWatch(
  turn: Turn,
  message: Extract<Notice, { type: "dependency.watch" }>,
  task: Task,
): void {
  turn.batch.noteWatch(task.no, message.dependent);
  if (!task.watched) {
    turn.quietly(task, (row) => {
      row.watched = true;
    });
  }
  tellDependent(turn, task, message.dependent);
}

/** A dependency is final: the last one lets the task go, a failed one fails it, unless it says `run`. */
export function onSettled(
  turn: Turn,
  message: Extract<Notice, { type: "dependency.settled" }>,
  task: Task,
): void {
  if (!task.waitsFor.includes(message.dependency)) return;
  const waitsFor = task.waitsFor.filter((one) => one !== message.dependency);
  const failed = message.status !== "done" && task.onDependencyFailure === "fail";
  turn.task(task, "task.updated", { waitsFor });
  if (task.status !== "blocked") return;
  if (failed) {
    failTask(turn, task, {
      error: {
        code: "dependency_failed",
        message: `T-${message.dependency}, which it depends on, ${message.status === "failed" ? "failed" : "was cancelled"}`,
        details: { dependency: `T-${message.dependency}` },
      },
    });
    return;
  }
  if (waitsFor.length === 0 && !task.blockedByHand) {
    turn.task(task, "task.unblocked");
    settleHere(turn, task);
  }
}

/** A dependency is retried with its dependents: one that failed for that alone waits again. */
export function onReopened(
  turn: Turn,
  message: Extract<Notice, { type: "dependency.reopened" }>,
  task: Task,
): void {
  if (task.status !== "failed" || task.error?.code !== "dependency_failed") return;
  const details = task.error.details as { dependency?: string } | undefined;
  if (details?.dependency !== `T-${message.dependency}`) return;
  const { origin } = message;
  if (origin === null) {
    turn.send(task.origin ?? DESK, {
      type: "dependency.reopen",
      task: task.no,
      dependency: message.dependency,
    });
    return;
  }
  turn.task(task, "task.retried", {
    origin: origin === DESK ? null : origin,
    attempt: 1,
    waitsFor: [...new Set([...task.waitsFor, message.dependency])],
  });
  turn.send(turn.preloaded.keeperOf(message.dependency), {
    type: "dependency.watch",
    task: message.dependency,
    dependent: task.no,
  });
  reopenDependents(turn, task);
  turn.send(origin, { type: "task.update", task: task.no, what: "retried", status: task.status });
}
