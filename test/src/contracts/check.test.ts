import { describe, expect, test } from "vitest";
import * as z from "zod";
import { HopperError } from "../../../machines/errors.ts";
import { checkUnknown, findIssues, query, summary } from "../../../src/contracts/check.ts";
import { params } from "../../../src/contracts/common.ts";
import { nearest } from "../../../src/contracts/nearest.ts";
import { NESTING } from "../../../src/contracts/scan.ts";
import { createTask, createTasks } from "../../../src/contracts/task-input.ts";
import { listTasks } from "../../../src/contracts/tasks.ts";
import { line } from "../../../src/contracts/texts.ts";

function refusalOf(run: () => unknown): HopperError {
  try {
    run();
  } catch (error) {
    if (error instanceof HopperError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

function nestedList(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe("checkUnknown", () => {
  test("answers what is wrong as validation_failed, with every issue and the first in words", () => {
    const error = refusalOf(() => checkUnknown(createTask, { title: 5, maxAttempts: 0 }));
    expect(error.code).toBe("validation_failed");
    expect(error.status).toBe(422);
    expect(error.detail).toBe("title is the number 5; text is accepted (and 1 more)");
    expect(error.facts["issues"]).toEqual([
      { path: "title", message: "is the number 5; text is accepted" },
      { path: "maxAttempts", message: "is the number 0; a whole number from 1 to 1000 is accepted" },
    ]);
  });

  test("answers bad_filter for questions", () => {
    const error = refusalOf(() => checkUnknown(listTasks, { status: "dnoe" }));
    expect(error.code).toBe("bad_filter");
    expect(error.status).toBe(400);
    expect(error.facts["issues"]).toEqual([expect.objectContaining({ path: "status", suggestion: "done" })]);
  });

  test("names an unknown field with the nearest known one, before what is missing because of it", () => {
    const error = refusalOf(() => checkUnknown(createTask, { titel: "x" }));
    expect(error.facts["issues"]).toEqual([
      { path: "titel", message: "is not a known field; did you mean title?", suggestion: "title" },
      { path: "title", message: "is missing; text is accepted" },
    ]);
  });

  test("lists the known fields when none is near", () => {
    const schema = params({ alpha: line().optional(), beta: line().optional() });
    const error = refusalOf(() => checkUnknown(schema, { qqqqq: 1 }));
    expect(error.detail).toBe("qqqqq is not a known field; accepted are alpha, beta");
  });

  test("names places inside lists, and knows the fields there", () => {
    const error = refusalOf(() =>
      checkUnknown(createTasks, { items: [{ title: "a" }, { title: "b", priorty: "low" }] }),
    );
    expect(error.detail).toBe("items[1].priorty is not a known field; did you mean priority?");
  });

  test("names fields as the door does", () => {
    const given = { title: "x", instanceIdd: "y", maxAttempts: 0 };
    const error = refusalOf(() => checkUnknown(createTask, given, { names: "snake" }));
    expect(error.facts["issues"]).toEqual([
      {
        path: "instance_idd",
        message: "is not a known field; did you mean instance_id?",
        suggestion: "instance_id",
      },
      { path: "max_attempts", message: "is the number 0; a whole number from 1 to 1000 is accepted" },
    ]);
  });

  test("takes no parameters for an object without fields, and null for a mistake", () => {
    expect(checkUnknown(params({ alpha: line().optional() }), undefined)).toEqual({});
    expect(refusalOf(() => checkUnknown(createTask, null)).detail).toBe(
      "the input is null; an object is accepted",
    );
    expect(refusalOf(() => checkUnknown(createTask, [])).detail).toBe(
      "the input is a list; an object is accepted",
    );
  });

  test("counts levels of nesting to the limit and no further", () => {
    const payload = (depth: number) => ({ title: "x", payload: nestedList(depth) });
    expect(checkUnknown(createTask, payload(NESTING - 1)).payload).toContain("[[[");
    const error = refusalOf(() => checkUnknown(createTask, payload(NESTING)));
    expect(error.code).toBe("malformed_json");
    expect(findIssues(createTask, payload(NESTING))[0]?.message).toContain("nested too deeply");
  });

  test("ends for something that holds itself", () => {
    const loop: Record<string, unknown> = { title: "x" };
    loop["payload"] = loop;
    expect(refusalOf(() => checkUnknown(createTask, loop)).code).toBe("malformed_json");
  });

  test("finds the fields behind optional, default, nullable, record and transformed schemas", () => {
    const inner = params({ alpha: line().optional() });
    const wrapped: [z.ZodType, unknown][] = [
      [z.strictObject({ in: inner.optional() }), { in: { alpa: 1 } }],
      [z.strictObject({ in: inner.nullable() }), { in: { alpa: 1 } }],
      [z.strictObject({ in: inner.default({}) }), { in: { alpa: 1 } }],
      [z.strictObject({ in: inner.transform((value) => value) }), { in: { alpa: 1 } }],
      [z.strictObject({ in: z.preprocess((value) => value, inner) }), { in: { alpa: 1 } }],
      [z.record(z.string(), inner), { in: { alpa: 1 } }],
    ];
    for (const [schema, input] of wrapped) {
      expect(refusalOf(() => checkUnknown(schema, input)).detail).toBe(
        "in.alpa is not a known field; did you mean alpha?",
      );
    }
  });

  test("has no fields to offer where a schema is none of ours", () => {
    const schema = z.strictObject({ in: z.tuple([z.strictObject({ alpha: z.string().optional() })]) });
    expect(refusalOf(() => checkUnknown(schema, { in: [{ beta: 1 }] })).detail).toBe(
      "in[0].beta is not a known field; accepted are ",
    );
  });

  test("a question marked as one keeps its type", () => {
    expect(checkUnknown(query(params({ alpha: line().default("a") })), {})).toEqual({ alpha: "a" });
  });
});

describe("what no field may hold", () => {
  const nameless: object = Object.create(Object.create({ constructor: undefined }) as object) as object;

  const bad: [string, unknown, string, string][] = [
    ["NUL in a text", { title: "a\0b" }, "title", "contains the character NUL"],
    ["half a character", { title: "a\uD800" }, "title", "contains half a character (a lone surrogate)"],
    [
      "NUL in a key",
      { title: "a", payload: { "x\0": 1 } },
      "payload.x\0",
      "has a key that contains the character NUL",
    ],
    [
      "half a character in a key",
      { title: "a", payload: { "\uDC00": 1 } },
      "payload.\uDC00",
      "has a key that contains half a character (a lone surrogate)",
    ],
    [
      "a key __proto__",
      JSON.parse('{"title":"a","payload":{"__proto__":{"x":1}}}'),
      "payload.__proto__",
      "is a key that is never accepted",
    ],
    [
      "a key __proto__ at the top",
      JSON.parse('{"title":"a","__proto__":1}'),
      "__proto__",
      "is a key that is never accepted",
    ],
    ["NaN", { title: "a", payload: [Number.NaN] }, "payload[0]", "is NaN, which JSON cannot say"],
    ["Infinity", { title: "a", maxAttempts: Infinity }, "maxAttempts", "is Infinity, which JSON cannot say"],
    ["a bigint", { title: "a", payload: 1n }, "payload", "is a bigint, which JSON cannot say"],
    [
      "a function",
      { title: "a", payload: { f: () => 1 } },
      "payload.f",
      "is a function, which JSON cannot say",
    ],
    ["a symbol", { title: "a", payload: Symbol("x") }, "payload", "is a symbol, which JSON cannot say"],
    ["a Date", { title: "a", deadlineAt: new Date(0) }, "deadlineAt", "is a Date, which JSON cannot say"],
    ["a Map", { title: "a", payload: new Map() }, "payload", "is a Map, which JSON cannot say"],
    [
      "a class without a name",
      { title: "a", payload: nameless },
      "payload",
      "is a class instance, which JSON cannot say",
    ],
    [
      "undefined in a list",
      { title: "a", payload: [undefined] },
      "payload[0]",
      "is undefined, which JSON cannot say",
    ],
  ];

  test.each(bad)("%s", (_what, input, path, message) => {
    const error = refusalOf(() => checkUnknown(createTask, input));
    expect(error.code).toBe("validation_failed");
    expect(error.facts["issues"]).toEqual([{ path, message }]);
    expect(findIssues(createTask, input)).toEqual([expect.objectContaining({ path, message })]);
  });

  test("objects without a prototype are objects like others", () => {
    const payload: object = Object.assign(Object.create(null) as object, { x: 1 });
    expect(checkUnknown(createTask, { title: "a", payload }).payload).toBe('{"x":1}');
  });

  test("fields that are undefined are left out", () => {
    expect(checkUnknown(createTask, { title: "a", key: undefined, payload: { x: undefined } }).payload).toBe(
      "{}",
    );
  });

  test("not every flaw of a very bad input is listed", () => {
    const payload = Array.from({ length: 100 }, () => "\0");
    const issues = refusalOf(() => checkUnknown(createTask, { title: "a", payload })).facts["issues"];
    expect(issues).toHaveLength(20);
  });
});

test("a summary without issues still says something", () => {
  expect(summary([])).toBe("the input is not valid");
});

describe("nearest", () => {
  const table: [string, string[], string | undefined][] = [
    ["titel", ["title", "tags"], "title"],
    ["parent_id", ["parentId", "id"], "parentId"],
    ["webap", ["webapp", "api"], "webapp"],
    ["hihg", ["high", "low"], "high"],
    ["target", ["targetInstanceId", "notes"], "targetInstanceId"],
    ["description_text", ["description"], "description"],
    ["capabilities", ["strict_capabilities"], "strict_capabilities"],
    ["zzz", ["title", "tags"], undefined],
    ["ab", ["xy"], undefined],
    ["", ["a"], undefined],
    ["x".repeat(300), ["x".repeat(300)], undefined],
  ];
  test.each(table)("%s among %j is %s", (text, candidates, expected) => {
    expect(nearest(text, candidates)[0]).toBe(expected);
  });

  test("gives several, best first, equals in the order of the alphabet", () => {
    expect(nearest("worker-1", ["worker-3", "worker-2", "worker1", "other"], 3)).toEqual([
      "worker1",
      "worker-2",
      "worker-3",
    ]);
  });
});
