import type { Claim } from "../views/views.ts";
import { isOver, mayPass, TaskJob, type Handler, type WorkerPorts, type WorkerSettings } from "./task-job.ts";

/** A worker that `hopper.work` began. */
export interface Worker extends AsyncDisposable {
  /** Tasks under way. */
  readonly running: number;
  /** Resolves when it has ended, by `stop`, its signal or the end of the Hopper; rejects when it cannot work any more. */
  readonly done: Promise<void>;
  /** Claims nothing more, and resolves when what is under way has ended, or has been given back after `drainSeconds`. May be called twice. */
  stop(): Promise<void>;
}

const CLAIMED_AT_ONCE = 100;
/** Claims tasks of one instance and hands them to a function, as many at a time as it may. Source: spec/cli.md 5.5. */
export class TaskWorker<Payload, Result> implements Worker {
  readonly #ports: WorkerPorts;
  readonly #settings: WorkerSettings;
  readonly #handler: Handler<Payload, Result>;
  readonly #jobs = new Set<TaskJob<Payload, Result>>();
  readonly #stopping = new AbortController();
  /** Resolves when one has ended, or it is to stop. */
  #change = Promise.withResolvers<void>();
  readonly #abandoned = Promise.withResolvers<void>();
  readonly done: Promise<void>;

  constructor(ports: WorkerPorts, settings: WorkerSettings, handler: Handler<Payload, Result>) {
    this.#ports = ports;
    this.#settings = settings;
    this.#handler = handler;
    this.#stopping.signal.addEventListener("abort", () => this.#changed());
    this.done = this.#work();
    // Who does not ask for its end is not told how that was; the log is.
    this.done.catch((error: unknown) => ports.log.error({ error: String(error) }, "a worker cannot go on"));
  }

  get running(): number {
    return this.#jobs.size;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.done.catch(() => undefined);
  }

  /** Ends at once, and reports nothing: the store is gone, or the test that had it. */
  abandon(): void {
    this.#stopping.abort();
    this.#abandoned.resolve();
    for (const job of this.#jobs) job.abandon();
    this.#jobs.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (!signal.aborted) {
        const free = this.#settings.concurrency - this.#jobs.size;
        if (free > 0) for (const claim of await this.#claim(free)) this.#begin(claim);
        else await this.#change.promise;
      }
    } finally {
      await this.#drain();
    }
  }

  /** Waits for work; none = look again. */
  async #claim(free: number): Promise<readonly Claim[]> {
    const { signal } = this.#stopping;
    try {
      return await this.#ports.claim(Math.min(free, CLAIMED_AT_ONCE), signal);
    } catch (error) {
      if (signal.aborted) return [];
      if (mayPass(error)) {
        // An instance that runs again says so.
        const calm = error.code === "instance_not_running" ? "calm" : undefined;
        await this.#ports.news(signal, calm).catch(() => undefined);
      } else if (isOver(error)) this.#stopping.abort();
      else throw error;
      return [];
    }
  }

  #begin(claim: Claim): void {
    const job = new TaskJob(claim, { ports: this.#ports, settings: this.#settings, handler: this.#handler });
    this.#jobs.add(job);
    void job.ended.then(() => {
      this.#jobs.delete(job);
      this.#changed();
    });
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }

  async #drain(): Promise<void> {
    const { clock } = this.#ports;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const alarm = clock.at(clock.now() + this.#settings.drainMs, resolve, "awaited");
    const jobs = [...this.#jobs];
    await Promise.race([late, this.#abandoned.promise, Promise.all(jobs.map(({ ended }) => ended))]);
    alarm.cancel();
    // Whoever does not heed its signal goes on unheard; its task is another one's by then.
    await Promise.all([...this.#jobs].map((job) => job.giveBack()));
  }
}
