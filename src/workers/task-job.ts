import type { Cancellable, Clock, Log } from "../../actors/engine/environment.ts";
import { HopperError, messageOf } from "../../machines/errors.ts";
import type { Json } from "../../machines/records/values.ts";
import type { TaskWork } from "../verbs/task-work.ts";
import type { Claim, TaskView } from "../views/views.ts";
import { TaskFailure } from "./task-failure.ts";

/** What a worker does through Hopper. */
export interface WorkerPorts {
  /** Waits until there is something, or some time; then what there is, at most `max`. */
  claim(max: number, signal: AbortSignal): Promise<Claim[]>;
  /** Resolves when there may be work where there was none, after `within` ms at the latest. */
  news(within: number, signal: AbortSignal): Promise<void>;
  readonly tasks: Pick<TaskWork, "heartbeat" | "complete" | "fail" | "release">;
  readonly clock: Clock;
  readonly log: Log;
}

/** How a worker works. */
export interface WorkerSettings {
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly drainMs: number;
}

/** A task, its payload as the program knows it. */
export type WorkTask<Payload> = Omit<TaskView, "payload"> & { readonly payload: Payload };

/** What a handler gets beside its task. */
export interface WorkContext {
  /**
   * Aborts when the task is not this worker's any more: its lease was lost, it was cancelled, its `timeoutSeconds` are over, or the
   * worker was stopped and `drainSeconds` are over. What the handler gives after that is not reported.
   */
  readonly signal: AbortSignal;
  /** How far it is, 0 to 1, and what it is about; others see it with the task. */
  readonly progress: (fraction: number, note?: string) => Promise<void>;
  /** A line for the log of this Hopper; the last 50 stand in the error's details, should the task fail. */
  readonly log: (line: string) => void;
}

/** Does a task; what it gives is the task's result, what it throws fails the attempt. See {@link TaskFailure}. */
export type Handler<Payload, Result> = (
  task: WorkTask<Payload>,
  context: WorkContext,
) => Result | Promise<Result>;

/** Lines of a handler's log that stand in the error of a task that failed. */
const LOG_LINES = 50;
/** After what may pass by itself (a full disk, an instance that does not run) it looks again. */
export const AGAIN_MS = 1_000;
/** Refusals that may pass. */
const PASSING = new Set(["instance_not_running", "overloaded", "storage_full"]);
/** The Hopper has ended, and so has the worker. */
export const OVER = new Set(["draining", "unavailable"]);

/** Is that what a later try may not meet? An instance that is terminated never runs again. */
export function mayPass(error: unknown): boolean {
  return error instanceof HopperError && PASSING.has(error.code) && error.facts["status"] !== "terminated";
}

interface JobParams<Payload, Result> {
  readonly ports: WorkerPorts;
  readonly settings: WorkerSettings;
  readonly handler: Handler<Payload, Result>;
}

/** One attempt at a task: its lease is renewed while the handler runs, and how it ends is reported once. */
export class TaskJob<Payload, Result> {
  readonly #claim: Claim;
  readonly #params: JobParams<Payload, Result>;
  readonly #end = new AbortController();
  readonly #lines: string[] = [];
  #beat: Cancellable | null = null;
  /** Resolves when the handler has ended and that was reported. */
  readonly ended: Promise<void>;

  constructor(claim: Claim, params: JobParams<Payload, Result>) {
    this.#claim = claim;
    this.#params = params;
    this.#renewLater();
    this.ended = this.#run();
  }

  /** It is not this worker's any more, at once. */
  async giveBack(): Promise<void> {
    this.#over(new HopperError("draining", "The worker was stopped."));
    await this.#report(() => this.#tasks.release(this.#id, this.#lease));
  }

  /** It ends unheard. */
  abandon(): void {
    this.#over(new HopperError("unavailable", "The Hopper of this worker is gone."));
  }

