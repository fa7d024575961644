import { describe, expect, it } from "vitest";
import stringWidth from "string-width";
import { lookFor, paint, PLAIN_LOOK, type Look } from "../../cli/render/look.ts";
import { addedLines, chainLines, delegationLine, standing, taskStatusLine } from "../../cli/render/chain.ts";
import { dashboardLines } from "../../cli/render/dashboard.ts";
import { decisionLines } from "../../cli/render/decision.ts";
import { findingLines } from "../../cli/render/doctor.ts";
import { problemLines } from "../../cli/render/problem.ts";
import { instanceLine, treeLines } from "../../cli/render/tree.ts";
import type {
  ChainBody,
  DecisionBody,
  DelegationBody,
  InstanceBody,
  StatsBody,
  TaskBody,
  TreeBody,
  WaitBody,
} from "../../cli/render/bodies.ts";
import { toWire } from "../../src/contracts/wire.ts";
import {
  chainView,
  decisionView,
  delegationView,
  instanceView,
  NO_TASKS,
  NOW,
  stats,
  taskView,
  waitView,
  treeView,
} from "./support/views.ts";
import type { DecisionView, DelegationView, Stats, TaskView } from "../../src/views/views.ts";

const look: Look = { ...PLAIN_LOOK, now: NOW };
const wait = (text: string) => toWire(waitView({ text, fix: "hopper do it" })) as WaitBody;
const wide: Look = { ...look, wide: true };
const terminal = (width: number): Look => ({ ...look, width, boxes: true });

const task = (given: Partial<TaskView> = {}) => toWire(taskView(given)) as TaskBody;
const hop = (given: Partial<DelegationView> = {}) => toWire(delegationView(given)) as DelegationBody;
const chain = (items: DelegationView[]) => toWire(chainView(items)) as ChainBody;
const counts = (given: Partial<typeof NO_TASKS>) => ({ ...NO_TASKS, ...given });

describe("the tree", () => {
  it("is drawn as in the reference guide, byte for byte", () => {
    const forest = [
      treeView({ name: "hopper-global", scope: "GLOBAL" }, [
        treeView({ name: "czarina" }, [
          treeView({
            name: "czarina-run-001",
            scope: "ORCHESTRATION",
            counts: counts({ queued: 3, claimed: 2 }),
          }),
          treeView({ name: "czarina-run-002", scope: "ORCHESTRATION", status: "stopped" }),
        ]),
        treeView({ name: "sark" }, [
          treeView({
            name: "sark-analysis",
            scope: "ORCHESTRATION",
            counts: counts({ in_progress: 1, done: 7 }),
          }),
        ]),
      ]),
    ].map((tree) => toWire(tree) as TreeBody);
    expect(treeLines(forest, look)).toEqual([
      "hopper-global (GLOBAL) [running]",
      "├── czarina (PROJECT) [running]",
      "│   ├── czarina-run-001 (ORCHESTRATION) [running] - 5 tasks",
      "│   └── czarina-run-002 (ORCHESTRATION) [stopped]",
      "└── sark (PROJECT) [running]",
      "    └── sark-analysis (ORCHESTRATION) [running] - 1 task",
    ]);
  });

  it("counts every status that is not final", () => {
    const all = counts({
      pending: 1,
      blocked: 1,
      queued: 1,
      claimed: 1,
      in_progress: 1,
      waiting: 1,
      done: 9,
      failed: 9,
      cancelled: 9,
    });
    const root = toWire(treeView({ name: "g", scope: "GLOBAL", counts: all })) as TreeBody;
    expect(treeLines([root], look)).toEqual(["g (GLOBAL) [running] - 6 tasks"]);
  });

  it("draws nothing for no instances, and two roots one below the other", () => {
    const roots = ["one", "two"].map((name) => toWire(treeView({ name, scope: "GLOBAL" })) as TreeBody);
    expect(treeLines([], look)).toEqual([]);
    expect(treeLines(roots, look)).toEqual(["one (GLOBAL) [running]", "two (GLOBAL) [running]"]);
  });

  it("takes control characters and escape sequences out of names", () => {
    const evil = toWire(instanceView({ name: "a\u001B[31mb\u0007c\u202Ed" })) as InstanceBody;
    expect(instanceLine(evil, look)).toBe("abcd (PROJECT) [running]");
  });
});

