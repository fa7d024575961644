import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  endGroup,
  isGroupAlive,
  processTable,
  type ProcessTable,
} from "../../../src/workers/process-table.ts";
import { startShell, type GatedShell } from "../../../src/workers/shell.ts";

let folder: string;
const started: GatedShell[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hopper-table-"));
});
afterAll(async () => {
  await Promise.all(started.map((shell) => shell.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function waitingShell(env: Record<string, string> = {}): Promise<GatedShell> {
  const shell = await startShell({ run: "true", cwd: folder, env });
  started.push(shell);
  return shell;
}

describe.each(["proc", "ps"] as const)("the table of processes from %s", (source) => {
  const table = processTable(source);

  it("knows a process, its group and its start time, the same each time", async () => {
    const { mark } = await waitingShell();
    const entry = table.read(mark.pid);
    expect(entry).toMatchObject({ pid: mark.pid, group: mark.pid, ended: false });
    expect(entry?.startedAt).toMatch(/\d/);
    expect(table.read(mark.pid)?.startedAt).toBe(entry?.startedAt);
  });

  it("knows the members of a group", async () => {
    const { mark } = await waitingShell();
    expect(table.group(mark.pid).map(({ pid }) => pid)).toEqual([mark.pid]);
    expect(table.group(0x7ffffffe)).toEqual([]);
  });

  it("says null of a process that does not exist", () => {
    expect(table.read(0x7ffffffe)).toBeNull();
  });
});

describe("what a process was started with", () => {
  it("is known where there is /proc", async () => {
    const { mark } = await waitingShell({ HOPPER_TASK_ID: "t" });
    expect(processTable("proc").environment(mark.pid)).toContain("HOPPER_TASK_ID=t");
    expect(processTable("proc").environment(0x7ffffffe)).toBeNull();
    expect(processTable("ps").environment(mark.pid)).toBeNull();
  });
});

describe("ending a group", () => {
  it("resolves at once for one that is gone", async () => {
    await endGroup(0x7ffffffe);
    expect(isGroupAlive(0x7ffffffe)).toBe(false);
  });

  it("resolves when none of it runs any more", async () => {
    const shell = await startShell({ run: "sleep 1000 & sleep 1000", cwd: folder, env: {} });
    const ended = shell.run();
    await endGroup(shell.mark.pid);
    expect(isGroupAlive(shell.mark.pid)).toBe(false);
    expect(await ended).toMatchObject({ exit_code: null });
  });

  it("goes on to SIGKILL after its grace", async () => {
    const shell = await startShell({
      run: "trap '' TERM; while :; do sleep 0.05; done",
      cwd: folder,
      env: {},
    });
    const ended = shell.run();
    await endGroup(shell.mark.pid, { graceMs: 20 });
    expect((await ended).exit_code).toBeNull();
  });

  it("counts a process that only waits to be collected as gone", async () => {
    const { mark } = await waitingShell();
    const entry = processTable().read(mark.pid);
    const zombies: ProcessTable = {
      ...processTable(),
      group: () => (entry === null ? [] : [{ ...entry, ended: true }]),
    };
    expect(isGroupAlive(mark.pid, zombies)).toBe(false);
  });
});
