import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import stringWidth from "string-width";
import { planRender } from "../../cli/render/plan.ts";
import type { LiveState, PlanHeader } from "../../src/plan/render.ts";
import type { PlanStep } from "../../src/narration/step.ts";
import { tree } from "../support/plan-given.ts";

const pipe = planRender({ stream: {}, env: {} });
const narrow = planRender({ stream: { isTTY: true, columns: 60 }, env: { FORCE_COLOR: "1" } });
const wide = planRender({ stream: { isTTY: true, columns: 100 }, env: { NO_COLOR: "1" } });

const told = { cursor: "c", at: "", ref: "T-1" };
const STEPS: PlanStep[] = [
  { ...told, kind: "task", title: "Type-check", tags: ["frontend"], after: [], run: true },
  {
    ...told,
    kind: "hop",
    from: "hopper-global",
    to: "webapp",
    how: "accepted",
    type: "route",
    reason: "matched tag frontend",
  },
  {
    ...told,
    kind: "hop",
    from: "webapp",
    to: "webapp-worker-1",
    how: "accepted",
    type: "route",
    reason: "least busy (0/3)",
  },
  {
    ...told,
    kind: "ran",
    by: "webapp-worker-1",
    good: false,
    how: "exit 1",
    ms: 200,
    attempt: 1,
    maxAttempts: 3,
    again: { inMs: 800 },
  },
  {
    ...told,
    kind: "ran",
    by: "webapp-worker-1",
    good: true,
    how: "exit 0",
    ms: 1400,
    attempt: 2,
    maxAttempts: 3,
    again: null,
  },
  { ...told, kind: "result", text: '{"files":3}' },
  { ...told, kind: "final", status: "done", by: null, why: null, bubbledTo: "hopper-global", bubbledMs: 3 },
];

describe("a step on a pipe", () => {
  it("keeps a blank behind a ref of any length", () => {
    const refs = ["T-1", "T-99", "T-100", "T-12345"];
    const lines = refs.map((ref) => pipe.step({ ...told, ref, kind: "result", text: "x" })[0]);
    for (const [index, line] of lines.entries()) expect(line).toMatch(new RegExp(`^${refs[index]} +[^ ]`));
  });

  it("is one line that begins with its task", () => {
    expect(STEPS.flatMap((step) => pipe.step(step))).toEqual([
      'T-1  "Type-check" #frontend',
      "T-1  ✔ hopper-global → webapp             route   matched tag frontend",
      "T-1  ✔ webapp → webapp-worker-1           route   least busy (0/3)",
      "T-1  ✖ webapp-worker-1 ran it             shell   exit 1 in 0.2 s, trying again in 0.8 s (attempt 1 of 3)",
      "T-1  ✔ webapp-worker-1 ran it             shell   exit 0 in 1.4 s (attempt 2 of 3)",
      'T-1  · result                             output  {"files":3}',
      "T-1  ✔ completed, bubbled to hopper-global in 3 ms",
    ]);
  });

  it.each<[PlanStep, string]>([
    [
      { ...told, kind: "task", title: "Say\u001B[31m it", tags: [], after: ["T-2", "T-3"], run: false },
      'T-1  "Say it" after T-2, T-3 a person\'s',
    ],
    [
      {
        ...told,
        kind: "hop",
        from: "a",
        to: "b",
        how: "rejected",
        type: "route",
        reason: "at capacity (3/3)",
      },
      "T-1  ✖ a → b                              route   rejected: at capacity (3/3)",
    ],
    [
      { ...told, kind: "hop", from: "a", to: "b", how: "cancelled", type: "escalate", reason: null },
      "T-1  · a → b                              escalate cancelled",
    ],
    [
      { ...told, kind: "held", by: "a", reason: "no_route", why: "no running child" },
      "T-1  · held at a                          hold    no_route: no running child",
    ],
    [
      { ...told, kind: "held", by: "a", reason: "manual", why: null },
      "T-1  · held at a                          hold    manual",
    ],
    [
      {
        ...told,
        kind: "ran",
        by: "a",
        good: false,
        how: "did not end",
        ms: null,
        attempt: 4,
        maxAttempts: 3,
        again: null,
      },
      "T-1  ✖ a ran it                           shell   did not end (attempt 4 of 4)",
    ],
    [
      {
        ...told,
        kind: "ran",
        by: "a",
        good: true,
        how: "exit 0",
        ms: 61_000,
        attempt: 1,
        maxAttempts: 3,
        again: null,
      },
      "T-1  ✔ a ran it                           shell   exit 0 in 1 min 1 s",
    ],
    [
      { ...told, kind: "queued-again", by: "a", why: "lease lost" },
      "T-1  · queued again at a                  queue   lease lost",
    ],
    [
      {
        ...told,
        kind: "final",
        status: "failed",
        by: null,
        why: "T-2 failed",
        bubbledTo: null,
        bubbledMs: 0,
      },
      "T-1  ✖ failed: T-2 failed",
    ],
    [
      { ...told, kind: "final", status: "cancelled", by: "cli:ada", why: null, bubbledTo: "a", bubbledMs: 0 },
      "T-1  ✖ cancelled by cli:ada, bubbled to a in < 1 ms",
    ],
    [
      { ...told, ref: null, kind: "instance", name: "run-1", scope: "ORCHESTRATION", status: "running" },
      "· run-1 (ORCHESTRATION) [running]",
    ],
  ])("%j", (step, line) => {
    expect(pipe.step(step)).toEqual([line]);
  });
});

