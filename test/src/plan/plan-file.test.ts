import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HopperError } from "../../../machines/errors.ts";
import {
  inPlace,
  isRunOf,
  parsePlan,
  readPlan,
  readRunId,
  runIdOf,
  runPrefix,
  toCreateParams,
  type Plan,
} from "../../../src/plan/plan-file.ts";
import type { FileIssue } from "../../../src/plan/plan-source.ts";

function parse(text: string | Uint8Array, folder = "/plans"): Plan {
  return parsePlan({ file: "x.yaml", folder, bytes: Buffer.from(text as string) });
}

/** What is wrong, each as `line:column message`. */
function issuesOf(text: string | Uint8Array): string[] {
  const error = refusalOf(text);
  const issues = (error?.facts["issues"] ?? []) as unknown as FileIssue[];
  return issues.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function refusalOf(text: string | Uint8Array): HopperError | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof HopperError && error.code === "bad_configuration") return error;
    throw error;
  }
}

const HEAD = `name: p
hierarchy: { name: g, scope: GLOBAL }
`;
const HEAD_AND_TASKS = `${HEAD}tasks:
  - { key: a, title: A }
`;

describe("a plan", () => {
  it("is read with defaults where nothing was said", () => {
    const plan = parse(HEAD_AND_TASKS);
    expect(plan).toMatchObject({
      file: "x.yaml",
      name: "p",
      hierarchy: { name: "g", scope: "GLOBAL", config: {}, children: [] },
      runtime: {},
      workers: {},
      warnings: [],
      tasks: [{ key: "a", deadline: null, notBefore: null }],
    });
    expect(plan.tasks[0]?.params).toEqual({
      key: "a",
      title: "A",
      description: null,
      tags: [],
      priority: "medium",
      run: null,
      dependsOn: [],
      onDependencyFailure: "fail",
      timeoutSeconds: null,
      maxAttempts: undefined,
      project: null,
      payload: null,
      source: "plan",
    });
  });

  it("given sections of hopper.yaml, then scopes are named in any case", () => {
    const plan = parse(
      `${HEAD_AND_TASKS}runtime: { scopes: { project: { fallback: hold, ends_at: 2027-01-01T00:00:00Z } } }\n`,
    );
    expect(plan.runtime).toMatchObject({ scopes: { PROJECT: { fallback: "hold" } } });
    expect(plan.warnings).toEqual([
      expect.objectContaining({
        message: expect.stringContaining("runtime.scopes.project.ends_at has no effect yet"),
      }),
    ]);
  });

  it("is read with everything that can be said", () => {
    const plan = parse(`name: full
cwd: sub
env: { A: "1", B: "2" }
env_from: [SECRET]
runtime: { tasks: { max_attempts: 2 } }
hierarchy:
  name: g
  scope: global
  description: The top
  children:
    - { name: w, scope: project, config: { capabilities: [x] }, children: [ { name: o, scope: Orchestration, instance_type: ephemeral } ] }
workers: { o: 3, w: 0 }
tasks:
  - { key: a, title: A, run: "true" }
  - key: b
    title: B
    description: |
      Two lines
      of text.
    tags: [x, y, x]
    priority: URGENT
    run: make
    depends_on: [a, a]
    on_dependency_failure: run
    timeout: 1m30s
    max_attempts: 1
    project: w
    payload: { mine: [1] }
    env: { B: "3" }
    env_from: [OTHER]
    cwd: /abs
    deadline: 2h
    not_before: 2030-01-01T00:00:00Z
`);
    expect(plan.hierarchy.children[0]?.children[0]).toEqual({
      name: "o",
      scope: "ORCHESTRATION",
      config: {},
      instanceType: "ephemeral",
      children: [],
    });
    expect(plan.envFrom).toEqual(["SECRET", "OTHER"]);
    expect(plan.runtime).toEqual({ tasks: { max_attempts: 2 } });
    expect(plan.tasks[0]?.params.payload).toEqual({
      plan: { cwd: "/plans/sub", env: { A: "1", B: "2" }, env_from: ["SECRET"] },
    });
    expect(plan.tasks[1]?.params).toMatchObject({
      description: "Two lines\nof text.\n",
      tags: ["x", "y"],
      priority: "urgent",
      dependsOn: ["key:a"],
      onDependencyFailure: "run",
      timeoutSeconds: 90,
      maxAttempts: 1,
      project: "w",
      payload: { mine: [1], plan: { cwd: "/abs", env: { A: "1", B: "3" }, env_from: ["SECRET", "OTHER"] } },
    });
    const [, second] = toCreateParams(plan, { runId: "r", now: Date.UTC(2026, 0, 1) });
    expect(second).toMatchObject({
      runId: "r",
      deadlineAt: "2026-01-01T02:00:00.000Z",
      notBefore: "2030-01-01T00:00:00.000Z",
    });
  });

  it("is the same with a byte order mark and other line ends, and another with any other change", () => {
    const { hash } = parse(HEAD_AND_TASKS);
    expect(parse(`\uFEFF${HEAD_AND_TASKS.replaceAll("\n", "\r\n")}`).hash).toBe(hash);
    expect(parse(`${HEAD_AND_TASKS}# more\n`).hash).not.toBe(hash);
  });

  it("names its runs by name, hash and number", () => {
    const plan = parse(HEAD_AND_TASKS);
    const runId = runIdOf(plan, 3);
    expect(runId).toBe(`p@${plan.hash.slice(0, 12)}#3`);
    expect(runId.startsWith(runPrefix(plan))).toBe(true);
    expect(readRunId(runId)).toEqual({ hash: plan.hash.slice(0, 12), number: 3 });
    expect(readRunId("elsewhere")).toBeNull();
    expect([isRunOf(plan, runId), isRunOf(plan, "p@000000000000#1")]).toEqual([true, false]);
  });

  it("is warned about configuration that nothing reads", () => {
    const { warnings } = parse(`name: p
hierarchy:
  name: g
  scope: GLOBAL
  children:
    - { name: w, scope: PROJECT, config: { capabilites: [x], child_defaults: { unmached: hold } } }
tasks: [ { key: a, title: A } ]
`);
    expect(warnings.map((warning) => inPlace(warning))).toEqual([
      "x.yaml:6:44: hierarchy.children[0].config.capabilites is kept, but Hopper does not read it; did you mean capabilities?",
      "x.yaml:6:80: hierarchy.children[0].config.child_defaults.unmached is kept, but Hopper does not read it; did you mean unmatched?",
    ]);
  });
});

