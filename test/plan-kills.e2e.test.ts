import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { processTable } from "../src/workers/process-table.ts";

/**
 * `hopper run` is killed with SIGKILL at random moments, each time followed by `--resume`. KILLS sets how
 * often (30 and more for a deep run), SEED the moments. Source: spec/cli.md 5.3, spec/reliability.md 8.3.
 */
const KILLS = Number(process.env["KILLS"] ?? 4);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1_000_000));
const BIN = join(dirname(import.meta.dirname), "bin", "hopper.cjs");
/** From before the store is opened to the middle of the work; every second one soon, while the plan is entered or recovered. */
const EARLIEST_MS = 100;
const SOON_MS = 900;
const LATEST_MS = 2_600;

const folder = mkdtempSync(join(tmpdir(), "hopper-kills-"));
const data = join(folder, "data");
const log = join(folder, "log");
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Six tasks; the two that hold the lock note when somebody else holds it at the same time. */
const PLAN = `name: kills
hierarchy:
  name: top
  scope: GLOBAL
  children:
    - { name: one, scope: PROJECT, config: { capabilities: [a] }, children: [ { name: w1, scope: ORCHESTRATION } ] }
    - { name: two, scope: PROJECT, config: { capabilities: [b] }, children: [ { name: w2, scope: ORCHESTRATION } ] }
runtime: { tasks: { max_lease_losses: 1000 } }
env: { LOG: "${log}" }
tasks:
  - { key: quick1, title: Quick one, tags: [a], run: echo "begin quick1" >> "$LOG" }
  - { key: lock1, title: First under the lock, tags: [a], run: sh lock.sh lock1, depends_on: [quick1] }
  - { key: lock2, title: Second under the lock, tags: [b], run: sh lock.sh lock2, depends_on: [lock1] }
  - { key: quick2, title: Quick two, tags: [b], run: echo "begin quick2" >> "$LOG" }
  - { key: stubborn, title: Heeds no SIGTERM, tags: [b], run: sh stubborn.sh, depends_on: [quick2] }
  - { key: last, title: Last, tags: [a], run: echo "begin last" >> "$LOG", depends_on: [lock2, stubborn] }
`;
/** The kernel gives the lock back when nobody of the command lives any more; until then it is refused with 99. */
const UNDER_LOCK = `echo "begin $1" >> "$LOG"
flock -n -E 99 lockfile sleep 2
code=$?
[ $code = 99 ] && echo "violation $1" >> "$LOG"
exit $code
`;
const STUBBORN = `trap '' TERM
echo "begin stubborn" >> "$LOG"
flock -n -E 99 stubbornfile sleep 1
code=$?
[ $code = 99 ] && echo "violation stubborn" >> "$LOG"
exit $code
`;

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the plan; with `killAfterMs` the whole of Hopper is killed then, but not the commands it has started. */
async function run(killAfterMs: number | null): Promise<Ended> {
  const args = [BIN, "run", join(folder, "kills.plan.yaml"), "--once", "--resume", "--data", data];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
  const exit = once(child, "close") as Promise<[number | null]>;
  if (killAfterMs !== null) {
    // The one place where time itself is what is tested: a moment that nothing announces.
    await Promise.race([pause(killAfterMs), exit]);
    child.kill("SIGKILL");
  }
  const [code] = await exit;
  return { code, stdout, stderr };
}

function hopper(...args: string[]): string {
  return execFileSync(process.execPath, [BIN, ...args, "--data", data], { cwd: folder, encoding: "utf8" });
}

function logLines(): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
}

function beginningsOf(key: string): number {
  return logLines().filter((line) => line === `begin ${key}`).length;
}

/** Keys of the tasks that are done by now, as the store has it. */
function doneKeys(): string[] {
  const { items } = JSON.parse(hopper("task", "list", "--status", "done", "--json")) as {
    items: { key: string }[];
  };
  return items.map(({ key }) => key);
}

/** Processes that still run in this folder: what a dead runner has left. */
function leftOver(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => processTable().read(Number(pid))?.ended === false)
    .filter((pid) => processTable().environment(Number(pid))?.includes(`LOG=${log}`) === true);
}

describe.skipIf(process.platform !== "linux")(`a run under ${KILLS} SIGKILLs (SEED=${SEED})`, () => {
  it(
    "finishes, runs nothing again that was done, and never runs a task beside its own orphan",
    async () => {
      writeFileSync(join(folder, "kills.plan.yaml"), PLAN);
      writeFileSync(join(folder, "lock.sh"), UNDER_LOCK);
      writeFileSync(join(folder, "stubborn.sh"), STUBBORN);
      const random = randomFrom(SEED);
      const settled = new Map<string, number>();
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const latestMs = kill % 2 === 0 ? SOON_MS : LATEST_MS;
        const { stderr } = await run(EARLIEST_MS + random() * (latestMs - EARLIEST_MS));
        expect(stderr.replaceAll(/^note: .*\n/gm, "")).toBe("");
        if (!existsSync(join(data, "hopper.db"))) continue;
        // Reading does not take over the store: what was left behind is left to the next run.
        for (const key of doneKeys()) if (!settled.has(key)) settled.set(key, beginningsOf(key));
      }
      const { code, stdout, stderr } = await run(null);
      expect({ code, stderr: stderr.replaceAll(/^note: .*\n/gm, "") }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/6 done, 0 failed in /);
      expect(logLines().filter((line) => line.startsWith("violation"))).toEqual([]);
      for (const [key, times] of settled) expect([key, beginningsOf(key)]).toEqual([key, times]);
      for (const key of ["quick1", "lock1", "lock2", "quick2", "stubborn", "last"])
        expect(beginningsOf(key)).toBeGreaterThan(0);
      expect(leftOver()).toEqual([]);
      expect(hopper("doctor")).not.toMatch(/broken/i);
    },
    (KILLS + 4) * 20_000,
  );
});
