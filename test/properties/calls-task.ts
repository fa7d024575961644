import type { Hopper } from "../../src/hopper.ts";
import type { DelegationView, TaskView } from "../../src/views/views.ts";
import {
  head,
  isLast,
  isLive,
  options,
  pick,
  type Answer,
  type Call,
  type Lease,
  type Plan,
} from "./call.ts";
import { isOpen, type ModelDelegation, type ModelInstance, type ModelTask } from "./model.ts";
import { predictComplete, predictDelegation, predictLeased, predictTask } from "./predict.ts";

const LEASE_SECONDS = 30;
const MOST_TASKS = 14;
const PRIORITIES = ["urgent", "high", "medium", "low"] as const;

/** A new task, at an instance or where routing begins. */
export function addCall(params: Plan, place: ModelInstance | undefined): Call | null {
  const { model, verb, no } = params;
  if (model.tasks.size >= MOST_TASKS) return null;
  const earlier = verb.other % 6 === 0 ? pick([...model.tasks.values()], verb.pick) : undefined;
  const projects = [...model.instances.values()].filter((one) => one.scope === "PROJECT" && isLive(one));
  const project = verb.other % 8 === 1 ? pick(projects, verb.pick) : undefined;
  const title = `task ${no}`;
  return {
    ...head(params, `${title} at ${place?.name ?? "the root"}`),
    kind: "task",
    expected: [place?.status === "terminated" ? "illegal_transition" : "ok"],
    ask: (hopper) =>
      hopper.tasks.add({
        ...options(params),
        title,
        tags: tagsOf(params),
        priority: pick(PRIORITIES, verb.other),
        maxAttempts: 1 + (verb.other % 3),
        ...(place === undefined ? {} : { instanceId: place.id }),
        ...(project === undefined ? {} : { project: project.name }),
        ...(verb.other % 16 === 5 ? { route: false } : {}),
        ...(earlier === undefined ? {} : { dependsOn: [earlier.id] }),
        ...(verb.flag ? { onDependencyFailure: "run" as const } : {}),
      }),
    confirm: (answer) => ((answer as TaskView).title === title ? null : "M1: another task is answered"),
  };
}

/** Three tags and a high priority are complex enough for an orchestration of its own. */
function tagsOf({ verb }: Plan): string[] {
  if (verb.other % 4 === 1) return ["web", "data", "ops"];
  return verb.flag ? ["web"] : [];
}

/** A worker's verb, under a lease it has or once had. */
export function leasedCall(params: Plan, lease: Lease): Call {
  const { model, verb } = params;
  const task = model.task(lease.task);
  const asked = { ...options(params), leaseToken: lease.token };
  const common = {
    ...head(params, `${task.ref} epoch ${lease.epoch}`),
    kind: "task" as const,
    expected: predictLeased(verb.verb, task, lease.epoch),
    lease,
  };
  switch (verb.verb) {
    case "heartbeat":
      return {
        ...common,
        kind: "lease",
        ask: (hopper) =>
          hopper.tasks.heartbeat(task.id, {
            ...asked,
            leaseSeconds: LEASE_SECONDS,
            ...(verb.flag ? { progress: 0.5 } : {}),
          }),
      };
    case "complete":
      return {
        ...common,
        ask: (hopper) => hopper.tasks.complete(task.id, { ...asked, result: { epoch: lease.epoch } }),
        confirm: became("done"),
      };
    case "fail":
      return {
        ...common,
        ask: (hopper) =>
          hopper.tasks.fail(task.id, {
            ...asked,
            error: "it broke",
            ...(verb.flag ? { retryable: false } : {}),
          }),
      };
    default:
      return { ...common, ask: (hopper) => hopper.tasks.release(task.id, asked), confirm: became("queued") };
  }
}

/** A retry forgets the failures if it is asked to, and only then. */
function resets({ model, verb }: Plan, by: string): NonNullable<Call["confirm"]> {
  return () => {
    const retried = model.byActor.get(by)?.find(({ event }) => event === "task.retried");
    if (retried === undefined) return "M1: nothing was retried";
    return (retried.data["failures"] === 0) === verb.flag ? null : "D8: its failures are not as asked";
  };
}

function became(status: string): NonNullable<Call["confirm"]> {
  return (answer) => {
    const { status: answered } = answer as TaskView | DelegationView;
    return answered === status ? null : `M1: answered ${answered}, not ${status}`;
  };
}

