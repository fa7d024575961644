import { setup } from "xstate";

import { FINAL, hostLifecycle, typesOf } from "../host.ts";
import { TASK_STATUSES, type TaskStatus } from "../records/task.ts";

/** What a task's lifecycle must know beyond the status, as it was before the event. */
export interface TaskContext {
  /** Reported failures so far; a FAIL being decided is not yet counted. */
  readonly failures: number;
  /** The failure with this number is the last, 1…. */
  readonly maxAttempts: number;
  /** Leases lost so far; a LEASE_EXPIRED being decided is not yet counted. */
  readonly leaseLosses: number;
  /** So many leases may be lost; the next one fails the task. */
  readonly maxLeaseLosses: number;
  /** Dependencies that are not final. */
  readonly openDependencies: number;
  /** True while a hop of it is pending. */
  readonly offered: boolean;
}

/** What can happen to a task once it is created; {@link initialTaskStatus} is what CREATE makes of it. */
export type TaskEvent =
  | { readonly type: "OFFER" }
  | { readonly type: "HOLD" }
  /** The offer stays pending until a person decides. */
  | { readonly type: "AWAIT" }
  | { readonly type: "ACCEPT" }
  | { readonly type: "QUEUE" }
  | { readonly type: "BLOCK" }
  | { readonly type: "UNBLOCK" }
  | { readonly type: "CLAIM" }
  | { readonly type: "HEARTBEAT" }
  | { readonly type: "START" }
  | { readonly type: "RELEASE" }
  | { readonly type: "LEASE_EXPIRED" }
  /** retryable: a worker's failure, or an operator's who says so; else it is final. */
  | { readonly type: "FAIL"; readonly retryable: boolean }
  | { readonly type: "WITHDRAW" }
  | { readonly type: "DECOMPOSE" }
  /** force: also from waiting, whose open children are then cancelled. */
  | { readonly type: "COMPLETE"; readonly force: boolean }
  | { readonly type: "DEADLINE" }
  | { readonly type: "CANCEL" }
  | { readonly type: "RETRY" };

// The ends that every open status has, and that an offer does not keep from happening.
const DEADLINE = { target: "failed" } as const;
const CANCEL = { target: "cancelled" } as const;
const COMPLETE = { target: "done" } as const;
const FAIL_FOR_GOOD = { target: "failed", guard: "failedForGood" } as const;
const WITHDRAW = { target: "pending" } as const;

// What a lease adds: work that went wrong is tried again while attempts are left.
const FAIL = [
  FAIL_FOR_GOOD,
  { target: "queued", guard: "attemptsLeft" },
  { target: "failed", guard: "notOffered" },
] as const;
const LEASE_EXPIRED = [
  { target: "queued", guard: "leaseLossesLeft" },
  { target: "failed", guard: "notOffered" },
] as const;
const BEGIN = { target: "in_progress", guard: "notOffered" } as const;
const RELEASE = { target: "queued", guard: "notOffered" } as const;
const DECOMPOSE = { target: "waiting", guard: "notOffered" } as const;
const BLOCK = { target: "blocked", guard: "notOffered" } as const;
const RETRY = [{ target: "pending", guard: "noOpenDependencies" }, { target: "blocked" }] as const;

