import { expect, test } from "vitest";
import {
  initialTaskStatus,
  taskLifecycle,
  type TaskContext,
  type TaskEvent,
} from "../../machines/lifecycles/task.ts";
import { isFinal, type TaskStatus } from "../../machines/records/task.ts";
import { describeTable } from "../support/lifecycle-table.ts";

const FRESH: TaskContext = {
  failures: 0,
  maxAttempts: 3,
  leaseLosses: 0,
  maxLeaseLosses: 20,
  openDependencies: 0,
  offered: false,
};

describeTable<TaskStatus, TaskContext, TaskEvent>({
  lifecycle: taskLifecycle,
  events: [
    { type: "OFFER" },
    { type: "HOLD" },
    { type: "AWAIT" },
    { type: "ACCEPT" },
    { type: "QUEUE" },
    { type: "BLOCK" },
    { type: "UNBLOCK" },
    { type: "CLAIM" },
    { type: "HEARTBEAT" },
    { type: "START" },
    { type: "RELEASE" },
    { type: "LEASE_EXPIRED" },
    { type: "FAIL", retryable: true },
    { type: "FAIL", retryable: false },
    { type: "WITHDRAW" },
    { type: "DECOMPOSE" },
    { type: "COMPLETE", force: true },
    { type: "COMPLETE", force: false },
    { type: "DEADLINE" },
    { type: "CANCEL" },
    { type: "RETRY" },
  ],
  contexts: allContexts(),
  words: {
    // A pending hop exists, which only a pending task can have. The other columns show that nothing slips by.
    offered: ({ context }) => context.offered,
    "not-offered": ({ context }) => !context.offered,
    "deps-open": ({ context }) => context.openDependencies > 0,
    "deps-done": ({ context }) => context.openDependencies === 0,
    retryable: ({ event }) => event.type === "FAIL" && event.retryable,
    final: ({ event }) => event.type === "FAIL" && !event.retryable,
    // 3 attempts: the third failure is the last. 20 lease losses: the twenty-first fails the task.
    "attempts-left": ({ context }) => context.failures < 2,
    "last-attempt": ({ context }) => context.failures >= 2,
    "losses-left": ({ context }) => context.leaseLosses < 20,
    "losses-used-up": ({ context }) => context.leaseLosses >= 20,
    forced: ({ event }) => event.type === "COMPLETE" && event.force,
    unforced: ({ event }) => event.type === "COMPLETE" && !event.force,
  },
  table: `
                                             | pending    blocked    queued       claimed      in_progress  waiting    done  failed   cancelled
    OFFER not-offered                        | pending    -          -            -            -            -          -     -        -
    OFFER offered                            | -          -          -            -            -            -          -     -        -
    HOLD not-offered                         | pending    -          -            -            -            -          -     -        -
    HOLD offered                             | -          -          -            -            -            -          -     -        -
    AWAIT not-offered                        | -          -          -            -            -            -          -     -        -
    AWAIT offered                            | pending    -          -            -            -            -          -     -        -
    ACCEPT not-offered                       | -          -          -            -            -            -          -     -        -
    ACCEPT offered                           | pending    -          -            -            -            -          -     -        -
    QUEUE not-offered                        | queued     -          -            -            -            -          -     -        -
    QUEUE offered                            | -          -          -            -            -            -          -     -        -
    BLOCK not-offered                        | blocked    -          blocked      -            -            -          -     -        -
    BLOCK offered                            | -          -          -            -            -            -          -     -        -
    UNBLOCK not-offered deps-done            | -          pending    -            -            -            -          -     -        -
    UNBLOCK not-offered deps-open            | -          -          -            -            -            -          -     -        -
    UNBLOCK offered                          | -          -          -            -            -            -          -     -        -
    CLAIM not-offered                        | -          -          claimed      -            -            -          -     -        -
    CLAIM offered                            | -          -          -            -            -            -          -     -        -
    HEARTBEAT not-offered                    | -          -          -            in_progress  in_progress  -          -     -        -
    HEARTBEAT offered                        | -          -          -            -            -            -          -     -        -
    START not-offered                        | -          -          in_progress  in_progress  in_progress  -          -     -        -
    START offered                            | -          -          -            -            -            -          -     -        -
    RELEASE not-offered                      | -          -          -            queued       queued       -          -     -        -
    RELEASE offered                          | -          -          -            -            -            -          -     -        -
    LEASE_EXPIRED not-offered losses-left    | -          -          -            queued       queued       -          -     -        -
    LEASE_EXPIRED not-offered losses-used-up | -          -          -            failed       failed       -          -     -        -
    LEASE_EXPIRED offered                    | -          -          -            -            -            -          -     -        -
    FAIL retryable not-offered attempts-left | -          -          -            queued       queued       -          -     -        -
    FAIL retryable not-offered last-attempt  | -          -          -            failed       failed       -          -     -        -
    FAIL retryable offered                   | -          -          -            -            -            -          -     -        -
    FAIL final                               | failed     failed     failed       failed       failed       failed     -     -        -
    WITHDRAW                                 | pending    blocked    pending      pending      pending      pending    -     -        -
    DECOMPOSE not-offered                    | waiting    -          waiting      waiting      waiting      -          -     -        -
    DECOMPOSE offered                        | -          -          -            -            -            -          -     -        -
    COMPLETE forced                          | done       done       done         done         done         done       -     -        -
    COMPLETE unforced                        | done       done       done         done         done         -          -     -        -
    DEADLINE                                 | failed     failed     failed       failed       failed       failed     -     -        -
    CANCEL                                   | cancelled  cancelled  cancelled    cancelled    cancelled    cancelled  -     -        -
    RETRY deps-done                          | -          -          -            -            -            -          -     pending  pending
    RETRY deps-open                          | -          -          -            -            -            -          -     blocked  blocked
  `,
});

