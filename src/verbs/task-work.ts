import type { Command } from "../../machines/messages/command.ts";
import { DESK } from "../../machines/records/values.ts";
import { check } from "../contracts/check.ts";
import {
  completeTask,
  failTask,
  heartbeatTask,
  releaseTask,
  retryTask,
  setTaskStatus,
  withReason,
  type CompleteTaskParams,
  type FailTaskParams,
  type HeartbeatTaskParams,
  type ReasonParams,
  type ReleaseTaskParams,
  type RetryTaskParams,
  type SetTaskStatusParams,
} from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import { leaseEpoch } from "../door/references.ts";
import { iso } from "../views/view-of.ts";
import type { HeartbeatView, TaskView } from "../views/views.ts";

/** Work on a task and its ends, by a worker with a lease or by an operator. Source: 4-http-api.md 4.2, 2-domain.md 2.5. */
export interface TaskWork {
  /** Sets the status, as an operator does. Errors: `illegal_transition`, `not_found`. */
  status(id: string, params: SetTaskStatusParams): Promise<TaskView>;
  /** Ends a task well; resolves when all above it know. Errors: `lease_lost`, `illegal_transition`, `not_found`. */
  complete(id: string, params?: CompleteTaskParams): Promise<TaskView>;
  /** Ends an attempt, or the task when none is left. Errors: `lease_lost`, `illegal_transition`, `not_found`. */
  fail(id: string, params: FailTaskParams): Promise<TaskView>;
  /** Prolongs a lease and tells how far it is. Errors: `lease_lost`, `not_found`. */
  heartbeat(id: string, params: HeartbeatTaskParams): Promise<HeartbeatView>;
  /** Gives a lease back; the task is queued again and the attempt does not count. Errors: `lease_lost`, `not_found`. */
  release(id: string, params: ReleaseTaskParams): Promise<TaskView>;
  /** Ends a task that is not wanted any more; resolves when all above it know. Errors: `illegal_transition`, `not_found`. */
  cancel(id: string, params?: ReasonParams): Promise<TaskView>;
  /** Opens a final task again at its origin, round + 1. Errors: `illegal_transition`, `parent_final`, `not_found`. */
  retry(id: string, params?: RetryTaskParams): Promise<TaskView>;
}

export function taskWork(door: Door): TaskWork {
  return {
    status: (id, params) => setStatus(door, id, params),
    async complete(id, params = {}) {
      const { result, leaseToken, force, ...asked } = check(completeTask, params);
      const task = await door.taskAddress(id);
      const token = leaseToken === null ? null : leaseEpoch(leaseToken, task.no);
      return await door.askTask(
        task,
        { type: "task.complete", task: task.no, result, leaseToken: token, force },
        asked,
      );
    },
    async fail(id, params) {
      const { error, retryable, leaseToken, ...asked } = check(failTask, params);
      const task = await door.taskAddress(id);
      const token = leaseToken === null ? null : leaseEpoch(leaseToken, task.no);
      return await door.askTask(
        task,
        { type: "task.fail", task: task.no, error, retryable, leaseToken: token },
        asked,
      );
    },
    heartbeat: (id, params) => heartbeat(door, id, params),
    async release(id, params) {
      const { leaseToken, ...asked } = check(releaseTask, params);
      const task = await door.taskAddress(id);
      return await door.askTask(
        task,
        { type: "task.release", task: task.no, leaseToken: leaseEpoch(leaseToken, task.no) },
        asked,
      );
    },
    async cancel(id, params = {}) {
      const { reason, ...asked } = check(withReason, params);
      const task = await door.taskAddress(id);
      return await door.askTask(task, { type: "task.cancel", task: task.no, reason }, asked);
    },
    async retry(id, params = {}) {
      const { resetAttempts, withDependents, ...asked } = check(retryTask, params);
      const task = await door.task(id);
      const command: Command = {
        type: "task.retry",
        task: task.no,
        resetAttempts,
        withDependents,
        origin: null,
      };
      const to = door.liveOriginOf(task);
      const direct: Command = to === DESK ? { ...command, origin: DESK } : command;
      const answer = await door.ask({
        to: to === DESK ? task.keeper : to,
        command: direct,
        kind: "task",
        asked,
        fingerprint: [task.no, resetAttempts, withDependents],
      });
      return await door.taskView(answer.task);
    },
  };
}

async function setStatus(door: Door, id: string, params: SetTaskStatusParams): Promise<TaskView> {
  const { status, result, reason, ...asked } = check(setTaskStatus, params);
  const task = await door.taskAddress(id);
  const about = { task: task.no } as const;
  const commands: Record<typeof status, Command> = {
    done: { type: "task.complete", ...about, result, leaseToken: null, force: false },
    failed: {
      type: "task.fail",
      ...about,
      error: { code: "failed", message: reason ?? "failed by an operator" },
      retryable: null,
      leaseToken: null,
    },
    cancelled: { type: "task.cancel", ...about, reason },
    blocked: { type: "task.block", ...about, reason },
    pending: { type: "task.reopen", ...about },
    in_progress: { type: "task.start", ...about, leaseToken: null, process: null },
  };
  return await door.askTask(task, commands[status], asked);
}

async function heartbeat(door: Door, id: string, params: HeartbeatTaskParams): Promise<HeartbeatView> {
  const { leaseToken, leaseMs, progress, note, ...asked } = check(heartbeatTask, params);
  const task = await door.taskAddress(id);
  const command: Command = {
    type: "task.heartbeat",
    task: task.no,
    leaseToken: leaseEpoch(leaseToken, task.no),
    leaseMs,
    progress,
    note,
  };
  const answer = await door.ask({ to: task.keeper, command, kind: "lease", asked });
  return { expiresAt: iso(answer.expiresAt), status: answer.task.status, cancelRequested: false };
}
