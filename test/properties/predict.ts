import type { VerbName } from "./cases.ts";
import {
  isClaimed,
  isFinal,
  type Model,
  type ModelDelegation,
  type ModelInstance,
  type ModelTask,
} from "./model.ts";

/** What a verb that is asked alone of a Hopper at rest must be answered: `ok`, or one of these codes; null = not said here. */
export type Prediction = readonly string[] | null;

const OK = ["ok"] as const;
const ILLEGAL = ["illegal_transition"] as const;

export function predictDelegation(model: Model, verb: VerbName, delegation: ModelDelegation): Prediction {
  if (delegation.status !== "pending") return ["already_decided"];
  if (verb !== "accept") return OK;
  if (model.instance(delegation.target).status !== "running") return ["instance_not_running"];
  return model.room(delegation.target) <= 0 ? ["at_capacity"] : OK;
}

/** Completing a delegation is completing its task, by the delegation that brought it to its holder. */
export function predictComplete(model: Model, delegation: ModelDelegation, isLast: boolean): Prediction {
  if (delegation.status === "pending") return ILLEGAL;
  if (delegation.status !== "accepted") return ["already_decided"];
  const task = model.task(delegation.task);
  if (isLast) return OK;
  // On offer below, it is still held here: completed while it is offered.
  return task.holder === delegation.target ? null : ["open_hop_below"];
}

/** A worker's verb with its token, which is the epoch of its claim. */
export function predictLeased(verb: VerbName, task: ModelTask, epoch: number): Prediction {
  const holds = isClaimed(task) && task.epoch === epoch;
  if (verb === "complete" && task.status === "done" && task.endedBy === epoch) return null;
  return holds ? OK : ["lease_lost"];
}

export function predictTask(model: Model, verb: VerbName, task: ModelTask): Prediction {
  const { status } = task;
  const offered = task.pendingOffer !== null;
  switch (verb) {
    case "complete by hand":
      if (status === "done") return null;
      return isFinal(task) ? ILLEGAL : OK;
    case "fail by hand":
    case "cancel":
      return isFinal(task) ? ILLEGAL : OK;
    case "retry":
      return status === "failed" || status === "cancelled"
        ? OK
        : ["illegal_transition", "pending_delegation_exists"];
    case "begin by hand":
      return task.holder === null ? ILLEGAL : predictBegin(model, task);
    case "block":
      if (offered) return ["illegal_transition", "pending_delegation_exists"];
      return status === "pending" || status === "queued" ? OK : ILLEGAL;
    case "unblock":
      if (status !== "blocked") return null;
      return task.waitsFor.length > 0 ? ILLEGAL : OK;
    default:
      return null;
  }
}

function predictBegin(model: Model, task: ModelTask): Prediction {
  if (task.pendingOffer !== null) return ["illegal_transition", "pending_delegation_exists"];
  if (isClaimed(task)) return OK;
  if (task.status !== "queued") return ILLEGAL;
  const holder = model.instance(task.holder as string);
  if (holder.status !== "running") return ["instance_not_running"];
  return model.claimed(holder.id) >= model.mostClaimed(holder.id) ? ["at_capacity"] : OK;
}

/** From which statuses a caller's verb leads on. */
const LIFE: { readonly [verb: string]: readonly string[] } = {
  pause: ["running"],
  resume: ["paused"],
  stop: ["running", "paused"],
  start: ["created", "stopped", "error"],
  restart: ["running", "paused", "stopped", "error"],
  break: ["created", "starting", "running", "paused", "stopping", "stopped"],
};

export function predictLife(
  model: Model,
  verb: VerbName,
  instance: ModelInstance,
  cascade: boolean,
): Prediction {
  if (verb === "terminate") {
    if (instance.status === "terminated") return ILLEGAL;
    return model.liveChildren(instance.id).length > 0 && !cascade ? ["has_live_children"] : OK;
  }
  return LIFE[verb]?.includes(instance.status) === true ? OK : ILLEGAL;
}

/** Refused as such, or exactly these tasks in this order. */
export function predictClaims(
  model: Model,
  instance: ModelInstance,
  params: { most: number; now: number },
): { readonly codes: Prediction; readonly tasks: readonly string[] } {
  if (instance.scope === "GLOBAL") return { codes: ["not_claimable"], tasks: [] };
  if (instance.status !== "running") return { codes: ["instance_not_running"], tasks: [] };
  const free = Math.max(0, model.mostClaimed(instance.id) - model.claimed(instance.id));
  const runnable = model.runnable(instance.id, params.now).slice(0, Math.min(params.most, free));
  return { codes: OK, tasks: runnable.map((task) => task.id) };
}
