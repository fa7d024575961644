import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../machines/records/values.ts";
import { Directory } from "../../../src/door/directory.ts";
import { delegationView, instanceView, taskView } from "../../../src/views/view-of.ts";
import { camelCase, fromWire, snakeCase, toWire } from "../../../src/contracts/wire.ts";
import { aHop, aTally, aTask, anEntry, anInstance, AT } from "../../support/view-given.ts";

const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 300);
const directory = new Directory([anEntry(1, "global"), anEntry(2, "webapp")]);

/** Whatever a caller may send, with keys of every style (JSON has no -0). */
const callers = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const callersObject = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom("a_b", "aB", "__proto__", "Ab", "result")),
  callers,
);

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const ownKey = fc
  .array(word, { minLength: 1, maxLength: 3 })
  .map((words) =>
    words
      .map((part, index) => (index === 0 ? part : part.slice(0, 1).toUpperCase() + part.slice(1)))
      .join(""),
  )
  .filter(
    (key) =>
      !["result", "config", "payload", "output", "details", "data", "topic", "inherited", "counts"].includes(
        key,
      ),
  );
/** Records of ours: camelCase keys all the way down. */
const { record: ownRecord } = fc.letrec<{ record: unknown }>((tie) => ({
  record: fc.dictionary(
    ownKey,
    fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      tie("record"),
      fc.array(tie("record"), { maxLength: 3 }),
    ),
  ),
}));

describe("over the wire and back", () => {
  test("a record of ours is what it was", () => {
    fc.assert(
      fc.property(ownRecord, (record) => {
        expect(fromWire(toWire(record))).toEqual(record);
        expect(JSON.stringify(toWire(record))).not.toMatch(/"[a-z]*[A-Z][A-Za-z]*":/);
      }),
      { numRuns: RUNS },
    );
  });

  test("a task is what it was, and what is the caller's in it untouched", () => {
    fc.assert(
      fc.property(callers, callers, callersObject, (result, payload, details) => {
        const task = aTask({
          chain: [1, 2],
          holder: 2,
          dependsOn: [7],
          result: JSON.stringify(result),
          payload: JSON.stringify(payload),
          error: { code: "e", message: "m", details: details as never },
        });
        const view = taskView(task, directory, () => undefined);
        const wire = toWire(view) as Record<string, unknown>;
        expect(fromWire(wire)).toEqual(view);
        expect(wire["result"]).toEqual(view.result);
        expect(wire["payload"]).toEqual(view.payload);
        expect(wire["error"]).toEqual({ code: "e", message: "m", details });
        expect(wire["delegation_chain"]).toEqual(["id-1", "id-2"]);
      }),
      { numRuns: RUNS },
    );
  });

  test("an instance is what it was", () => {
    fc.assert(
      fc.property(callersObject, callersObject, (config, runtimeMetadata) => {
        const instance = anInstance({ config, runtimeMetadata });
        const view = instanceView(instance, aTally({ in_progress: 2 }), ["PAUSE"], directory);
        const wire = toWire(view) as Record<string, unknown>;
        expect(fromWire(wire)).toEqual(view);
        expect(wire["config"]).toEqual(config);
        expect(wire["runtime_metadata"]).toEqual(runtimeMetadata);
        expect(wire["counts"]).toMatchObject({ in_progress: 2 });
      }),
      { numRuns: RUNS },
    );
  });

  test("a delegation is what it was: its result is ours, the output in it the caller's", () => {
    fc.assert(
      fc.property(callers, (output) => {
        const ended = aHop({
          status: "completed",
          completedAt: AT,
          outcome: "succeeded",
          taskStatus: "done",
        });
        const nothing = () => undefined;
        const view = delegationView(ended, {
          directory,
          idOfTask: nothing,
          idOfDelegation: nothing,
          outputOf: () => JSON.stringify(output),
        });
        const wire = toWire(view) as { result: Record<string, unknown> };
        expect(fromWire(wire)).toEqual(view);
        expect(wire.result).toMatchObject({ task_status: "done", output });
      }),
      { numRuns: RUNS },
    );
  });
});

describe("names", () => {
  test.each([
    ["id", "id"],
    ["parentTaskId", "parent_task_id"],
    ["aB", "a_b"],
  ])("%s is %s", (camel, snake) => {
    expect([snakeCase(camel), snakeCase(camel)]).toEqual([snake, snake]);
    expect([camelCase(snake), camelCase(snake)]).toEqual([camel, camel]);
  });

  test("are not remembered without end", () => {
    for (let index = 0; index < 3_000; index += 1) expect(snakeCase(`xY${index}`)).toBe(`x_y${index}`);
    expect(camelCase("never_seen_before")).toBe("neverSeenBefore");
  });
});

test("parameters and what is no record pass, too", () => {
  expect(fromWire({ parent_id: "x", config: { max_concurrent_tasks: 3 }, result: { a_b: 1 } })).toEqual({
    parentId: "x",
    config: { max_concurrent_tasks: 3 },
    result: { a_b: 1 },
  });
  expect([toWire(5), toWire(null), toWire("aB"), toWire([{ aB: 1 }])]).toEqual([5, null, "aB", [{ a_b: 1 }]]);
  const hidden: unknown = fromWire(JSON.parse('{"__proto__":{"x":1}}'));
  expect(Object.keys(hidden as object)).toEqual(["__proto__"]);
});
