import { createActor, transition } from "xstate";
import type { ActorScope, AnyMachineSnapshot, EventObject } from "xstate";
import { taskLifecycle, type TaskContext, type TaskEvent } from "../../machines/lifecycles/task.ts";
import type { TaskStatus } from "../../machines/records/task.ts";
import type { Case, Row } from "../lib/case.ts";

/** A task's way through W3, again and again. */
const WALK: readonly { readonly from: TaskStatus; readonly event: TaskEvent; readonly to: TaskStatus }[] = [
  { from: "pending", event: { type: "OFFER" }, to: "pending" },
  { from: "pending", event: { type: "QUEUE" }, to: "queued" },
  { from: "queued", event: { type: "CLAIM" }, to: "claimed" },
  { from: "claimed", event: { type: "COMPLETE", force: false }, to: "done" },
];

const CONTEXT: TaskContext = {
  failures: 0,
  maxAttempts: 3,
  leaseLosses: 0,
  maxLeaseLosses: 20,
  openDependencies: 0,
  offered: false,
};

const { machine } = taskLifecycle;
const WALKS_AT_ONCE = 100;

/** Gives what the step gave; null = refused. */
type Step = (from: TaskStatus, event: TaskEvent) => unknown;

function forbidden(): never {
  throw new Error("a lifecycle machine has no effects");
}

/** One scope for all calls, in which nothing can be sent, spawned or deferred. */
function inertScope(): ActorScope<AnyMachineSnapshot, EventObject> {
  const self = createActor(machine, { input: CONTEXT });
  return {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: forbidden,
    defer: forbidden,
    emit: forbidden,
    stopChild: forbidden,
    actionExecutor: forbidden,
  };
}

function stepsFor(step: Step, ms: number): number {
  const start = performance.now();
  let [steps, refused] = [0, 0];
  while (performance.now() - start < ms) {
    for (let walk = 0; walk < WALKS_AT_ONCE; walk++) {
      for (const { from, event } of WALK) if (step(from, event) === null) refused += 1;
    }
    steps += WALKS_AT_ONCE * WALK.length;
  }
  if (refused > 0) throw new Error(`${refused} steps were refused`);
  return (steps / (performance.now() - start)) * 1_000;
}

/** Steps per second from a stored status to the next; `valueOf` reads the new status out of what a step gives. */
function stepCase(name: string, step: Step, valueOf: (given: unknown) => unknown): Case {
  return {
    name,
    run({ quick }) {
      for (const { from, event, to } of WALK) {
        const reached = valueOf(step(from, event));
        if (reached !== to)
          throw new Error(`${name}: ${from} + ${event.type} gave ${String(reached)}, not ${to}`);
      }
      const ms = quick ? 300 : 1_500;
      stepsFor(step, ms / 3);
      return Promise.resolve({ figures: { perSecond: stepsFor(step, ms) } });
    },
  };
}

const stored = (value: TaskStatus): AnyMachineSnapshot => machine.resolveState({ value, context: CONTEXT });
const scope = inertScope();
const valueOfSnapshot = (given: unknown): unknown => (given as AnyMachineSnapshot).value;

/** What a step of a lifecycle costs with XState, and with the table that machines/host.ts compiles from it. */
export const xstate: Row = {
  name: "xstate",
  title: "one step of the task lifecycle",
  group: "parts",
  cases: [
    stepCase(
      "XState transition()",
      (from, event) => transition(machine, stored(from), event)[0],
      valueOfSnapshot,
    ),
    stepCase(
      "XState machine.transition, one inert scope",
      (from, event) => machine.transition(stored(from), event, scope),
      valueOfSnapshot,
    ),
    stepCase(
      "machines/host.ts, compiled table",
      (from, event) => taskLifecycle.step(from, event, CONTEXT),
      (given) => given,
    ),
  ],
  shown: ["perSecond"],
};
