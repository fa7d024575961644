import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readPlan, runIdOf, toCreateParams } from "../../../src/plan/plan-file.ts";
import { startShell } from "../../../src/workers/shell.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";
import { HIERARCHY, planWorld, type PlanWorld } from "../../support/plan-world.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";

let world: PlanWorld;
beforeEach(() => {
  world = planWorld();
});

describe("a store that somebody else has", () => {
  const TEXT = `${HIERARCHY}tasks: [ { key: a, title: A, run: "true" } ]\n`;

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
      world.write(`${HIERARCHY}tasks: [ { key: a, title: A, run: "echo again" } ]\n`);
      const plan = await readPlan("p.yaml", { cwd: world.folder });
      const shell = await startShell({
        run: `echo ready > ${ready}; sleep 1000`,
        cwd: world.folder,
        env: { PATH: process.env["PATH"] ?? "" },
      });
      await world.look(async (hopper) => {
        const tasks = toCreateParams(plan, { runId: runIdOf(plan, 1), now: Date.now() });
        const { rootId, tasks: entered } = await internalsOf(hopper).enterPlan({
          runId: runIdOf(plan, 1),
          hierarchy: plan.hierarchy,
          tasks,
        });
        await hopper.tasks.assign(entered[0]?.id ?? "", { instanceId: rootId });
        await hopper.settle();
        const { instanceId } = await hopper.tasks.get("T-1");
        const { claims } = await internalsOf(hopper).claimOwn(instanceId ?? "", {
          workerId: "gone",
          leaseSeconds: 300,
        });
        await internalsOf(hopper).started("T-1", {
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
  const TEXT = `${HIERARCHY}tasks: [ { key: a, title: A, run: "true" } ]\n`;

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
