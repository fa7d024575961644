import type { Hopper } from "../../src/hopper.ts";
import type { DelegationView, InstanceView, TaskView } from "../../src/views/views.ts";
import { isClaimed, isFinal, isOpen, type Model, type ModelTask } from "./model.ts";

/** What must hold of views and of the model, beyond what each event is checked for as it happens. */

/** A task's view against what the journal told of this version of it (T3, T8, E6). */
export function wrongTask(model: Model, view: TaskView): string[] {
  const task = model.tasks.get(view.id);
  if (task === undefined) return [`M1: ${view.ref} is answered and not in the journal`];
  const state = task.states.get(view.version);
  if (state === undefined)
    return [`T3: ${view.ref} has no version ${view.version}, the last is ${task.version}`];
  return (Object.keys(state) as (keyof typeof state)[])
    .filter((key) => view[key] !== state[key])
    .map(
      (key) =>
        `T8: ${view.ref} v${view.version} shows ${key} ${String(view[key])}, not ${String(state[key])}`,
    );
}

export function wrongDelegation(model: Model, view: DelegationView): string[] {
  const delegation = model.delegations.get(view.id);
  if (delegation === undefined) return [`M1: ${view.ref} is answered and not in the journal`];
  const status = delegation.statuses.get(view.version);
  return status === view.status
    ? []
    : [`T8: ${view.ref} v${view.version} shows ${view.status}, not ${String(status)}`];
}

export function wrongInstance(model: Model, view: InstanceView): string[] {
  const instance = model.instances.get(view.id);
  if (instance === undefined) return [`M1: ${view.name} is answered and not in the journal`];
  const status = instance.statuses.get(view.version);
  return status === view.status
    ? []
    : [`T8: ${view.name} v${view.version} shows ${view.status}, not ${String(status)}`];
}

/** Everything that the journal has told of since the last look, as users see it now. */
export async function wrongViews(model: Model, hopper: Hopper): Promise<string[]> {
  const wrong: string[] = [];
  const { tasks, delegations, instances } = model.touched;
  for (const id of tasks) {
    const view = await hopper.tasks.get(id);
    wrong.push(...wrongTask(model, view), ...notNewest(view.ref, view.version, model.task(id).version));
    wrong.push(...wrongPath(model, view));
    for (const place of [view.instanceId, view.originInstanceId]) if (place !== null) instances.add(place);
  }
  for (const id of delegations) {
    const view = await hopper.delegations.get(id);
    wrong.push(
      ...wrongDelegation(model, view),
      ...notNewest(view.ref, view.version, model.delegation(id).version),
    );
    const { reason, outcome } = model.delegation(id);
    if ((view.reason?.code ?? null) !== reason)
      wrong.push(`T8: ${view.ref} shows ${String(view.reason?.code)}`);
    if ((view.result?.outcome ?? null) !== outcome)
      wrong.push(`T8: ${view.ref} shows ${String(view.result?.outcome)}`);
    instances.add(view.sourceInstanceId).add(view.targetInstanceId);
  }
  for (const id of instances) {
    const view = await hopper.instances.get(id);
    wrong.push(
      ...wrongInstance(model, view),
      ...notNewest(view.name, view.version, model.instance(id).version),
    );
    wrong.push(...wrongCounts(model, view));
  }
  for (const touched of [tasks, delegations, instances]) touched.clear();
  return wrong;
}

function notNewest(name: string, version: number, newest: number): string[] {
  return version === newest ? [] : [`T3: ${name} is at version ${version}, the journal at ${newest}`];
}

/** T1, D1: the chain of an open task is its origin and the targets of its accepted delegations; its holder is the last of them. */
function wrongPath(model: Model, view: TaskView): string[] {
  const task = model.task(view.id);
  if (isFinal(task)) return [];
  const chain = model.chain(task);
  const wrong: string[] = [];
  if (view.delegationChain.join() !== chain.join())
    wrong.push(`D1: ${view.ref} has the chain ${view.delegationChain.join(">")}, not ${chain.join(">")}`);
  if (view.instanceId !== (chain.at(-1) ?? null))
    wrong.push(`T1: ${view.ref} is held by ${String(view.instanceId)}`);
  return wrong;
}