describe("a delegation chain", () => {
  const items = [
    delegationView({ seq: 2, sourceName: "webapp", targetName: "worker-1" }),
    delegationView({
      seq: 1,
      status: "rejected",
      reason: { code: "at_capacity", text: "at capacity (3/3)" },
    }),
  ];

  it("is a line per delegation in order of seq, with nothing after the bracket", () => {
    expect(chainLines(chain(items), look)).toEqual([
      "1. global → webapp (route) [rejected]",
      "2. webapp → worker-1 (route) [accepted]",
    ]);
  });

  it("gives the reason with -o wide", () => {
    expect(chainLines(chain(items), wide)[0]).toBe(
      "1. global → webapp (route) [rejected] at_capacity: at capacity (3/3)",
    );
    expect(
      delegationLine(hop({ status: "cancelled", reason: { code: "withdrawn", text: null } }), wide),
    ).toBe("D-1 global → webapp (route) [cancelled] withdrawn");
  });

  it("has no lines without delegations", () => {
    expect(chainLines(chain([]), look)).toEqual([]);
  });
});

describe("where a task stands", () => {
  it.each<[string, Partial<TaskView>, string | null]>([
    ["queued at worker-1", { status: "queued" }, "worker-1"],
    ["held at global: no_route", { status: "pending", heldReason: "no_route" }, "global"],
    ["unassigned", { status: "pending", instanceId: null }, null],
    ["pending at global", { status: "pending" }, "global"],
    ["claimed at worker-1 by w1", { status: "claimed", claimedBy: "w1" }, "worker-1"],
    ["blocked at global", { status: "blocked" }, "global"],
    ["done at worker-1", { status: "done" }, "worker-1"],
  ])("%s", (expected, given, holder) => {
    expect(standing(task(given), holder, look)).toBe(expected);
  });

  it("is the last line of what task add prints", () => {
    const added = { task: task(), chain: chain([delegationView()]), holder: "webapp", look };
    const told = ["T-1 Build login page", "1. global → webapp (route) [accepted]", "queued at webapp"];
    expect(addedLines({ ...added, waits: undefined })).toEqual(told);
    // A queued task is there to be done: only what keeps it from that is worth a line.
    expect(addedLines({ ...added, waits: { ...wait("waits for a worker"), kind: "worker" } })).toEqual(told);
    expect(addedLines({ ...added, waits: wait("webapp is paused") })).toEqual([
      ...told,
      "  webapp is paused: hopper do it",
    ]);
    expect(addedLines({ ...added, waits: { ...wait("it is full"), fix: null } }).at(-1)).toBe("  it is full");
    expect(taskStatusLine(task({ status: "done" }), look)).toBe("T-1 done");
  });
});

