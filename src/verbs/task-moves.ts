import { HopperError } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import { needsLiveInstance } from "../../machines/policies/departure.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { check } from "../contracts/check.ts";
import * as contract from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import type { Routed } from "../door/repeats.ts";
import { errorOf } from "../door/error-of.ts";
import { taskRef } from "../door/references.ts";
import type { DelegationView, TaskView } from "../views/views.ts";

/** Tasks moving between instances. Source: spec/api.md 4.2, spec/domain.md 2.4. */
export interface TaskMoves {
  /** Gives an unassigned task to an instance, which decides what becomes of it. Errors: `not_found`, `illegal_transition`. */
  assign(id: string, params: contract.AssignTaskParams): Promise<TaskView>;
  /**
   * Offers a task to a child of its holder, the named one or the one that routing chooses. Resolves with the delegation,
   * also when it was decided at once and rejected.
   * Errors: `invalid_delegation`, `no_route`, `at_capacity`, `pending_delegation_exists`, `illegal_transition`, `not_found`.
   */
  delegate(id: string, params?: contract.DelegateTaskParams): Promise<DelegationView>;
  /** Gives a task back up, to the parent of its holder. Errors: `invalid_delegation`, `illegal_transition`, `not_found`. */
  escalate(id: string, params?: contract.ReasonParams): Promise<DelegationView>;
  /** Moves a task to a sibling of its holder. Errors: those of `escalate`, and `at_capacity`. */
  reassign(id: string, params: contract.ReassignTaskParams): Promise<DelegationView>;
}

export function taskMoves(door: Door): TaskMoves {
  return {
    async assign(id, params) {
      const asked = check(contract.assignTask, params);
      const answer = await door.ask("task", { verb: "tasks.assign", id, asked }, async () => {
        const task = await door.taskAddress(id);
        const to = door.instance(asked.instanceId, "instanceId");
        if (to.status === "terminated") throw errorOf(needsLiveInstance(to));
        return { to: task.keeper, command: { type: "task.assign", task: task.no, to: to.no } };
      });
      return await door.taskView(answer.task);
    },
    async delegate(id, params = {}) {
      const asked = check(contract.delegateTask, params);
      const request = { verb: "tasks.delegate", id, asked };
      return await door.askDelegation(request, async () => delegation(door, await door.task(id), asked));
    },
    async escalate(id, params = {}) {
      const asked = check(contract.withReason, params);
      const request = { verb: "tasks.escalate", id, asked };
      return await door.askDelegation(request, async () => escalation(await door.task(id), asked.reason));
    },
    async reassign(id, params) {
      const asked = check(contract.reassignTask, params);
      const request = { verb: "tasks.reassign", id, asked };
      return await door.askDelegation(request, async () => {
        const to = door.instance(asked.targetInstanceId, "targetInstanceId").no;
        return reassignment(door, await door.task(id), { ...asked, to });
      });
    },
  };
}

function delegation(
  door: Door,
  task: Task,
  asked: ReturnType<typeof check<typeof contract.delegateTask, contract.DelegateTaskParams>>,
): Routed {
  const { targetInstanceId, delegationType, notes, autoAccept } = asked;
  const to = targetInstanceId === null ? null : door.instance(targetInstanceId, "targetInstanceId").no;
  if (delegationType === "escalate" && (to === null || to === parentOf(door, task)))
    return escalation(task, notes);
  if (delegationType === "reassign" && to !== null)
    return reassignment(door, task, { to, reason: notes, autoAccept: autoAccept ?? true });
  const command: Command = { type: "task.delegate", task: task.no, to, delegationType, notes, autoAccept };
  return { to: task.keeper, command };
}

function parentOf(door: Door, task: Task): InstanceNo | null {
  return task.holder === null ? null : (door.directory.byNo(task.holder)?.parent ?? null);
}

function escalation({ no, keeper }: Task, reason: string | null): Routed {
  return { to: keeper, command: { type: "task.escalate", task: no, reason } };
}

/** A move to a sibling goes first to the holder's parent, who knows whether it has room. */
function reassignment(
  door: Door,
  task: Task,
  { to, reason, autoAccept }: { to: InstanceNo; reason: string | null; autoAccept: boolean },
): Routed {
  const { no, holder } = task;
  const parent = parentOf(door, task);
  if (holder === null || parent === null) {
    const who = holder === null ? "nobody" : "a root";
    const detail = `${taskRef(no)} is held by ${who}, which has no siblings.`;
    throw new HopperError("invalid_delegation", detail, { allowed: [] });
  }
  return {
    to: parent,
    command: { type: "task.reassign", task: no, holder, to, reason, autoAccept, passed: false },
  };
}
