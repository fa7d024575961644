import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessMark } from "../../../machines/records/task.ts";
import { endOrphans } from "../../../src/workers/orphans.ts";
import { isGroupAlive, processTable } from "../../../src/workers/process-table.ts";
import { startShell } from "../../../src/workers/shell.ts";
import { fifo, firstLine } from "../../support/named-pipe.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-orphans-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A store whose former owner left these tasks; it notes whether a group still ran when the loop began and when its lease was ended. */
function leftBehind(processes: (ProcessMark | null)[]) {
  const ended: { taskId: string; epoch: number; alive: boolean }[] = [];
  const began: boolean[][] = [];
  const internals = {
    async orphans() {
      return processes.map((process, index) => ({
        taskId: `id-${index}`,
        ref: `T-${index}`,
        epoch: index + 1,
        process,
      }));
    },
    async orphaned(taskId: string, epoch: number) {
      const process = processes[epoch - 1] ?? null;
      ended.push({ taskId, epoch, alive: process !== null && isGroupAlive(process.pid) });
    },
  };
  const begin = (): void => void began.push(processes.map((mark) => mark !== null && isGroupAlive(mark.pid)));
  return { internals, ended, began, begin };
}

async function running(command: string, env: Record<string, string> = {}) {
  const ready = fifo(folder, `ready-${Math.random()}`);
  const shell = await startShell({
    run: `echo ready > ${ready}; ${command}`,
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  const result = shell.run();
  await firstLine(ready);
  return { shell, result };
}

describe("the commands of a former owner", () => {
  it("are ended, only then the loop begins, and then their leases end", async () => {
    const { shell, result } = await running("sleep 1000");
    const { internals, ended, began, begin } = leftBehind([shell.mark]);
    expect(await endOrphans(internals, begin)).toEqual({ tasks: ["T-0"], groups: [shell.mark.pid] });
    expect(began).toEqual([[false]]);
    expect(ended).toEqual([{ taskId: "id-0", epoch: 1, alive: false }]);
    expect(await result).toMatchObject({ signal: "SIGTERM" });
  });

  it("are left alone when another process has their number now", async () => {
    const { shell } = await running("exec sleep 1000");
    const { internals, ended, begin } = leftBehind([{ ...shell.mark, startedAt: "1" }]);
    expect(await endOrphans(internals, begin)).toEqual({ tasks: ["T-0"], groups: [] });
    expect(ended).toMatchObject([{ alive: true }]);
    expect(isGroupAlive(shell.mark.pid)).toBe(true);
    await shell.stop();
  });

  it("may never have started, or be gone", async () => {
    const { internals, ended, begin } = leftBehind([null, { pid: 0x7ffffffe, startedAt: "1" }]);
    expect(await endOrphans(internals, begin)).toEqual({ tasks: ["T-0", "T-1"], groups: [] });
    expect(ended.map(({ taskId }) => taskId)).toEqual(["id-0", "id-1"]);
  });

  it("are ended too when only what they started is still there, if it proves to be theirs", async () => {
    const { shell, result } = await running("sleep 1000", { HOPPER_TASK_ID: "id-0" });
    // The leader has gone: the kernel gives its number to nobody while its group lives.
    const table = { ...processTable(), read: () => null };
    const stranger = leftBehind([shell.mark, shell.mark]);
    expect(await endOrphans(stranger.internals, () => undefined, table)).toEqual({
      tasks: ["T-0", "T-1"],
      groups: [shell.mark.pid],
    });
    expect(await result).toMatchObject({ exit_code: null });
  });
});