/** T4: what an instance counts is what it holds. */
function wrongCounts(model: Model, view: InstanceView): string[] {
  const counted: { [status: string]: number } = {};
  for (const task of model.heldBy(view.id)) counted[task.status] = (counted[task.status] ?? 0) + 1;
  return Object.entries(view.counts)
    .filter(([status, count]) => count !== (counted[status] ?? 0))
    .map(
      ([status, count]) => `T4: ${view.name} counts ${count} ${status}, there are ${counted[status] ?? 0}`,
    );
}

/** What a Hopper at rest owes: nothing is under way, and no moment has been missed. */
export function wrongAtRest(model: Model, now: number): string[] {
  const wrong: string[] = [];
  for (const delegation of model.delegations.values()) {
    const task = model.task(delegation.task);
    const name = `D${delegation.seq} of ${task.ref}`;
    if (delegation.status === "pending") {
      if (isFinal(task)) wrong.push(`D3: ${name} is pending, its task is ${task.status}`);
      else if (task.pendingOffer !== delegation.id) wrong.push(`D1: ${name} is pending beside another`);
      if ((delegation.expiresAt ?? Infinity) <= now)
        wrong.push(`D10: ${name} has expired and nobody noticed`);
      if (model.instance(delegation.target).status === "terminated")
        wrong.push(`I2: ${name} is offered to a terminated one`);
    }
    if (delegation.status === "accepted" && (isFinal(task) || delegation.round < task.round)) {
      wrong.push(`D3, V2: ${name} is accepted, its task is ${task.status} in round ${task.round}`);
    }
  }
  for (const task of model.tasks.values()) wrong.push(...wrongTaskAtRest(model, task, now));
  for (const one of model.instances.values()) {
    if (one.status === "starting") wrong.push(`I3: ${one.name} is starting for ever`);
    if (one.terminating && one.status === "stopping")
      wrong.push(`I3: ${one.name} is being terminated for ever`);
    if ((one.drainUntil ?? Infinity) <= now) wrong.push(`I3: the drain of ${one.name} never gives up`);
    if (one.status === "stopping" && model.claimed(one.id) === 0)
      wrong.push(`I3: ${one.name} has nothing to drain`);
    if (
      one.parent !== null &&
      one.status !== "terminated" &&
      model.instance(one.parent).status === "terminated"
    ) {
      wrong.push(`I1: ${one.name} has outlived its parent`);
    }
  }
  return wrong;
}

function wrongTaskAtRest(model: Model, task: ModelTask, now: number): string[] {
  const wrong: string[] = [];
  const holder = task.holder === null ? null : model.instance(task.holder);
  const { ref } = task;
  if (isClaimed(task) && (task.leaseUntil ?? 0) <= now)
    wrong.push(`L4: the lease of ${ref} is over and nobody noticed`);
  if (isClaimed(task) && holder?.status === "stopped")
    wrong.push(`L2: ${ref} is claimed at ${holder.name}, which is stopped`);
  if (task.status === "pending" && task.pendingOffer === null && task.held === null)
    wrong.push(`V1: ${ref} is held for no reason`);
  if (isOpen(task) && holder?.status === "terminated")
    wrong.push(`I4: ${ref} is lost at ${holder.name}, which is terminated`);
  if (
    task.status === "blocked" &&
    !task.blockedByHand &&
    task.waitsFor.every((id) => isFinal(model.task(id)))
  ) {
    wrong.push(`V1: ${ref} is blocked by what is final`);
  }
  if (
    task.status === "pending" &&
    task.held === "no_capacity" &&
    holder?.scope === "ORCHESTRATION" &&
    holder.status === "running"
  ) {
    if (model.used(holder.id) < model.limit(holder.id))
      wrong.push(`V1: ${ref} is held at ${holder.name}, which has room`);
  }
  return wrong;
}
