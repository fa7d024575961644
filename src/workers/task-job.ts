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
  /** Resolves when there may be work where there was none, after a while at the latest: `calm` = a minute, else a second. */
  news(signal: AbortSignal, calm?: "calm"): Promise<void>;
  /** Calls when an attempt at this task has ended, whoever's it was. Returns the way to stop. */
  onAttemptEnd(ref: string, ended: () => void): () => void;
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

/** Of a handler's log so many lines, of so many characters each, stand in the error of a task that failed. */
const LOG_LINES = 50;
const LOG_CHARS = 1_000;
/** Refusals that may pass. */
const PASSING = new Set(["instance_not_running", "overloaded", "storage_full"]);
/** Is that what a later try may not meet? An instance that is terminated never runs again; a store that was busy says when to ask. */
export function mayPass(error: unknown): error is HopperError {
  if (!(error instanceof HopperError)) return false;
  const { code, facts } = error;
  return (
    (PASSING.has(code) && facts["status"] !== "terminated") ||
    (code === "unavailable" && facts["retry_after"] !== undefined)
  );
}

/** Has the Hopper ended, and with it the worker? */
export function isOver(error: unknown): boolean {
  return error instanceof HopperError && (error.code === "draining" || error.code === "unavailable");
}

/** Is it what was said that cannot be taken, whoever says it? Then it is not about the lease. */
function isUnfit(error: unknown): boolean {
  if (!(error instanceof HopperError)) return true;
  return error.status === 400 || error.status === 413 || error.status === 422;
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
  readonly #ignore: () => void;
  /** Resolves when the handler has ended and that was reported. */
  readonly ended: Promise<void>;

  constructor(claim: Claim, params: JobParams<Payload, Result>) {
    this.#claim = claim;
    this.#params = params;
    this.#renewLater();
    // Who has lost its task hears so at once: a heartbeat says whether it has.
    this.#ignore = params.ports.onAttemptEnd(
      claim.task.ref,
      () => void this.#renew({}).catch(() => undefined),
    );
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
      await this.#fail(error).catch((fault: unknown) => {
        this.#params.ports.log.error({ error: stackOf(fault) }, "a failure could not be reported");
      });
    } finally {
      this.#over(null);
    }
  }

  async #complete(result: unknown): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#ignore();
    const complete = { ...this.#lease, result: (result ?? null) as Json };
    const unfit = await this.#report(() => this.#tasks.complete(this.#id, complete));
    // Tried again, it would give the same.
    if (unfit !== null) throw new TaskFailure(messageOf(unfit), { code: codeOf(unfit), retryable: false });
  }

  /** Says as much of what was thrown as can be kept: all of it, without the log, or that it failed. */
  async #fail(thrown: unknown): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#ignore();
    const { ports } = this.#params;
    ports.log.warn({ task: this.#claim.task.ref, error: stackOf(thrown) }, "a task failed");
    const { code = "failed", details, retryable = true } = isFailure(thrown) ? thrown : {};
    const message = kept(messageOf(thrown)) || "failed";
    const log = this.#lines.length === 0 ? {} : { log: this.#lines };
    const more = details === undefined ? {} : isRecord(details) ? details : { details };
    const errors = [
      () => ({ code, message, ...(isEmpty({ ...more, ...log }) ? {} : { details: { ...more, ...log } }) }),
      () => ({ code, message, ...(isEmpty(more) ? {} : { details: more }) }),
      () => ({ code, message }),
      () => message.slice(0, LOG_CHARS),
      () => "failed",
    ];
    for (const error of errors) {
      const fail = (): Promise<unknown> =>
        this.#tasks.fail(this.#id, {
          ...this.#lease,
          retryable: (retryable as unknown) !== false,
          error: error(),
        });
      if ((await this.#report(async () => await fail())) === null) return;
    }
  }

  /**
   * Says how it went; what may pass is tried again for as long as the lease lasts, what came too late is logged. Resolves
   * with what is wrong with what was said, if that is.
   */
  async #report(tell: () => Promise<unknown>): Promise<unknown> {
    const { ports, settings } = this.#params;
    const { signal } = this.#end;
    const until = ports.clock.monotonic() + settings.leaseMs;
    for (;;) {
      try {
        await tell();
        return null;
      } catch (error) {
        if (!mayPass(error) && isUnfit(error) && !signal.aborted) return error;
        if (!mayPass(error) || signal.aborted || ports.clock.monotonic() > until) {
          const { ref } = this.#claim.task;
          if (!isOver(error)) ports.log.warn({ task: ref, error: stackOf(error) }, "a report came too late");
          return null;
        }
      }
      await ports.news(signal).catch(() => undefined);
    }
  }

  #renewLater(): void {
    const { ports, settings } = this.#params;
    const { clock } = ports;
    this.#beat?.cancel();
    this.#beat = clock.at(
      clock.now() + settings.leaseMs / 3,
      () => void this.#renew({}).catch(() => undefined),
    );
  }

  /** Throws what is wrong with what was said; everything else ends the attempt, or passes. */
  async #renew(more: { progress?: number; note?: string }): Promise<void> {
    if (this.#end.signal.aborted) return;
    const { leaseMs } = this.#params.settings;
    try {
      await this.#tasks.heartbeat(this.#id, { ...this.#lease, leaseSeconds: leaseMs / 1_000, ...more });
    } catch (error) {
      if (mayPass(error)) return;
      if (isUnfit(error)) throw error;
      this.#over(error);
    } finally {
      if (!this.#end.signal.aborted) this.#renewLater();
    }
  }

  #log(line: unknown): void {
    const text = kept(messageOf(line)).slice(0, LOG_CHARS);
    this.#params.ports.log.info({ task: this.#claim.task.ref }, text);
    this.#lines.push(text);
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
  }

  /** `why` = the task is not this worker's any more; null = it has ended as it should. */
  #over(why: unknown): void {
    this.#ignore();
    this.#beat?.cancel();
    this.#beat = null;
    if (!this.#end.signal.aborted) this.#end.abort(why ?? new Error("the task has ended"));
  }
}

/** What cannot even be asked is none. */
function isFailure(thrown: unknown): thrown is TaskFailure {
  try {
    return thrown instanceof TaskFailure;
  } catch {
    return false;
  }
}

/** Where there is none that can be shown, in words. */
function stackOf(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  } catch {
    return messageOf(thrown);
  }
}

function codeOf(error: unknown): string {
  return error instanceof HopperError ? error.code : "failed";
}

/** A text without what no text may have. */
function kept(text: string): string {
  return text.toWellFormed().replaceAll("\0", "�");
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
