import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPlan, runIdOf, toCreateParams } from "../../src/plan/plan-file.ts";
import { startShell } from "../../src/workers/shell.ts";
import { PlanWorld } from "./plan-world.ts";
import { fifo, firstLine } from "./workers-support.ts";

const HEAD = `name: p
hierarchy:
  name: top
  scope: GLOBAL
  children:
    - name: webapp
      scope: PROJECT
      config: { capabilities: [frontend] }
      children: [ { name: w1, scope: ORCHESTRATION }, { name: w2, scope: ORCHESTRATION } ]
    - name: backend
      scope: PROJECT
      config: { capabilities: [api] }
      children: [ { name: w3, scope: ORCHESTRATION } ]
`;

let world: PlanWorld;
beforeEach(({ onTestFailed }) => {
  const made = new PlanWorld();
  world = made;
  onTestFailed(async () => {
    // What a run that hangs has told so far says most about why.
    process.stderr.write(`${made.stdout.text}\n${made.stderr.text}\n`);
  });
});
afterEach(() => {
  world.end();
});

describe("a dry run", () => {
  it("says where each task would go and why, runs nothing, and stores nothing", async () => {
    world.write(`${HEAD}tasks:
  - { key: a, title: A, tags: [frontend], run: touch ran }
  - { key: b, title: B, tags: [api], run: touch ran, depends_on: [a] }
  - { key: c, title: C, project: nowhere }
`);
    expect(await world.run({ dryRun: true })).toBe(0);
    expect(existsSync(join(world.folder, "ran"))).toBe(false);
    expect(existsSync(world.data)).toBe(false);
    expect(world.stdout.text).toMatch(/a dry run: nothing is run or stored/);
    expect(world.stdout.text).toMatch(
      /\na "A" #frontend\n {2}· top → webapp +route {3}matched tag frontend\n {2}· webapp → w1 +route .*\n {2}· queued at w1 +shell {3}touch ran\n/,
    );
    expect(world.stdout.text).toMatch(/\nb "B" #api after a\n {2}· top → backend +route/);
    expect(world.stdout.text).toMatch(/\nc "C"\n {2}· held at top: no_route +person\n/);
    expect(await world.run({ dryRun: true, output: "json" })).toBe(0);
    expect(JSON.parse(world.stdout.text)).toMatchObject({
      plan: "p",
      tasks: [{ key: "a", hops: [{ from: "top", to: "webapp" }, {}] }, {}, {}],
    });
    expect(await world.run({ dryRun: true, output: "jsonl" })).toBe(0);
    expect(world.stdout.text.trim().split("\n")).toHaveLength(3);
    expect(await world.run({ dryRun: true, output: "name" })).toBe(0);
    expect(world.stdout.text).toBe("a\nb\nc\n");
  });
});

describe("a dry run of a hierarchy that does not simply take everything", () => {
  it("tells refusals, offers that a person decides, and what only waits for room", async () => {
    world.write(`name: p
hierarchy:
  name: top
  scope: GLOBAL
  children:
    - { name: strict, scope: PROJECT, config: { capabilities: [x], auto_create_orchestrations: false }, children: [ { name: small, scope: ORCHESTRATION, config: { max_concurrent_tasks: 1, max_queued_tasks: 0 } } ] }
    - { name: asks, scope: PROJECT, config: { capabilities: [y], acceptance: manual } }
tasks:
  - { key: a, title: A, tags: [x], run: "true" }
  - { key: b, title: B, tags: [x], run: "true" }
  - { key: c, title: C, tags: [y], run: "true" }
`);
    expect(await world.run({ dryRun: true })).toBe(0);
    expect(world.stdout.text).toMatch(/\na "A" #x\n.*\n.*strict → small.*\n {2}· queued at small/);
    expect(world.stdout.text).toMatch(/\nb "B" #x\n.*top → strict[\s\S]*queued at small/);
    expect(world.stdout.text).toMatch(
      /\nc "C" #y\n.*top → asks.*\n {2}· offered to asks, which decides by hand/,
    );
    expect(await world.run({ dryRun: true, output: "yaml" })).toBe(0);
    expect(world.stdout.text).toMatch(/^plan: p\nhierarchy:/);
  });
});

describe("a store that somebody else has", () => {
  const TEXT = `${HEAD}tasks: [ { key: a, title: A, run: "true" } ]\n`;

  it("is waited for, as long as a short command takes", async () => {
    world.write(TEXT);
    const { promise: opened, resolve: tell } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const other = world.look(async () => {
      tell();
      await mayEnd;
    });
    await opened;
    const run = world.run();
    await world.refused();
    end();
    await other;
    expect(await run).toBe(0);
  });

  it.each([
    ["a moment ago", 0],
    ["so long ago that its lease is over", 3_600_000],
  ])(
    "may have left a command running %s: that is ended before its task runs again",
    async (_when, aheadMs) => {
      const ready = fifo(world.folder, "ready");
      world.write(`${HEAD}tasks: [ { key: a, title: A, run: "echo again" } ]\n`);
      const plan = await readPlan("p.yaml", { cwd: world.folder });
      const shell = await startShell({
        run: `echo ready > ${ready}; sleep 1000`,
        cwd: world.folder,
        env: { PATH: process.env["PATH"] ?? "" },
      });
      await world.look(async (hopper) => {
        const tasks = toCreateParams(plan, { runId: runIdOf(plan, 1), now: Date.now() });
        const { rootId, tasks: entered } = await hopper.internals.enterPlan({
          runId: runIdOf(plan, 1),
          hierarchy: plan.hierarchy,
          tasks,
        });
        await hopper.tasks.assign(entered[0]?.id ?? "", { instanceId: rootId });
        await hopper.settle();
        const { instanceId } = await hopper.tasks.get("T-1");
        const { claims } = await hopper.internals.claimOwn(instanceId ?? "", {
          workerId: "gone",
          leaseSeconds: 300,
        });
        await hopper.internals.started("T-1", {
          leaseToken: claims[0]?.lease.token ?? "",
          process: shell.mark,
        });
      });
      const command = shell.run();
      await firstLine(ready);
      world.aheadMs = aheadMs;
      expect(await world.run({ resume: true })).toBe(0);
      expect(await command).toMatchObject({ signal: "SIGTERM" });
      expect(world.stderr.text).toBe("note: ended 1 command that an earlier run had left behind\n");
      expect(world.stdout.text).toMatch(/T-1 {2}· result +output {2}again\n/);
    },
  );

  it("is given up for another reason at once", async () => {
    world.write(TEXT);
    writeFileSync(join(world.folder, "file"), "");
    await expect(world.run({ data: join(world.folder, "file") })).rejects.toThrow("file");
  });
});

describe("a temporary folder", () => {
  const TEXT = `${HEAD}tasks: [ { key: a, title: A, run: "true" } ]\n`;

  it("is gone at the end, and stays with --keep", async () => {
    world.write(TEXT);
    expect(await world.run({ temp: true })).toBe(0);
    expect(world.stdout.text).toContain("(data in a temporary folder; keep it with --keep)");
    expect(existsSync(world.data)).toBe(false);
    expect(await world.run({ temp: true, keep: true })).toBe(0);
    const folder = /data in (\S+), which is kept/.exec(world.stdout.text)?.[1] ?? "";
    expect(existsSync(join(folder, "hopper.db"))).toBe(true);
    rmSync(folder, { recursive: true });
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
