import { HopperError } from "../machines/errors.ts";
import type { Command, TaskSpec } from "../machines/messages.ts";
import { DESK, isFinal, type InstanceNo, type Task, type TaskNo } from "../machines/records.ts";
import type { CreateTaskParams, Tasks } from "./api.ts";
import { checkBatch } from "./contracts/batch.ts";
import { check } from "./contracts/check.ts";
import {
  createTask,
  createTasks,
  dependencyRefs,
  toTaskEdit,
  toTaskSpec,
  updateTask,
  type CheckedTask,
} from "./contracts/task-input.ts";
import {
  assignTask,
  completeTask,
  delegateTask,
  failTask,
  heartbeatTask,
  listTasks,
  reassignTask,
  releaseTask,
  retryTask,
  setTaskStatus,
  toTaskFilter,
  waitForTask,
  withReason,
} from "./contracts/tasks.ts";
import type { Asked, Door } from "./door.ts";
import { explain } from "./explain.ts";
import type { Journal } from "./journal.ts";
import { pageOf } from "./pages.ts";
import { leaseEpoch, taskRef } from "./references.ts";
import { chainView, decisionView, iso } from "./view-of.ts";
import type { ChainView, DelegationView, TaskView } from "./views.ts";

/** The verbs on tasks. Source: 4-http-api.md 4.2. */
export function tasks(door: Door, journal: Journal): Tasks {
  return {
    add: (params) => add(door, journal, params),
    async addBatch(items, options = {}) {
      const checked = check(createTasks, { items, ...options });
      checkBatch(checked.items);
      const entries: { spec: TaskSpec; instance: InstanceNo | null }[] = [];
      for (const item of checked.items) {
        entries.push({ spec: await specOf(door, item), instance: placeOf(door, item.instanceId) });
      }
      const command: Command = { type: "tasks.enter", items: entries, hierarchy: [] };
      const answer = await door.ask({ to: DESK, command, kind: "tasks", asked: checked });
      return { items: await door.taskViews(answer.tasks) };
    },
    get: async (id) => await door.taskView(await door.task(id)),
    async list(params = {}) {
      const checked = check(listTasks, params);
      const { instanceId, parentTaskId } = checked;
      const holder =
        instanceId === undefined
          ? undefined
          : instanceId === "none"
            ? null
            : door.instance(instanceId, "instanceId").no;
      const parentTask =
        parentTaskId === undefined ? undefined : (await door.task(parentTaskId, "parentTaskId")).no;
      return await pageOf(
        await door.store.queries.tasks(toTaskFilter(checked, { holder, parentTask })),
        (task) => door.taskView(task),
      );
    },
    async update(id, params) {
      const checked = check(updateTask, params);
      const dependsOn =
        checked.dependsOn === undefined ? undefined : await taskNumbers(door, checked.dependsOn);
      const edit = toTaskEdit(checked, {
        ...(dependsOn === undefined ? {} : { dependsOn }),
        now: door.clock.now(),
      });
      const task = await door.task(id);
      return await door.askTask(task, { type: "task.edit", task: task.no, edit }, checked);
    },
    async assign(id, params) {
      const { instanceId, ...asked } = check(assignTask, params);
      const task = await door.task(id);
      const to = door.instance(instanceId, "instanceId");
      if (to.status === "terminated") {
        throw new HopperError(
          "illegal_transition",
          `${to.name} is terminated; a task needs a live instance.`,
          { status: to.status, allowed: [] },
        );
      }
      return await door.askTask(task, { type: "task.assign", task: task.no, to: to.no }, asked);
    },
    delegate: (id, params) => delegate(door, id, params),
    escalate: async (id, params = {}) => await escalate(door, await door.task(id), check(withReason, params)),
    async reassign(id, params) {
      const { targetInstanceId, reason, autoAccept, ...asked } = check(reassignTask, params);
      return await reassign(door, await door.task(id), { to: targetInstanceId, reason, autoAccept, asked });
    },
    status: (id, params) => setStatus(door, id, params),
    async complete(id, params = {}) {
      const { result, leaseToken, force, ...asked } = check(completeTask, params);
      const task = await door.task(id);
      const token = leaseToken === null ? null : leaseEpoch(leaseToken, task.no);
      return await door.askTask(
        task,
        { type: "task.complete", task: task.no, result, leaseToken: token, force },
        asked,
      );
    },
    async fail(id, params) {
      const { error, retryable, leaseToken, ...asked } = check(failTask, params);
      const task = await door.task(id);
      const token = leaseToken === null ? null : leaseEpoch(leaseToken, task.no);
      return await door.askTask(
        task,
        { type: "task.fail", task: task.no, error, retryable, leaseToken: token },
        asked,
      );
    },
    async heartbeat(id, params) {
      const { leaseToken, leaseMs, progress, note, ...asked } = check(heartbeatTask, params);
      const task = await door.task(id);
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
    },
    async release(id, params) {
      const { leaseToken, ...asked } = check(releaseTask, params);
      const task = await door.task(id);
      return await door.askTask(
        task,
        { type: "task.release", task: task.no, leaseToken: leaseEpoch(leaseToken, task.no) },
        asked,
      );
    },
    async cancel(id, params = {}) {
      const { reason, ...asked } = check(withReason, params);
      const task = await door.task(id);
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
      });
      return await door.taskView(answer.task);
    },
    delegations: async (id) => await chain(door, await door.task(id)),
    async events(id) {
      const task = await door.task(id);
      return { items: await journal.ofTask(task.no), nextCursor: null, hasMore: false };
    },
    async decisions(id) {
      const task = await door.task(id);
      const items = [];
      for (const event of await journal.rowsOfTask(task.no)) {
        if (event.name !== "routing.decided" || event.data === null) continue;
        items.push({ ...decisionView(event.data, door.directory), at: iso(event.at) });
      }
      return { items, nextCursor: null, hasMore: false };
    },
    async explain(id) {
      const task = await door.task(id);
      return {
        task: await door.taskView(task),
        lines: explain(task, await journal.rowsOfTask(task.no), door.directory),
      };
    },
    wait: (id, params) => wait(door, journal, id, params),
  };
}