describe("a finished task on a terminal", () => {
  it("is a block below its title", () => {
    expect(wide.block(STEPS.slice(0, 2))).toEqual([
      'T-1 "Type-check" #frontend',
      "  ✔ hopper-global → webapp             route   matched tag frontend",
      "",
    ]);
  });

  it("has no columns where they would leave no room for what is said", () => {
    expect(narrow.block(STEPS.slice(1, 2)).map((line) => stripVTControlCharacters(line))).toEqual([
      "  ✔ hopper-global → webapp  route  matched tag frontend",
      "",
    ]);
  });

  it("is cut to the width", () => {
    const lines = narrow.block(STEPS);
    expect(lines.every((line) => stringWidth(stripVTControlCharacters(line)) <= 60)).toBe(true);
    expect(lines.some((line) => line.endsWith("…"))).toBe(true);
  });
});

describe("the frame of a run", () => {
  const header: PlanHeader = {
    version: "0.1.0",
    node: "24",
    plan: "self-check",
    runId: "self-check@ab#1",
    how: "started",
    data: { folder: "/d", kind: "temporary" },
  };

  it("says what runs and where its data is", () => {
    const line = (change: Partial<PlanHeader>) => pipe.header({ ...header, ...change })[0];
    expect(line({})).toBe(
      "hopper 0.1.0 · node 24 · plan self-check (data in a temporary folder; keep it with --keep)",
    );
    expect(line({ data: { folder: "/d", kind: "kept" } })).toContain("(data in /d, which is kept)");
    expect(line({ how: "resumed", data: { folder: "/d", kind: "own" } })).toContain(
      "(goes on with self-check@ab#1; data in /d)",
    );
    expect(line({ how: "dry" })).toContain("(a dry run: nothing is run or stored)");
  });

  it("draws the tree with the tasks that instances hold", () => {
    expect(pipe.tree([tree("g", "GLOBAL", [tree("w", "PROJECT", [], 2)])])).toEqual([
      "g (GLOBAL) [running]",
      "└── w (PROJECT) [running] - 2 tasks",
    ]);
  });

  it("ends with a summary", () => {
    const summary = {
      done: 9,
      failed: 0,
      cancelled: 0,
      open: 0,
      earlier: 0,
      durationMs: 12_300,
      interrupted: false,
      failures: [],
      next: [],
    };
    expect(pipe.summary(summary)).toEqual(["", "9 done, 0 failed in 12.3 s"]);
    expect(
      pipe.summary({ ...summary, failed: 1, cancelled: 1, open: 2, earlier: 3, interrupted: true })[1],
    ).toBe("9 done, 1 failed, 1 cancelled, 2 open in 12.3 s (3 tasks had ended before), interrupted");
    const failures = [
      {
        ref: "T-2",
        title: "Check",
        why: "exit 3: boom\u0007",
        show: "hopper task show T-2 --data x",
        attempt: null,
      },
      { ref: "T-3", title: "Ship it", why: "T-2, which it depends on, failed", show: null, attempt: null },
    ];
    const next = [
      { command: "hopper run p.yaml --retry-failed --data x", what: "tries what failed again, and goes on" },
      { command: "hopper run p.yaml --resume --data x", what: "goes on with what is open" },
    ];
    const shown = [
      "  T-2  Check: exit 3: boom",
      "       hopper task show T-2 --data x",
      "  T-3  Ship it: T-2, which it depends on, failed",
      "next: hopper run p.yaml --retry-failed --data x  (tries what failed again, and goes on)",
      "      hopper run p.yaml --resume --data x        (goes on with what is open)",
    ];
    expect(pipe.summary({ ...summary, failures, next }).slice(2)).toEqual(shown);
    // A command that was cut could not be run.
    const narrow = planRender({ stream: { isTTY: true, columns: 20 }, env: { NO_COLOR: "1" } });
    expect(narrow.summary({ ...summary, failures, next }).slice(2, 5)).toEqual([
      "  T-2  Check: exit …",
      shown[1],
      "  T-3  Ship it: T-2…",
    ]);
  });

  it("says which commands an interruption ends, and until when", () => {
    const running = { ref: "T-2", title: "Check", instance: "webapp", elapsedMs: 5, attempt: 1 };
    const more = { ...running, ref: "T-3" };
    expect(pipe.ending([], 5_000)).toEqual(["interrupted: nothing is running"]);
    expect(pipe.ending([running], 5_000)).toEqual([
      'interrupted: ending T-2 "Check"; what still runs in 5 s is killed',
    ]);
    expect(pipe.ending([running, more, more], 5_000)).toEqual([
      'interrupted: ending T-2 "Check" and 2 other commands; what still runs in 5 s is killed',
    ]);
  });

  it("names the tasks that stay open", () => {
    const open = { ref: "T-3", title: "Review", status: "pending", why: "waits for room", fix: null };
    const told = '  T-3  "Review" pending: waits for room';
    expect(pipe.remaining([open])).toEqual([told]);
    expect(pipe.remaining([{ ...open, fix: "hopper do it" }])).toEqual([told, "       hopper do it"]);
    // What is to be run is whole on any terminal.
    const long = { ...open, why: "x".repeat(100), fix: `hopper ${"y".repeat(100)}` };
    expect(narrow.remaining([long]).map((line) => stringWidth(stripVTControlCharacters(line)))).toEqual([
      60, 114,
    ]);
  });

  it("says where tasks would go", () => {
    const planned = {
      key: "a",
      title: "A",
      tags: ["x"],
      after: ["b"],
      hops: [{ from: "g", to: "w", type: "route", reason: "matched tag x" }],
      ends: "queued at w",
      command: "make\nall",
    };
    expect(pipe.dryRun([planned, { ...planned, after: [], hops: [], command: null }])).toEqual([
      "",
      'a "A" #x after b',
      "  · g → w                              route   matched tag x",
      "  · queued at w                        shell   make all",
      "",
      'a "A" #x',
      "  · queued at w                        person",
    ]);
  });
});

