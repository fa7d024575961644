import { refuse, type Refusal } from "../../machines/errors.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { unblock } from "./dependencies.ts";
import { settleHere } from "./tasks.ts";

/** What a person changes of a task that is not final. Source: spec/domain.md 2.5. */
export const edits: Entries<"task.edit" | "task.block" | "task.unblock" | "task.reopen"> = {
  "task.edit": { needs: "task", admission: "progress", desk: true, handle: onEdit },
  "task.block": { needs: "task", admission: "progress", desk: true, handle: onBlock },
  "task.unblock": { needs: "task", admission: "progress", desk: true, handle: onUnblock },
  "task.reopen": {
    needs: "task",
    admission: "progress",
    desk: true,
    // The status `pending` is RELEASE by an operator of what is claimed, else UNBLOCK.
    handle(turn, message, task) {
      if (turn.tryTask(task, "task.requeued", { reason: "released" })) turn.answerTask(task);
      else onUnblock(turn, message, task);
    },
  },
};

function onEdit(turn: Turn, { edit }: MessageOf<"task.edit">, task: Task): void {
  const refusal = editRefusal(turn, task, edit);
  if (refusal !== null) return turn.refuse(refusal);
  const { ifVersion: _checked, dependsOn, tags, ...same } = edit;
  const change = {
    ...same,
    ...(tags === undefined ? {} : { tags: [...tags] }),
    ...(dependsOn === undefined
      ? {}
      : { dependsOn: [...dependsOn], waitsFor: task.waitsFor.filter((one) => dependsOn.includes(one)) }),
  };
  if (Object.keys(change).length > 0) turn.task(task, "task.updated", change);
  const isFree = task.pendingHop === null && task.status === "pending";
  if (!unblock(turn, task) && isFree && mayRouteNow(task, edit.route)) settleHere(turn, task);
  turn.answerTask(task);
}

/** An edit that lifts what held the task is a reason to look again. */
function mayRouteNow(task: Task, route: boolean | undefined): boolean {
  return (task.heldReason === "manual" && route === true) || task.heldReason === "no_route";
}

function editRefusal(turn: Turn, task: Task, edit: MessageOf<"task.edit">["edit"]): Refusal | null {
  if (edit.ifVersion !== undefined && edit.ifVersion !== task.version) {
    return refuse("stale_version", `T-${task.no} is at version ${task.version}, not ${edit.ifVersion}.`, {
      version: task.version,
    });
  }
  if (isFinal(task.status)) return turn.notAllowed(task, "edit");
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

function onBlock(turn: Turn, { reason }: MessageOf<"task.block">, task: Task): void {
  const blocked = turn.tryTask(task, "task.blocked", {
    byHand: true,
    ...(reason === null ? {} : { reason }),
  });
  if (blocked) turn.answerTask(task);
  else turn.refuse(turn.notAllowed(task, "block"));
}

function onUnblock(turn: Turn, _message: MessageOf<"task.unblock" | "task.reopen">, task: Task): void {
  if (!turn.tryTask(task, "task.unblocked")) return turn.refuse(turn.notAllowed(task, "unblock"));
  settleHere(turn, task);
  turn.answerTask(task);
}
