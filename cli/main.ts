import { userInfo } from "node:os";
import { EXIT } from "./exit-codes.ts";
import type { CliIo, CliStream } from "./io.ts";
import { openStore } from "./open-store.ts";
import { runPlan } from "./run-plan.ts";
import { run } from "./run.ts";

/**
 * The command `hopper`: runs the line against this process's streams and sets its exit code. A reader that
 * goes away (`| head`) is no error; an interruption ends the command in order, a second one at once.
 */
export async function main(argv: string[]): Promise<void> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    process.exitCode = await run(argv, processIo(interruption.signal));
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** What the command line takes from this process. */
export function processIo(signal: AbortSignal): CliIo {
  return {
    stdout: guarded(process.stdout),
    stderr: guarded(process.stderr),
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    get user() {
      return systemUser();
    },
    signal,
    openHopper: openStore,
    runPlan,
    now: () => Date.now(),
    sleep: async (ms) => {
      await sleep(ms, signal);
    },
  };
}

/** undefined in a container whose user has no name. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** The stream, deaf to a reader that has gone. */
function guarded(stream: NodeJS.WriteStream): CliStream {
  let closed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
  return {
    write: (text) => (closed ? false : stream.write(text)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    get closed() {
      return closed;
    },
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
