import { refuse, type Refusal } from "../machines/errors.ts";
import type { TaskCreated } from "../machines/evolve.ts";
import { allowedParents, mayParent } from "../machines/legality.ts";
import type { Command, Notice, PlannedInstance, TaskSpec } from "../machines/messages.ts";
import { DESK, type Instance, type InstanceNo, type Task, type TaskNo } from "../machines/records.ts";
import { initialTaskStatus } from "../machines/lifecycles/task.ts";
import { instanceCreated, newInstance } from "./children.ts";
import { failTask, tellDependent } from "./completion.ts";
import { decideTask, hold, isUndecided } from "./placement.ts";
import type { Turn } from "./turn.ts";

/** How tasks come into being and into somebody's keeping. Source: 2-domain.md 2.5, 4-http-api.md 4.2. */

/** Only what is not the default stands in the event. */
function taskCreated(turn: Turn, spec: TaskSpec, place: { holder: InstanceNo | null; dependsOn: readonly TaskNo[] }): TaskCreated & { status: Task["status"] } {
  const { settings, envelope } = turn;
  const maxAttempts = spec.maxAttempts ?? settings.tasks.maxAttempts;
  return {
    title: spec.title,
    ...(spec.description === null ? {} : { description: spec.description }),
    ...(spec.tags.length === 0 ? {} : { tags: [...spec.tags] }),
    ...(spec.priority === "medium" ? {} : { priority: spec.priority }),
    ...(spec.project === null ? {} : { project: spec.project }),
    ...(spec.key === null ? {} : { key: spec.key }),
    ...(spec.runId === null ? {} : { runId: spec.runId }),
    ...(place.dependsOn.length === 0 ? {} : { dependsOn: [...place.dependsOn], waitsFor: [...place.dependsOn] }),
    ...(spec.onDependencyFailure === "fail" ? {} : { onDependencyFailure: spec.onDependencyFailure }),
    ...(spec.deadlineAt === null ? {} : { deadlineAt: spec.deadlineAt }),
    ...(spec.notBefore === null ? {} : { notBefore: spec.notBefore }),
    ...(spec.timeoutSeconds === null ? {} : { timeoutSeconds: spec.timeoutSeconds }),
    ...(maxAttempts === 3 ? {} : { maxAttempts }),
    ...(spec.run === null ? {} : { run: spec.run }),
    ...(spec.payload === null ? {} : { payload: spec.payload }),
    ...(spec.route ? {} : { route: false }),
    ...(spec.source === "library" ? {} : { source: spec.source }),
    status: initialTaskStatus(place.dependsOn.length),
    holder: place.holder,
    ...(envelope.by === null ? {} : { by: envelope.by }),
  };
}

/** One task, created here: this instance is its origin and holder; at the desk it is unassigned. */
export function onCreateTask(turn: Turn, spec: TaskSpec): void {
  const refusal = turn.isTerminated ? terminatedRefusal(turn) : pastDeadline(turn, spec);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  const holder = turn.actor.isDesk ? null : turn.actor.no;
  const task = turn.createTask(taskCreated(turn, spec, { holder, dependsOn: spec.dependsOn }));
  watchDependencies(turn, task);
  if (task.status === "pending") settleHere(turn, task);
  turn.answerTask(task);
}

function settleHere(turn: Turn, task: Task): void {
  if (turn.actor.isDesk) hold(turn, task, "manual");
  else decideTask(turn, task);
}

function terminatedRefusal(turn: Turn): Refusal {
  return refuse("illegal_transition", `${turn.instance.name} is terminated; a task needs a live instance.`, {
    status: "terminated",
    allowed: [],
  });
}

function pastDeadline(turn: Turn, spec: TaskSpec): Refusal | null {
  if (spec.deadlineAt === null || spec.deadlineAt > turn.now) return null;
  return refuse("validation_failed", `The deadline of "${spec.title}" has passed already.`, {
    issues: [{ path: "deadline_at", message: "is in the past" }],
  });
}

function watchDependencies(turn: Turn, task: Task): void {
  for (const dependency of task.dependsOn) {
    turn.send(turn.preloaded.keeperOf(dependency), { type: "dependency.watch", task: dependency, dependent: task.no });
  }
}

/** Somebody waits for a task that this actor keeps; told at once when it is final (no wake-up is lost). */
export function onWatch(turn: Turn, message: Extract<Notice, { type: "dependency.watch" }>, task: Task): void {
  turn.batch.noteWatch(task.no, message.dependent);
  if (!task.watched) {
    turn.quietly(task, (row) => {
      row.watched = true;
    });
  }
  tellDependent(turn, task, message.dependent);
}

