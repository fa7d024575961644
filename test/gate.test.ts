import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { ignoreUnreachable } from "../scripts/coverage-ignore.ts";
import {
  describeTimes,
  readTestReport,
  summaryLine,
  type StepReport,
  type TestReport,
} from "../scripts/gate-report.ts";

describe("the gate's summary", () => {
  const ran = (passed: number, failed: number): TestReport => ({ passed, failed, skipped: 0, files: [] });
  const step = (name: string, result: StepReport["result"]): StepReport => ({
    name,
    result,
    ms: result === "not run" ? 0 : 250,
  });

  it("counts tests when every step passed", () => {
    expect(summaryLine([step("lint", "passed"), step("tests", "passed")], ran(12, 0))).toBe(
      "12 passed, 0 failed",
    );
  });

  it("counts failed tests, not the step that ran them as well", () => {
    expect(summaryLine([step("tests", "failed"), step("pack", "not run")], ran(11, 2))).toBe(
      "11 passed, 2 failed",
    );
  });

  it("counts a failed step that no failed test explains, such as too little coverage", () => {
    expect(summaryLine([step("tests", "failed")], ran(12, 0))).toBe("12 passed, 1 failed");
    expect(summaryLine([step("types", "failed"), step("lint", "failed")], null)).toBe("0 passed, 2 failed");
  });

  it("shows where the time went", () => {
    const tests: TestReport = { ...ran(1, 0), skipped: 3, files: [{ path: "test/a.test.ts", ms: 1_500 }] };
    const text = describeTimes({
      steps: [step("lint", "passed"), step("pack", "not run")],
      tests,
      totalMs: 400,
    });
    expect(text).toMatch(/lint +passed +0\.3 s +100 %/);
    expect(text).toMatch(/pack +not run\ntotal +0\.4 s/);
    expect(text).toMatch(/1\.5 s {2}test\/a\.test\.ts/);
    expect(text).toContain("3 tests were skipped");
  });
});

describe("the report of the tests", () => {
  it("is read with the slowest file first", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hopper-gate-"));
    const testResults = [
      { name: "/p/test/fast.test.ts", startTime: 10, endTime: 20 },
      { name: "/p/test/slow.test.ts", startTime: 10, endTime: 99 },
    ];
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, testResults };
    writeFileSync(join(folder, "tests.json"), JSON.stringify(report));
    expect(await readTestReport(join(folder, "tests.json"), "/p")).toEqual({
      passed: 5,
      failed: 1,
      skipped: 2,
      files: [
        { path: "test/slow.test.ts", ms: 89 },
        { path: "test/fast.test.ts", ms: 10 },
      ],
    });
    rmSync(folder, { recursive: true });
  });

  it("is null when the tests were never run", async () => {
    expect(await readTestReport("/nowhere/tests.json", "/nowhere")).toBeNull();
  });
});

describe("what coverage leaves out", () => {
  it.each(["unreachable(x);", "throw unreachable(x);", "(0, imports.unreachable)(x);"])(
    "is the statement %s",
    (text) => {
      expect(ignoreUnreachable(firstStatement(text), "statement")).toBe(true);
    },
  );

  it.each(["reachable(x);", "log(unreachable);", "throw error;"])("is not the statement %s", (text) => {
    expect(ignoreUnreachable(firstStatement(text), "statement")).toBe(false);
  });

  it.each([
    "switch (x) { case 1: f(); break; default: unreachable(x); }",
    "if (x) f(); else { throw unreachable(x); }",
    "x ? f() : unreachable(x);",
    "x ?? unreachable(x);",
  ])("is the branch that only calls it, not the rest: %s", (text) => {
    const statement = firstStatement(text);
    const whole = (statement["expression"] ?? statement) as Ast;
    expect(ignoreUnreachable(whole, "branch")).toBe(false);
    const cases = (whole["cases"] ?? []) as Ast[];
    const last = (cases.at(-1) ?? whole["alternate"] ?? whole["right"]) as Ast;
    const first = (cases[0] ?? whole["consequent"] ?? whole["left"]) as Ast;
    expect([last.start, last.end]).toEqual([whole.start, whole.end]);
    expect(first.end).toBeLessThan(whole.end);
  });
});

interface Ast {
  start: number;
  end: number;
  [key: string]: unknown;
}

function firstStatement(text: string): Ast {
  // oxlint-disable-next-line typescript/no-deprecated -- its successor is not re-exported by vitest
  return parseAst(text).body[0] as unknown as Ast;
}
