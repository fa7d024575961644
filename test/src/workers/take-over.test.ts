import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ProcessMark } from "../../../machines/records/task.ts";
import type { Hopper } from "../../../src/hopper.ts";
import { createHopper } from "../../../src/hopper.ts";
import { systemClock } from "../../../src/environment/real.ts";
import { isGroupAlive } from "../../../src/workers/process-table.ts";
import { startShell } from "../../../src/workers/shell.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";
import { internalsOf } from "../../../src/verbs/internals.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-take-over-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A task under the lease of Hopper's own worker, with the process of its command; 60 s. */
async function underWay(hopper: Hopper, mark: ProcessMark): Promise<void> {
  await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
  await hopper.instances.create({ name: "webapp", scope: "PROJECT", parentId: "global", start: true });
  await hopper.instances.create({ name: "build", scope: "ORCHESTRATION", parentId: "webapp", start: true });
  await hopper.tasks.add({ title: "Long", run: "sleep 1000", instanceId: "build" });
  const { claims } = await internalsOf(hopper).claimOwn("build", { workerId: "shell", leaseSeconds: 60 });
  await internalsOf(hopper).started("T-1", { leaseToken: claims[0]?.lease.token ?? "", process: mark });
}

it.each([
  ["is still live", 0],
  ["has run out meanwhile", 3_600_000],
])(
  "a new owner ends the command of the former one before its lease, which %s, is lost",
  async (_how, later) => {
    const ready = fifo(folder, "ready");
    const shell = await startShell({
      run: `echo ready > ${ready}; sleep 1000`,
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "" },
    });
    const ended = shell.run();
    await firstLine(ready);
    const store = `sqlite:${join(folder, "hopper.db")}`;
    const former = await createHopper({ store });
    await underWay(former, shell.mark);
    await former.close();
    expect(isGroupAlive(shell.mark.pid)).toBe(true);

    const clock = { ...systemClock, now: () => Date.now() + later };
    await using hopper = await createHopper({ store, clock });
    expect(internalsOf(hopper).left).toEqual({ tasks: ["T-1"], groups: [shell.mark.pid] });
    expect(isGroupAlive(shell.mark.pid)).toBe(false);
    expect(await ended).toMatchObject({ signal: "SIGTERM" });
    const events = (await hopper.tasks.events("T-1")).items.map(({ event }) => event);
    expect(events.filter((name) => name === "lease.expired")).toHaveLength(1);
    expect(await hopper.tasks.get("T-1")).toMatchObject({ status: "queued", attempt: 2 });
  },
);