  get #tasks(): WorkerPorts["tasks"] {
    return this.#params.ports.tasks;
  }

  get #id(): string {
    return this.#claim.task.id;
  }

  get #lease(): { leaseToken: string } {
    return { leaseToken: this.#claim.lease.token };
  }

  async #run(): Promise<void> {
    const { handler } = this.#params;
    const { task } = this.#claim;
    const context: WorkContext = {
      signal: this.#end.signal,
      progress: async (fraction, note) => {
        await this.#renew({ progress: fraction, ...(note === undefined ? {} : { note }) });
      },
      log: (line) => this.#log(line),
    };
    try {
      const result = await handler(task as unknown as WorkTask<Payload>, context);
      await this.#complete(result);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#over(null);
    }
  }

  async #complete(result: unknown): Promise<void> {
    if (this.#end.signal.aborted) return;
    const complete = { ...this.#lease, result: (result ?? null) as Json };
    const refused = await this.#report(() => this.#tasks.complete(this.#id, complete));
    // Tried again, it would give the same.
    if (refused !== null) throw new TaskFailure(refused.detail, { code: refused.code, retryable: false });
  }

  async #fail(error: unknown): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    const { ports } = this.#params;
    const { ref } = this.#claim.task;
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ports.log.warn({ task: ref, error: said }, "a task failed");
    const { code = "failed", details, retryable = true } = error instanceof TaskFailure ? error : {};
    const log = this.#lines.length === 0 ? {} : { log: this.#lines };
    const more = details === undefined ? log : { ...(isRecord(details) ? details : { details }), ...log };
    const info = { code, message: messageOf(error) || "failed" };
    const whole = Object.keys(more).length === 0 ? info : { ...info, details: more };
    const fail = { ...this.#lease, retryable };
    const refused = await this.#report(() => this.#tasks.fail(this.#id, { ...fail, error: whole }));
    // What it threw cannot be kept as it is: that it failed can.
    if (refused !== null)
      await this.#report(() => this.#tasks.fail(this.#id, { ...fail, error: `failed; ${refused.detail}` }));
  }

  /**
   * Says how it went; what may pass is tried again for as long as the lease lasts, what came too late is logged. Resolves
   * with what is wrong with what was said, if that is.
   */
  async #report(tell: () => Promise<unknown>): Promise<HopperError | null> {
    const { ports, settings } = this.#params;
    const { signal } = this.#end;
    const until = ports.clock.monotonic() + settings.leaseMs;
    for (;;) {
      try {
        await tell();
        return null;
      } catch (error) {
        const { code } = error instanceof HopperError ? error : { code: "" };
        if (code === "validation_failed" && !signal.aborted) return error as HopperError;
        if (!mayPass(error) || signal.aborted || ports.clock.monotonic() > until) {
          const { ref } = this.#claim.task;
          if (!OVER.has(code)) ports.log.warn({ task: ref, error: String(error) }, "a report came too late");
          return null;
        }
      }
      await ports.news(AGAIN_MS, signal).catch(() => undefined);
    }
  }

  #renewLater(): void {
    const { ports, settings } = this.#params;
    const { clock } = ports;
    this.#beat = clock.at(
      clock.now() + settings.leaseMs / 3,
      () => void this.#renew({}).catch(() => undefined),
    );
  }

  async #renew(more: { progress?: number; note?: string }): Promise<void> {
    if (this.#end.signal.aborted) return;
    const { leaseMs } = this.#params.settings;
    this.#beat?.cancel();
    try {
      await this.#tasks.heartbeat(this.#id, { ...this.#lease, leaseSeconds: leaseMs / 1_000, ...more });
    } catch (error) {
      const code = error instanceof HopperError ? error.code : "";
      if (code === "validation_failed") throw error;
      if (!mayPass(error)) this.#over(error);
    } finally {
      if (!this.#end.signal.aborted) this.#renewLater();
    }
  }

  #log(line: string): void {
    const { ports } = this.#params;
    ports.log.info({ task: this.#claim.task.ref }, line);
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
  }

  /** `why` = the task is not this worker's any more; null = it has ended as it should. */
  #over(why: unknown): void {
    this.#beat?.cancel();
    this.#beat = null;
    if (!this.#end.signal.aborted) this.#end.abort(why ?? new Error("the task has ended"));
  }
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
