import { setup } from "xstate";

import { FINAL, hostLifecycle, plain, typesOf } from "../host.ts";
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
const EVENTS = {
  ...plain(
    "OFFER",
    "HOLD",
    // The offer stays pending until a person decides.
    "AWAIT",
    "ACCEPT",
    "QUEUE",
    "BLOCK",
    "UNBLOCK",
    "CLAIM",
    "HEARTBEAT",
    "START",
    "RELEASE",
    "LEASE_EXPIRED",
  ),
  FAIL: { type: "FAIL", retryable: false } as Fail,
  ...plain("WITHDRAW", "DECOMPOSE"),
  COMPLETE: { type: "COMPLETE", force: false } as Complete,
  ...plain("DEADLINE", "CANCEL", "RETRY"),
};
export type TaskEvent = (typeof EVENTS)[keyof typeof EVENTS];

interface Fail {
  readonly type: "FAIL";
  /** A worker's failure, or an operator's who says so; else it is final. */
  readonly retryable: boolean;
}

interface Complete {
  readonly type: "COMPLETE";
  /** Also from waiting, whose open children are then cancelled. */
  readonly force: boolean;
}

// The ends that every open status has, and that an offer does not keep from happening.
const ENDS = {
  COMPLETE: { target: "done" },
  DEADLINE: { target: "failed" },
  CANCEL: { target: "cancelled" },
} as const;
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

/** A worker has it. */
const IN_HANDS = {
  on: {
    HEARTBEAT: BEGIN,
    START: BEGIN,
    RELEASE,
    LEASE_EXPIRED,
    FAIL,
    WITHDRAW,
    DECOMPOSE,
    ...ENDS,
  },
} as const;

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
        ...ENDS,
      },
    },
    blocked: {
      on: {
        UNBLOCK: { target: "pending", guard: "dependenciesDone" },
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW: { target: "blocked" },
        ...ENDS,
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
        ...ENDS,
      },
    },
    claimed: IN_HANDS,
    in_progress: IN_HANDS,
    waiting: {
      on: {
        FAIL: FAIL_FOR_GOOD,
        WITHDRAW,
        ...ENDS,
        COMPLETE: { target: "done", guard: "forced" },
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

/** The task's lifecycle. Source: spec/domain.md 2.5. */
export const taskLifecycle = hostLifecycle<TaskStatus, TaskContext, TaskEvent>({
  name: "task",
  machine: taskMachine,
  states: TASK_STATUSES,
  events: EVENTS,
  context: NEW_TASK,
});

/** What CREATE makes of a new task: the machine's initial state, or, while a dependency is open, where BLOCK leads from it. */
export function initialTaskStatus(openDependencies: number): TaskStatus {
  const { initial } = taskLifecycle;
  const blocked = openDependencies > 0 ? taskLifecycle.step(initial, { type: "BLOCK" }, NEW_TASK) : null;
  return blocked ?? initial;
}