/** A dependency is final: the last one lets the task go, a failed one fails it, unless it says `run`. */
export function onSettled(turn: Turn, message: Extract<Notice, { type: "dependency.settled" }>, task: Task): void {
  if (!task.waitsFor.includes(message.dependency)) return;
  const waitsFor = task.waitsFor.filter((one) => one !== message.dependency);
  const failed = message.status !== "done" && task.onDependencyFailure === "fail";
  turn.task(task, "task.updated", { waitsFor });
  if (task.status !== "blocked") return;
  if (failed) {
    failTask(turn, task, {
      error: {
        code: "dependency_failed",
        message: `T-${message.dependency}, which it depends on, ${message.status === "failed" ? "failed" : "was cancelled"}`,
        details: { dependency: `T-${message.dependency}` },
      },
    });
    return;
  }
  if (waitsFor.length === 0 && !task.blockedByHand) {
    turn.task(task, "task.unblocked");
    settleHere(turn, task);
  }
}

/** A dependency is retried with its dependents: one that failed for that alone waits again. */
export function onReopened(turn: Turn, message: Extract<Notice, { type: "dependency.reopened" }>, task: Task): void {
  if (task.status !== "failed" || task.error?.code !== "dependency_failed") return;
  const details = task.error.details as { dependency?: string } | undefined;
  if (details?.dependency !== `T-${message.dependency}`) return;
  const origin = task.origin ?? DESK;
  turn.task(task, "task.retried", {
    origin: task.origin,
    attempt: 1,
    waitsFor: [...new Set([...task.waitsFor, message.dependency])],
  });
  turn.send(turn.preloaded.keeperOf(message.dependency), {
    type: "dependency.watch",
    task: message.dependency,
    dependent: task.no,
  });
  for (const dependent of turn.preloaded.watchers) {
    turn.send(turn.preloaded.keeperOf(dependent), { type: "dependency.reopened", task: dependent, dependency: task.no });
  }
  turn.send(origin, { type: "task.update", task: task.no, what: "retried", status: task.status });
}

/** A task is put into this actor's keeping by the desk, or reopened with it as the origin. */
export function onUpdate(turn: Turn, message: Extract<Notice, { type: "task.update" }>, task: Task | null): void {
  turn.count(message.status, 1);
  if (task === null) return;
  turn.adopt(task);
  if (isUndecided(task)) settleHere(turn, task);
  // A task that was entered in a batch has been answered by the desk.
  if (message.what !== "entered") turn.answerTask(task);
}

/** An unassigned task gets its origin and holder: a turn of the desk. */
export function onAssign(turn: Turn, command: Extract<Command, { type: "task.assign" }>, task: Task): void {
  if (task.holder !== null || !turn.actor.isDesk) {
    turn.refuse(
      refuse("illegal_transition", `T-${task.no} has a holder already; use delegate, reassign or escalate to move it.`, {
        status: task.status,
        allowed: [],
      }),
    );
    return;
  }
  if (task.status !== "pending" && task.status !== "blocked") {
    turn.refuse(turn.notAllowed(task, "assign"));
    return;
  }
  turn.task(task, "task.assigned", { holder: command.to });
  turn.send(command.to, { type: "task.update", task: task.no, what: "assigned", status: task.status }, turn.envelope.reply);
}

// ------------------------------------------------------------------ the desk: batches and plans

/** A batch of tasks, and with a plan its hierarchy: everything inserted in this one turn, or nothing. */
export function onEnter(turn: Turn, command: Extract<Command, { type: "tasks.enter" }>): void {
  for (const { spec } of command.items) {
    const refusal = pastDeadline(turn, spec);
    if (refusal !== null) {
      turn.refuse(refusal);
      return;
    }
  }
  const refusal = checkHierarchy(command.hierarchy);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  const instances = enterHierarchy(turn, command.hierarchy);
  const tasks = enterTasks(turn, command.items);
  turn.answer({ kind: "tasks", tasks: tasks.map((task) => ({ ...task })), instances });
}

function checkHierarchy(hierarchy: readonly PlannedInstance[]): Refusal | null {
  for (const { spec, parent } of hierarchy) {
    if (parent === null || !("index" in parent)) continue;
    const above = hierarchy[parent.index]?.spec;
    if (above === undefined || mayParent(spec.scope, above.scope)) continue;
    return refuse("invalid_parent", `${above.name} is ${above.scope}, which cannot be the parent of ${spec.name} (${spec.scope}).`, {
      scope: spec.scope,
      allowed: allowedParents(spec.scope).map(String),
    });
  }
  return null;
}

/** New instances of a plan, parents first; each is told to start, and tells its parent that it is there. */
function enterHierarchy(turn: Turn, hierarchy: readonly PlannedInstance[]): Instance[] {
  const made: Instance[] = [];
  for (const { spec, parent, above } of hierarchy) {
    const no = (turn.batch.counters.instance += 1);
    const over = parent !== null && "index" in parent ? (made[parent.index] ?? null) : (above ?? null);
    const instance = newInstance(turn, spec, {
      no,
      parent: over?.no ?? null,
      depth: (over?.depth ?? 0) + 1,
      root: over?.root ?? no,
      inherited: over === null ? {} : { ...over.inherited, ...over.config.child_defaults },
    });
    turn.insertInstance(instance, instanceCreated(spec, instance.parent));
    made.push(instance);
  }
  // Leaves first, so that a parent that starts hears of children that run.
  for (const instance of made.toReversed()) turn.send(instance.no, { type: "instance.command", verb: "start" });
  return made;
}

