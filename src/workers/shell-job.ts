import { setTimeout as pause } from "node:timers/promises";
import { HopperError } from "../../machines/errors.ts";
import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import type { Claim, TaskView } from "../views/views.ts";
import { settingsOf, shellEnvironment } from "./shell-environment.ts";
import { ShellStartError, describeFailure, startShell, type GatedShell, type ShellResult } from "./shell.ts";

export interface ShellJobSettings {
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  /** Our own environment, of which a command gets what spec/cli.md 5.3 lists. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where a command runs whose task names no folder. Absolute. */
  readonly cwd: string;
  /** Where this Hopper answers; null = nowhere. */
  readonly url: string | null;
  /** A command has ended; called before that is reported. */
  readonly onResult: (taskId: string, result: ShellResult) => void;
  /** A defect, or a store that cannot be used now: the worker goes on. */
  readonly onError: (error: unknown) => void;
}

/** What the store cannot take now is said again. */
const AGAIN_MS = 1_000;
const RETRYABLE_STATUS = 503;
/** A result the store does not take is reported without the output. */
const UNSTORABLE = new Set(["validation_failed", "payload_too_large"]);
const LEASE_IS_OVER = new Set(["lease_lost", "illegal_transition", "not_found"]);

/**
 * The keeper ends the lease `timeout_seconds` after the claim, but only a report before that carries the
 * command's output: the command is ended a little earlier, by a tenth, at most by a second.
 */
function timeoutOf({ timeoutSeconds }: TaskView, sinceClaimMs: number): number | null {
  if (timeoutSeconds === null) return null;
  const wholeMs = timeoutSeconds * 1_000;
  return Math.max(1, wholeMs - Math.min(1_000, wholeMs / 10) - sinceClaimMs);
}

/** One attempt of one task: from its claim to the report, with everything that may come between. */
export class ShellJob {
  readonly #hopper: Hopper;
  readonly #task: TaskView;
  readonly #token: string;
  readonly #instance: string;
  readonly #settings: ShellJobSettings;
  readonly #claimedAt = performance.now();
  #shell: GatedShell | null = null;
  /** Why the command is being ended; null = it is not. */
  #ending: "release" | "lost" | null = null;
  #reporting = false;
  #done: Promise<void> | null = null;

  constructor(params: { hopper: Hopper; instance: string; claim: Claim; settings: ShellJobSettings }) {
    this.#hopper = params.hopper;
    this.#instance = params.instance;
    this.#task = params.claim.task;
    this.#token = params.claim.lease.token;
    this.#settings = params.settings;
  }

  get taskId(): string {
    return this.#task.id;
  }

  /** Runs the command once `before` (an earlier attempt that still ends) is over. Rejects with what was not foreseen. */
  async run(before: Promise<unknown> | undefined): Promise<void> {
    this.#done = this.#go(before);
    return this.#done;
  }

  /** Ends the command and gives the task back to its queue; resolves when both are done. */
  async release(): Promise<void> {
    this.#ending ??= "release";
    await this.#shell?.stop();
    await this.#done?.catch(() => {});
  }

