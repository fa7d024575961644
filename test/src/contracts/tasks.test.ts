import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { HopperError } from "../../../machines/errors.ts";
import { LIMITS } from "../../../machines/settings.ts";
import { checkUnknown } from "../../../src/contracts/check.ts";
import * as contracts from "../../../src/contracts/tasks.ts";

function issuesOf(schema: z.ZodType, input: unknown): string[] {
  try {
    checkUnknown(schema, input);
  } catch (error) {
    if (!(error instanceof HopperError)) throw error;
    return (error.facts["issues"] as unknown as { path: string; message: string }[]).map(
      ({ path, message }) => `${path} ${message}`,
    );
  }
  return [];
}

describe("the list of tasks", () => {
  const filter = (input: object, resolved = {}) =>
    contracts.toTaskFilter(checkUnknown(contracts.listTasks, input), resolved);

  test("asks for 50 of all when nothing is said", () => {
    expect(filter({})).toEqual({ limit: 50, cursor: null, count: false });
  });

  test("takes words in any case, lists, commas and texts for numbers", () => {
    const given = {
      status: "Open, complete,canceled",
      priority: ["HIGH", "low,low"],
      tag: "a",
      notTag: ["b", "c"],
      project: "web",
      assignee: "w1",
      runId: "r",
      q: " login ",
      sort: "-CREATED",
      limit: "500",
      count: "true",
      cursor: "abc",
    };
    expect(filter(given, { holder: null, parentTask: 3 })).toEqual({
      limit: 500,
      cursor: "abc",
      count: true,
      holder: null,
      parentTask: 3,
      status: ["pending", "blocked", "queued", "claimed", "in_progress", "waiting", "done", "cancelled"],
      tags: ["a"],
      notTags: ["b", "c"],
      priority: ["high", "low"],
      project: "web",
      assignee: "w1",
      runId: "r",
      q: "login",
      sort: "-created",
    });
  });

  const refused: [object, string][] = [
    [
      { status: "opne" },
      'status is "opne"; accepted are pending, blocked, queued, claimed, in_progress, waiting, done, failed, cancelled (did you mean open?)',
    ],
    [
      { status: "" },
      'status is ""; accepted are pending, blocked, queued, claimed, in_progress, waiting, done, failed, cancelled',
    ],
    [
      { status: [] },
      "status is empty; accepted are pending, blocked, queued, claimed, in_progress, waiting, done, failed, cancelled",
    ],
    [
      { status: 5 },
      "status[0] is the number 5; accepted are pending, blocked, queued, claimed, in_progress, waiting, done, failed, cancelled",
    ],
    [{ limit: 0 }, "limit is the number 0; a whole number from 1 to 500 is accepted"],
    [{ limit: "501" }, "limit is the number 501; a whole number from 1 to 500 is accepted"],
    [{ limit: "ten" }, 'limit is "ten"; a whole number from 1 to 500 is accepted'],
    [{ count: "maybe" }, 'count is "maybe"; true or false is accepted'],
    [{ tag: 5 }, "tag is the number 5; a text or a list of texts is accepted"],
    [{ q: "x".repeat(513) }, "q is 513 characters long; at most 512 are accepted"],
    [{ sort: "age" }, 'sort is "age"; accepted are created, -created, priority, updated, -updated'],
  ];
  test.each(refused)("%j is refused", (input, issue) => {
    expect(issuesOf(contracts.listTasks, input)).toEqual([issue]);
  });

  test("flags in a question may be 0 and 1", () => {
    expect(filter({ count: "1" }).count).toBe(true);
    expect(filter({ count: "0" }).count).toBe(false);
    expect(filter({ count: "false" }).count).toBe(false);
  });
});

