import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { HopperError } from "../../../machines/errors.ts";
import type { InstanceConfig } from "../../../machines/records/instance.ts";
import { LIMITS } from "../../../machines/settings.ts";
import { checkUnknown } from "../../../src/contracts/check.ts";
import { plainCommand } from "../../../src/contracts/command-options.ts";
import * as delegations from "../../../src/contracts/delegations.ts";
import { listEvents } from "../../../src/contracts/events.ts";
import { plainPage } from "../../../src/contracts/filters.ts";
import { warnings } from "../../../src/contracts/instance-config.ts";
import * as contracts from "../../../src/contracts/instances.ts";
import { withReason } from "../../../src/contracts/tasks.ts";
import { looksLikeRef } from "../../../machines/policies/naming.ts";

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

const create = (fields: object) =>
  checkUnknown(contracts.createInstance, { name: "x", scope: "GLOBAL", ...fields });
const createIssues = (fields: object) =>
  issuesOf(contracts.createInstance, { name: "x", scope: "GLOBAL", ...fields });

describe("a new instance", () => {
  test("needs a name and a scope", () => {
    const checked = checkUnknown(contracts.createInstance, { name: " web app ", scope: "project" });
    expect(checked.parentId).toBeNull();
    expect(contracts.toInstanceSpec(checked)).toEqual({
      id: null,
      name: "web app",
      scope: "PROJECT",
      type: "persistent",
      config: {},
      description: null,
      start: false,
    });
    expect(issuesOf(contracts.createInstance, {})).toEqual([
      "name is missing; text is accepted",
      "scope is missing; accepted are GLOBAL, PROJECT, ORCHESTRATION, PERSONAL, FAMILY, EVENT, FEDERATED",
    ]);
  });

  test("takes everything in the caller's words", () => {
    const given = {
      id: "web-1",
      instanceType: "Ephemeral",
      description: "d",
      start: true,
      parentId: "T-root",
    };
    expect(contracts.toInstanceSpec(create(given))).toMatchObject({
      id: "web-1",
      type: "ephemeral",
      description: "d",
      start: true,
    });
  });

  const names: [string, string | null][] = [
    ["a", null],
    ["x".repeat(128), null],
    [`  ${"x".repeat(128)}  `, null],
    ["Ünïcode 名前 🚀", null],
    ["T-", null],
    ["T-4a", null],
    ["C-17", null],
    ["", "name is empty; 1 to 128 characters are accepted"],
    ["   ", "name is empty; 1 to 128 characters are accepted"],
    ["x".repeat(129), "name is 129 characters long; at most 128 are accepted"],
    ["a/b", 'name is "a/b"; a name without "/" is accepted'],
    ["a\tb", "name contains a control character, which is not accepted"],
    ["a\u0085b", "name contains a control character, which is not accepted"],
    [
      "T-42",
      'name is "T-42", which looks like the reference of a task or delegation; any other name is accepted',
    ],
    [
      "d-007",
      'name is "d-007", which looks like the reference of a task or delegation; any other name is accepted',
    ],
  ];
  test.each(names)("named %j", (name, issue) => {
    expect(createIssues({ name })).toEqual(issue === null ? [] : [issue]);
  });

  const form = '1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit';
  const ids: [string, string | null][] = [
    ["a", null],
    ["0.a_B-c", null],
    ["x".repeat(64), null],
    ["x".repeat(65), `id is ${JSON.stringify(`${"x".repeat(40)}…`)}; ${form}`],
    [".a", `id is ".a"; ${form}`],
    ["a b", `id is "a b"; ${form}`],
    ["ä", `id is "ä"; ${form}`],
    ["", `id is ""; ${form}`],
    ["D-7", 'id is "D-7", which looks like the reference of a task or delegation; any other id is accepted'],
  ];
  test.each(ids)("with the id %j", (id, issue) => {
    expect(createIssues({ id })).toEqual(issue === null ? [] : [issue]);
  });

  test.each([
    [
      { scope: "PROJCT" },
      'scope is "PROJCT"; accepted are GLOBAL, PROJECT, ORCHESTRATION, PERSONAL, FAMILY, EVENT, FEDERATED (did you mean PROJECT?)',
    ],
    [{ instanceType: "forever" }, 'instanceType is "forever"; accepted are persistent, ephemeral, temporary'],
    [{ start: "yes" }, 'start is "yes"; true or false is accepted'],
    [{ type: "persistent" }, "type is not a known field; did you mean instanceType?"],
    [{ config: "x" }, 'config is "x"; an object is accepted'],
  ])("%j is refused", (fields, issue) => {
    expect(createIssues(fields)).toEqual([issue]);
  });
});