describe("the live picture", () => {
  const running = Array.from({ length: 10 }, (_, index) => ({
    ref: `T-${index}`,
    title: "A title that is quite long, longer than sixty columns",
    instance: "webapp-worker-1",
    elapsedMs: 1_200,
    attempt: index === 0 ? 2 : 1,
  }));
  const state: LiveState = {
    forest: [tree("g", "GLOBAL", [tree("w", "PROJECT")])],
    running: running.slice(0, 2),
    waiting: [],
    done: 3,
    failed: 1,
    cancelled: 1,
    total: 8,
    elapsedMs: 65_000,
    rows: 24,
  };

  it("shows the tree, what is running and how far it is", () => {
    expect(wide.live(state)).toEqual([
      "g (GLOBAL) [running]",
      "└── w (PROJECT) [running]",
      "",
      "  ▸ T-0  A title that is quite long, longer than sixt… (attempt 2)  webapp-worker-1            1.2 s",
      "  ▸ T-1  A title that is quite long, longer than sixty columns      webapp-worker-1            1.2 s",
      "",
      "  █████████████████░░░░░░░ 3 done · 1 failed · 1 cancelled · 3 open · 1 min 5 s".replace(
        "█████████████████░░░░░░░",
        `${"█".repeat(15)}${"░".repeat(9)}`,
      ),
    ]);
  });

  it("names what waits for somebody, with the command that would do it, and no more than three", () => {
    const review = {
      title: "Review",
      status: "queued",
      why: "waits for a person",
      fix: "hopper task complete",
    };
    const waiting = ["T-3", "T-4", "T-5", "T-6"].map((ref) => ({
      ...review,
      ref,
      fix: `${review.fix} ${ref}`,
    }));
    const lines = pipe.live({ ...state, running: [], waiting });
    expect(lines.slice(2, -2)).toEqual([
      "",
      '  T-3  "Review" queued: waits for a person',
      "       hopper task complete T-3",
      '  T-4  "Review" queued: waits for a person',
      "       hopper task complete T-4",
      '  T-5  "Review" queued: waits for a person',
      "       hopper task complete T-5",
      "  … and 1 more",
    ]);
    const tight = narrow.live({
      ...state,
      waiting: [{ ...waiting[0], why: "x".repeat(90) } as (typeof waiting)[0]],
    });
    expect(tight.every((line) => stringWidth(stripVTControlCharacters(line)) <= 60)).toBe(true);
  });

  it("keeps within 60 columns and the rows there are, whatever goes on", () => {
    const forest = [
      tree(
        "g",
        "GLOBAL",
        Array.from({ length: 40 }, (_, index) => tree(`project-${index}`, "PROJECT")),
      ),
    ];
    for (const rows of [4, 10, 24]) {
      const lines = narrow.live({ ...state, forest, running, rows });
      expect(lines.length).toBeLessThan(rows);
      expect(lines.every((line) => stringWidth(stripVTControlCharacters(line)) <= 60)).toBe(true);
    }
    expect(narrow.live({ ...state, forest, running, rows: 24 }).join("\n")).toMatch(
      /… \d+ more instances[\s\S]*… and 2 more/,
    );
  });

  it("is drawn before there are any tasks", () => {
    const empty = { ...state, running: [], done: 0, failed: 0, cancelled: 0, total: 0, elapsedMs: 0 };
    expect(wide.live(empty).at(-1)).toBe(`  ${"░".repeat(24)} 0 done · 0 open · 0 ms`);
  });
});
