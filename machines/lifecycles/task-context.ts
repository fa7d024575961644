import { refuse, type Refusal } from "../errors.ts";
import type { Task } from "../records/task.ts";
import { taskLifecycle, type TaskContext } from "./task.ts";

/** What the task's machine must know of it; `supplied` is what its row does not say. */
export function taskContext(task: Task, supplied: Partial<TaskContext> = {}): TaskContext {
  return {
    failures: task.failures,
    // While others are tried after a failure, each of them has one attempt (spec/domain.md 2.7).
    maxAttempts: task.firstError === null ? task.maxAttempts : 1,
    leaseLosses: task.leaseLosses,
    maxLeaseLosses: supplied.maxLeaseLosses ?? 0,
    openDependencies: supplied.openDependencies ?? task.waitsFor.length,
    offered: task.pendingHop !== null,
  };
}

/** The refusal of what the task's machine does not accept; `verb` is what was asked for. */
export function illegalTransition(task: Task, verb: string, context: TaskContext): Refusal {
  const ref = `T-${task.no}`;
  const { status } = task;
  if (task.pendingHop !== null) {
    const delegation = `D-${task.pendingHop}`;
    return refuse(
      "pending_delegation_exists",
      `${ref} is on offer (${delegation}); ${verb} has to wait until that is decided.`,
      { status, delegation },
    );
  }
  return refuse("illegal_transition", `${ref} is ${status}; ${verb} is not possible then.`, {
    status,
    allowed: taskLifecycle.allowed(status, context),
  });
}