describe("configuration of an instance", () => {
  test("passes through untouched, as a copy", () => {
    const config = {
      max_concurrent_tasks: 3,
      capabilities: ["a"],
      expires_at: "2026-03-01T12:00:00+01:00",
      mine: { deep: [1, null] },
      child_defaults: { auto_delegate: false, theirs: 1 },
    };
    const checked = create({ config }).config;
    expect(checked).toEqual(config);
    config.mine.deep.push(2);
    config.capabilities.push("b");
    expect(checked).toMatchObject({ mine: { deep: [1, null] }, capabilities: ["a"] });
  });

  const refused: [object, string][] = [
    [{ capabilities: "a" }, 'capabilities is "a"; a list of texts is accepted'],
    [
      { capabilities: Array.from({ length: 257 }, (_, n) => `c${n}`) },
      "capabilities has 257 entries; at most 256 are accepted",
    ],
    [{ strict_capabilities: 1 }, "strict_capabilities is the number 1; true or false is accepted"],
    [
      { max_concurrent_tasks: 0 },
      "max_concurrent_tasks is the number 0; a whole number from 1 to 1000000 is accepted",
    ],
    [
      { max_concurrent_tasks: 1.5 },
      "max_concurrent_tasks is the number 1.5; a whole number from 1 to 1000000 is accepted",
    ],
    [
      { max_concurrent_tasks: null },
      "max_concurrent_tasks is null; a whole number from 1 to 1000000 is accepted",
    ],
    [
      { max_queued_tasks: -1 },
      "max_queued_tasks is the number -1; a whole number from 0 to 1000000 is accepted",
    ],
    [{ acceptance: "always" }, 'acceptance is "always"; accepted are auto, manual'],
    [
      { orchestration_threshold: "3" },
      'orchestration_threshold is "3"; a whole number from 0 to 100 is accepted',
    ],
    [
      { on_failure: "escalte" },
      'on_failure is "escalte"; accepted are propagate, reassign, escalate (did you mean escalate?)',
    ],
    [{ routing_engine: "ml" }, 'routing_engine is "ml"; accepted is rules'],
    [
      { linger_seconds: -1 },
      "linger_seconds is the number -1; a number of seconds from 0 to 31536000 is accepted",
    ],
    [
      { drain_timeout_seconds: 86_401 },
      "drain_timeout_seconds is the number 86401; a number of seconds from 0 to 86400 is accepted",
    ],
    [{ expires_at: "soon" }, 'expires_at is "soon"; a moment such as 2026-03-01T12:00:00Z is accepted'],
    [{ ends_at: 5 }, "ends_at is the number 5; a moment such as 2026-03-01T12:00:00Z is accepted"],
    [
      { child_defaults: { max_queued_tasks: "many" } },
      'child_defaults.max_queued_tasks is "many"; a whole number from 0 to 1000000 is accepted',
    ],
  ];
  test.each(refused)("%j is refused", (config, issue) => {
    expect(createIssues({ config })).toEqual([`config.${issue}`]);
  });

  test("queues may be closed, and limits reached", () => {
    const config = { max_queued_tasks: 0, max_concurrent_tasks: 1, linger_seconds: 0.5 };
    expect(create({ config }).config).toEqual(config);
  });

  test("is limited in size", () => {
    const config = (length: number) => ({ config: { x: "y".repeat(length) } });
    expect(createIssues(config(LIMITS.payloadBytes - 8))).toEqual([]);
    expect(createIssues(config(LIMITS.payloadBytes - 7))).toEqual([
      "config is 65537 bytes of JSON; at most 65536 are accepted",
    ]);
  });

  test("keeps unknown keys and warns about them, with the nearest known one", () => {
    expect(
      warnings({
        max_concurent_tasks: 3,
        maxQueuedTasks: 1,
        zzz: 1,
        auto_delegate: true,
        child_defaults: { fallbak: 1, child_defaults: {} },
      } as InstanceConfig),
    ).toEqual([
      {
        path: "max_concurent_tasks",
        message: "is kept, but Hopper does not read it; did you mean max_concurrent_tasks?",
        suggestion: "max_concurrent_tasks",
      },
      {
        path: "maxQueuedTasks",
        message: "is kept, but Hopper does not read it; did you mean max_queued_tasks?",
        suggestion: "max_queued_tasks",
      },
      { path: "zzz", message: "is kept, but Hopper does not read it" },
      {
        path: "child_defaults.fallbak",
        message: "is kept, but Hopper does not read it; did you mean fallback?",
        suggestion: "fallback",
      },
      { path: "child_defaults.child_defaults", message: "is kept, but Hopper does not read it" },
    ]);
    expect(warnings({ auto_delegate: true })).toEqual([]);
  });
});

