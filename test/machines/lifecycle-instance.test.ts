import { expect, test } from "vitest";
import {
  instanceLifecycle,
  type InstanceContext,
  type InstanceEvent,
} from "../../machines/lifecycles/instance.ts";
import type { InstanceStatus } from "../../machines/records/instance.ts";
import { describeTable } from "../support/lifecycle-table.ts";

const ALONE: InstanceContext = { liveChildren: 0, terminating: false };

describeTable<InstanceStatus, InstanceContext, InstanceEvent>({
  lifecycle: instanceLifecycle,
  events: [
    { type: "START" },
    { type: "STARTED" },
    { type: "PAUSE" },
    { type: "RESUME" },
    { type: "STOP" },
    { type: "STOPPED" },
    { type: "FAIL" },
    { type: "TERMINATE" },
    { type: "TERMINATED" },
  ],
  contexts: [0, 1, 2].flatMap((liveChildren) => [
    { liveChildren, terminating: false },
    { liveChildren, terminating: true },
  ]),
  words: {
    "without-children": ({ context }) => context.liveChildren === 0,
    "with-children": ({ context }) => context.liveChildren > 0,
    // In a cascade, which only a stopping instance can be. The other columns show that nothing else depends on it.
    terminating: ({ context }) => context.terminating,
    "not-terminating": ({ context }) => !context.terminating,
  },
  table: `
                                            | created     starting    running     paused      stopping    stopped     error       terminated
    START                                   | starting    -           -           -           -           starting    starting    -
    STARTED                                 | -           running     -           -           -           -           -           -
    PAUSE                                   | -           -           paused      -           -           -           -           -
    RESUME                                  | -           -           -           running     -           -           -           -
    STOP                                    | -           -           stopping    stopping    -           -           -           -
    STOPPED         not-terminating         | -           -           -           -           stopped     -           -           -
    STOPPED         terminating             | -           -           -           -           -           -           -           -
    FAIL            not-terminating         | error       error       error       error       error       error       -           -
    FAIL            terminating             | -           -           -           -           -           -           -           -
    TERMINATE       without-children        | terminated  terminated  terminated  terminated  terminated  terminated  terminated  -
    TERMINATE       with-children           | stopping    stopping    stopping    stopping    stopping    stopping    stopping    -
    TERMINATED      not-terminating         | -           -           -           -           -           -           -           -
    TERMINATED terminating with-children    | -           -           -           -           -           -           -           -
    TERMINATED terminating without-children | -           -           -           -           terminated  -           -           -
  `,
});

test("a new instance is created, not yet running", () => {
  expect(instanceLifecycle.initial).toBe("created");
});

test("only terminated is the end", () => {
  expect(instanceLifecycle.states.filter((status) => instanceLifecycle.isFinal(status))).toEqual([
    "terminated",
  ]);
});

test("a verb whose state is reached already is refused", () => {
  expect(instanceLifecycle.step("running", { type: "START" }, ALONE)).toBeNull();
  expect(instanceLifecycle.step("paused", { type: "PAUSE" }, ALONE)).toBeNull();
});

test("it says which verbs it takes", () => {
  expect(instanceLifecycle.allowed("running", ALONE)).toEqual(["PAUSE", "STOP", "FAIL", "TERMINATE"]);
  expect(instanceLifecycle.allowed("error", ALONE)).toEqual(["START", "TERMINATE"]);
  expect(instanceLifecycle.allowed("stopping", { liveChildren: 2, terminating: true })).toEqual([
    "TERMINATE",
  ]);
  expect(instanceLifecycle.allowed("terminated", ALONE)).toEqual([]);
});
