import { plainCommand } from "./command-options.ts";
import { acceptDelegation, completeDelegation, listDelegations, rejectDelegation } from "./delegations.ts";
import { listEvents } from "./events.ts";
import { plainPage } from "./filters.ts";
import {
  claimTasks,
  createInstance,
  failInstance,
  instanceHierarchy,
  listInstances,
  stopInstance,
  terminateInstance,
} from "./instances.ts";
import { createTask, createTasks, updateTask } from "./task-input.ts";
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
  waitForTask,
  withReason,
} from "./tasks.ts";

/** The contract of every verb that takes parameters, for the doors that speak JSON. */
export const CONTRACTS = {
  "instances.create": createInstance,
  "instances.list": listInstances,
  "instances.start": plainCommand,
  "instances.stop": stopInstance,
  "instances.restart": plainCommand,
  "instances.pause": plainCommand,
  "instances.resume": plainCommand,
  "instances.recover": plainCommand,
  "instances.fail": failInstance,
  "instances.terminate": terminateInstance,
  "instances.hierarchy": instanceHierarchy,
  "instances.claim": claimTasks,
  "tasks.add": createTask,
  "tasks.addBatch": createTasks,
  "tasks.list": listTasks,
  "tasks.update": updateTask,
  "tasks.assign": assignTask,
  "tasks.delegate": delegateTask,
  "tasks.escalate": withReason,
  "tasks.reassign": reassignTask,
  "tasks.status": setTaskStatus,
  "tasks.complete": completeTask,
  "tasks.fail": failTask,
  "tasks.heartbeat": heartbeatTask,
  "tasks.release": releaseTask,
  "tasks.cancel": withReason,
  "tasks.retry": retryTask,
  "tasks.wait": waitForTask,
  "delegations.list": listDelegations,
  "delegations.accept": acceptDelegation,
  "delegations.reject": rejectDelegation,
  "delegations.complete": completeDelegation,
  "delegations.cancel": withReason,
  "route.preview": createTask,
  "deadLetters.list": plainPage,
  events: listEvents,
} as const;
