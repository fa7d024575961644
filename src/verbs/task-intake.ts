import type { Command, TaskSpec } from "../../machines/messages/command.ts";
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
    add: (params) => door.newWork.ask(() => add(door, journal, params)),
    addBatch: (items, options = {}) => door.newWork.ask(() => addBatch(door, items, options)),
    async update(id, params) {
      const checked = check(contract.updateTask, params);
      const dependsOn =
        checked.dependsOn === undefined ? undefined : await taskNumbers(door, checked.dependsOn);
      const edit = contract.toTaskEdit(checked, { dependsOn, now: nowFor(door, checked) });
      return await door.askTask(id, checked, (task) => ({ type: "task.edit", task, edit }));
    },
  };
}

async function addBatch(
  door: Door,
  items: contract.BatchTaskParams[],
  options: CommandOptions,
): Promise<{ items: TaskView[] }> {
  const checked = check(contract.createTasks, { items, ...options });
  checkBatch(checked.items);
  const entries: { spec: TaskSpec; instance: InstanceNo | null }[] = [];
  for (const item of checked.items) {
    entries.push({
      spec: await specOf(door, item, checked),
      instance: placeOf(door, item.instanceId, checked),
    });
  }
  const command: Command = { type: "tasks.enter", items: entries, hierarchy: [] };
  const precondition = (): void => refuseTerminated(door, entries);
  const answer = await door.ask("tasks", { to: DESK, command, asked: checked, precondition });
  return { items: await door.taskViews(answer.tasks) };
}

function refuseTerminated(door: Door, entries: readonly { readonly instance: InstanceNo | null }[]): void {
  for (const { instance } of entries) {
    const entry = instance === null ? undefined : door.directory.byNo(instance);
    if (entry?.status === "terminated") throw errorOf(needsLiveInstance(entry));
  }
}

function placeOf(door: Door, reference: string | null | undefined, asked: CommandOptions): InstanceNo | null {
  if (reference !== undefined && reference !== null) return door.instance(reference, "instanceId", asked).no;
  return door.onlyRoot();
}

async function taskNumbers(door: Door, references: readonly string[]): Promise<TaskNo[]> {
  const numbers: TaskNo[] = [];
  for (const reference of references) numbers.push((await door.taskAddress(reference, "dependsOn")).no);
  // One task may be named twice, by its ref and by its id.
  return [...new Set(numbers)];
}

/** When a moment counts as passed. A request with a key may be a repeat, which is not asked again: the turn looks at a first one. */
function nowFor(door: Door, { idempotencyKey }: CommandOptions): number {
  return idempotencyKey === undefined ? door.clock.now() : Number.NEGATIVE_INFINITY;
}

/** A checked task with its references resolved; a project named by id becomes its name. */
export async function specOf(
  door: Door,
  checked: contract.CheckedTask,
  asked: CommandOptions = {},
): Promise<TaskSpec> {
  const dependsOn = await taskNumbers(door, contract.dependencyRefs(checked));
  const spec = contract.toTaskSpec(checked, { dependsOn, now: nowFor(door, asked), source: "library" });
  const project = spec.project === null ? undefined : door.directory.byId(spec.project);
  return project === undefined ? spec : { ...spec, project: project.name };
}

async function add(door: Door, journal: Journal, params: contract.CreateTaskParams): Promise<TaskView> {
  const checked = check(contract.createTask, params);
  const spec = await specOf(door, checked, checked);
  const to = placeOf(door, checked.instanceId, checked) ?? DESK;
  const answer = await door.ask("task", { to, command: { type: "task.create", spec }, asked: checked });
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
