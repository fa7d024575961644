import { describe, expect, it } from "vitest";
import { attemptLines, logLines } from "../../cli/render/attempts.ts";
import type { AttemptBody } from "../../cli/render/bodies.ts";
import { PLAIN_LOOK } from "../../cli/render/look.ts";
import { toWire } from "../../src/contracts/wire.ts";
import type { AttemptView } from "../../src/views/views.ts";
import { attemptView } from "./support/views.ts";

const QUIET = { exitCode: 0, signal: null, durationMs: 5, timedOut: false, stdout: "", stderr: "" };
const LOST = { outcome: "lease_lost", error: null, command: null } as const;

const attempts = (...given: Partial<AttemptView>[]) =>
  given.map((one) => toWire(attemptView(one)) as AttemptBody);

describe("the attempts below a task", () => {
  const shown = (...given: Partial<AttemptView>[]) =>
    attemptLines(attempts(...given), "hopper task logs T-1", PLAIN_LOOK);

  it("are one line each, and what the last one printed where it failed", () => {
    expect(shown({}, { attempt: 2, ...LOST }, { attempt: 2, worker: "ada" })).toEqual([
      "    ATTEMPT  ENDED            STARTED                   BY",
      "    1        exit 3 in 16 ms  2026-01-02T03:04:05.000Z  shell:worker-1",
      "    2        lease lost       2026-01-02T03:04:05.000Z  shell:worker-1",
      "    2        exit 3 in 16 ms  2026-01-02T03:04:05.000Z  ada",
      "  output of attempt 2",
      "    stdout:",
      "    one",
      "    two",
      "    stderr:",
      "    boom",
    ]);
  });

  it("show the last ten lines of much, and where all of it is", () => {
    const stdout = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`).join("");
    const lines = shown({ command: { ...QUIET, exitCode: 1, stdout } });
    expect(lines.slice(2)).toEqual([
      "  output of attempt 1; all of it: hopper task logs T-1",
      ...Array.from({ length: 10 }, (_, index) => `    line ${index + 3}`),
    ]);
  });

  it("are left out where the first one is under way or went well, or there is none", () => {
    expect(shown()).toEqual([]);
    expect(shown({ outcome: "succeeded", command: QUIET })).toEqual([]);
    expect(shown({ outcome: "running", command: null })).toEqual([]);
  });

  it.each<[string, Partial<AttemptView>]>([
    ["timed out after 2.0 s", { command: { ...QUIET, exitCode: null, durationMs: 2_000, timedOut: true } }],
    ["ended by SIGKILL in 5 ms", { command: { ...QUIET, exitCode: null, signal: "SIGKILL" } }],
    ["failed: no such folder", { command: null, error: { code: "failed", message: "no such folder" } }],
    ["taken back", { command: null, error: null, outcome: "taken_back" }],
  ])("say %s", (text, given) => {
    expect(shown(given, {})[1]).toContain(`  ${text}  `);
  });

  it("tell the rounds apart, and make a stranger's text harmless", () => {
    const stdout = "\u001B[2Jred\u0007\n";
    const lines = shown({ round: 2, command: { ...QUIET, exitCode: 1, stdout } });
    expect(lines[1]).toMatch(/^ {4}1 of round 2 {2}exit 1/);
    expect(lines.at(-1)).toBe("    red");
  });
});

describe("task logs", () => {
  it("prints all that each attempt printed, under a line that says which it was", () => {
    expect(
      logLines(attempts({}, { attempt: 2, command: { ...QUIET, stdout: "good\n" } }), PLAIN_LOOK),
    ).toEqual([
      "attempt 1 by shell:worker-1: exit 3 in 16 ms",
      "stdout:",
      "one",
      "two",
      "stderr:",
      "boom",
      "attempt 2 by shell:worker-1: exit 0 in 5 ms",
      "good",
    ]);
  });
});
