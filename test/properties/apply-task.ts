import { noteState, type AppliedEvent } from "./applied-event.ts";
import { isClaimed, isFinal, newTask, type ModelTask } from "./model.ts";
import { HELD, mayHappen, mayHappenWhileOffered } from "./rules.ts";

/** What an event does to a task, but by its delegations. */
export function applyToTask(applied: AppliedEvent): void {
  const { model, event } = applied;
  const id = event.taskId as string;
  model.touched.tasks.add(id);
  if (event.event === "task.created") {
    beginTask(applied, id);
    return;
  }
  const task = model.task(id);
  const { status } = task;
  applied.rule(
    mayHappen(event.event, status) || event.event === "task.updated",
    "T2",
    `${task.ref} was ${status}`,
  );
  applied.rule(
    event.instanceId === model.keeper(task),
    "T9",
    `${task.ref} is not kept by ${event.instanceId}`,
  );
  if (task.pendingOffer !== null) {
    const isLegal = mayHappenWhileOffered(event.event, event.data["reason"]);
    applied.rule(isLegal, "T2", `${task.ref} is on offer`);
  }
  TASK_CHANGES[event.event]?.(applied, task);
  task.version += 1;
  noteState(task);
}

function beginTask(applied: AppliedEvent, id: string): void {
  const { model, event } = applied;
  const { data } = event;
  const holder = (data["holder"] as string | null) ?? null;
  const dependsOn = idsOf(applied, "dependsOn") ?? [];
  applied.rule(!model.tasks.has(id), "M2", `${id} is created again`);
  applied.rule(event.instanceId === holder, "T9", `${id} is created by ${event.instanceId} for ${holder}`);
  if (holder !== null) {
    applied.rule(
      model.instance(holder).status !== "terminated",
      "I2",
      `${id} is created at a terminated one`,
    );
  }
  const task = newTask({
    id,
    ref: `T-${model.tasks.size + 1}`,
    title: data["title"] as string,
    priority: (data["priority"] as string | undefined) ?? "medium",
    maxAttempts: (data["maxAttempts"] as number | undefined) ?? 3,
    dependsOn,
    runsAnyway: data["onDependencyFailure"] === "run",
    project: (data["project"] as string | undefined) ?? null,
    status: data["status"] as string,
    holder,
  });
  const expected = dependsOn.length > 0 ? "blocked" : "pending";
  applied.rule(task.status === expected, "T2", `${task.ref} begins ${task.status}`);
  model.tasks.set(id, task);
  model.refs.set(task.ref, id);
  noteState(task);
}

/** Tasks that the event's data names by their refs. */
function idsOf({ model, event }: AppliedEvent, field: string): string[] | undefined {
  const refs = event.data[field] as string[] | undefined;
  return refs?.map((ref) => model.refs.get(ref) ?? ref);
}

type Change = (applied: AppliedEvent, task: ModelTask) => void;

