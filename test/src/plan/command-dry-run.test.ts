import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { HIERARCHY, planWorld, type PlanWorld } from "../../support/plan-world.ts";

let world: PlanWorld;
beforeEach(() => {
  world = planWorld();
});

describe("a dry run", () => {
  it("says where each task would go and why, runs nothing, and stores nothing", async () => {
    world.write(`${HIERARCHY}tasks:
  - { key: a, title: A, tags: [frontend], run: touch ran }
  - { key: b, title: B, tags: [api], run: touch ran, depends_on: [a] }
  - { key: c, title: C, project: w1 }
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