describe("the other verbs of instances", () => {
  const accepted: [string, z.ZodType, object, object][] = [
    ["start", plainCommand, { by: "me" }, { by: "me" }],
    ["stop", contracts.stopInstance, {}, { wait: true }],
    [
      "stop soon",
      contracts.stopInstance,
      { drainTimeoutMs: "5s", wait: false },
      { drainTimeoutMs: 5_000, wait: false },
    ],
    ["fail", contracts.failInstance, { error: "boom" }, { error: { code: "failed", message: "boom" } }],
    ["terminate", contracts.terminateInstance, {}, { cascade: false }],
    ["hierarchy", contracts.instanceHierarchy, { all: "true" }, { all: true }],
    [
      "claim",
      contracts.claimTasks,
      { workerId: "w" },
      { workerId: "w", max: 1, leaseMs: null, waitMs: 0, capabilities: null },
    ],
    [
      "claim many",
      contracts.claimTasks,
      { workerId: "w", max: 100, leaseSeconds: 2.5, waitSeconds: 50, capabilities: ["a", "a"] },
      { workerId: "w", max: 100, leaseMs: 2_500, waitMs: 50_000, capabilities: ["a"] },
    ],
    ["dead letters", plainPage, { limit: "3" }, { limit: 3, count: false }],
  ];
  test.each(accepted)("%s", (_what, schema, input, output) => {
    expect(checkUnknown(schema, input)).toEqual(output);
  });

  const refused: [string, z.ZodType, object, string][] = [
    ["start", plainCommand, { force: true }, "force is not a known field; accepted are idempotencyKey, by"],
    [
      "stop",
      contracts.stopInstance,
      { drainTimeoutMs: -1 },
      "drainTimeoutMs is the number -1; 0 to 86400000 milliseconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted",
    ],
    [
      "fail",
      contracts.failInstance,
      {},
      "error is missing; a text or an object with message, code? and details? is accepted",
    ],
    [
      "terminate",
      contracts.terminateInstance,
      { cascade: "yes" },
      'cascade is "yes"; true or false is accepted',
    ],
    ["claim", contracts.claimTasks, {}, "workerId is missing; text is accepted"],
    [
      "claim none",
      contracts.claimTasks,
      { workerId: "w", max: 0 },
      "max is the number 0; a whole number from 1 to 100 is accepted",
    ],
    [
      "claim too many",
      contracts.claimTasks,
      { workerId: "w", max: 101 },
      "max is the number 101; a whole number from 1 to 100 is accepted",
    ],
    [
      "wait too long",
      contracts.claimTasks,
      { workerId: "w", waitSeconds: 51 },
      "waitSeconds is the number 51; 0 to 50 seconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted",
    ],
  ];
  test.each(refused)("%s is refused", (_what, schema, input, issue) => {
    expect(issuesOf(schema, input)).toEqual([issue]);
  });

  test("the list becomes the store's question", () => {
    const all = {
      scope: "project,Global",
      status: "running",
      instanceType: ["ephemeral"],
      q: "web",
      all: true,
    };
    expect(contracts.toInstanceFilter(checkUnknown(contracts.listInstances, all), { parent: 3 })).toEqual({
      limit: 50,
      cursor: null,
      count: false,
      all: true,
      scope: ["PROJECT", "GLOBAL"],
      status: ["running"],
      type: ["ephemeral"],
      q: "web",
      parent: 3,
    });
    expect(contracts.toInstanceFilter(checkUnknown(contracts.listInstances, {}))).toEqual({
      limit: 50,
      cursor: null,
      count: false,
      all: false,
    });
  });
});