const TASK_CHANGES: { readonly [event: string]: Change } = {
  "task.assigned": ({ event, rule }, task) => {
    rule(task.holder === null, "T1", `${task.ref} has a holder already`);
    task.holder = event.data["holder"] as string;
    task.origin = task.holder;
    task.held = null;
  },
  "task.held": ({ event, rule }, task) => {
    rule(HELD.has(event.data["reason"]), "T2", `held for ${JSON.stringify(event.data["reason"])}`);
    task.held = event.data["reason"] as string;
    // A caller's offer that comes to nothing puts the task back as it was (spec/domain.md 2.4).
    rule(
      task.held !== "rejected" || task.arrival === null,
      "T2",
      `${task.ref} was queued before it was offered`,
    );
    if (["no_capacity", "no_route", "instance_not_running"].includes(task.held)) task.heldBefore = true;
  },
  "task.queued": queue,
  "task.claimed": (applied, task) => {
    const { model, at, rule } = applied;
    const [first] = model.runnable(task.holder as string, at);
    rule(first?.id === task.id, "K3", `${task.ref} is claimed before ${first?.ref}`);
    claim(applied, task, "claimed");
  },
  "task.in_progress": (applied, task) => {
    if (applied.event.data["by"] !== undefined) claim(applied, task, "in_progress");
    else applied.rule(isClaimed(task), "T2", `${task.ref} has no lease to work under`);
    task.status = "in_progress";
  },
  "task.requeued": requeue,
  "task.returned": beReturned,
  "task.blocked": ({ event }, task) => {
    task.status = "blocked";
    task.blockedByHand = event.data["byHand"] === true;
    task.held = null;
    task.arrival = null;
  },
  "task.updated": (applied, task) => {
    const waitsFor = idsOf(applied, "waitsFor") ?? task.waitsFor;
    const settled = task.waitsFor.filter((id) => !waitsFor.includes(id)).map((id) => applied.model.task(id));
    const isTold = settled.every((one) => isFinal(one) || one.round > 1);
    applied.rule(isTold, "T2", `${task.ref} waits no longer for what is open`);
    task.waitsFor = waitsFor;
  },
  "task.unblocked": ({ model, marks, rule }, task) => {
    rule(task.waitsFor.length === 0, "T2", `${task.ref} is let go while ${task.waitsFor.length} are open`);
    const missing = task.dependsOn
      .map((id) => model.task(id))
      .filter((one) => one.status !== "done" && one.round === 1);
    const mayRun = task.runsAnyway || task.round > 1 || missing.length === 0;
    rule(mayRun, "T2", `${task.ref} is let go, ${missing[0]?.ref} is not done`);
    if (task.dependsOn.length > 0) marks.note("blocked task let go");
    task.status = "pending";
    task.blockedByHand = false;
  },
  "task.completed": (applied, task) => end(applied, task, "done"),
  "task.failed": (applied, task) => end(applied, task, "failed"),
  "task.cancelled": (applied, task) => end(applied, task, "cancelled"),
  "task.retried": retry,
};

function queue({ model, event, rule }: AppliedEvent, task: ModelTask): void {
  const holder = model.instance(task.holder as string);
  rule(holder.scope !== "GLOBAL", "T6", `${task.ref} is queued at a GLOBAL`);
  rule(event.instanceId === holder.id, "T9", `${task.ref} is queued by another`);
  // A refused caller's offer puts it back at its old place, whatever came since.
  if (task.arrival === null) {
    rule(
      holder.status === "running",
      "I2",
      `${task.ref} is queued at ${holder.name}, which is ${holder.status}`,
    );
    const used = model.used(holder.id);
    rule(
      used < model.limit(holder.id),
      "K1",
      `${holder.name} has ${used} of ${model.limit(holder.id)} already`,
    );
  }
  task.status = "queued";
  task.held = null;
  task.heldBefore = false;
  // Handled here: whoever looks for a taker again begins a new round.
  task.asked.clear();
  task.arrival ??= model.events;
}

function claim({ model, event, at, rule }: AppliedEvent, task: ModelTask, status: string): void {
  const holder = model.instance(task.holder as string);
  const claimed = model.claimed(holder.id);
  rule(
    holder.status === "running",
    "I2",
    `${task.ref} is claimed at ${holder.name}, which is ${holder.status}`,
  );
  rule(claimed < model.mostClaimed(holder.id), "K1", `${holder.name} has ${claimed} claimed already`);
  rule(task.leaseUntil === null, "L2", `${task.ref} has a lease already`);
  task.status = status;
  task.epoch += 1;
  task.claimedBy = event.data["by"] as string;
  task.leaseUntil = Date.parse(event.data["until"] as string);
  rule(task.leaseUntil > at, "L3", `the lease of ${task.ref} is over when it begins`);
}

/** A lease is over; what becomes of the task is told next. */
export function leaseEnds({ model, event, at, rule }: AppliedEvent): void {
  const task = model.task(event.taskId as string);
  rule(isClaimed(task), "L4", `${task.ref} has no lease that could expire`);
  rule(event.data["epoch"] === task.epoch, "L4", `${task.ref} is at epoch ${task.epoch}`);
  rule((task.leaseUntil ?? Infinity) <= at, "L3", `the lease of ${task.ref} still runs`);
}

function endLease(task: ModelTask): void {
  task.claimedBy = null;
  task.leaseUntil = null;
}