function placeOf(door: Door, reference: string | null | undefined): InstanceNo | null {
  if (reference !== undefined && reference !== null) return door.instance(reference, "instanceId").no;
  return door.onlyRoot();
}

async function taskNumbers(door: Door, references: readonly string[]): Promise<TaskNo[]> {
  const numbers: TaskNo[] = [];
  for (const reference of references) numbers.push((await door.task(reference, "dependsOn")).no);
  return numbers;
}

/** A checked task with its references resolved; a project named by id becomes its name. */
export async function specOf(door: Door, checked: CheckedTask): Promise<TaskSpec> {
  const dependsOn = await taskNumbers(door, dependencyRefs(checked));
  const spec = toTaskSpec(checked, { dependsOn, now: door.clock.now(), source: "library" });
  const project = spec.project === null ? undefined : door.directory.byId(spec.project);
  return project === undefined ? spec : { ...spec, project: project.name };
}

async function add(door: Door, journal: Journal, params: CreateTaskParams): Promise<TaskView> {
  const checked = check(createTask, params);
  const spec = await specOf(door, checked);
  if (spec.dependsOnKeys.length > 0) {
    throw new HopperError(
      "validation_failed",
      "dependsOn: key:… is only known inside a batch; use an id or a ref such as T-1.",
      {
        issues: [{ path: "dependsOn", message: "key:… is only known inside a batch" }],
      },
    );
  }
  const to = placeOf(door, checked.instanceId) ?? DESK;
  const answer = await door.ask({ to, command: { type: "task.create", spec }, kind: "task", asked: checked });
  const { settleMs } = checked;
  if (settleMs === undefined || settleMs === null || settleMs === 0) return await door.taskView(answer.task);
  return await door.taskView(await journal.settled(answer.task.no, settleMs, isSettled));
}