describe("the dashboard", () => {
  const body = (given: Parameters<typeof stats>[0] = {}) => toWire(stats(given)) as StatsBody;

  it("is framed on a terminal as in the reference", () => {
    expect(dashboardLines(body(), terminal(80))).toEqual([
      "┌─────────────────────────────────────────────────────┐",
      "│ Hopper Instance Status                              │",
      "├─────────────────────────────────────────────────────┤",
      "│ Global: hopper-global                    [running]  │",
      "│ Projects: 3 active, 1 stopped                       │",
      "│ Orchestrations: 4 active, 2 stopped                 │",
      "│ Total Tasks: 127 (42 in progress)                   │",
      "└─────────────────────────────────────────────────────┘",
    ]);
  });

  it("has the same lines in the same order on a pipe, without the frame", () => {
    expect(dashboardLines(body(), look)).toEqual([
      "Hopper Instance Status",
      "Global: hopper-global [running]",
      "Projects: 3 active, 1 stopped",
      "Orchestrations: 4 active, 2 stopped",
      "Total Tasks: 127 (42 in progress)",
    ]);
  });

  it("keeps what matters in a narrow frame: the status, and all of what needs attention", () => {
    const by_status = { ...NO_TASKS, queued: 12 };
    const tasks = { total: 12, open: 12, inProgress: 0, held: 3, byStatus: by_status };
    const lines = dashboardLines(body({ tasks, deadLetters: 1 }), terminal(40));
    expect(lines).toEqual([
      "┌──────────────────────────────────────┐",
      "│ Hopper Instance Status               │",
      "├──────────────────────────────────────┤",
      "│ Global: hopper-global      [running] │",
      "│ Projects: 3 active, 1 stopped        │",
      "│ Orchestrations: 4 active, 2 stopped  │",
      "│ Total Tasks: 12 (0 in progress)      │",
      "│ Attention: 1 dead letter, 3 held     │",
      "│ tasks, 12 queued tasks and no worker │",
      "└──────────────────────────────────────┘",
    ]);
    const long: Stats["instances"] = [
      { scope: "GLOBAL", status: "running", count: 1, names: ["n".repeat(60)] },
    ];
    expect(dashboardLines(body({ instances: long }), terminal(40))[3]).toBe(
      "│ Global: nnnnnnnnnnnnnnnn…  [running] │",
    );
  });

  it("has a line per live GLOBAL root, and says so when there is none", () => {
    const instances: Stats["instances"] = [
      { scope: "GLOBAL", status: "running", count: 2, names: ["one", "two"] },
      { scope: "GLOBAL", status: "paused", count: 1, names: ["three"] },
      { scope: "GLOBAL", status: "terminated", count: 1, names: ["gone"] },
    ];
    expect(dashboardLines(body({ instances }), look).slice(1, 4)).toEqual([
      "Global: one [running]",
      "Global: two [running]",
      "Global: three [paused]",
    ]);
    expect(dashboardLines(body({ instances: [] }), look)).toContain("Global: none");
    expect(dashboardLines(body({ instances: [] }), look)).toContain("Projects: 0 active, 0 stopped");
  });

  it("names what is neither running nor stopped", () => {
    const instances = (["created", "paused", "error", "terminated"] as const).map((status) => ({
      scope: "PROJECT" as const,
      status,
      count: 2,
      names: [],
    }));
    expect(dashboardLines(body({ instances }), look)).toContain(
      "Projects: 0 active, 0 stopped, 2 created, 2 paused, 2 in error",
    );
  });

  it("asks for attention when there are dead letters, held tasks or no worker", () => {
    const tasks = { total: 9, open: 9, inProgress: 0, held: 1, byStatus: counts({ queued: 3, pending: 1 }) };
    expect(dashboardLines(body({ deadLetters: 2, tasks }), look).at(-1)).toBe(
      "Attention: 2 dead letters, 1 held task, 3 queued tasks and no worker",
    );
  });

  it("shrinks with the terminal, and loses its frame on a very narrow one", () => {
    const name = "a-very-long-name-for-the-one-global-instance-of-this-store";
    const instances: Stats["instances"] = [{ scope: "GLOBAL", status: "running", count: 1, names: [name] }];
    const narrow = dashboardLines(body({ instances }), terminal(40));
    expect(narrow.map((line) => stringWidth(line))).toEqual(Array.from({ length: 8 }, () => 40));
    expect(narrow[3]).toMatch(/… {2}\[running\] │$/);
    expect(dashboardLines(body({ instances }), terminal(100))[3]).toBe(`│ Global: ${name} [running] │`);
    expect(dashboardLines(body(), terminal(20))[0]).toBe("Hopper Instance Status");
  });

  it("keeps its frame straight with wide characters and colours", () => {
    const instances: Stats["instances"] = [
      { scope: "GLOBAL", status: "running", count: 1, names: ["世界 [running]"] },
    ];
    const lines = dashboardLines(body({ instances }), { ...terminal(80), color: true });
    expect(lines[3]).toBe(`│ Global: 世界 [running]                   [\u001B[32mrunning\u001B[39m]  │`);
  });
});

