import { describe, expect, test } from "vitest";
import { HopperError } from "../../../machines/errors.ts";
import { looksLikeRef } from "../../../machines/policies/naming.ts";
import { Cursors } from "../../../src/door/cursor.ts";
import {
  delegationRef,
  leaseEpoch,
  leaseToken,
  missingRecord,
  parseDelegationRef,
  parseTaskRef,
  refuseTaken,
  resolveInstance,
  taskRef,
} from "../../../src/door/references.ts";
import { directoryOf, anEntry } from "../../support/view-given.ts";

const UUID = "018f2b6e-1c3a-7d4e-8a5b-0123456789ab";

const directory = directoryOf([
  anEntry(1, "hopper-global"),
  anEntry(2, "webapp"),
  anEntry(3, "old", { status: "terminated" }),
  anEntry(4, "old", { status: "terminated", id: "id-2b" }),
]);

function refusalOf(run: () => unknown): Pick<HopperError, "code" | "detail" | "facts"> {
  try {
    run();
  } catch (error) {
    if (error instanceof HopperError) return { code: error.code, detail: error.detail, facts: error.facts };
    throw error;
  }
  throw new Error("it was accepted");
}

describe("an instance", () => {
  test("is found by id, by live name, and when terminated by id only", () => {
    expect(resolveInstance(directory, "id-2").no).toBe(2);
    expect(resolveInstance(directory, " webapp ").no).toBe(2);
    expect(resolveInstance(directory, "id-3").no).toBe(3);
  });

  test("is an id before it is a name", () => {
    const both = directoryOf([anEntry(1, "id-2"), anEntry(2, "webapp")]);
    expect(resolveInstance(both, "id-2").no).toBe(2);
  });

  const missing: [string, string, object][] = [
    [
      "webap",
      'there is no instance "webap"; did you mean webapp?',
      { field: "parent_id", suggestions: ["webapp"] },
    ],
    ["zzz", 'there is no instance "zzz"', { field: "parent_id", suggestions: [] }],
    [
      "old",
      'there is no instance "old"; one of that name is terminated and has the id id-2b',
      { field: "parent_id", suggestions: [] },
    ],
    ["t-4", "T-4 is a task; the id or name of an instance is needed", { field: "parent_id" }],
    ["D-4", "D-4 is a delegation; the id or name of an instance is needed", { field: "parent_id" }],
  ];
  test.each(missing)("%s is not there", (text, detail, facts) => {
    expect(refusalOf(() => resolveInstance(directory, text, "parent_id"))).toEqual({
      code: "not_found",
      detail,
      facts,
    });
  });

  test("is called by the field `id` when nothing else is said", () => {
    expect(refusalOf(() => resolveInstance(directory, "zzz")).facts).toMatchObject({ field: "id" });
  });
});

describe("a new name or id", () => {
  test("may be one that nobody live has", () => {
    expect(() => refuseTaken(directory, { id: null, name: "fresh" })).not.toThrow();
    expect(() => refuseTaken(directory, { id: "fresh-id", name: "old" })).not.toThrow();
    expect(() => refuseTaken(directory, { id: null, name: "id-3" })).not.toThrow();
  });

  const taken: [string, { id: string | null; name: string }, object][] = [
    [
      "a live name",
      { id: null, name: "webapp" },
      {
        detail: 'name "webapp" is the name of an instance (PROJECT, running)',
        facts: { field: "name", instance_id: "id-2" },
      },
    ],
    [
      "a live id",
      { id: null, name: "id-2" },
      {
        detail: 'name "id-2" is the id of an instance (PROJECT, running)',
        facts: { field: "name", instance_id: "id-2" },
      },
    ],
    [
      "an id that is a live name",
      { id: "webapp", name: "x" },
      {
        detail: 'id "webapp" is the name of an instance (PROJECT, running)',
        facts: { field: "id", instance_id: "id-2" },
      },
    ],
    [
      "an id that was used once",
      { id: "id-3", name: "x" },
      {
        detail: 'id "id-3" is the id of an instance (PROJECT, terminated)',
        facts: { field: "id", instance_id: "id-3" },
      },
    ],
  ];
  test.each(taken)("%s is refused", (_what, wanted, refusal) => {
    expect(refusalOf(() => refuseTaken(directory, wanted))).toEqual({ code: "already_exists", ...refusal });
  });
});