/** Queued, held, blocked, waiting or final: nothing more happens to it by itself. */
function isSettled(task: Task): boolean {
  return (
    task.status !== "pending" ||
    (task.heldReason !== null && task.pendingHop === null) ||
    task.heldReason === "awaiting_acceptance"
  );
}

async function delegate(
  door: Door,
  id: string,
  params: Parameters<Tasks["delegate"]>[1] = {},
): Promise<DelegationView> {
  const { targetInstanceId, delegationType, notes, autoAccept, ...asked } = check(delegateTask, params);
  const task = await door.task(id);
  const to = targetInstanceId === null ? null : door.instance(targetInstanceId, "targetInstanceId").no;
  if (delegationType === "escalate" && (to === null || to === parentOf(door, task))) {
    return await escalate(door, task, { reason: notes, ...asked });
  }
  if (delegationType === "reassign" && targetInstanceId !== null) {
    return await reassign(door, task, {
      to: targetInstanceId,
      reason: notes,
      autoAccept: autoAccept ?? true,
      asked,
    });
  }
  const command: Command = { type: "task.delegate", task: task.no, to, delegationType, notes, autoAccept };
  const answer = await door.ask({ to: task.keeper, command, kind: "delegation", asked });
  return await door.delegationView(answer.delegation);
}

function parentOf(door: Door, task: Task): InstanceNo | null {
  return task.holder === null ? null : (door.directory.byNo(task.holder)?.parent ?? null);
}

async function escalate(
  door: Door,
  task: Task,
  params: { reason: string | null } & Asked,
): Promise<DelegationView> {
  const { reason, ...asked } = params;
  const answer = await door.ask({
    to: task.keeper,
    command: { type: "task.escalate", task: task.no, reason },
    kind: "delegation",
    asked,
  });
  return await door.delegationView(answer.delegation);
}

/** A move to a sibling goes first to the holder's parent, who knows whether it has room. */
async function reassign(
  door: Door,
  task: Task,
  params: { to: string; reason: string | null; autoAccept: boolean; asked: Asked },
): Promise<DelegationView> {
  const to = door.instance(params.to, "targetInstanceId").no;
  const { holder } = task;
  const parent = parentOf(door, task);
  if (holder === null || parent === null) {
    throw new HopperError(
      "invalid_delegation",
      `${taskRef(task.no)} is held by ${holder === null ? "nobody" : "a root"}, which has no siblings.`,
      {
        allowed: [],
      },
    );
  }
  const command: Command = {
    type: "task.reassign",
    task: task.no,
    holder,
    to,
    reason: params.reason,
    autoAccept: params.autoAccept,
    passed: false,
  };
  const answer = await door.ask({ to: parent, command, kind: "delegation", asked: params.asked });
  return await door.delegationView(answer.delegation);
}

async function setStatus(door: Door, id: string, params: Parameters<Tasks["status"]>[1]): Promise<TaskView> {
  const { status, result, reason, ...asked } = check(setTaskStatus, params);
  const task = await door.task(id);
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

async function chain(door: Door, task: Task): Promise<ChainView> {
  const items = await door.store.queries.delegationsOf(task.no);
  const results = await door.store.queries.resultsOf(task.no);
  return chainView(task, items, {
    directory: door.directory,
    outputOf: (_task, round) => results.find((one) => one.round === round)?.value ?? null,
  });
}

async function wait(
  door: Door,
  journal: Journal,
  id: string,
  params: Parameters<Tasks["wait"]>[1] = {},
): Promise<TaskView> {
  const { timeoutMs } = check(waitForTask, params);
  const task = await door.task(id);
  const ended = await journal.settled(task.no, timeoutMs ?? null, (now) => isFinal(now.status));
  if (isFinal(ended.status)) return await door.taskView(ended);
  throw new HopperError("timed_out", `${taskRef(task.no)} is still ${ended.status} after ${timeoutMs} ms.`, {
    status: ended.status,
  });
}