function enterTasks(turn: Turn, items: Extract<Command, { type: "tasks.enter" }>["items"]): Task[] {
  const byKey = new Map<string, TaskNo>();
  const first = turn.batch.counters.task + 1;
  items.forEach(({ spec }, index) => {
    if (spec.key !== null) byKey.set(spec.key, first + index);
  });
  return items.map(({ spec, instance }) => {
    const dependsOn = [...spec.dependsOn, ...spec.dependsOnKeys.map((key) => byKey.get(key) as TaskNo)];
    const task = turn.createTask(taskCreated(turn, spec, { holder: instance, dependsOn }));
    for (const dependency of dependsOn) {
      const keeper = dependency >= first ? (items[dependency - first]?.instance ?? DESK) : turn.preloaded.keeperOf(dependency);
      turn.send(keeper, { type: "dependency.watch", task: dependency, dependent: task.no });
    }
    if (instance !== null) turn.send(instance, { type: "task.update", task: task.no, what: "entered", status: task.status });
    else if (task.status === "pending") hold(turn, task, "manual");
    return task;
  });
}

// ------------------------------------------------------------------ edits and blocking

export function onEdit(turn: Turn, command: Extract<Command, { type: "task.edit" }>, task: Task): void {
  const { ifVersion, ...edit } = command.edit;
  const refusal = editRefusal(turn, task, command.edit);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  const change: { [key: string]: unknown } = { ...edit };
  if (edit.dependsOn !== undefined) change["waitsFor"] = task.waitsFor.filter((one) => edit.dependsOn?.includes(one));
  if (Object.keys(change).length > 0) turn.task(task, "task.updated", change);
  if (task.status === "blocked" && task.waitsFor.length === 0 && !task.blockedByHand) {
    turn.task(task, "task.unblocked");
    settleHere(turn, task);
  } else if (task.pendingHop === null && task.status === "pending" && mayRouteNow(task, edit.route)) {
    settleHere(turn, task);
  }
  turn.answerTask(task);
}

/** An edit that lifts what held the task is a reason to look again. */
function mayRouteNow(task: Task, route: boolean | undefined): boolean {
  return (task.heldReason === "manual" && route === true) || task.heldReason === "no_route";
}

function editRefusal(turn: Turn, task: Task, edit: Extract<Command, { type: "task.edit" }>["edit"]): Refusal | null {
  if (edit.ifVersion !== undefined && edit.ifVersion !== task.version) {
    return refuse("stale_version", `T-${task.no} is at version ${task.version}, not ${edit.ifVersion}.`, { version: task.version });
  }
  if (turn.step(task, { type: "CANCEL" }) === null) return turn.notAllowed(task, "edit");
  if (edit.dependsOn?.some((one) => !task.dependsOn.includes(one))) {
    return refuse("validation_failed", `T-${task.no}: depends_on can only be shortened.`, {
      issues: [{ path: "depends_on", message: "can only be shortened after creation" }],
    });
  }
  if (edit.deadlineAt !== undefined && edit.deadlineAt !== null && edit.deadlineAt <= turn.now) {
    return refuse("validation_failed", `T-${task.no}: the deadline has passed already.`, {
      issues: [{ path: "deadline_at", message: "is in the past" }],
    });
  }
  return null;
}

export function onBlock(turn: Turn, command: Extract<Command, { type: "task.block" }>, task: Task): void {
  if (turn.step(task, { type: "BLOCK" }) === null) {
    turn.refuse(turn.notAllowed(task, "block"));
    return;
  }
  turn.task(task, "task.blocked", { byHand: true, ...(command.reason === null ? {} : { reason: command.reason }) });
  turn.answerTask(task);
}

/** UNBLOCK; or, for the status `pending`, RELEASE by an operator of what is claimed. */
export function onUnblock(turn: Turn, task: Task, orRelease: boolean): void {
  if (orRelease && turn.step(task, { type: "RELEASE" }) !== null) {
    turn.task(task, "task.requeued", { reason: "released" });
    turn.answerTask(task);
    return;
  }
  if (turn.step(task, { type: "UNBLOCK" }) === null) {
    turn.refuse(turn.notAllowed(task, "unblock"));
    return;
  }
  turn.task(task, "task.unblocked");
  settleHere(turn, task);
  turn.answerTask(task);
}

/** The auditor found nothing under way for a task of this actor: it decides again. */
export function onAudit(turn: Turn, task: Task): void {
  if (isUndecided(task)) settleHere(turn, task);
}
