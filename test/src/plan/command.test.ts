import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import type { Hopper } from "../../../src/hopper.ts";
import type { EventView } from "../../../src/views/views.ts";
import { namesIn, stepLines, unaccounted } from "../../support/plan-journal.ts";
import { HIERARCHY, planWorld, type PlanWorld } from "../../support/plan-world.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";

let world: PlanWorld;
beforeEach(() => {
  world = planWorld();
});

async function journalOf(hopper: Hopper): Promise<EventView[]> {
  const events: EventView[] = [];
  for await (const event of hopper.events({ since: "0" })) events.push(event);
  return events;
}

async function statuses(hopper: Hopper): Promise<Record<string, string>> {
  const { items } = await hopper.tasks.list({ limit: 500, sort: "created" });
  return Object.fromEntries(items.map(({ ref, status }) => [ref, status]));
}

describe("a plan that is no file", () => {
  it("is named as it was given", async () => {
    await expect(world.run({ plan: "." })).rejects.toMatchObject({
      code: "validation_failed",
      detail: "the plan . cannot be read: it is a folder",
    });
  });
});

describe("a plan that runs on a pipe", () => {
  it("routes its tasks, runs their commands in order, and ends with 0 when all are done", async () => {
    world.write(`${HIERARCHY}tasks:
  - key: a
    title: First
    tags: [frontend]
    run: echo one >> log; echo '{"n":1}'
  - { key: b, title: Second, tags: [api], run: echo two >> log, depends_on: [a] }
`);
    expect(await world.run()).toBe(0);
    expect(readFileSync(join(world.folder, "log"), "utf8")).toBe("one\ntwo\n");
    const { text } = world.stdout;
    expect(text).toMatch(
      /^hopper \d+\.\d+\.\d+ · node \d+ · plan p \(data in .*\)\n\ntop \(GLOBAL\) \[running\]\n├── webapp \(PROJECT\) \[running\]\n/,
    );
    expect(text).toMatch(/T-1 {2}"First" #frontend\n/);
    expect(text).toMatch(/T-2 {2}"Second" #api after T-1\n/);
    expect(text).toMatch(/T-1 {2}✔ top → webapp +route {3}matched tag frontend\n/);
    expect(text).toMatch(
      /T-1 {2}✔ w\d ran it +shell {3}exit 0 in [\d.]+ m?s\nT-1 {2}· result +output {2}\{"n":1\}\n/,
    );
    expect(text).toMatch(/T-1 {2}✔ completed, bubbled to top in /);
    expect(text).toMatch(/\n\n2 done, 0 failed in [\d.]+ m?s\n$/);
    expect(world.stderr.text).toBe("");
  });

  it("prints no line that the journal does not account for", async () => {
    world.write(`${HIERARCHY}tasks:
  - { key: a, title: A, tags: [frontend], run: echo a }
  - { key: flaky, title: Flaky, tags: [api], run: "test -e marker || { touch marker; exit 1; }" }
  - { key: bad, title: Bad, run: "exit 3", max_attempts: 2 }
  - { key: after, title: After, run: "true", depends_on: [bad] }
  - { key: anyway, title: Anyway, run: "true", depends_on: [bad], on_dependency_failure: run }
`);
    expect(await world.run()).toBe(1);
    const lines = stepLines(world.stdout.text);
    expect(lines.length).toBeGreaterThan(20);
    await world.look(async (hopper) => {
      expect(unaccounted(lines, await journalOf(hopper), await namesIn(hopper))).toEqual([]);
      expect(
        unaccounted(["T-1  ✔ w9 ran it", "nonsense"], await journalOf(hopper), await namesIn(hopper)),
      ).toHaveLength(2);
      expect(await statuses(hopper)).toEqual({
        "T-1": "done",
        "T-2": "done",
        "T-3": "failed",
        "T-4": "failed",
        "T-5": "done",
      });
      expect(
        (await hopper.doctor()).flatMap(({ check, broken }) => broken.map((row) => `${check} ${row}`)),
      ).toEqual([]);
    });
    expect(world.stdout.text).toMatch(
      /T-2 {2}✖ w3 ran it +shell {3}exit 1 in .*, trying again in .* \(attempt 1 of 3\)\n/,
    );
    expect(world.stdout.text).toMatch(/T-2 {2}✔ w3 ran it +shell {3}exit 0 in .* \(attempt 2 of 3\)\n/);
    expect(world.stdout.text).toMatch(/T-3 {2}✖ w\d ran it +shell {3}exit 3 in .* \(attempt 2 of 2\)\n/);
    expect(world.stdout.text).toMatch(/T-4 {2}✖ failed: /);
    expect(world.stdout.text).toMatch(/3 done, 2 failed in /);
  });

  it("works at instances that are created while it runs, and that end again", async () => {
    world.write(`name: p
hierarchy: { name: top, scope: GLOBAL, children: [ { name: webapp, scope: PROJECT } ] }
tasks:
  - { key: a, title: A, tags: [x, y, z], priority: urgent, run: echo "$HOPPER_INSTANCE" }
`);
    expect(await world.run()).toBe(0);
    expect(world.stdout.text).toMatch(/· webapp-run-\S+ \(ORCHESTRATION\) \[running\]\n/);
    expect(world.stdout.text).toMatch(/· result +output {2}webapp-run-/);
    await world.look(async (hopper) => {
      expect(
        unaccounted(stepLines(world.stdout.text), await journalOf(hopper), await namesIn(hopper)),
      ).toEqual([]);
    });
  });

  it("runs as many commands at once as there are workers", async () => {
    // Each waits for the other: alone, none would ever end.
    const one = fifo(world.folder, "one");
    const two = fifo(world.folder, "two");
    world.write(`name: p
hierarchy: { name: w, scope: PROJECT }
tasks:
  - { key: a, title: A, run: "echo x > ${one}; cat ${two}" }
  - { key: b, title: B, run: "cat ${one}; echo y > ${two}" }
`);
    expect(await world.run({ workers: 2 })).toBe(0);
  });

  it("tells of a person's task before it starts, and ends when only that is left", async () => {
    world.write(`${HIERARCHY}tasks:
  - { key: review, title: Review, tags: [frontend] }
  - { key: a, title: A, run: "true" }
  - { key: ship, title: Ship, run: "true", depends_on: [review] }
`);
    expect(await world.run({ once: true })).toBe(1);
    expect(world.stderr.text).toMatch(
      /^note: review \("Review"\) has no command: a person does it, and nothing here waits for that\n/,
    );
    expect(world.stderr.text).toMatch(
      /error: 2 of 3 tasks stay open, and nothing is running, due or backing off\n {2}T-1 {2}"Review" queued: waits for a worker or a person at w\d\n {7}hopper task complete T-1\n {2}T-3 {2}"Ship" blocked: waits for T-1 \(queued at w\d\)\n {7}hopper task show T-1\nfix: hopper task list --status open\n$/,
    );
    expect(world.stdout.text).toMatch(/1 done, 0 failed, 2 open in /);
  });

  it("passes settings of the plan and of hopper.yaml on, the plan's first", async () => {
    world.write(`${HIERARCHY}runtime: { tasks: { max_attempts: 2 } }
tasks:
  - { key: a, title: A, run: "exit 1" }
`);
    expect(
      await world.run({
        config: { tasks: { max_attempts: 5, retry_backoff_ms: 1, retry_backoff_max_ms: 1 } },
      }),
    ).toBe(1);
    expect(world.stdout.text).toMatch(/attempt 2 of 2/);
  });

  it("gives commands what env_from names, and says what is not set", async () => {
    world.write(`${HIERARCHY}env_from: [NOWHERE_SET]
tasks: [ { key: a, title: A, run: 'echo "[$NOWHERE_SET]"' } ]
`);
    expect(await world.run()).toBe(0);
    expect(world.stderr.text).toBe("note: env_from names what is not set here: NOWHERE_SET\n");
    expect(world.stdout.text).toContain("[]");
  });
});

describe("a plan that ran before", () => {
  const TEXT = `${HIERARCHY}tasks:
  - { key: a, title: A, run: echo a >> log }
  - { key: b, title: B, run: echo b >> log }
  - { key: review, title: Review, depends_on: [a] }
`;

  it("is refused while tasks are open; --resume goes on without running what is done again", async () => {
    world.write(TEXT);
    expect(await world.run()).toBe(1);
    await expect(world.run()).rejects.toMatchObject({
      code: "illegal_transition",
      detail: expect.stringContaining("T-3"),
      facts: { fix: expect.stringMatching(/--resume.*--new/) },
    });
    await world.look(async (hopper) => {
      await hopper.tasks.complete("T-3");
    });
    expect(await world.run({ resume: true })).toBe(0);
    expect(readFileSync(join(world.folder, "log"), "utf8").trim().split("\n").sort()).toEqual(["a", "b"]);
    expect(world.stdout.text).toMatch(/goes on with p@[0-9a-f]{12}#1; data in/);
    expect(world.stdout.text).toMatch(/3 done, 0 failed in .* \(3 tasks had ended before\)\n$/);
  });

  it("begins anew with --new also where the tasks that are left depend on each other", async () => {
    const tasks = ["a", "b", "c", "d"].map((key, at, keys) => {
      const after = at === 0 ? "" : `, depends_on: [${keys[at - 1] ?? ""}]`;
      return `  - { key: ${key}, title: Task, project: w1${after} }\n`;
    });
    world.write(`${HIERARCHY}tasks:\n${tasks.join("")}`);
    await world.run({ once: true });
    await world.run({ new: true, once: true });
    await world.look(async (hopper) => {
      expect(await statuses(hopper)).toMatchObject({
        "T-1": "cancelled",
        "T-2": "cancelled",
        "T-3": "cancelled",
        "T-4": "cancelled",
        "T-5": "pending",
        "T-8": "blocked",
      });
    });
  });

  it("is not resumed when its file was edited, and begins anew with --new", async () => {
    world.write(TEXT);
    await world.run();
    world.write(TEXT.replace("echo b", "echo c"));
    await expect(world.run({ resume: true })).rejects.toMatchObject({
      code: "illegal_transition",
      detail: expect.stringContaining("b (run)"),
      facts: { differs: ["b"], fix: expect.stringMatching(/--new.*--resume/) },
    });
    expect(await world.run({ new: true })).toBe(1);
    await world.look(async (hopper) => {
      expect(await statuses(hopper)).toEqual({
        "T-1": "done",
        "T-2": "done",
        "T-3": "cancelled",
        "T-4": "done",
        "T-5": "done",
        "T-6": expect.any(String),
      });
    });
    await expect(world.run({ new: true, resume: true })).rejects.toMatchObject({ code: "validation_failed" });
  });

  it("goes on from between its entry and the assignment of its tasks", async () => {
    world.write(TEXT.replace(", depends_on: [a]", ", depends_on: [a], run: echo c >> log"));
    const { readPlan, runIdOf, toCreateParams } = await import("../../../src/plan/plan-file.ts");
    const plan = await readPlan("p.yaml", { cwd: world.folder });
    const runId = runIdOf(plan, 1);
    await world.look(async (hopper) => {
      const tasks = toCreateParams(plan, { runId, now: Date.now() });
      const entered = await internalsOf(hopper).enterPlan({ runId, hierarchy: plan.hierarchy, tasks });
      await hopper.tasks.assign(entered.tasks[1]?.id ?? "", { instanceId: entered.rootId });
    });
    expect(await world.run({ resume: true })).toBe(0);
    expect(readFileSync(join(world.folder, "log"), "utf8").trim().split("\n").sort()).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(stepLines(world.stdout.text).filter((line) => line.includes('"'))).toHaveLength(3);
  });
});

describe("an interruption", () => {
  it("ends the commands, releases their tasks, and is 130", async () => {
    const ready = fifo(world.folder, "ready");
    world.write(`${HIERARCHY}tasks:
  - { key: a, title: A, run: "test -e again && exit; touch again; echo $$ > ${ready}; exec sleep 1000" }
`);
    const ended = world.run();
    const pid = Number(await firstLine(ready));
    world.interrupt();
    expect(await ended).toBe(130);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(world.stderr.text).toBe('interrupted: ending T-1 "A"; what still runs in 5 s is killed\n');
    expect(world.stdout.text).toMatch(/· queued again at w\d +queue {3}released\n/);
    expect(world.stdout.text).toMatch(
      /0 done, 0 failed, 1 open in .*, interrupted\nnext: hopper run p\.yaml --resume {2}\(goes on with what is open\)\n$/,
    );
    expect(await world.look(statuses)).toEqual({ "T-1": "queued" });
  });
});

it("an interruption after the end of a run says nothing of it", async () => {
  world.write(`${HIERARCHY}tasks:
  - { key: a, title: A, run: "true" }
`);
  expect(await world.run()).toBe(0);
  world.interrupt();
  expect(world.stderr.text).toBe("");
});

describe("an interruption on a terminal", () => {
  it("tells what was under way as far as it came", async () => {
    const ready = fifo(world.folder, "ready");
    world.write(`name: p
hierarchy: { name: top, scope: GLOBAL, children: [ { name: webapp, scope: PROJECT } ] }
tasks:
  - { key: a, title: A, tags: [x, y, z], priority: urgent, run: "echo $$ > ${ready}; exec sleep 1000" }
`);
    const ended = world.run({}, { columns: 100 });
    await firstLine(ready);
    world.interrupt();
    expect(await ended).toBe(130);
    const text = stripVTControlCharacters(world.stdout.text);
    expect(text).toContain('interrupted: ending T-1 "A"; what still runs in 5 s is killed\n');
    expect(text).toMatch(/· webapp-run-\S+ \(ORCHESTRATION\) \[running\]/);
    expect(text).toMatch(
      /T-1 "A" #x #y #z\n {2}✔ top → webapp[\s\S]*queued again at webapp-run-\S+ +queue {3}released\n\n\n?0 done/,
    );
  });
});

describe("other forms of output", () => {
  const TEXT = `${HIERARCHY}tasks:
  - { key: a, title: A, tags: [frontend], run: echo 7 }
`;

  it("are one object at the end", async () => {
    world.write(TEXT);
    expect(await world.run({ output: "json" })).toBe(0);
    const body = JSON.parse(world.stdout.text) as { run_id: string; tasks: unknown[] };
    expect(body).toMatchObject({
      plan: "p",
      done: 1,
      failed: 0,
      open: 0,
      tasks: [{ ref: "T-1", status: "done", result: { json: 7 } }],
    });
    expect(await world.run({ output: "yaml" })).toBe(0);
    expect(world.stdout.text).toMatch(/^plan: p\nrun_id: p@/);
  });

  it("are every event as it happens", async () => {
    world.write(TEXT);
    expect(await world.run({ output: "jsonl" })).toBe(0);
    const events = world.stdout.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["task.created", "task.claimed", "task.completed", "delegation.completed"]),
    );
  });

  it("are only names, or only the run's id", async () => {
    world.write(TEXT);
    expect(await world.run({ output: "name" })).toBe(0);
    expect(world.stdout.text).toBe("T-1\n");
    expect(await world.run({ quiet: true })).toBe(0);
    expect(world.stdout.text).toMatch(/^p@[0-9a-f]{12}#2\n$/);
  });

  it("are a live picture on a terminal, also on a narrow one", async () => {
    world.write(`${HIERARCHY}tasks:
  - { key: a, title: A, tags: [frontend], run: sleep 0.4 }
  - { key: x, title: X, priority: urgent, tags: [api], run: "true" }
`);
    expect(await world.run({}, { columns: 60 })).toBe(0);
    const lines = stripVTControlCharacters(world.stdout.text).split("\n");
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/▸ T-1 +A +/),
        expect.stringMatching(/1 done · 1 open · /),
      ]),
    );
    expect(lines.findIndex((line) => line === 'T-1 "A" #frontend')).toBeGreaterThan(-1);
    expect(lines.at(-2)).toMatch(/^2 done, 0 failed in /);
  });
});

