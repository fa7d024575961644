import type { TaskSpec } from "../../machines/messages/command.ts";
import { needsLiveInstance } from "../../machines/policies/departure.ts";
import { DESK, type InstanceNo, type TaskNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { checkBatch } from "../contracts/batch.ts";
import { check } from "../contracts/check.ts";
import type { CommandOptions } from "../contracts/command-options.ts";
import * as contract from "../contracts/task-input.ts";
import type { Door } from "../door/door.ts";
import { errorOf } from "../door/error-of.ts";
import type { Journal } from "../door/journal.ts";
import type { Admit } from "../door/new-work.ts";
import type { TaskView } from "../views/views.ts";

/** Tasks coming into being, and edits of what was asked. Source: spec/api.md 4.2. */
export interface TaskIntake {
  /**
   * Adds a task. Resolves after the commit that created it, or as `settleMs` says.
   * Errors: `validation_failed`, `not_found` (an instance or dependency), `illegal_transition` (the instance is terminated).
   */
  add(params: contract.CreateTaskParams): Promise<TaskView>;
  /**
   * Adds 1 to 1,000 tasks, all or none; `dependsOn: ["key:types"]` names one of the batch.
   * Errors: those of `add`, and `dependency_cycle`.
   */
  addBatch(items: contract.BatchTaskParams[], options?: CommandOptions): Promise<{ items: TaskView[] }>;
  /**
   * Changes what was asked of a task that is not final; what is left out stays as it is.
   * Errors: `validation_failed`, `not_found`, `illegal_transition` (final), `immutable_field`, `stale_version` (`ifVersion`).
   */
  update(id: string, params: contract.UpdateTaskParams): Promise<TaskView>;
}

export function taskIntake(door: Door, journal: Journal): TaskIntake {
  return {
    add: (params) => door.newWork.ask(params, (admit) => add(door, journal, params, admit)),
    addBatch: (items, options = {}) =>
      door.newWork.ask(options, (admit) => addBatch(door, items, options, admit)),
    async update(id, params) {
      const checked = check(contract.updateTask, params);
      const answer = await door.ask("task", { verb: "tasks.update", id, asked: checked }, async () => {
        const dependsOn = checked.dependsOn && (await taskNumbers(door, checked.dependsOn));
        const edit = contract.toTaskEdit(checked, { dependsOn, now: door.clock.now() });
        const { no, keeper } = await door.taskAddress(id);
        return { to: keeper, command: { type: "task.edit", task: no, edit } };
      });
      return await door.taskView(answer.task);
    },
  };
}

async function addBatch(
  door: Door,
  items: contract.BatchTaskParams[],
  options: CommandOptions,
  admit: Admit,
): Promise<{ items: TaskView[] }> {
  const checked = check(contract.createTasks, { items, ...options });
  checkBatch(checked.items);
  const answer = await door.ask("tasks", { verb: "tasks.addBatch", asked: checked }, async () => {
    admit();
    const entries: { spec: TaskSpec; instance: InstanceNo | null }[] = [];
    for (const item of checked.items) {
      const instance = placeOf(door, item.instanceId);
      const entry = instance === null ? undefined : door.directory.byNo(instance);
      if (entry?.status === "terminated") throw errorOf(needsLiveInstance(entry));
      entries.push({ spec: await specOf(door, item), instance });
    }
    return { to: DESK, command: { type: "tasks.enter", items: entries, hierarchy: [] } };
  });
  return { items: await door.taskViews(answer.tasks) };
}

function placeOf(door: Door, reference: string | null | undefined): InstanceNo | null {
  if (reference !== undefined && reference !== null) return door.instance(reference, "instanceId").no;
  return door.onlyRoot();
}

async function taskNumbers(door: Door, references: readonly string[]): Promise<TaskNo[]> {
  const numbers: TaskNo[] = [];
  for (const reference of references) numbers.push((await door.taskAddress(reference, "dependsOn")).no);
  // One task may be named twice, by its ref and by its id.
  return [...new Set(numbers)];
}

/** A checked task with its references resolved; a project named by id becomes its name. */
export async function specOf(door: Door, checked: contract.CheckedTask): Promise<TaskSpec> {
  const dependsOn = await taskNumbers(door, contract.dependencyRefs(checked));
  const spec = contract.toTaskSpec(checked, { dependsOn, now: door.clock.now(), source: "library" });
  const project = spec.project === null ? undefined : door.directory.byId(spec.project);
  return project === undefined ? spec : { ...spec, project: project.name };
}

async function add(
  door: Door,
  journal: Journal,
  params: contract.CreateTaskParams,
  admit: Admit,
): Promise<TaskView> {
  const checked = check(contract.createTask, params);
  const answer = await door.ask("task", { verb: "tasks.add", asked: checked }, async () => {
    admit();
    const spec = await specOf(door, checked);
    return { to: placeOf(door, checked.instanceId) ?? DESK, command: { type: "task.create", spec } };
  });
  const { settleMs = 0 } = checked;
  if (settleMs === 0) return await door.taskView(answer.task);
  return await door.taskView(await journal.settled(answer.task.no, isSettled, { timeoutMs: settleMs }));
}

/** Queued, held, blocked, waiting or final: nothing more happens to it by itself. */
function isSettled(task: Task): boolean {
  return (
    task.status !== "pending" ||
    (task.heldReason !== null && task.pendingHop === null) ||
    task.heldReason === "awaiting_acceptance"
  );
}