describe("delegations", () => {
  test("the list becomes the store's question", () => {
    const given = { status: "canceled", direction: "Incoming", instanceId: "x", limit: 1, cursor: "c" };
    expect(
      delegations.toDelegationFilter(checkUnknown(delegations.listDelegations, given), { instance: 2 }),
    ).toEqual({
      limit: 1,
      cursor: "c",
      count: false,
      status: ["cancelled"],
      direction: "incoming",
      instance: 2,
    });
    expect(delegations.toDelegationFilter(checkUnknown(delegations.listDelegations, {}))).toEqual({
      limit: 50,
      cursor: null,
      count: false,
    });
  });

  test("accept, complete, cancel take little; reject takes a reason", () => {
    expect(checkUnknown(delegations.acceptDelegation, {})).toEqual({ note: null });
    expect(checkUnknown(delegations.completeDelegation, { result: [1] })).toEqual({ result: "[1]" });
    expect(checkUnknown(delegations.completeDelegation, {})).toEqual({ result: null });
    expect(checkUnknown(withReason, { reason: "r" })).toEqual({ reason: "r" });
    expect(checkUnknown(delegations.rejectDelegation, { reason: " no time " })).toEqual({
      reason: "no time",
    });
    expect(issuesOf(delegations.rejectDelegation, {})).toEqual(["reason is missing; text is accepted"]);
    expect(issuesOf(delegations.rejectDelegation, { reason: " " })).toEqual([
      "reason is empty; a reason in words is accepted",
    ]);
  });
});

describe("events", () => {
  const sinces: [unknown, object][] = [
    ["0", { kind: "start" }],
    [0, { kind: "start" }],
    ["5m", { kind: "ago", ms: 300_000 }],
    ["1.5h", { kind: "ago", ms: 5_400_000 }],
    ["abc.0.z", { kind: "cursor", cursor: "abc.0.z" }],
    ["17", { kind: "cursor", cursor: "17" }],
    ["yesterday", { kind: "cursor", cursor: "yesterday" }],
  ];
  test.each(sinces)("since %j", (since, expected) => {
    expect(checkUnknown(listEvents, { since }).since).toEqual(expected);
  });

  test("since a list is refused", () => {
    expect(issuesOf(listEvents, { since: [] })).toEqual([
      "since is a list; a cursor, 0 or a duration such as 250ms, 30s, 5m or 1h30m is accepted",
    ]);
  });

  test("types are words of a long list, of which the family is shown", () => {
    expect(checkUnknown(listEvents, { type: "task.completed,TASK.FAILED" }).type).toEqual([
      "task.completed",
      "task.failed",
    ]);
    expect(issuesOf(listEvents, { type: "lease.gone" })).toEqual([
      'type is "lease.gone"; accepted are lease.expired, lease.result_refused …',
    ]);
    expect(issuesOf(listEvents, { type: "xyz" })[0]).toMatch(/accepted are instance\.created, .* …$/);
    expect(issuesOf(listEvents, { type: 5 })[0]).toMatch(/accepted are instance\.created, .* …$/);
  });
});

test("what looks like a ref", () => {
  expect(["T-1", "d-7", "T-007"].map(looksLikeRef)).toEqual([true, true, true]);
  expect(["T1", "T-", "T-x", "X-1", "T-1 ", "AT-1"].some(looksLikeRef)).toBe(false);
});
