import { plainCommand } from "./command-options.ts";
import * as delegations from "./delegations.ts";
import { listEvents } from "./events.ts";
import { plainPage } from "./filters.ts";
import * as instances from "./instances.ts";
import * as input from "./task-input.ts";
import * as tasks from "./tasks.ts";

/** The contract of every verb that takes parameters, for the doors that speak JSON. */
export const CONTRACTS = {
  "instances.create": instances.createInstance,
  "instances.ensure": instances.createInstance,
  "instances.list": instances.listInstances,
  "instances.start": plainCommand,
  "instances.stop": instances.stopInstance,
  "instances.restart": instances.stopInstance,
  "instances.pause": plainCommand,
  "instances.resume": plainCommand,
  "instances.recover": plainCommand,
  "instances.fail": instances.failInstance,
  "instances.terminate": instances.terminateInstance,
  "instances.hierarchy": instances.instanceHierarchy,
  "instances.queue": instances.instanceQueue,
  "instances.claim": instances.claimTasks,
  "tasks.add": input.createTask,
  "tasks.addBatch": input.createTasks,
  "tasks.list": tasks.listTasks,
  "tasks.update": input.updateTask,
  "tasks.assign": tasks.assignTask,
  "tasks.delegate": tasks.delegateTask,
  "tasks.escalate": tasks.withReason,
  "tasks.reassign": tasks.reassignTask,
  "tasks.status": tasks.setTaskStatus,
  "tasks.complete": tasks.completeTask,
  "tasks.completeMany": tasks.completeTasks,
  "tasks.fail": tasks.failTask,
  "tasks.failMany": tasks.failTasks,
  "tasks.heartbeat": tasks.heartbeatTask,
  "tasks.release": tasks.releaseTask,
  "tasks.cancel": tasks.withReason,
  "tasks.retry": tasks.retryTask,
  "tasks.wait": tasks.waitForTask,
  "tasks.waits": tasks.waitsOfTasks,
  "delegations.list": delegations.listDelegations,
  "delegations.accept": delegations.acceptDelegation,
  "delegations.reject": delegations.rejectDelegation,
  "delegations.complete": delegations.completeDelegation,
  "delegations.cancel": tasks.withReason,
  "route.preview": input.createTask,
  "deadLetters.list": plainPage,
  "deadLetters.redrive": plainCommand,
  events: listEvents,
} as const;