describe("tasks and delegations", () => {
  test("are named by ref or id", () => {
    expect(parseTaskRef("T-42")).toEqual({ no: 42 });
    expect(parseTaskRef(" t-7 ")).toEqual({ no: 7 });
    expect(parseTaskRef(UUID.toUpperCase())).toEqual({ id: UUID });
    expect(parseDelegationRef("D-7")).toEqual({ no: 7 });
    expect(parseDelegationRef(UUID)).toEqual({ id: UUID });
    expect(taskRef(42)).toBe("T-42");
    expect(delegationRef(7)).toBe("D-7");
    expect(looksLikeRef("T-42")).toBe(true);
  });

  const refused: [string, () => unknown, string][] = [
    [
      "a word for a task",
      () => parseTaskRef("build", "task_id"),
      'there is no task "build"; its id or a ref such as T-42 is needed',
    ],
    [
      "a word for a delegation",
      () => parseDelegationRef("x", "task_id"),
      'there is no delegation "x"; its id or a ref such as D-7 is needed',
    ],
    [
      "a delegation for a task",
      () => parseTaskRef("d-7", "task_id"),
      "D-7 is a delegation; a task such as T-7 is needed",
    ],
    [
      "a task for a delegation",
      () => parseDelegationRef("T-0", "task_id"),
      "T-0 is a task; a delegation such as D-1 is needed",
    ],
    ["T-0", () => parseTaskRef("T-0", "task_id"), 'there is no task "T-0"'],
    [
      "a number beyond numbers",
      () => parseTaskRef(`T-${"9".repeat(30)}`, "task_id"),
      `there is no task "T-${"9".repeat(30)}"`,
    ],
    [
      "an empty text",
      () => parseTaskRef("", "task_id"),
      'there is no task ""; its id or a ref such as T-42 is needed',
    ],
  ];
  test.each(refused)("%s is refused", (_what, run, detail) => {
    expect(refusalOf(run)).toEqual({ code: "not_found", detail, facts: { field: "task_id" } });
  });

  test("that are well named may still be missing", () => {
    expect(missingRecord("task", "T-9").detail).toBe('there is no task "T-9"');
    expect(missingRecord("delegation", UUID, "x").facts).toEqual({ field: "x" });
  });
});

describe("the token of a lease", () => {
  test("is good for its task and epoch", () => {
    expect(leaseEpoch(leaseToken(42, 3), 42)).toBe(3);
  });

  test.each([leaseToken(41, 3), "3", "", "L-42-", "L-42-x", "L-42-3-1", "l-42-3"])(
    "%j is of no epoch of T-42",
    (token) => {
      expect(leaseEpoch(token, 42)).toBe(-1);
    },
  );
});

describe("cursors", () => {
  const store = { id: UUID, generation: 1 };
  const cursors = new Cursors(store);

  test.each([0, 1, 35, 36, 1_000_000, Number.MAX_SAFE_INTEGER])("bring back position %d", (position) => {
    expect(cursors.decode(cursors.encode(position), Number.MAX_SAFE_INTEGER)).toBe(position);
  });

  test.each(["", "17", "yesterday", "a.b", "a.b.c.d", "A.B.C", "ä.0.0", `${"x".repeat(60)}.0.0`])(
    "%j is malformed",
    (text) => {
      const refusal = refusalOf(() => cursors.decode(text, 100));
      expect(refusal.code).toBe("bad_cursor");
      expect(refusal.detail).toMatch(
        /^".*" is not a cursor; a cursor from an earlier answer, 0 or a duration/,
      );
    },
  );

  test("of another store, another generation or the future are gone", () => {
    const others = [
      new Cursors({ ...store, generation: 2 }).encode(5),
      new Cursors({ ...store, id: UUID.replace("ab", "ac") }).encode(5),
      cursors.encode(101),
    ];
    for (const cursor of others)
      expect(refusalOf(() => cursors.decode(cursor, 100)).code).toBe("cursor_gone");
    expect(cursors.decode(cursors.encode(100), 100)).toBe(100);
  });

  test("work for stores of tests, whose ids are short", () => {
    const odd = new Cursors({ id: "--", generation: 0 });
    expect(odd.decode(odd.encode(9), 9)).toBe(9);
  });
});
