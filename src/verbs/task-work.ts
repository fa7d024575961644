import type * as z from "zod";
import { HopperError } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import { DESK, type TaskNo } from "../../machines/records/values.ts";
import { check } from "../contracts/check.ts";
import * as contract from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import { leaseEpoch } from "../door/references.ts";
import { iso } from "../views/view-of.ts";
import type { EndedView, HeartbeatView, TaskView } from "../views/views.ts";

/** Work on a task and its ends, by a worker with a lease or by an operator. Source: spec/api.md 4.2, spec/domain.md 2.5. */
export interface TaskWork {
  /** Sets the status, as an operator does. Errors: `illegal_transition`, `not_found`. */
  status(id: string, params: contract.SetTaskStatusParams): Promise<TaskView>;
  /** Ends a task well; resolves when all above it know. Errors: `lease_lost`, `illegal_transition`, `not_found`. */
  complete(id: string, params?: contract.CompleteTaskParams): Promise<TaskView>;
  /**
   * As {@link complete}, for at most 1,000 tasks at once: each is answered by itself, in their order, and none waits for
   * another.
   */
  completeMany(items: contract.CompleteOneParams[]): Promise<{ items: EndedView[] }>;
  /** Ends an attempt, or the task when none is left. Errors: `lease_lost`, `illegal_transition`, `not_found`. */
  fail(id: string, params: contract.FailTaskParams): Promise<TaskView>;
  /** As {@link fail}, for at most 1,000 tasks at once: each is answered by itself, in their order. */
  failMany(items: contract.FailOneParams[]): Promise<{ items: EndedView[] }>;
  /** Prolongs a lease and tells how far it is. Errors: `lease_lost`, `not_found`. */
  heartbeat(id: string, params: contract.HeartbeatTaskParams): Promise<HeartbeatView>;
  /** Gives a lease back; the task is queued again and the attempt does not count. Errors: `lease_lost`, `not_found`. */
  release(id: string, params: contract.ReleaseTaskParams): Promise<TaskView>;
  /** Ends a task that is not wanted any more; resolves when all above it know. Errors: `illegal_transition`, `not_found`. */
  cancel(id: string, params?: contract.ReasonParams): Promise<TaskView>;
  /** Opens a final task again at its origin, round + 1. Errors: `illegal_transition`, `parent_final`, `not_found`. */
  retry(id: string, params?: contract.RetryTaskParams): Promise<TaskView>;
}

export function taskWork(door: Door): TaskWork {
  return {
    status: (id, params) => setStatus(door, id, params),
    complete: async (id, params = {}) => await complete(door, id, check(contract.completeTask, params)),
    async completeMany(items) {
      const checked = check(contract.completeTasks, { items });
      return await each(checked.items, ({ id, ...asked }) => complete(door, id, asked));
    },
    fail: async (id, params) => await fail(door, id, check(contract.failTask, params)),
    async failMany(items) {
      const checked = check(contract.failTasks, { items });
      return await each(checked.items, ({ id, ...asked }) => fail(door, id, asked));
    },
    heartbeat: (id, params) => heartbeat(door, id, params),
    async release(id, params) {
      const asked = check(contract.releaseTask, params);
      return await door.askTask({ verb: "tasks.release", id, asked }, (task) => {
        return { type: "task.release", task, leaseToken: leaseEpoch(asked.leaseToken, task) };
      });
    },
    async cancel(id, params = {}) {
      const asked = check(contract.withReason, params);
      const { reason } = asked;
      return await door.askTask({ verb: "tasks.cancel", id, asked }, (task) => {
        return { type: "task.cancel", task, reason };
      });
    },
    async retry(id, params = {}) {
      const asked = check(contract.retryTask, params);
      const { resetAttempts, withDependents } = asked;
      const answer = await door.ask("task", { verb: "tasks.retry", id, asked }, async () => {
        const task = await door.task(id);
        const { no, keeper } = task;
        const live = door.liveOriginOf(task);
        const [to, origin] = live === DESK ? [keeper, DESK] : [live, null];
        return { to, command: { type: "task.retry", task: no, resetAttempts, withDependents, origin } };
      });
      return await door.taskView(answer.task);
    },
  };
}

async function complete(
  door: Door,
  id: string,
  asked: z.output<typeof contract.completeTask>,
): Promise<TaskView> {
  const { result, leaseToken, force } = asked;
  return await door.askTask({ verb: "tasks.complete", id, asked }, (task) => {
    return { type: "task.complete", task, result, leaseToken: epochOf(leaseToken, task), force };
  });
}

async function fail(door: Door, id: string, asked: z.output<typeof contract.failTask>): Promise<TaskView> {
  const { error, retryable, leaseToken } = asked;
  return await door.askTask({ verb: "tasks.fail", id, asked }, (task) => {
    return { type: "task.fail", task, error, retryable, leaseToken: epochOf(leaseToken, task) };
  });
}

/** All are asked at once; what is against one of them is no matter of the others. */
async function each<T extends { readonly id: string }>(
  items: readonly T[],
  end: (item: T) => Promise<TaskView>,
): Promise<{ items: EndedView[] }> {
  const one = async (item: T): Promise<EndedView> => {
    const { id } = item;
    try {
      return { id, task: await end(item), error: null };
    } catch (error) {
      if (error instanceof HopperError) return { id, task: null, error };
      throw error;
    }
  };
  return { items: await Promise.all(items.map(one)) };
}

/** An operator has no lease. */
function epochOf(leaseToken: string | null, task: TaskNo): number | null {
  return leaseToken === null ? null : leaseEpoch(leaseToken, task);
}

async function setStatus(door: Door, id: string, params: contract.SetTaskStatusParams): Promise<TaskView> {
  const asked = check(contract.setTaskStatus, params);
  const { status, result, reason } = asked;
  const error = { code: "failed", message: reason ?? "failed by an operator" };
  return await door.askTask({ verb: "tasks.status", id, asked }, (task) => {
    const commands: Record<typeof status, Command> = {
      done: { type: "task.complete", task, result, leaseToken: null, force: false },
      failed: { type: "task.fail", task, error, retryable: null, leaseToken: null },
      cancelled: { type: "task.cancel", task, reason },
      blocked: { type: "task.block", task, reason },
      pending: { type: "task.reopen", task },
      in_progress: { type: "task.start", task, leaseToken: null, process: null },
    };
    return commands[status];
  });
}

async function heartbeat(
  door: Door,
  id: string,
  params: contract.HeartbeatTaskParams,
): Promise<HeartbeatView> {
  const asked = check(contract.heartbeatTask, params);
  const { leaseMs, progress, note } = asked;
  const answer = await door.ask("lease", { verb: "tasks.heartbeat", id, asked }, async () => {
    const { no, keeper } = await door.taskAddress(id);
    const leaseToken = leaseEpoch(asked.leaseToken, no);
    return { to: keeper, command: { type: "task.heartbeat", task: no, leaseToken, leaseMs, progress, note } };
  });
  return { expiresAt: iso(answer.expiresAt), status: answer.task.status, cancelRequested: false };
}
