import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { protocol } from "../actors/handlers/protocol.ts";
import { EVENT_NAMES, ENTRIES } from "../machines/events/catalogue.ts";
import { describeProblems } from "./support/architecture.ts";
import { checkEngine, checkStatuses } from "./support/one-source.ts";
import { readSources } from "./support/project-files.ts";

const sources = readSources(dirname(import.meta.dirname), ["machines", "store", "actors", "src", "cli"]);

describe("one fact stands in one place", () => {
  it("statuses are written by machines/events/evolve.ts alone", () => {
    expect(describeProblems(checkStatuses(sources))).toEqual([]);
  });

  it("the engine knows no message and no event by its name", () => {
    expect(describeProblems(checkEngine(sources))).toEqual([]);
  });

  it("every code of an event stands for one name", () => {
    const codes = EVENT_NAMES.map((name) => ENTRIES[name].code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("every message says how it is admitted: what asks for new work waits when there is too much", () => {
    const work = Object.entries(protocol.messages).filter(([, { admission }]) => admission === "work");
    expect(work.map(([type]) => type).toSorted()).toEqual(["instance.create", "task.create", "tasks.enter"]);
  });
});

describe("a planted second place", () => {
  it.each([
    ["actors/a.ts", 'task.status = "done";', /^assigns a status/],
    ["src/a.ts", 'row["status"] ??= next;', /^assigns a status/],
    ["store/deep/a.ts", "hop.status = wordOf(1);", /^assigns a status/],
    ["machines/a.ts", 'export const row = { status: "pending" };', /^writes a status out/],
  ])("of a status is reported: %s %s", (file, line, message) => {
    expect(checkStatuses(new Map([[file, `\n${line}`]]))).toEqual([
      { file, line: 2, message: expect.stringMatching(message) as string },
    ]);
  });

  it.each([
    ["machines/events/evolve.ts", "record.status = status;"],
    ["machines/errors.ts", "class A { constructor() { this.status = 404; } }"],
    ["src/a.ts", 'const sql = "UPDATE task SET status = 7"; if (row.status === "done") stop();'],
    ["src/a.ts", 'render({ status: "done" });'],
  ])("is not reported: %s %s", (file, text) => {
    expect(checkStatuses(new Map([[file, text]]))).toEqual([]);
  });

  it.each(['send(to, { type: "task.return" });', 'turn.note("lease.expired", {});'])(
    "of a name in the engine is reported: %s",
    (line) => {
      expect(checkEngine(new Map([["actors/engine/a.ts", line]]))).toHaveLength(1);
      expect(checkEngine(new Map([["actors/handlers/a.ts", line]]))).toEqual([]);
    },
  );
});