describe("a decision", () => {
  const body = (given: Partial<DecisionView> = {}) => toWire(decisionView(given)) as DecisionBody;

  it("names the winner, and why each other lost", () => {
    expect(decisionLines(body(), { "global-id": "global" }, look)).toEqual([
      "global would delegate to webapp: matched tag react",
      "RANK  CANDIDATE  TAGS  TEXT  LOAD  WHY NOT",
      "1     webapp     1     -     0.00",
      "2     api        0     0.50  0.25  fewer tags match",
      "-     old        0     -     0.00  not running",
    ]);
  });

  it.each<[Partial<DecisionView>, string]>([
    [{ action: "handle", reason: "simple" }, "global-id would handle it: simple"],
    [
      { action: "create", unmatched: true },
      "global-id would create a child for it: matched tag react, unmatched",
    ],
    [
      { action: "hold", reason: "no running child", candidates: [] },
      "global-id would hold it (0 candidates): no running child",
    ],
    [
      { targetId: "x", rule: "r1", candidates: [] },
      "global-id would delegate to x: matched tag react, rule r1",
    ],
    [{ targetId: null }, "global-id would delegate to ?: matched tag react"],
  ])("%o", (given, headline) => {
    expect(decisionLines(body(given), {}, look)[0]).toBe(headline);
  });
});

describe("findings of the doctor", () => {
  it("are a line per rule, what is broken below it, and a sum", () => {
    const findings = [
      { check: "T1", rule: "one holder", broken: [] },
      { check: "M10", rule: "no loss", broken: ["T-3 is lost"] },
    ];
    expect(findingLines(findings, look)).toEqual([
      "ok     T1   one holder",
      "BROKEN M10  no loss",
      "            T-3 is lost",
      "2 checks, 1 broken",
    ]);
    expect(findingLines(findings.slice(0, 1), look).at(-1)).toBe("1 check, all hold");
  });
});

describe("a problem", () => {
  it("is error, further issues, fix", () => {
    const problem = {
      detail: "title is missing (and 1 more)",
      issues: [{ path: "title", message: "is missing" }, { path: "tags[0]", message: "is empty" }, 7],
    };
    expect(problemLines(problem, { allowed: "", fix: "hopper task add --help" }, look)).toEqual([
      "error: title is missing (and 1 more)",
      "       tags[0] is empty",
      "fix: hopper task add --help",
    ]);
    expect(problemLines({ detail: "no" }, { allowed: "stop", fix: undefined }, look)).toEqual([
      "error: no (allowed now: stop)",
    ]);
  });
});

describe("the look", () => {
  const lookOf = (isTTY: boolean, env: Record<string, string>) =>
    lookFor({ stream: { isTTY, columns: 100 }, env, wide: false, now: 0 });

  it.each<[string, boolean, Record<string, string>, boolean, boolean]>([
    ["a terminal", true, {}, true, true],
    ["a pipe", false, {}, false, false],
    ["NO_COLOR on a terminal", true, { NO_COLOR: "1" }, false, true],
    ["an empty NO_COLOR", true, { NO_COLOR: "" }, true, true],
    ["FORCE_COLOR on a pipe", false, { FORCE_COLOR: "1" }, true, false],
    ["FORCE_COLOR=0 on a terminal", true, { FORCE_COLOR: "0" }, false, true],
    ["CI with a terminal", true, { CI: "true" }, false, false],
    ["a dumb terminal", true, { TERM: "dumb" }, false, true],
  ])("of %s", (_name, isTTY, env, color, boxes) => {
    expect(lookOf(isTTY, env)).toMatchObject({ color, boxes, width: isTTY ? 100 : null });
  });

  it("takes 80 columns for a terminal that does not say", () => {
    expect(lookFor({ stream: { isTTY: true }, env: {}, wide: false, now: 0 }).width).toBe(80);
  });

  it("colours only where colours are wanted", () => {
    expect(paint("x", "bad", { ...look, color: true })).toBe("\u001B[31mx\u001B[39m");
    expect(paint("x", "bad", look)).toBe("x");
    expect(paint("x", undefined, { ...look, color: true })).toBe("x");
  });
});