/** Somebody decides an offer, or completes the task by the delegation that brought it. */
export function delegationCall(params: Plan, delegation: ModelDelegation): Call {
  const { model, verb } = params;
  const task = model.task(delegation.task);
  const asked = options(params);
  const common = {
    ...head(params, `D${delegation.seq} of ${task.ref}`),
    kind: "delegation" as const,
    expected: predictDelegation(model, verb.verb, delegation),
  };
  switch (verb.verb) {
    case "accept":
      return { ...common, ask: (hopper) => hopper.delegations.accept(delegation.id, asked) };
    case "reject":
      return {
        ...common,
        ask: (hopper) => hopper.delegations.reject(delegation.id, { ...asked, reason: "no" }),
        confirm: became("rejected"),
      };
    case "withdraw":
      return {
        ...common,
        ask: (hopper) => hopper.delegations.cancel(delegation.id, asked),
        confirm: became("cancelled"),
      };
    default:
      return {
        ...common,
        expected: predictComplete(model, delegation, isLast(model, delegation)),
        ask: (hopper) => hopper.delegations.complete(delegation.id, { ...asked, result: "by delegation" }),
        confirm: became("completed"),
      };
  }
}

type Ask = (hopper: Hopper) => Promise<Answer>;

const ENDS: { readonly [verb: string]: string } = {
  "complete by hand": "done",
  "fail by hand": "failed",
  cancel: "cancelled",
  "begin by hand": "in_progress",
  block: "blocked",
};

/** What an operator does with a task. */
export function taskCall(params: Plan, task: ModelTask): Call | null {
  const { model, verb } = params;
  const moved = moveCall(params, task);
  if (moved !== undefined) return moved;
  const asked = options(params);
  const { id } = task;
  const retried = {
    resetAttempts: verb.flag,
    withDependents: verb.other % 2 === 0,
  };
  const error = { code: "failed", message: "by hand" };
  const asks: { readonly [verb: string]: Ask } = {
    "complete by hand": (hopper) => hopper.tasks.complete(id, { ...asked, result: "by hand" }),
    "fail by hand": (hopper) => hopper.tasks.fail(id, { ...asked, error }),
    cancel: (hopper) => hopper.tasks.cancel(id, asked),
    retry: (hopper) => hopper.tasks.retry(id, { ...asked, ...retried }),
    "begin by hand": (hopper) => hopper.tasks.status(id, { ...asked, status: "in_progress" }),
    block: (hopper) => hopper.tasks.status(id, { ...asked, status: "blocked" }),
    unblock: (hopper) => hopper.tasks.status(id, { ...asked, status: "pending" }),
  };
  const end = ENDS[verb.verb];
  return {
    ...head(params, task.ref),
    kind: "task",
    expected: predictTask(model, verb.verb, task),
    ask: asks[verb.verb] as Ask,
    ...(verb.verb === "retry" ? { confirm: resets(params, asked.by) } : {}),
    ...(end === undefined ? {} : { confirm: became(end) }),
  };
}

/** Verbs that move a task; undefined = this is none of them, null = there is nobody to move it to. */
function moveCall(params: Plan, task: ModelTask): Call | null | undefined {
  const { model, verb } = params;
  const asked = options(params);
  const all = [...model.instances.values()];
  const near = {
    delegate: model.childrenOf(task),
    reassign: model.siblings(task),
    assign: all.filter(isLive),
  };
  const to = (verb.astray ? all : (near[verb.verb as keyof typeof near] ?? [])) as readonly ModelInstance[];
  const target = pick(to, verb.other);
  const common = { ...head(params, task.ref), kind: "delegation" as const, expected: null };
  const id = target?.id ?? "";
  const named = { ...common, name: `${common.name} to ${target?.name}` };
  switch (verb.verb) {
    case "route":
      return { ...common, ask: (hopper) => hopper.tasks.delegate(task.id, asked) };
    case "escalate":
      return { ...common, ask: (hopper) => hopper.tasks.escalate(task.id, asked) };
    case "delegate": {
      const autoAccept = verb.other % 4 === 0 ? { autoAccept: true } : {};
      const moved = { ...asked, targetInstanceId: id, ...autoAccept };
      return target === undefined
        ? null
        : { ...named, ask: (hopper) => hopper.tasks.delegate(task.id, moved) };
    }
    case "reassign": {
      const moved = { ...asked, targetInstanceId: id, autoAccept: verb.other % 4 !== 1 };
      return target === undefined
        ? null
        : { ...named, ask: (hopper) => hopper.tasks.reassign(task.id, moved) };
    }
    case "assign": {
      if (target === undefined) return null;
      const fits = task.holder === null && isOpen(task) && isLive(target);
      const ask: Ask = (hopper) => hopper.tasks.assign(task.id, { ...asked, instanceId: id });
      return { ...named, kind: "task", expected: fits ? ["ok"] : null, ask };
    }
    default:
      return undefined;
  }
}
