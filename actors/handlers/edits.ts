import { refuse, type Refusal } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import type { Task } from "../../machines/records/task.ts";
import { isUndecided } from "./routing.ts";
import type { Turn } from "../engine/turn.ts";
import { settleHere } from "./intake.ts";

export function onEdit(turn: Turn, command: Extract<Command, { type: "task.edit" }>, task: Task): void {
  const { ifVersion: _checked, ...edit } = command.edit;
  const refusal = editRefusal(turn, task, command.edit);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  const change: { [key: string]: unknown } = { ...edit };
  if (edit.dependsOn !== undefined)
    change["waitsFor"] = task.waitsFor.filter((one) => edit.dependsOn?.includes(one));
  if (Object.keys(change).length > 0) turn.task(task, "task.updated", change);
  if (task.status === "blocked" && task.waitsFor.length === 0 && !task.blockedByHand) {
    turn.task(task, "task.unblocked");
    settleHere(turn, task);
  } else if (task.pendingHop === null && task.status === "pending" && mayRouteNow(task, edit.route)) {
    settleHere(turn, task);
  }
  turn.answerTask(task);
}

/** An edit that lifts what held the task is a reason to look again. */
function mayRouteNow(task: Task, route: boolean | undefined): boolean {
  return (task.heldReason === "manual" && route === true) || task.heldReason === "no_route";
}

function editRefusal(
  turn: Turn,
  task: Task,
  edit: Extract<Command, { type: "task.edit" }>["edit"],
): Refusal | null {
  if (edit.ifVersion !== undefined && edit.ifVersion !== task.version) {
    return refuse("stale_version", `T-${task.no} is at version ${task.version}, not ${edit.ifVersion}.`, {
      version: task.version,
    });
  }
  if (turn.step(task, { type: "CANCEL" }) === null) return turn.notAllowed(task, "edit");
  if (edit.dependsOn?.some((one) => !task.dependsOn.includes(one))) {
    return refuse("validation_failed", `T-${task.no}: depends_on can only be shortened.`, {
      issues: [{ path: "depends_on", message: "can only be shortened after creation" }],
    });
  }
  if (edit.deadlineAt !== undefined && edit.deadlineAt !== null && edit.deadlineAt <= turn.now) {
    return refuse("validation_failed", `T-${task.no}: the deadline has passed already.`, {
      issues: [{ path: "deadline_at", message: "is in the past" }],
    });
  }
  return null;
}

export function onBlock(turn: Turn, command: Extract<Command, { type: "task.block" }>, task: Task): void {
  if (turn.step(task, { type: "BLOCK" }) === null) {
    turn.refuse(turn.notAllowed(task, "block"));
    return;
  }
  turn.task(task, "task.blocked", {
    byHand: true,
    ...(command.reason === null ? {} : { reason: command.reason }),
  });
  turn.answerTask(task);
}

/** UNBLOCK; or, for the status `pending`, RELEASE by an operator of what is claimed. */
export function onUnblock(turn: Turn, task: Task, orRelease: boolean): void {
  if (orRelease && turn.step(task, { type: "RELEASE" }) !== null) {
    turn.task(task, "task.requeued", { reason: "released" });
    turn.answerTask(task);
    return;
  }
  if (turn.step(task, { type: "UNBLOCK" }) === null) {
    turn.refuse(turn.notAllowed(task, "unblock"));
    return;
  }
  turn.task(task, "task.unblocked");
  settleHere(turn, task);
  turn.answerTask(task);
}

/** The auditor found nothing under way for a task of this actor: it decides again. */
export function onAudit(turn: Turn, task: Task): void {
  if (isUndecided(task)) settleHere(turn, task);
}
