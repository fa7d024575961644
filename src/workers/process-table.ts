import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/**
 * What the kernel says of processes, and how a process group is ended. A pid alone names a process only
 * while it lives; pid and start time together name one for sure. Source: spec/cli.md 5.3.
 */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** In the kernel's own unit: field 22 of /proc/PID/stat, or `ps -o lstart=` where there is no /proc. */
  readonly startedAt: string;
  /** It has ended and only waits to be collected by its parent. Nothing of it runs any more. */
  readonly ended: boolean;
}

/** Where facts about processes come from: /proc on Linux, `ps` elsewhere. */
export interface ProcessTable {
  /** null = there is no such process. */
  read(pid: number): ProcessEntry | null;
  /** Every process of a group, ended ones included. */
  group(group: number): ProcessEntry[];
  /** Variables the process was started with; null = they cannot be read. */
  environment(pid: number): string[] | null;
}

/** How long a group gets between SIGTERM and SIGKILL. */
export const GRACE_MS = 5_000;
/** How long a group that was sent SIGKILL is waited for. */
const KILL_LIMIT_MS = 30_000;
const FIRST_LOOK_MS = 5;
const SLOWEST_LOOK_MS = 100;

const procTable: ProcessTable = {
  read(pid) {
    return parseStat(readOrNull(`/proc/${pid}/stat`));
  },
  group(group) {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => parseStat(readOrNull(`/proc/${name}/stat`)))
      .filter((entry) => entry !== null)
      .filter((entry) => entry.group === group);
  },
  environment(pid) {
    return readOrNull(`/proc/${pid}/environ`)?.split("\0") ?? null;
  },
};

const psTable: ProcessTable = {
  read(pid) {
    return ps(["-p", String(pid)]).at(0) ?? null;
  },
  group(group) {
    return ps(["-ax"]).filter((entry) => entry.group === group);
  },
  environment() {
    return null;
  },
};

/** The table of this machine. */
export function processTable(
  source: "proc" | "ps" = process.platform === "linux" ? "proc" : "ps",
): ProcessTable {
  return source === "proc" ? procTable : psTable;
}

/** `pid (name) state ppid pgrp …`; the name may hold spaces and brackets, so the rest begins after its last one. */
function parseStat(text: string | null): ProcessEntry | null {
  if (text === null) return null;
  const [state, , group, ...more] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(text, 10),
    group: Number(group),
    startedAt: more[16] ?? "",
    ended: state === "Z" || state === "X",
  };
}

function ps(selection: string[]): ProcessEntry[] {
  let text: string;
  try {
    text = execFileSync("ps", [...selection, "-o", "pid=,pgid=,stat=,lstart="], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      // The start time is compared as text: it must not depend on who asks.
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    });
  } catch {
    return []; // ps ends with 1 when nothing matches
  }
  return text
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, group, state, startedAt]) => ({
      pid: Number(pid),
      group: Number(group),
      startedAt: startedAt ?? "",
      ended: state?.startsWith("Z") === true,
    }));
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // it ended meanwhile, or it is not ours
  }
}

/** Whether anything of the group still runs. Cheap when the whole group is gone. */
export function isGroupAlive(group: number, table: ProcessTable = processTable()): boolean {
  return signalGroup(group, 0) && table.group(group).some(({ ended }) => !ended);
}

/**
 * Ends every process of a group: SIGTERM, after `graceMs` SIGKILL; resolves when none runs any more.
 * The caller knows that the group is its own. Throws an Error if a group outlives its SIGKILL by 30 s.
 */
export async function endGroup(
  group: number,
  { graceMs = GRACE_MS, table = processTable() }: { graceMs?: number; table?: ProcessTable } = {},
): Promise<void> {
  const alive = (): boolean => isGroupAlive(group, table);
  if (!alive()) return;
  signalGroup(group, "SIGTERM");
  if (await becomesFalse(alive, graceMs)) return;
  signalGroup(group, "SIGKILL");
  if (await becomesFalse(alive, KILL_LIMIT_MS)) return;
  throw new Error(`process group ${group} is still running ${KILL_LIMIT_MS / 1_000} s after SIGKILL`);
}

/** The kernel tells nobody when a group has ended: it is looked at, soon at first, then less often. */
async function becomesFalse(check: () => boolean, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  for (let waitMs = FIRST_LOOK_MS; check(); waitMs = Math.min(waitMs * 2, SLOWEST_LOOK_MS)) {
    if (performance.now() >= until) return false;
    await pause(waitMs);
  }
  return true;
}

/** false = there is no such group. Signal 0 only asks. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
