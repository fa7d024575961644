import { HopperError } from "../../machines/errors.ts";
import type { Command } from "../../machines/messages/command.ts";
import { needsLiveInstance } from "../../machines/policies/departure.ts";
import { DESK, type InstanceNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { check } from "../contracts/check.ts";
import * as contract from "../contracts/tasks.ts";
import type { CommandOptions } from "../contracts/command-options.ts";
import type { Door } from "../door/door.ts";
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
      const { instanceId, ...asked } = check(contract.assignTask, params);
      const task = await door.taskAddress(id);
      const to = door.instance(instanceId, "instanceId", asked);
      const command: Command = { type: "task.assign", task: task.no, to: to.no };
      const precondition = (): void => {
        if (to.status === "terminated") throw errorOf(needsLiveInstance(to));
      };
      const answer = await door.ask("task", { to: task.keeper, command, asked, precondition });
      return await door.taskView(answer.task);
    },
    delegate: (id, params) => delegate(door, id, params),
    escalate: async (id, params = {}) =>
      await escalate(door, await door.task(id), check(contract.withReason, params)),
    async reassign(id, params) {
      const { targetInstanceId, reason, autoAccept, ...asked } = check(contract.reassignTask, params);
      return await reassign(door, await door.task(id), { to: targetInstanceId, reason, autoAccept, asked });
    },
  };
}

async function delegate(
  door: Door,
  id: string,
  params: contract.DelegateTaskParams = {},
): Promise<DelegationView> {
  const { targetInstanceId, delegationType, notes, autoAccept, ...asked } = check(
    contract.delegateTask,
    params,
  );
  const task = await door.task(id);
  const to = targetInstanceId === null ? null : door.instance(targetInstanceId, "targetInstanceId", asked).no;
  if (delegationType === "escalate" && (to === null || to === parentOf(door, task))) {
    return await escalate(door, task, { reason: notes, ...asked });
  }
  if (delegationType === "reassign" && targetInstanceId !== null) {
    const move = { to: targetInstanceId, reason: notes, autoAccept: autoAccept ?? true };
    return await reassign(door, task, { ...move, asked });
  }
  const command: Command = { type: "task.delegate", task: task.no, to, delegationType, notes, autoAccept };
  return await door.askDelegation({ to: task.keeper, command, asked });
}

function parentOf(door: Door, task: Task): InstanceNo | null {
  return task.holder === null ? null : (door.directory.byNo(task.holder)?.parent ?? null);
}

async function escalate(
  door: Door,
  task: Task,
  params: { reason: string | null } & CommandOptions,
): Promise<DelegationView> {
  const { reason, ...asked } = params;
  const command: Command = { type: "task.escalate", task: task.no, reason };
  return await door.askDelegation({ to: task.keeper, command, asked });
}

/** A move to a sibling goes first to the holder's parent, who knows whether it has room. */
async function reassign(
  door: Door,
  task: Task,
  params: { to: string; reason: string | null; autoAccept: boolean; asked: CommandOptions },
): Promise<DelegationView> {
  const { reason, autoAccept, asked } = params;
  const to = door.instance(params.to, "targetInstanceId", params.asked).no;
  const { no, holder } = task;
  const parent = parentOf(door, task);
  return await door.askDelegation({
    to: parent ?? DESK,
    command: {
      type: "task.reassign",
      task: no,
      holder: holder ?? DESK,
      to,
      reason,
      autoAccept,
      passed: false,
    },
    asked,
    fingerprint: [no, to, reason, autoAccept],
    precondition() {
      if (holder !== null && parent !== null) return;
      const who = holder === null ? "nobody" : "a root";
      const detail = `${taskRef(no)} is held by ${who}, which has no siblings.`;
      throw new HopperError("invalid_delegation", detail, { allowed: [] });
    },
  });
}