function requeue({ model, event, at, rule, marks }: AppliedEvent, task: ModelTask): void {
  const { data } = event;
  const [attempt, failures, losses] = [task.attempt, task.failures, task.leaseLosses];
  task.attempt = (data["attempt"] as number | undefined) ?? attempt;
  task.failures = (data["failures"] as number | undefined) ?? failures;
  task.leaseLosses = (data["leaseLosses"] as number | undefined) ?? losses;
  const told = `${task.attempt - attempt} ${task.failures - failures} ${task.leaseLosses - losses}`;
  switch (data["reason"]) {
    case "lease_lost":
      rule(told === "1 0 1", "L4", `${task.ref} lost a lease, which counts ${told}`);
      rule((task.leaseUntil ?? Infinity) <= at, "L3", `the lease of ${task.ref} still runs`);
      break;
    case "failed":
      rule(told === "1 1 0", "D8", `${task.ref} failed, which counts ${told}`);
      rule(task.failures < task.maxAttempts, "D8", `${task.ref} has no attempts left`);
      break;
    case "drain_timeout":
      rule(
        model.instance(task.holder as string).status === "stopping",
        "I3",
        `${task.ref} is not being drained`,
      );
      rule(told === "0 0 0", "T2", `${task.ref} was drained, which counts ${told}`);
      marks.note("drain ended leases");
      break;
    default:
      rule(data["reason"] === "released" && told === "0 0 0", "T2", `${task.ref} requeued, counts ${told}`);
  }
  task.status = "queued";
  task.notBefore = data["notBefore"] === undefined ? null : Date.parse(data["notBefore"] as string);
  endLease(task);
}

/** It is returned to the source of the delegation that brought it, which the event before has cancelled. */
function beReturned({ model, event, marks, rule }: AppliedEvent, task: ModelTask): void {
  const last = task.path.at(-1);
  const target = last === undefined ? task.origin : model.delegation(last).target;
  rule(event.data["holder"] === target, "T1", `${task.ref} is returned to one who did not have it`);
  if (event.data["why"] === "instance_terminated") marks.note("returned by a termination");
  if (task.status !== "blocked") task.status = "pending";
  if (event.data["failures"] !== undefined) task.failures = event.data["failures"] as number;
  task.holder = event.data["holder"] as string;
  task.held = null;
  task.arrival = null;
  task.wasReturned = true;
  // Routing starts over, and in its first round leaves out who returned it.
  task.asked.clear();
  task.asked.add(`${task.holder} 1>${event.instanceId}`);
  endLease(task);
}

function end(applied: AppliedEvent, task: ModelTask, status: string): void {
  const { model, event, marks, rule } = applied;
  const { data } = event;
  const epoch = data["epoch"];
  rule(
    epoch === undefined || (epoch === task.epoch && isClaimed(task)),
    "L1",
    `epoch ${task.epoch}, not ${JSON.stringify(epoch)}`,
  );
  if (data["failures"] !== undefined) task.failures = data["failures"] as number;
  if (data["leaseLosses"] !== undefined) task.leaseLosses = data["leaseLosses"] as number;
  const code = (data["error"] as { code?: string } | undefined)?.code;
  if (code === "dependency_failed") {
    const failed = task.dependsOn.map((id) => model.task(id)).some((one) => isFailed(one) || one.round > 1);
    rule(failed && !task.runsAnyway, "T2", `no dependency of ${task.ref} has failed`);
    marks.note("dependency failed");
  }
  if (code === "instance_terminated") marks.note("cancelled by a termination");
  if (task.pendingOffer !== null && status === "done") marks.note("task completed while offered");
  task.status = status;
  task.held = null;
  task.pendingOffer = null;
  task.endedBy = typeof epoch === "number" ? epoch : null;
  task.blockedByHand = false;
  endLease(task);
}

const isFailed = (task: ModelTask): boolean => task.status === "failed" || task.status === "cancelled";

function retry(applied: AppliedEvent, task: ModelTask): void {
  const { event, marks } = applied;
  const { data } = event;
  task.waitsFor = idsOf(applied, "waitsFor") ?? task.waitsFor;
  task.status = task.waitsFor.length > 0 ? "blocked" : "pending";
  task.origin = (data["origin"] as string | null) ?? null;
  task.holder = task.origin;
  task.path = [];
  task.round += 1;
  task.attempt = (data["attempt"] as number | undefined) ?? task.attempt;
  task.failures = (data["failures"] as number | undefined) ?? task.failures;
  task.leaseLosses = (data["leaseLosses"] as number | undefined) ?? task.leaseLosses;
  task.arrival = null;
  task.notBefore = null;
  task.wasReturned = false;
  task.asked.clear();
  marks.note("retry reopened a task");
}
