import { refuse, type Refusal } from "../../machines/errors.ts";
import { taskLifecycle, type TaskContext } from "../../machines/lifecycles/task.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Settings } from "../../machines/settings.ts";

/** What the task's machine must know of it. */
export function taskContext(task: Task, settings: Settings): TaskContext {
  return {
    failures: task.failures,
    maxAttempts: task.firstError === null ? task.maxAttempts : 1,
    leaseLosses: task.leaseLosses,
    maxLeaseLosses: settings.tasks.maxLeaseLosses,
    openDependencies: task.waitsFor.length,
    offered: task.pendingHop !== null,
  };
}

/** The refusal for an event that the task's machine did not accept. */
export function notAllowed(task: Task, verb: string, settings: Settings): Refusal {
  const ref = `T-${task.no}`;
  if (task.pendingHop !== null) {
    return refuse(
      "pending_delegation_exists",
      `${ref} is on offer (D-${task.pendingHop}); ${verb} has to wait until that is decided.`,
      {
        status: task.status,
        delegation: `D-${task.pendingHop}`,
      },
    );
  }
  const allowed = taskLifecycle.allowed(task.status, taskContext(task, settings));
  return refuse("illegal_transition", `${ref} is ${task.status}; ${verb} is not possible then.`, {
    status: task.status,
    allowed,
  });
}
