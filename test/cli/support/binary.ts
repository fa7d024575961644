import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { dirname, join } from "node:path";

const ROOT = dirname(dirname(dirname(import.meta.dirname)));
/** The real command. */
export const BIN = join(ROOT, "bin", "hopper.cjs");

export interface Finished {
  code: number | null;
  out: string;
  err: string;
}

/** What a command of a test sees of the environment: no colours, no terminal. */
const ENV = { PATH: process.env["PATH"], HOME: process.env["HOME"], USER: "ada" };

/** Runs the real command in a folder, as a shell would. */
export function command(folder: string): (...argv: string[]) => Finished {
  return (...argv) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
      cwd: folder,
      env: ENV,
      encoding: "utf8",
    });
    return { code: status, out: stdout, err: stderr };
  };
}

/** Runs a line of shell in a folder, `hopper` being the real command. */
export function shell(folder: string, line: string): Finished {
  const script = `set -o pipefail; hopper() { "$NODE" "$BIN" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    env: { ...ENV, NODE: process.execPath, BIN },
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** Starts the real command and leaves it running. */
export function started(folder: string, ...argv: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...argv], { cwd: folder, env: ENV });
}
