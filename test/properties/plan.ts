import { claimCall, createCall, lifeCall } from "./calls-instance.ts";
import { addCall, delegationCall, leasedCall, taskCall } from "./calls-task.ts";
import {
  hasWork,
  isHeld,
  isLast,
  isLive,
  isPending,
  mayHaveChildren,
  pick,
  type Call,
  type Plan,
} from "./call.ts";
import { isOpen, type Model, type ModelTask } from "./model.ts";

/** The verb, aimed: at something it fits where there is something, unless it goes astray. null = there is nothing at all. */
export function plan(params: Plan): Call | null {
  const { model, verb, leases } = params;
  const { verb: name } = verb;
  const instances = [...model.instances.values()];
  switch (name) {
    case "add":
      return addCall(params, verb.pick % 3 === 0 ? undefined : aim(params, instances, isLive));
    case "create":
      return on(aim(params, instances, mayHaveChildren), (parent) => createCall(params, parent));
    case "claim":
      return on(aim(params, instances, hasWork(params)), (one) => claimCall(params, one));
    case "accept":
    case "reject":
    case "withdraw":
      return on(aim(params, [...model.delegations.values()], isPending), (delegation) =>
        delegationCall(params, delegation),
      );
    case "complete delegation":
      return on(
        aim(
          params,
          [...model.delegations.values()],
          (delegation) =>
            isLast(model, delegation) || delegation.status === "pending" || delegation.status === "accepted",
        ),
        (delegation) => delegationCall(params, delegation),
      );
    case "heartbeat":
    case "complete":
    case "fail":
    case "release":
      return on(
        aim(params, leases, (lease) => isHeld(model, lease)),
        (lease) => leasedCall(params, lease),
      );
    case "pause":
    case "resume":
    case "stop":
    case "start":
    case "restart":
    case "break":
    case "terminate":
      return on(
        aim(params, instances, (one) => LIVES[name].includes(one.status)),
        (one) => lifeCall(params, one),
      );
    default: {
      const fits = FITS[name] ?? ((task: ModelTask) => isOpen(task));
      return on(
        aim(params, [...model.tasks.values()], (task) => fits(task, model)),
        (task) => taskCall(params, task),
      );
    }
  }
}

function on<T>(subject: T | undefined, call: (subject: T) => Call | null): Call | null {
  return subject === undefined ? null : call(subject);
}

/** One of those it fits; astray, one of all. */
function aim<T>({ verb }: Plan, all: readonly T[], fits: (one: T) => boolean): T | undefined {
  return pick(verb.astray ? all : all.filter((one) => fits(one)), verb.pick);
}

const LIVES = {
  pause: ["running"],
  resume: ["paused"],
  stop: ["running", "paused"],
  start: ["created", "stopped", "error"],
  restart: ["running"],
  break: ["running"],
  terminate: ["running", "paused", "stopped", "error"],
};

const FITS: { readonly [verb: string]: (task: ModelTask, model: Model) => boolean } = {
  delegate: (task, model) => isFree(task) && model.scopeOf(task) !== "ORCHESTRATION",
  route: (task, model) => isFree(task) && model.scopeOf(task) !== "ORCHESTRATION",
  escalate: (task, model) => isFree(task) && model.scopeOf(task) !== "GLOBAL",
  reassign: (task, model) => isFree(task) && model.siblings(task).length > 0,
  retry: (task) => task.status === "failed" || task.status === "cancelled",
  "begin by hand": (task) => task.status === "queued",
  block: (task) => isFree(task),
  unblock: (task) => task.status === "blocked",
  assign: (task) => task.holder === null && isOpen(task),
};

function isFree(task: ModelTask): boolean {
  return task.holder !== null && isOpen(task) && task.pendingOffer === null && task.status !== "blocked";
}
