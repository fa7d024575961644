import { userInfo } from "node:os";
import { setTimeout } from "node:timers/promises";
import { EXIT } from "./failures/exit-codes.ts";
import type { CliIo, CliStream } from "./io.ts";
import { openStore } from "./library/library.ts";
import { runPlan } from "./library/run-plan.ts";
import { run } from "./run.ts";

/**
 * The command `hopper`: runs the line against this process's streams and sets its exit code. A reader that
 * goes away (`| head`) is no error; an interruption ends the command in order, a second one at once.
 */
export async function main(argv: string[]): Promise<void> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) {
      // The terminal has written ^C: the shell goes on in a line of its own.
      if (process.stderr.isTTY) process.stderr.write("\n");
      process.exit(EXIT.interrupted);
    }
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // The terminal is gone.
  process.on("SIGHUP", interrupt);
  // An output may fail while the line runs, and after it.
  let broken = false;
  const broke = (): void => {
    broken = true;
    process.exitCode = EXIT.unavailable;
  };
  try {
    const code = await run(argv, processIo(interruption.signal, broke));
    process.exitCode = broken ? EXIT.unavailable : code;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    process.off("SIGHUP", interrupt);
  }
}

/** What the command line takes from this process. `broke` is called when its output cannot be written. */
export function processIo(signal: AbortSignal, broke: () => void = () => {}): CliIo {
  return {
    stdout: guarded(process.stdout, broke),
    stderr: guarded(process.stderr, broke),
    stdin: process.stdin,
    env: process.env,
    // It may be gone: asked for only by what needs it.
    get cwd() {
      return process.cwd();
    },
    get user() {
      return systemUser();
    },
    signal,
    ask: process.stdin.isTTY && process.stderr.isTTY ? (question) => asked(question, signal) : undefined,
    openHopper: openStore,
    runPlan,
    now: () => Date.now(),
    // Interrupted, it is over.
    sleep: async (ms) => await setTimeout(ms, undefined, { signal }).catch(() => {}),
  };
}

/** A line from the terminal; "" when that is interrupted or ends. */
async function asked(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    return await Promise.race([terminal.question(question, { signal }), ended]);
  } catch {
    return "";
  } finally {
    terminal.close();
  }
}

/** undefined in a container whose user has no name. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** The stream, deaf to a reader that has gone; what else is wrong with it is said once. */
function guarded(stream: NodeJS.WriteStream, broke: () => void): CliStream {
  let closed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    const first = !closed;
    closed = true;
    if (!first || error.code === "EPIPE" || error.code === "EIO") return;
    broke();
    process.stderr.write(`error: the output cannot be written (${error.code ?? error.message})\nfix: df .\n`);
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