describe("a file that is no plan is refused with every mistake at its place:", () => {
  it.each<[what: string, text: string | Uint8Array, issues: string[]]>([
    ["an empty file", "", ["1:1 the file is empty; a plan has a name, a hierarchy and tasks"]],
    [
      "only a comment after a byte order mark",
      "\uFEFF# x\n",
      ["1:1 the file is empty; a plan has a name, a hierarchy and tasks"],
    ],
    ["a text", "hello", ['1:1 the plan is "hello"; an object is accepted']],
    ["a list", "- a", ["1:1 the plan is a list; an object is accepted"]],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from("name: x\nb: "), Buffer.from([0xff])]),
      ["2:1 the file is not valid UTF-8 from here on"],
    ],
    ["UTF-16", Buffer.from("\uFEFFname: x", "utf16le"), ["1:1 the file is not valid UTF-8 from here on"]],
    [
      "too large a file",
      `# ${"x".repeat(1_048_576)}`,
      ["1:1 the file is 1048578 bytes long; at most 1048576 are accepted"],
    ],
    ["a tab as indentation", "name: p\nhierarchy:\n\tname: g\n", ["3:1 Tabs are not allowed as indentation"]],
    [
      "a list that is not closed",
      "name: [p\n",
      ["2:1 Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    [
      "two documents",
      `${HEAD_AND_TASKS}---\nname: q\n`,
      ["5:1 a plan is one document: a second one begins here"],
    ],
    ["another YAML", `%YAML 1.1\n---\n${HEAD_AND_TASKS}`, ["1:1 only YAML 1.2 is accepted"]],
    ["a tag", `${HEAD}tasks: [ { key: a, title: !upper x } ]\n`, ["3:27 the tag !upper is not accepted"]],
    [
      "anchors and aliases",
      "name: &n p\nb: *n\n",
      [
        '1:10 "&n" has an anchor; anchors are not accepted in a plan: write it out',
        '2:4 "*n" is an alias; aliases are not accepted in a plan: write it out',
      ],
    ],
    ["endless nesting", "[".repeat(100_000), ["1:1 is nested too deeply"]],
    [
      "a key that stands twice",
      `${HEAD}name: q\ntasks: [ { key: a, title: A } ]\n`,
      ['3:1 "name" stands twice in the same place'],
    ],
    [
      "a key that is never accepted",
      `__proto__: 1\n${HEAD_AND_TASKS}`,
      ['1:1 "__proto__" is a key that is never accepted'],
    ],
    [
      "NUL in a text",
      `${HEAD}tasks: [ { key: a, title: "a\\0" } ]\n`,
      ["3:27 tasks[0].title contains the character NUL"],
    ],
  ])("%s", (what, text, issues) => {
    const found = issuesOf(text);
    expect(
      what === "endless nesting" ? found.map((issue) => issue.replace(/^\d+:\d+/, "1:1")).slice(0, 1) : found,
    ).toEqual(issues);
  });

  it.each<[what: string, text: string, issues: string[]]>([
    [
      "unknown keys, with the nearest known one",
      `${HEAD}taks: []\ntasks: [ { key: a, titel: A, title: A } ]\n`,
      [
        "3:1 taks is not a known field; did you mean tasks?",
        "4:20 tasks[0].titel is not a known field; did you mean title?",
      ],
    ],
    [
      "missing fields",
      "hierarchy: { scope: GLOBAL }\ntasks: [ { title: A } ]\n",
      [
        "1:1 name is missing; text is accepted",
        "1:12 hierarchy.name is missing; text is accepted",
        "2:10 tasks[0].key is missing; text is accepted",
      ],
    ],
    [
      "values that are no text",
      `${HEAD}tasks:\n  - { key: a, title: 2024, run: true, tags: [1], cwd: 3, project: }\n`,
      [
        "4:22 tasks[0].title is the number 2024; text is accepted",
        "4:33 tasks[0].run is the boolean true; a command, as text, is accepted",
        "4:46 tasks[0].tags[0] is the number 1; text is accepted",
        "4:55 tasks[0].cwd is the number 3; text is accepted",
        "4:58 tasks[0].project is null; text is accepted",
      ],
    ],
    [
      "texts that are empty or too long",
      `${HEAD}tasks:\n  - { key: a, title: "${"x".repeat(513)}", run: " " }\n  - { key: b, title: "" }\n`,
      [
        "4:22 tasks[0].title is 513 characters long; at most 512 are accepted",
        "4:544 tasks[0].run is empty; a command is accepted, and a person's task has none",
        "5:22 tasks[1].title is empty; 1 to 512 characters are accepted",
      ],
    ],
    [
      "too long a command",
      `${HEAD}tasks:\n  - { key: a, title: A, run: ${"x".repeat(65_537)} }\n`,
      ["4:30 tasks[0].run is 65537 bytes long; at most 65536 are accepted"],
    ],
    [
      "bad names and keys",
      `name: "a@b"\nhierarchy: { name: T-1, scope: GLOBAL }\ntasks: [ { key: "a b", title: A } ]\n`,
      [
        '1:7 name is "a@b"; 1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit',
        '2:20 hierarchy.name is "T-1", which looks like the reference of a task or delegation; any other name is accepted',
        '3:17 tasks[0].key is "a b"; 1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit',
      ],
    ],
    [
      "words that are not of the list",
      `name: p\nhierarchy: { name: g, scope: GLOBL }\ntasks: [ { key: a, title: A, priority: hihg, on_dependency_failure: go } ]\n`,
      [
        '2:30 hierarchy.scope is "GLOBL"; accepted are GLOBAL, PROJECT, ORCHESTRATION, PERSONAL, FAMILY, EVENT, FEDERATED (did you mean GLOBAL?)',
        '3:40 tasks[0].priority is "hihg"; accepted are urgent, high, medium, low (did you mean high?)',
        '3:69 tasks[0].on_dependency_failure is "go"; accepted are fail, run',
      ],
    ],
    [
      "bad durations",
      `${HEAD}tasks:\n  - { key: a, title: A, timeout: 300 }\n  - { key: b, title: B, timeout: 5x }\n  - { key: c, title: C, timeout: 1500ms }\n  - { key: d, title: D, timeout: "300" }\n`,
      [
        "4:34 tasks[0].timeout is the number 300; a duration with its unit, such as 30s, 5m or 1h30m, in whole seconds, is accepted",
        '5:34 tasks[1].timeout is "5x"; a duration with its unit, such as 30s, 5m or 1h30m, in whole seconds, is accepted',
        '6:34 tasks[2].timeout is "1500ms"; a duration with its unit, such as 30s, 5m or 1h30m, in whole seconds, is accepted',
        '7:34 tasks[3].timeout is "300"; a duration with its unit, such as 30s, 5m or 1h30m, in whole seconds, is accepted',
      ],
    ],
    [
      "bad moments",
      `${HEAD}tasks:\n  - { key: a, title: A, deadline: tomorrow, not_before: 7 }\n`,
      [
        '4:35 tasks[0].deadline is "tomorrow"; a duration with its unit, such as 30s, 5m or 1h30m, or a moment such as 2026-03-01T12:00:00Z is accepted',
        "4:57 tasks[0].not_before is the number 7; a duration with its unit, such as 30s, 5m or 1h30m, or a moment such as 2026-03-01T12:00:00Z is accepted",
      ],
    ],
    ["no tasks", `${HEAD}tasks: []\n`, ["3:8 tasks is empty; 1 to 1000 tasks are accepted"]],
    [
      "too many attempts",
      `${HEAD}tasks: [ { key: a, title: A, max_attempts: 0 } ]\n`,
      ["3:44 tasks[0].max_attempts is the number 0; a whole number from 1 to 1000 is accepted"],
    ],
    [
      "bad configuration of an instance",
      `name: p\nhierarchy: { name: g, scope: GLOBAL, config: { max_queued_tasks: -1 } }\ntasks: [ { key: a, title: A } ]\n`,
      [
        "2:66 hierarchy.config.max_queued_tasks is the number -1; a whole number from 0 to 1000000 is accepted",
      ],
    ],
    [
      "bad sections of hopper.yaml",
      `${HEAD_AND_TASKS}runtime: { tasks: { max_attemps: 3 }, workers: { lease_seconds: x } }\n`,
      [
        "5:21 runtime.tasks.max_attemps is not a known field; did you mean max_attempts?",
        '5:65 runtime.workers.lease_seconds is "x"; 0.001 to 31536000 seconds, or a duration such as 250ms, 30s, 5m or 1h30m, is accepted',
      ],
    ],
    [
      "bad defaults of a scope, whose name is written in any case",
      `${HEAD_AND_TASKS}runtime: { scopes: { project: { fallbak: hold }, nobody: {} } }\n`,
      [
        "5:33 runtime.scopes.project.fallbak is not a known field; did you mean fallback?",
        "5:50 runtime.scopes.nobody is not a known field; accepted are GLOBAL, PROJECT, ORCHESTRATION, PERSONAL, FAMILY, EVENT, FEDERATED",
      ],
    ],
    [
      "bad variables",
      `${HEAD}env: { HOPPER_TASK_ID: x, "a-b": y, C: 1 }\ntasks: [ { key: a, title: A, env_from: ["D E"] } ]\n`,
      [
        "3:8 env.HOPPER_TASK_ID begins with HOPPER_, which Hopper sets itself",
        '3:27 env.a-b is "a-b"; letters, digits and "_" are accepted',
        "3:40 env.C is the number 1; text is accepted",
        '4:41 tasks[0].env_from[0] is "D E"; letters, digits and "_" are accepted',
      ],
    ],
    [
      "Hopper's own key in a payload, and too large a one",
      `${HEAD}tasks: [ { key: a, title: A, payload: { plan: 1 } } ]\n`,
      ["3:41 tasks[0].payload.plan is the key that Hopper itself keeps cwd and env under"],
    ],
    [
      "too large a payload",
      `${HEAD}tasks:\n  - { key: a, title: A, run: x, payload: { x: "${"y".repeat(65_530)}" } }\n`,
      ["4:5 tasks[0] has 65585 bytes of payload, cwd and env; at most 65536 are accepted"],
    ],
    [
      "keys and names that stand twice, at the second place",
      `name: p\nhierarchy: { name: g, scope: GLOBAL, children: [ { name: g, scope: PROJECT } ] }\ntasks:\n  - { key: a, title: A }\n  - { key: a, title: B }\n`,
      [
        '2:58 hierarchy.children[0].name is "g", which another instance of this plan is called already',
        '5:12 tasks[1].key is "a", which another task of this plan has already',
      ],
    ],
    [
      "dependencies on nothing",
      `${HEAD}tasks:\n  - { key: types, title: A }\n  - { key: b, title: B, depends_on: [typs, x1] }\n`,
      [
        '5:38 tasks[1].depends_on[0] is "typs", which no task of this plan has as its key; did you mean types?',
        '5:44 tasks[1].depends_on[1] is "x1", which no task of this plan has as its key',
      ],
    ],
    [
      "cycles, where they close",
      `${HEAD}tasks:\n  - { key: a, title: A, depends_on: [b] }\n  - { key: b, title: B, depends_on: [c] }\n  - { key: c, title: C, depends_on: [c, a] }\n`,
      [
        "6:38 tasks[2].depends_on[0] closes a cycle: c → c",
        "6:41 tasks[2].depends_on[1] closes a cycle: a → b → c → a",
      ],
    ],
    [
      "scopes in the wrong place",
      `name: p\nhierarchy: { name: g, scope: GLOBAL, children: [ { name: o, scope: ORCHESTRATION }, { name: h, scope: GLOBAL } ] }\ntasks: [ { key: a, title: A } ]\n`,
      [
        '2:68 hierarchy.children[0].scope is ORCHESTRATION below GLOBAL "g"; at the top or below a PROJECT or below a EVENT is accepted',
        '2:103 hierarchy.children[1].scope is GLOBAL below GLOBAL "g"; at the top is accepted',
      ],
    ],
    [
      "workers for nobody",
      `${HEAD_AND_TASKS}workers: { g: 1, webapp: 1 }\n`,
      [
        "5:12 workers.g is a GLOBAL, which has no queue to work on",
        "5:18 workers.webapp names no instance of this plan",
      ],
    ],
    [
      "a project that nobody of the plan is called",
      `name: p
hierarchy: { name: g, scope: GLOBAL, children: [ { name: webapp, scope: PROJECT } ] }
tasks: [ { key: a, title: A, project: webap }, { key: b, title: B, project: webapp }, { key: c, title: C, project: g } ]
`,
      [
        '3:39 tasks[0].project is "webap", which no instance of this plan is called; did you mean webapp?',
        '3:116 tasks[2].project is "g", which no instance of this plan is called',
      ],
    ],
    [
      "too many workers",
      `name: p\nhierarchy: { name: w, scope: PROJECT }\nworkers: { w: 101 }\ntasks: [ { key: a, title: A } ]\n`,
      ["3:15 workers.w is the number 101; a whole number from 0 to 100 is accepted"],
    ],
    [
      "what is no task and no list",
      `${HEAD}tasks: [ 17 ]\nenv: []\n`,
      ["3:10 tasks[0] is the number 17; an object is accepted", "4:6 env is a list; an object is accepted"],
    ],
  ])("%s", (_what, text, issues) => {
    const found = issuesOf(text);
    expect(found).toEqual(issues);
  });

  it("a hierarchy that is too deep", () => {
    let node = "{ name: n17, scope: ORCHESTRATION }";
    for (let depth = 16; depth > 0; depth -= 1)
      node = `{ name: n${depth}, scope: ORCHESTRATION, children: [ ${node} ] }`;
    const found = issuesOf(`name: p\nhierarchy: ${node}\ntasks: [ { key: a, title: A } ]\n`);
    expect(found.filter((issue) => issue.includes("levels deep"))).toEqual([
      expect.stringContaining("is 17 levels deep; at most 16 are accepted"),
    ]);
  });

  it("says how many there are, and the first, in one line", () => {
    expect(() => parse(`${HEAD}tasks: [ { key: 1, title: 2 } ]\n`)).toThrow(
      "x.yaml:3:17: tasks[0].key is the number 1; text is accepted (and 1 more)",
    );
  });
});

describe("a plan's file", () => {
  const folder = mkdtempSync(join(tmpdir(), "hopper-plan-"));

  it("is named as the user named it, and its folder is where commands run", async () => {
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub", "p.yaml"), `${HEAD}tasks: [ { key: a, title: A, run: ls, cwd: x } ]\n`);
    const plan = await readPlan("sub/p.yaml", { cwd: folder });
    expect(plan.file).toBe("sub/p.yaml");
    expect(plan.tasks[0]?.params.payload).toMatchObject({ plan: { cwd: join(folder, "sub", "x") } });
    rmSync(join(folder, "sub"), { recursive: true });
  });

  it.each([
    ["that is not there", "nowhere.yaml", "there is no such file"],
    ["that is a folder", ".", "it is a folder"],
    ["below a file", "/dev/null/x", "ENOTDIR"],
  ])("%s cannot be read", async (_what, file, why) => {
    await expect(readPlan(file, { cwd: folder })).rejects.toMatchObject({
      code: "validation_failed",
      detail: expect.stringContaining(why),
    });
  });
});
