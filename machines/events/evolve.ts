import type { LifecycleEvent, Lifecycle } from "../host.ts";
import { delegationLifecycle } from "../lifecycles/delegation.ts";
import { instanceLifecycle } from "../lifecycles/instance.ts";
import { taskContext } from "../lifecycles/task-context.ts";
import { taskLifecycle } from "../lifecycles/task.ts";
import type { Delegation, DelegationStatus } from "../records/delegation.ts";
import type { Instance, InstanceStatus } from "../records/instance.ts";
import type { Task, TaskStatus } from "../records/task.ts";
import { ENTRIES, type EventName } from "./catalogue.ts";
import type { Stamp, TaskChange } from "./entry.ts";

/**
 * What each event does to the records: a turn applies it as it records the event, and folding the journal applies it
 * again, so the two cannot differ (T8). Each event that changes a record is one version of it (T3). The next status is
 * what the record's machine answers; nothing else assigns one.
 */

/** An event that may come to be recorded. */
interface Named {
  readonly name: EventName;
  readonly data: object;
}

/** An event as far as records are concerned. */
interface Recorded extends Named, Stamp {}

/** The record's machine does not take the event that was recorded: nothing of it may count. */
export class UnacceptedEvent extends Error {
  override readonly name = "UnacceptedEvent";
}

/** What the machine of a task answers to an event: its next status; null = it does not accept it. */
export function answerOfTask(task: Task, event: Named): TaskStatus | null {
  return askTask(task, event, ENTRIES[event.name].task);
}

export function answerOfDelegation(delegation: Delegation, event: Named): DelegationStatus | null {
  const change = ENTRIES[event.name].delegation;
  if (change === undefined) return delegation.status;
  const events = change.machine(delegation, event.data);
  return follow(delegationLifecycle, delegation.status, events, {}, change.to);
}

export function answerOfInstance(instance: Instance, event: Named): InstanceStatus | null {
  const change = ENTRIES[event.name].instance;
  if (change?.machine === undefined) return instance.status;
  const { data } = event;
  const context = change.context(instance, data);
  return follow(instanceLifecycle, instance.status, change.machine(instance, data), context, change.to);
}

/** What an event does to its task. `answered`: what the machine has said, where it was asked before. */
export function evolveTask(task: Task, event: Recorded, answered?: TaskStatus): void {
  const change = ENTRIES[event.name].task;
  if (change === undefined) return;
  const status = answered ?? askTask(task, event, change) ?? unaccepted(event, task);
  change.evolve?.(task, event.data, event);
  enter(task, status, event);
}

/** What an event about a delegation does to its task: nothing, once the task is not on offer over it any more. */
export function evolveTaskByDelegation(task: Task, delegation: Delegation, event: Recorded): void {
  const { creates, offer } = ENTRIES[event.name];
  if (offer === undefined || (creates !== "delegation" && task.pendingHop !== delegation.no)) return;
  const status = askTask(task, event, offer) ?? unaccepted(event, task);
  offer.evolve(task, delegation, event.data);
  enter(task, status, event);
}

export function evolveDelegation(delegation: Delegation, event: Recorded, answered?: DelegationStatus): void {
  const change = ENTRIES[event.name].delegation;
  if (change === undefined) return;
  const status = answered ?? answerOfDelegation(delegation, event) ?? unaccepted(event, delegation);
  change.evolve?.(delegation, event.data, event);
  delegation.status = status;
  delegation.version += 1;
}

export function evolveInstance(instance: Instance, event: Recorded, answered?: InstanceStatus): void {
  const change = ENTRIES[event.name].instance;
  if (change === undefined) return;
  const status = answered ?? answerOfInstance(instance, event) ?? unaccepted(event, instance);
  change.evolve?.(instance, event.data, event);
  enter(instance, status, event);
}

function askTask(
  task: Task,
  { data }: Named,
  change: Omit<TaskChange<object>, "evolve"> | undefined,
): TaskStatus | null {
  if (change?.machine === undefined) return task.status;
  const context = change.context === undefined ? taskContext(task) : change.context(task, data);
  return follow(taskLifecycle, task.status, change.machine(task, data), context, change.to);
}

function enter<S extends string>(
  record: { status: S; version: number; updatedAt: number },
  status: S,
  { at }: Stamp,
): void {
  record.status = status;
  record.version += 1;
  record.updatedAt = at;
}

/** Where a machine goes by the events that a journal event stands for; null = it does not accept one of them. */
function follow<S extends string, C, E extends LifecycleEvent>(
  lifecycle: Lifecycle<S, C, E>,
  from: S,
  events: readonly E[],
  context: C | null,
  to: S | undefined,
): S | null {
  let status: S | null = from;
  for (const event of events) {
    status =
      context === null ? lifecycle.leadsTo(status, event.type, to) : lifecycle.step(status, event, context);
    if (status === null) return null;
  }
  return status;
}

function unaccepted({ name }: Recorded, { status }: { readonly status: string }): never {
  throw new UnacceptedEvent(`${name} is not accepted in the status ${status}`);
}