/** Each limit just missed, just met, and passed (a limit may be lowered meanwhile), in every combination. */
function allContexts(): TaskContext[] {
  return [false, true].flatMap((offered) =>
    [0, 1].flatMap((openDependencies) =>
      [0, 1, 2, 7].flatMap((failures) =>
        [0, 19, 20, 21].map((leaseLosses) => ({
          ...FRESH,
          offered,
          openDependencies,
          failures,
          leaseLosses,
        })),
      ),
    ),
  );
}

test("a new task is pending, or blocked while a dependency is open", () => {
  expect(initialTaskStatus(0)).toBe("pending");
  expect(initialTaskStatus(1)).toBe("blocked");
  expect(initialTaskStatus(7)).toBe("blocked");
});

test("a task with one attempt fails at its first failure", () => {
  const context = { ...FRESH, maxAttempts: 1 };
  expect(taskLifecycle.step("in_progress", { type: "FAIL", retryable: true }, context)).toBe("failed");
});

test("a task that may lose no lease fails with the first one", () => {
  const context = { ...FRESH, maxLeaseLosses: 0 };
  expect(taskLifecycle.step("claimed", { type: "LEASE_EXPIRED" }, context)).toBe("failed");
});

test("the lifecycle and the records agree on what is final, although a failed task can be retried", () => {
  const { states } = taskLifecycle;
  expect(states.filter((status) => taskLifecycle.isFinal(status))).toEqual(states.filter(isFinal));
});

test("it says which verbs it takes, in their plain form", () => {
  expect(taskLifecycle.allowed("waiting", FRESH)).toEqual(["FAIL", "WITHDRAW", "DEADLINE", "CANCEL"]);
  expect(taskLifecycle.allowed("queued", FRESH)).toEqual([
    "BLOCK",
    "CLAIM",
    "START",
    "FAIL",
    "WITHDRAW",
    "DECOMPOSE",
    "COMPLETE",
    "DEADLINE",
    "CANCEL",
  ]);
  expect(taskLifecycle.allowed("failed", FRESH)).toEqual(["RETRY"]);
  expect(taskLifecycle.allowed("done", FRESH)).toEqual([]);
});

test("an offered task takes the offer's ends and its own, nothing else", () => {
  const offered = { ...FRESH, offered: true };
  expect(taskLifecycle.allowed("pending", offered)).toEqual([
    "AWAIT",
    "ACCEPT",
    "FAIL",
    "WITHDRAW",
    "COMPLETE",
    "DEADLINE",
    "CANCEL",
  ]);
});