  /** Asks whether the lease is still ours, and ends the command if not. */
  async check(): Promise<void> {
    if (this.#reporting || this.#ending !== null) return;
    const task = await this.#hopper.tasks.get(this.#task.id).catch(() => null);
    if (task === null) return; // the next heartbeat will tell
    const leased = task.status === "claimed" || task.status === "in_progress";
    if (!leased || task.epoch !== this.#task.epoch) await this.#lose();
  }

  async #go(before: Promise<unknown> | undefined): Promise<void> {
    const beats = setInterval(() => void this.#beat(), this.#settings.heartbeatSeconds * 1_000);
    try {
      await before;
      const result = this.#ending === null ? await this.#runCommand() : null;
      if (result instanceof ShellStartError) await this.#report(startFailure(result), null);
      else if (result !== null && this.#ending === null) await this.#report(failureOf(result), result);
      else if (this.#ending === "release") await this.#giveBack();
    } finally {
      clearInterval(beats);
    }
  }

  /** null = the lease was over, or the task returned, before the command could start. */
  async #runCommand(): Promise<ShellResult | ShellStartError | null> {
    const { id, ref, title, run } = this.#task;
    // A person's task: it is never failed for that. The claim should not have given it.
    if (run === null) throw new Error(`${ref} has no command, so no shell worker may have it`);
    const settings = settingsOf(this.#task.payload);
    const { environment: base, cwd, url } = this.#settings;
    try {
      const task = { id, title, instance: this.#instance, leaseToken: this.#token };
      const env = shellEnvironment({ base, settings, task, url });
      this.#shell = await startShell({ run, cwd: settings.cwd ?? cwd, env });
    } catch (error) {
      if (error instanceof ShellStartError) return error;
      throw error;
    }
    try {
      const begin = { leaseToken: this.#token, process: this.#shell.mark };
      await this.#untilTaken(() => internalsOf(this.#hopper).started(id, begin));
    } catch (error) {
      if (isLeaseOver(error)) this.#ending ??= "lost";
      await this.#shell.stop();
      if (this.#ending === null) throw error;
    }
    if (this.#ending !== null) {
      await this.#shell.stop();
      return null;
    }
    return this.#shell.run({ timeoutMs: timeoutOf(this.#task, performance.now() - this.#claimedAt) });
  }

  async #beat(): Promise<void> {
    if (this.#reporting || this.#ending !== null) return;
    const lease = { leaseToken: this.#token, leaseSeconds: this.#settings.leaseSeconds };
    try {
      const beat = await this.#hopper.tasks.heartbeat(this.#task.id, lease);
      if (beat.cancelRequested) await this.#lose();
    } catch (error) {
      // Anything else is the store's trouble of the moment: the lease outlives several heartbeats.
      if (isLeaseOver(error)) await this.#lose();
    }
  }

  async #lose(): Promise<void> {
    this.#ending ??= "lost";
    await this.#shell?.stop();
  }

  async #giveBack(): Promise<void> {
    try {
      await this.#hopper.tasks.release(this.#task.id, { leaseToken: this.#token, by: this.#by });
    } catch (error) {
      if (!isLeaseOver(error)) throw error;
    }
  }

  /** Tells how the attempt ended, until the store has it or the lease is over. `failure`: null = it was completed. */
  async #report(failure: Failure | null, result: ShellResult | null): Promise<void> {
    const { id } = this.#task;
    this.#reporting = true;
    if (result !== null) this.#settings.onResult(id, result);
    const options = { leaseToken: this.#token, by: this.#by };
    const send = (said: ShellResult | null): Promise<unknown> => {
      if (failure === null) return this.#hopper.tasks.complete(id, { ...options, result: asJson(said) });
      const error = said === null ? failure : { ...failure, details: asJson(said) };
      return this.#hopper.tasks.fail(id, { ...options, retryable: true, error });
    };
    for (let said = result; ;) {
      try {
        await this.#untilTaken(() => send(said));
        return;
      } catch (refusal) {
        if (isLeaseOver(refusal)) return;
        const isTooMuch = refusal instanceof HopperError && UNSTORABLE.has(refusal.code);
        if (!isTooMuch || said === null || said.stdout_tail + said.stderr_tail === "") throw refusal;
        const { json: _json, ...rest } = said;
        said = { ...rest, stdout_tail: "", stderr_tail: "" };
      }
    }
  }

  /**
   * Asks until the store takes it: one that is full or busy now has room later, and who runs it is told once that it is
   * waited for. Throws what is refused for good, and anything once the command is being ended.
   */
  async #untilTaken(ask: () => Promise<unknown>): Promise<void> {
    for (let told = false; ; told = true) {
      try {
        await ask();
        return;
      } catch (refusal) {
        const isForNow = refusal instanceof HopperError && refusal.status === RETRYABLE_STATUS;
        if (!isForNow || this.#ending !== null) throw refusal;
        if (!told) this.#settings.onError(refusal);
        await pause(AGAIN_MS);
      }
    }
  }

  get #by(): string {
    return `shell:${this.#instance}`;
  }
}

type Failure = Pick<ErrorInfo, "code" | "message">;

function failureOf(result: ShellResult): Failure | null {
  if (result.exit_code === 0) return null;
  return { code: result.timed_out ? "timeout" : "failed", message: describeFailure(result) };
}

function startFailure(error: ShellStartError): Failure {
  return { code: "failed", message: `the command could not be started: ${error.message}` };
}

function asJson(result: ShellResult | null): Json {
  return result === null ? null : { ...result };
}

function isLeaseOver(error: unknown): boolean {
  return error instanceof HopperError && LEASE_IS_OVER.has(error.code);
}