describe("a plan that is not right", () => {
  it("is refused before anything is made", async () => {
    world.write("name: p\n");
    await expect(world.run()).rejects.toMatchObject({
      code: "bad_configuration",
      detail: expect.stringMatching(/^p\.yaml:1:1: /),
    });
    await expect(world.run({ plan: "/nowhere/p.yaml" })).rejects.toMatchObject({ code: "validation_failed" });
    expect(existsSync(world.data)).toBe(false);
  });

  it("is warned about, where it is only odd", async () => {
    world.write(
      `name: p\nhierarchy: { name: w, scope: PROJECT, config: { max_conc: 1 } }\ntasks: [ { key: a, title: A, run: "true" } ]\n`,
    );
    expect(await world.run()).toBe(0);
    expect(world.stderr.text).toMatch(
      /^note: p\.yaml:2:\d+: hierarchy\.config\.max_conc is kept, but Hopper does not read it/,
    );
  });
});

describe("a plan of which something failed", () => {
  const PLAN = `${HIERARCHY}tasks:
  - { key: a, title: A, tags: [frontend], run: echo a }
  - { key: b, title: B, tags: [api], run: "test -e mended || { echo broken >&2; exit 3; }", max_attempts: 1 }
  - { key: c, title: C, run: "true", depends_on: [b] }
`;

  it("names what failed, why, and the commands that go on", async () => {
    world.write(PLAN);
    expect(await world.run({ reach: ["--data", "here"] })).toBe(1);
    const { text } = world.stdout;
    expect(text.slice(text.indexOf("1 done, 2 failed")).split("\n").slice(1)).toEqual([
      "  T-2  B: exit 3: broken",
      "       hopper task show T-2 --data here",
      "  T-3  C: T-2, which it depends on, failed",
      "next: hopper run p.yaml --retry-failed --data here  (tries what failed again)",
      "",
    ]);
  });

  it("tells what it printed with --log-failed", async () => {
    world.write(PLAN);
    await world.run({ logFailed: true, temp: true });
    expect(world.stdout.text).toMatch(
      /\n {2}T-2 {2}B: exit 3: broken\n {7}attempt 1 by shell:\S+: exit 3 in \d+ ms\n {7}broken\n {2}T-3 {2}C: /,
    );
  });

  it("has them tried again with --retry-failed, and nothing else", async () => {
    world.write(PLAN);
    await world.run();
    world.write("", "mended");
    expect(await world.run({ retryFailed: true })).toBe(0);
    expect(world.stdout.text).toMatch(/3 done, 0 failed in .* \(1 task had ended before\)\n$/);
    await world.look(async (hopper) => {
      expect((await hopper.tasks.get("T-1")).round).toBe(1);
      expect((await hopper.tasks.get("T-2")).round).toBe(2);
      expect((await hopper.tasks.get("T-3")).round).toBe(2);
    });
    // There is nothing left that failed.
    expect(await world.run({ retryFailed: true })).toBe(0);
  });

  it("is not tried again by another text of the file, nor where there was no run", async () => {
    world.write(PLAN);
    await expect(world.run({ retryFailed: true })).rejects.toMatchObject({
      code: "illegal_transition",
      detail: "the plan p has no run whose failed tasks could be tried again",
      facts: { fix: "hopper run p.yaml" },
    });
    await world.run();
    world.write(PLAN.replace("exit 3", "exit 4"));
    await expect(world.run({ retryFailed: true })).rejects.toMatchObject({
      code: "illegal_transition",
      detail: expect.stringMatching(/^p\.yaml was edited since the run .* began: b \(run\)$/) as unknown,
    });
  });

  it("names no commands where the data go with the run", async () => {
    world.write(PLAN);
    expect(await world.run({ temp: true })).toBe(1);
    expect(world.stdout.text).toMatch(/\n {2}T-3 {2}C: T-2, which it depends on, failed\n$/);
    expect(await world.run({ temp: true, keep: true })).toBe(1);
    expect(world.stdout.text).toMatch(/\nnext: hopper run p\.yaml --retry-failed --data \S+hopper-\w+ /);
  });

  it("cannot be both tried again and started afresh", async () => {
    world.write(PLAN);
    await expect(world.run({ retryFailed: true, new: true })).rejects.toMatchObject({
      code: "validation_failed",
      detail: expect.stringContaining("--retry-failed and --new exclude each other") as unknown,
    });
  });
});
