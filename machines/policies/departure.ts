import { taskContext } from "../lifecycles/task-context.ts";
import { taskLifecycle } from "../lifecycles/task.ts";
import { refuse, type Refusal } from "../errors.ts";
import type { Instance } from "../records/instance.ts";
import type { Task } from "../records/task.ts";

/** A task can be offered elsewhere unless it is on offer, blocked or final. Source: spec/domain.md 2.4, 2.5. */
export function mayGoAway(task: Task): boolean {
  if (task.pendingHop !== null || task.status === "blocked") return false;
  return taskLifecycle.step(task.status, { type: "WITHDRAW" }, taskContext(task)) !== null;
}

/** Nobody has said yet what becomes of it at its holder; a command may have overtaken the message that brought it. */
export function isUndecided(task: Task): boolean {
  return (
    task.status === "pending" &&
    task.pendingHop === null &&
    (task.heldReason === null || task.heldReason === "message_failed") &&
    task.waitsFor.length === 0
  );
}

/** The refusal of a task for an instance that has ended. */
export function needsLiveInstance({ name, status }: Pick<Instance, "name" | "status">): Refusal {
  return refuse("illegal_transition", `${name} is ${status}; a task needs a live instance.`, {
    status,
    allowed: [],
  });
}
