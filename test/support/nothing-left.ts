import { mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { processTable } from "../../src/workers/process-table.ts";

/** How long what a test has ended may take to be gone. */
const GONE_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

const before = process.env["TMPDIR"];
let folder = "";

/**
 * All tests make their files in one folder, which goes with them; a process that still works there, or was told of it, when
 * all is over was left behind by a test, and makes the run red (where there is a /proc).
 */
export function setup(): void {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "hopper-test-")));
  process.env["TMPDIR"] = folder;
}

export async function teardown(): Promise<void> {
  const until = performance.now() + GONE_WITHIN_MS;
  let left = processesOf(folder);
  while (left.length > 0 && performance.now() < until) {
    await pause(LOOK_EVERY_MS);
    left = processesOf(folder);
  }
  for (const { pid } of left) process.kill(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  if (left.length === 0) return;
  const lines = left.map(({ pid, command }) => `${pid} ${command}`);
  throw new Error(`tests have left processes behind:\n${lines.join("\n")}`);
}

/** Processes that work in this folder, or below it, or have it in their environment; the test runner's own are not meant. */
function processesOf(place: string): { pid: number; command: string }[] {
  const found = [];
  for (const name of ifThere(() => readdirSync("/proc"), [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const command = ifThere(() => readFileSync(`/proc/${name}/cmdline`, "utf8"), "")
      .replaceAll("\0", " ")
      .trim();
    if (command === "" || /vitest/.test(command)) continue;
    const isTold =
      processTable()
        .environment(pid)
        ?.some((variable) => variable.includes(place)) === true;
    const worksThere = ifThere(() => readlinkSync(`/proc/${name}/cwd`), "").startsWith(place);
    if (isTold || worksThere) found.push({ pid, command });
  }
  return found;
}

/** `otherwise` = it is gone, or not ours to read. */
function ifThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