describe("the other verbs of tasks", () => {
  const accepted: [string, z.ZodType, object, object][] = [
    ["assign", contracts.assignTask, { instanceId: " webapp " }, { instanceId: "webapp" }],
    [
      "delegate to nobody in particular",
      contracts.delegateTask,
      {},
      { targetInstanceId: null, delegationType: "route", notes: null, autoAccept: null },
    ],
    [
      "delegate",
      contracts.delegateTask,
      { targetInstanceId: "x", delegationType: "Escalate", notes: "n", autoAccept: false },
      { targetInstanceId: "x", delegationType: "escalate", notes: "n", autoAccept: false },
    ],
    ["escalate", contracts.withReason, { reason: "stuck" }, { reason: "stuck" }],
    ["cancel", contracts.withReason, {}, { reason: null }],
    [
      "reassign",
      contracts.reassignTask,
      { targetInstanceId: "x" },
      { targetInstanceId: "x", reason: null, autoAccept: true },
    ],
    [
      "status",
      contracts.setTaskStatus,
      { status: "Completed", result: 5 },
      { status: "done", result: "5", reason: null },
    ],
    [
      "status open",
      contracts.setTaskStatus,
      { status: "open" },
      { status: "pending", result: null, reason: null },
    ],
    ["complete", contracts.completeTask, {}, { result: null, leaseToken: null, force: false }],
    [
      "complete with a result",
      contracts.completeTask,
      { result: { a: 1 }, leaseToken: "L-1-1", force: true },
      { result: '{"a":1}', leaseToken: "L-1-1", force: true },
    ],
    [
      "complete with null",
      contracts.completeTask,
      { result: null, leaseToken: null },
      { result: null, leaseToken: null, force: false },
    ],
    [
      "fail in words",
      contracts.failTask,
      { error: "boom" },
      { error: { code: "failed", message: "boom" }, retryable: null, leaseToken: null },
    ],
    [
      "fail",
      contracts.failTask,
      { error: { code: "e", message: "m", details: { x: 1 } }, retryable: true },
      { error: { code: "e", message: "m", details: { x: 1 } }, retryable: true, leaseToken: null },
    ],
    [
      "heartbeat",
      contracts.heartbeatTask,
      { leaseToken: "t" },
      { leaseToken: "t", leaseMs: null, progress: null, note: null },
    ],
    [
      "heartbeat with news",
      contracts.heartbeatTask,
      { leaseToken: "t", leaseSeconds: "5m", progress: 0.5, note: "n" },
      { leaseToken: "t", leaseMs: 300_000, progress: 0.5, note: "n" },
    ],
    ["release", contracts.releaseTask, { leaseToken: "t" }, { leaseToken: "t" }],
    ["retry", contracts.retryTask, {}, { resetAttempts: true, withDependents: false }],
    ["wait", contracts.waitForTask, { timeoutMs: "30s" }, { timeoutMs: 30_000 }],
  ];
  test.each(accepted)("%s", (_what, schema, input, output) => {
    expect(checkUnknown(schema, input)).toEqual(output);
  });

  const refused: [string, z.ZodType, object, string][] = [
    ["assign", contracts.assignTask, {}, "instanceId is missing; text is accepted"],
    [
      "delegate",
      contracts.delegateTask,
      { delegationType: "decompose" },
      'delegationType is "decompose"; accepted are route, escalate, reassign',
    ],
    [
      "delegate",
      contracts.delegateTask,
      { delegationType: "rout" },
      'delegationType is "rout"; accepted are route, escalate, reassign (did you mean route?)',
    ],
    ["reassign", contracts.reassignTask, {}, "targetInstanceId is missing; text is accepted"],
    [
      "status",
      contracts.setTaskStatus,
      { status: "queued" },
      'status is "queued"; accepted are done, failed, cancelled, blocked, pending, in_progress',
    ],
    [
      "complete",
      contracts.completeTask,
      { result: "x".repeat(LIMITS.resultBytes) },
      "result is 262146 bytes of JSON; at most 262144 are accepted",
    ],
    [
      "fail without an error",
      contracts.failTask,
      {},
      "error is missing; a text or an object with message, code? and details? is accepted",
    ],
    [
      "fail without a message",
      contracts.failTask,
      { error: {} },
      "error.message is missing; text is accepted",
    ],
    [
      "fail with too much",
      contracts.failTask,
      { error: { message: "m", details: "x".repeat(LIMITS.resultBytes) } },
      "error has 262146 bytes of details; at most 262144 are accepted",
    ],
    [
      "heartbeat",
      contracts.heartbeatTask,
      { leaseToken: "t", progress: 1.5 },
      "progress is the number 1.5; a number from 0 to 1 is accepted",
    ],
    [
      "a lease of nothing",
      contracts.heartbeatTask,
      { leaseToken: "t", leaseSeconds: 0 },
      "leaseSeconds is the number 0; 0.001 to 604800 seconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted",
    ],
    [
      "wait",
      contracts.waitForTask,
      { timeoutMs: "soon" },
      'timeoutMs is "soon"; 0 to 2147483647 milliseconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted',
    ],
    [
      "wait for a flag",
      contracts.waitForTask,
      { timeoutMs: true },
      "timeoutMs is the boolean true; 0 to 2147483647 milliseconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted",
    ],
  ];
  test.each(refused)("%s is refused", (_what, schema, input, issue) => {
    expect(issuesOf(schema, input)).toEqual([issue]);
  });
});
