import { once } from "node:events";
import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import type { Json } from "../../machines/records/values.ts";
import type { ProcessMark } from "../../machines/records/task.ts";
import { exitInWords } from "../contracts/exit-in-words.ts";
import { OutputTail, lastLine } from "./output-tail.ts";
import { endGroup, GRACE_MS, processTable } from "./process-table.ts";

/** A command as a person wrote it, with everything it gets to see. Source: spec/cli.md 5.3. */
export interface ShellCommand {
  /** Goes to `/bin/sh -c`. */
  readonly run: string;
  /** Absolute. */
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/** The result of a shell task, as it is stored. Source: spec/domain.md 2.10. */
export interface ShellResult {
  /** null = it was ended by a signal. */
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly duration_ms: number;
  readonly timed_out: boolean;
  readonly stdout_tail: string;
  readonly stderr_tail: string;
  /** The last line of stdout, if it is JSON. */
  readonly json?: Json;
}

/**
 * Run before the command, by the same process that will become it: it waits for one word on its standard
 * input. The end of input without that word (our process has died) ends it with nothing run. The command
 * itself reads from /dev/null, and reaches the shell as an argument, never spliced into this text.
 */
const GATE = 'IFS= read -r word && [ "$word" = go ] || exit 125; exec /bin/sh -c "$1" </dev/null';
/** How long output is waited for when every process of the group is gone: only a process that left the group still holds it. */
const LATE_OUTPUT_MS = 500;

/** The command could not be started at all: no such folder, too many processes, … */
export class ShellStartError extends Error {
  override readonly name = "ShellStartError";
}

/**
 * Starts the process that will run a command, in a process group of its own, waiting at its gate.
 * Store {@link GatedShell.mark} before {@link GatedShell.run} opens the gate: whoever owns the store later then
 * knows which group to end. Throws {@link ShellStartError}.
 */
export async function startShell(command: ShellCommand): Promise<GatedShell> {
  if (statSync(command.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ShellStartError(`its folder ${command.cwd} does not exist`);
  }
  const child = spawn(command);
  const { pid } = child;
  const startedAt = pid === undefined ? undefined : processTable().read(pid)?.startedAt;
  if (pid === undefined || startedAt === undefined) {
    const { originalMessage, message } = await child;
    throw new ShellStartError(originalMessage ?? message ?? "it could not be started");
  }
  return new GatedShell(child, { pid, startedAt });
}

/** execa sends its own kill, when our process ends in an orderly way, to the whole group. */
function spawn({ run, cwd, env }: ShellCommand) {
  return execa("/bin/sh", ["-c", GATE, "hopper", run], {
    cwd,
    env: { ...env },
    extendEnv: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: GRACE_MS,
  });
}

type Child = ReturnType<typeof spawn>;

/** One command, from its gate to the end of its whole process group. */
export class GatedShell {
  /** pid of the group's leader, which is the group's number too, and its start time. */
  readonly mark: ProcessMark;
  readonly #child: Child;
  readonly #stdout = new OutputTail();
  readonly #stderr = new OutputTail();
  readonly #exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  readonly #outputEnded: Promise<unknown>;
  #timedOut = false;
  #ended: Promise<void> | null = null;

  constructor(child: Child, mark: ProcessMark) {
    this.mark = mark;
    this.#child = child;
    this.#exit = once(child.nodeChildProcess, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    child.stdout.on("data", (chunk: Buffer) => this.#stdout.add(chunk));
    child.stderr.on("data", (chunk: Buffer) => this.#stderr.add(chunk));
    // It may be ended before it reads the word: that is no error of ours.
    child.stdin.on("error", () => {});
    // Also after an error: a stream that was destroyed gives nothing more.
    const streams = [child.stdout, child.stderr];
    this.#outputEnded = Promise.all(streams.map((stream) => once(stream, "close").catch(() => {})));
  }

  /**
   * Opens the gate; resolves when the command has ended and nothing of its group runs any more: what it
   * left behind in the background is ended with it. After `timeoutMs` it gets SIGTERM, 5 s later SIGKILL.
   */
  async run({ timeoutMs = null }: { timeoutMs?: number | null } = {}): Promise<ShellResult> {
    const openedAt = performance.now();
    this.#child.stdin.end("go\n");
    const timer =
      timeoutMs === null
        ? undefined
        : setTimeout(() => {
            this.#timedOut = true;
            // If the group outlives even SIGKILL, its end is still awaited below.
            this.#end().catch(() => {});
          }, timeoutMs);
    const [exitCode, signal] = await this.#exit;
    clearTimeout(timer);
    const durationMs = Math.round(performance.now() - openedAt);
    await this.#end();
    await this.#closeOutput();
    const json = this.#stdout.json();
    return {
      exit_code: exitCode,
      signal,
      duration_ms: durationMs,
      timed_out: this.#timedOut,
      stdout_tail: this.#stdout.text(),
      stderr_tail: this.#stderr.text(),
      ...(json === undefined ? {} : { json }),
    };
  }

  /**
   * Ends the command, or leaves the gate closed for ever; resolves when nothing of the group runs any more.
   * May be called at any time and repeatedly.
   */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#end();
    await this.#exit;
    await this.#closeOutput();
  }

  #end(): Promise<void> {
    // Until nothing runs any more one end is under way; a later call looks again at what came since.
    this.#ended ??= endGroup(this.mark.pid).finally(() => {
      this.#ended = null;
    });
    return this.#ended;
  }

  async #closeOutput(): Promise<void> {
    await Promise.race([this.#outputEnded, pause(LATE_OUTPUT_MS, undefined, { ref: false })]);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    await this.#child;
  }
}

/** In words, for the error of a failed attempt: `exit 1: last line of stderr`, `timed out after 2.0 s: …`. */
export function describeFailure(result: ShellResult): string {
  const how = result.timed_out
    ? `timed out after ${(result.duration_ms / 1_000).toFixed(1)} s`
    : exitInWords(result);
  const line = lastLine(result.stderr_tail) ?? lastLine(result.stdout_tail);
  return line === null ? how : `${how}: ${line.slice(0, 200)}`;
}
