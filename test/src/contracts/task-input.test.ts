import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { HopperError } from "../../../machines/errors.ts";
import { LIMITS } from "../../../machines/settings.ts";
import { checkBatch } from "../../../src/contracts/batch.ts";
import { checkUnknown } from "../../../src/contracts/check.ts";
import {
  createTask,
  createTasks,
  dependencyKeys,
  dependencyRefs,
  toTaskEdit,
  toTaskSpec,
  updateTask,
} from "../../../src/contracts/task-input.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");

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

describe("a new task", () => {
  test("needs a title and gets defaults for the rest", () => {
    expect(checkUnknown(createTask, { title: " Build \n it " })).toEqual({
      title: "Build \n it",
      description: null,
      tags: [],
      priority: "medium",
      dependsOn: [],
      onDependencyFailure: "fail",
      route: true,
    });
  });

  test("takes everything, in the words of the caller, and puts it in the words of the machines", () => {
    const checked = checkUnknown(createTask, {
      title: "Build",
      description: "long",
      tags: ["react ", "react", "ui"],
      priority: "HIGH",
      instanceId: "webapp",
      project: "web",
      key: "types",
      runId: "plan@1#2",
      dependsOn: ["T-1", "T-1"],
      onDependencyFailure: "RUN",
      deadlineAt: "2026-03-02T13:00:00+01:00",
      notBefore: "2026-03-01T12:00:00.5Z",
      timeoutSeconds: 60,
      maxAttempts: 2,
      run: "npm test\n",
      payload: { a: [1] },
      route: false,
      source: "PLAN",
      settleMs: "2s",
      idempotencyKey: "k",
      by: "cli:ada",
    });
    expect(checked).toMatchObject({
      settleMs: 2_000,
      idempotencyKey: "k",
      by: "cli:ada",
      instanceId: "webapp",
    });
    expect(toTaskSpec(checked, { dependsOn: [1], now: NOW, source: "api" })).toEqual({
      title: "Build",
      description: "long",
      tags: ["react", "ui"],
      priority: "high",
      project: "web",
      key: "types",
      runId: "plan@1#2",
      dependsOn: [1],
      dependsOnKeys: [],
      onDependencyFailure: "run",
      deadlineAt: Date.parse("2026-03-02T12:00:00Z"),
      notBefore: NOW + 500,
      timeoutSeconds: 60,
      maxAttempts: 2,
      run: "npm test\n",
      payload: '{"a":[1]}',
      route: false,
      source: "plan",
    });
  });

  test("null means none where none is meant", () => {
    const nulls = {
      description: null,
      instanceId: null,
      project: null,
      key: null,
      runId: null,
      deadlineAt: null,
    };
    const checked = checkUnknown(createTask, {
      title: "x",
      ...nulls,
      notBefore: null,
      timeoutSeconds: null,
      run: null,
      payload: null,
    });
    expect(toTaskSpec(checked, { dependsOn: [], now: NOW, source: "library" })).toMatchObject({
      description: null,
      project: null,
      key: null,
      runId: null,
      deadlineAt: null,
      notBefore: null,
      timeoutSeconds: null,
      run: null,
      payload: null,
      maxAttempts: null,
      source: "library",
    });
  });

  test("with a deadline that has passed is refused, also at the very moment", () => {
    const checked = checkUnknown(createTask, { title: "x", deadlineAt: "2026-03-01T12:00:00Z" });
    const spec = (now: number) => () =>
      toTaskSpec(checked, { dependsOn: [], now, source: "api", deadlineField: "deadline_at" });
    expect(spec(NOW)).toThrow("deadline_at is 2026-03-01T12:00:00.000Z, which has passed");
    expect(spec(NOW - 1)().deadlineAt).toBe(NOW);
  });

  const refused: [string, object, string][] = [
    ["no title", {}, "title is missing; text is accepted"],
    ["an empty title", { title: "  " }, "title is empty; 1 to 512 characters are accepted"],
    ["tags as text", { tags: "a,b" }, 'tags is "a,b"; a list of texts is accepted'],
    ["a tag that is a number", { tags: ["a", 1] }, "tags[1] is the number 1; text is accepted"],
    ["an empty tag", { tags: [""] }, "tags[0] is empty; 1 to 64 characters are accepted"],
    ["a tag of two lines", { tags: ["a\nb"] }, "tags[0] contains a control character, which is not accepted"],
    [
      "an unknown priority",
      { priority: "hihg" },
      'priority is "hihg"; accepted are urgent, high, medium, low (did you mean high?)',
    ],
    [
      "a priority that is a number",
      { priority: 1 },
      "priority is the number 1; accepted are urgent, high, medium, low",
    ],
    [
      "a deadline in words",
      { deadlineAt: "tomorrow" },
      'deadlineAt is "tomorrow"; a moment such as 2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00 is accepted',
    ],
    [
      "a deadline as a number",
      { deadlineAt: 5 },
      "deadlineAt is the number 5; a moment such as 2026-03-01T12:00:00Z is accepted",
    ],
    [
      "a timeout of nothing",
      { timeoutSeconds: 0 },
      "timeoutSeconds is the number 0; a whole number from 1 to 31536000 is accepted",
    ],
    [
      "half a second",
      { timeoutSeconds: 0.5 },
      "timeoutSeconds is the number 0.5; a whole number from 1 to 31536000 is accepted",
    ],
    [
      "no attempts",
      { maxAttempts: 0 },
      "maxAttempts is the number 0; a whole number from 1 to 1000 is accepted",
    ],
    ["route as text", { route: "no" }, 'route is "no"; true or false is accepted'],
    ["dependencies as text", { dependsOn: "T-1" }, 'dependsOn is "T-1"; a list of ids or refs is accepted'],
    [
      "a key outside of a batch",
      { dependsOn: ["key:a"] },
      'dependsOn names a task of a batch ("key:…"); ids and refs of existing tasks are accepted',
    ],
    [
      "a settle of a minute",
      { settleMs: 60_000 },
      "settleMs is the number 60000; 0 to 30000 milliseconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted",
    ],
    [
      "an unknown source",
      { source: "mail" },
      'source is "mail"; accepted are api, cli, library, plan, mcp, inbox, czarina, federation',
    ],
    ["a reference that is an object", { instanceId: {} }, "instanceId is an object; text is accepted"],
    ["a key that is empty", { key: "" }, "key is empty; 1 to 128 characters are accepted"],
    ["a flag as a key", { idempotencyKey: true }, "idempotencyKey is the boolean true; text is accepted"],
  ];
  test.each(refused)("%s is refused", (_what, fields, issue) => {
    expect(issuesOf(createTask, { ...(_what === "no title" ? {} : { title: "x" }), ...fields })).toEqual([
      issue,
    ]);
  });

  const limits: [string, object, object, string][] = [
    [
      "title",
      { title: "x".repeat(512) },
      { title: "x".repeat(513) },
      "title is 513 characters long; at most 512 are accepted",
    ],
    ["tags", { tags: many(32) }, { tags: many(33) }, "tags has 33 entries; at most 32 are accepted"],
    [
      "tag",
      { tags: ["x".repeat(64)] },
      { tags: ["x".repeat(65)] },
      "tags[0] is 65 characters long; at most 64 are accepted",
    ],
    [
      "payload",
      { payload: "x".repeat(LIMITS.payloadBytes - 2) },
      { payload: "x".repeat(LIMITS.payloadBytes - 1) },
      "payload is 65537 bytes of JSON; at most 65536 are accepted",
    ],
    [
      "payload in bytes",
      { payload: "ä".repeat(32_767) },
      { payload: "ä".repeat(32_768) },
      "payload is 65538 bytes of JSON; at most 65536 are accepted",
    ],
    [
      "run",
      { run: "x".repeat(65_536) },
      { run: "x".repeat(65_537) },
      "run is 65537 bytes long; at most 65536 are accepted",
    ],
    [
      "description",
      { description: "x".repeat(262_144) },
      { description: "x".repeat(262_145) },
      "description is 262145 bytes long; at most 262144 are accepted",
    ],
    [
      "dependencies",
      { dependsOn: many(1_000) },
      { dependsOn: many(1_001) },
      "dependsOn has too many entries; at most 1000 are accepted",
    ],
  ];
  test.each(limits)("%s is accepted at its limit and refused beyond it", (_what, good, bad, issue) => {
    expect(issuesOf(createTask, { title: "x", ...good })).toEqual([]);
    expect(issuesOf(createTask, { title: "x", ...bad })).toEqual([issue]);
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `x${index}`);
}

describe("moments", () => {
  const moments: [string, string | null][] = [
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01t12:00z", "2026-03-01T12:00:00.000Z"],
    [" 2026-03-01T12:00:00.123456789+05:30 ", "2026-03-01T06:30:00.123Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2026-02-29T00:00:00Z", null],
    ["2026-04-31T00:00:00Z", null],
    ["2026-13-01T00:00:00Z", null],
    ["2026-03-00T00:00:00Z", null],
    ["2026-03-01T25:00:00Z", null],
    ["2026-03-01T12:00:00", null],
    ["2026-03-01", null],
    ["1969-12-31T23:59:59Z", null],
    ["1767225600000", null],
    ["", null],
  ];
  test.each(moments)("%j is %s", (text, expected) => {
    const result = createTask.safeParse({ title: "x", notBefore: text });
    const ms = result.success ? (result.data.notBefore ?? null) : null;
    expect(ms).toBe(expected === null ? null : Date.parse(expected));
  });
});

describe("a batch", () => {
  const batch = (...items: object[]) => checkUnknown(createTasks, { items }).items;

  test("holds 1 to 1000 tasks", () => {
    const items = (count: number) => ({ items: many(count).map((title) => ({ title })) });
    expect(checkUnknown(createTasks, items(1_000)).items).toHaveLength(1_000);
    expect(issuesOf(createTasks, items(1_001))).toEqual(["items has 1001 tasks; at most 1000 are accepted"]);
    expect(issuesOf(createTasks, items(0))).toEqual(["items is empty; 1 to 1000 tasks are accepted"]);
    expect(issuesOf(createTasks, {})).toEqual(["items is missing; a list of tasks is accepted"]);
  });

  test("may depend on its own keys", () => {
    const [, second] = batch({ title: "a", key: "a" }, { title: "b", dependsOn: ["key:a", "T-7"] });
    if (second === undefined) throw new Error("no second");
    expect(dependencyKeys(second)).toEqual(["a"]);
    expect(dependencyRefs(second)).toEqual(["T-7"]);
    expect(toTaskSpec(second, { dependsOn: [7], now: NOW, source: "api" })).toMatchObject({
      dependsOn: [7],
      dependsOnKeys: ["a"],
    });
  });

  test("with keys in order is accepted, also a chain of a thousand", () => {
    const chain = many(1_000).map((key, index) => ({
      title: key,
      key,
      dependsOn: index === 0 ? [] : [`key:x${index - 1}`],
    }));
    expect(() => checkBatch(batch(...chain))).not.toThrow();
    expect(() => checkBatch(batch({ title: "x" }, { title: "y" }))).not.toThrow();
    const diamond = [
      { title: "d", key: "d", dependsOn: ["key:b", "key:c"] },
      { title: "b", key: "b", dependsOn: ["key:a"] },
      { title: "c", key: "c", dependsOn: ["key:a"] },
      { title: "a", key: "a" },
    ];
    expect(() => checkBatch(batch(...diamond))).not.toThrow();
  });

  const refused: [string, object[], string, string][] = [
    [
      "a key twice",
      [
        { title: "a", key: "k" },
        { title: "b", key: "k" },
      ],
      "validation_failed",
      'items[1].key is "k", which items[0] has already',
    ],
    [
      "an unknown key",
      [
        { title: "a", key: "types" },
        { title: "b", dependsOn: ["key:type"] },
      ],
      "validation_failed",
      'items[1].dependsOn names the key "type", which no task of the batch has; did you mean types?',
    ],
    [
      "a key that nothing is near",
      [{ title: "b", dependsOn: ["key:zzz"] }],
      "validation_failed",
      'items[0].dependsOn names the key "zzz", which no task of the batch has',
    ],
    [
      "a task that waits for itself",
      [{ title: "a", key: "a", dependsOn: ["key:a"] }],
      "dependency_cycle",
      "the tasks wait for each other: a → a",
    ],
    [
      "a cycle behind a beginning",
      [
        { title: "x", key: "x", dependsOn: ["key:a"] },
        { title: "a", key: "a", dependsOn: ["key:b"] },
        { title: "b", key: "b", dependsOn: ["key:a"] },
      ],
      "dependency_cycle",
      "the tasks wait for each other: a → b → a",
    ],
  ];
  test.each(refused)("%s is refused", (_what, items, code, detail) => {
    expect(() => checkBatch(batch(...items))).toThrow(expect.objectContaining({ code, detail }) as Error);
  });
});

describe("an edit", () => {
  test("changes what is given and nothing else", () => {
    const checked = checkUnknown(updateTask, {
      title: " New ",
      tags: ["a"],
      payload: { x: 1 },
      description: null,
      by: "me",
      idempotencyKey: "k",
    });
    expect(toTaskEdit(checked, { now: NOW })).toEqual({
      title: "New",
      tags: ["a"],
      payload: '{"x":1}',
      description: null,
    });
    expect(toTaskEdit(checkUnknown(updateTask, {}), { now: NOW })).toEqual({});
  });

  test("takes dependencies as the door resolved them", () => {
    const checked = checkUnknown(updateTask, { dependsOn: ["T-1"], ifVersion: 3, deadlineAt: null });
    expect(toTaskEdit(checked, { now: NOW, dependsOn: [1] })).toEqual({
      dependsOn: [1],
      ifVersion: 3,
      deadlineAt: null,
    });
    expect(toTaskEdit(checked, { now: NOW })).toMatchObject({ dependsOn: [] });
  });

  test("with a deadline that has passed is refused", () => {
    const checked = checkUnknown(updateTask, { deadlineAt: "2020-01-01T00:00:00Z" });
    expect(() => toTaskEdit(checked, { now: NOW })).toThrow(
      "deadlineAt is 2020-01-01T00:00:00.000Z, which has passed",
    );
  });

  test("of what never changes is refused", () => {
    expect(issuesOf(updateTask, { key: "x" })[0]).toContain("key is not a known field");
  });
});