const taskMachine = setup({
  types: typesOf<{ context: TaskContext; events: TaskEvent; input: TaskContext; tags: typeof FINAL }>(),
  guards: {
    offered: ({ context }) => context.offered,
    notOffered: ({ context }) => !context.offered,
    noOpenDependencies: ({ context }) => context.openDependencies === 0,
    dependenciesDone: ({ context }) => !context.offered && context.openDependencies === 0,
    failedForGood: ({ event }) => event.type === "FAIL" && !event.retryable,
    attemptsLeft: ({ context }) => !context.offered && context.failures + 1 < context.maxAttempts,
    leaseLossesLeft: ({ context }) => !context.offered && context.leaseLosses + 1 <= context.maxLeaseLosses,
    forced: ({ event }) => event.type === "COMPLETE" && event.force,
  },
}).createMachine({
  id: "task",
  context: ({ input }) => ({ ...input }),
  initial: "pending",
  states: {
    pending: {
      on: {
        OFFER: { target: "pending", guard: "notOffered" },
        HOLD: { target: "pending", guard: "notOffered" },
        AWAIT: { target: "pending", guard: "offered" },
        ACCEPT: { target: "pending", guard: "offered" },
        QUEUE: { target: "queued", guard: "notOffered" },
        BLOCK,
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW,
        DECOMPOSE,
        COMPLETE,
        DEADLINE,
        CANCEL,
      },
    },
    blocked: {
      on: {
        UNBLOCK: { target: "pending", guard: "dependenciesDone" },
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW: { target: "blocked" },
        COMPLETE,
        DEADLINE,
        CANCEL,
      },
    },
    queued: {
      on: {
        BLOCK,
        CLAIM: { target: "claimed", guard: "notOffered" },
        START: BEGIN,
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW,
        DECOMPOSE,
        COMPLETE,
        DEADLINE,
        CANCEL,
      },
    },
    claimed: {
      on: {
        HEARTBEAT: BEGIN,
        START: BEGIN,
        RELEASE,
        LEASE_EXPIRED,
        FAIL,
        WITHDRAW,
        DECOMPOSE,
        COMPLETE,
        DEADLINE,
        CANCEL,
      },
    },
    in_progress: {
      on: {
        HEARTBEAT: BEGIN,
        START: BEGIN,
        RELEASE,
        LEASE_EXPIRED,
        FAIL,
        WITHDRAW,
        DECOMPOSE,
        COMPLETE,
        DEADLINE,
        CANCEL,
      },
    },
    waiting: {
      on: {
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW,
        COMPLETE: { target: "done", guard: "forced" },
        DEADLINE,
        CANCEL,
      },
    },
    done: { type: "final" },
    failed: { tags: [FINAL], on: { RETRY } },
    cancelled: { tags: [FINAL], on: { RETRY } },
  },
});

/** A task that nothing has happened to. */
const NEW_TASK: TaskContext = {
  failures: 0,
  maxAttempts: 3,
  leaseLosses: 0,
  maxLeaseLosses: 20,
  openDependencies: 0,
  offered: false,
};

/** The task's lifecycle. Source: 2-domain.md 2.5. */
export const taskLifecycle = hostLifecycle<TaskStatus, TaskContext, TaskEvent>({
  name: "task",
  machine: taskMachine,
  states: TASK_STATUSES,
  events: {
    OFFER: { type: "OFFER" },
    HOLD: { type: "HOLD" },
    AWAIT: { type: "AWAIT" },
    ACCEPT: { type: "ACCEPT" },
    QUEUE: { type: "QUEUE" },
    BLOCK: { type: "BLOCK" },
    UNBLOCK: { type: "UNBLOCK" },
    CLAIM: { type: "CLAIM" },
    HEARTBEAT: { type: "HEARTBEAT" },
    START: { type: "START" },
    RELEASE: { type: "RELEASE" },
    LEASE_EXPIRED: { type: "LEASE_EXPIRED" },
    FAIL: { type: "FAIL", retryable: false },
    WITHDRAW: { type: "WITHDRAW" },
    DECOMPOSE: { type: "DECOMPOSE" },
    COMPLETE: { type: "COMPLETE", force: false },
    DEADLINE: { type: "DEADLINE" },
    CANCEL: { type: "CANCEL" },
    RETRY: { type: "RETRY" },
  },
  context: NEW_TASK,
});

/** What CREATE makes of a new task: the machine's initial state, or, while a dependency is open, where BLOCK leads from it. */
export function initialTaskStatus(openDependencies: number): TaskStatus {
  const { initial } = taskLifecycle;
  const blocked = openDependencies > 0 ? taskLifecycle.step(initial, { type: "BLOCK" }, NEW_TASK) : null;
  return blocked ?? initial;
}
