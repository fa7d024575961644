import { HopperError } from "../../machines/errors.ts";
import type { Claim } from "../views/views.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import { SharedPass } from "./shared-pass.ts";
import { ShellJob, type ShellJobSettings } from "./shell-job.ts";

/** What a worker needs besides the library; one object is shared by all workers of a pool. */
export interface ShellWorkerSettings extends ShellJobSettings {
  /** How often a queue is looked at although nothing was heard of it. */
  readonly safetyPollMs: number;
  /** Commands that still run, by task, of every worker of the pool: a task's next attempt waits for its last one's end. */
  readonly running: Map<string, Promise<unknown>>;
  /** A worker that has begun or ended something, or looked for work in vain. */
  readonly onChange: () => void;
}

export interface ShellWorkerParams {
  readonly hopper: Hopper;
  /** Whose queue is claimed from. */
  readonly instance: { readonly id: string; readonly name: string };
  /** Commands at a time. */
  readonly slots: number;
  readonly settings: ShellWorkerSettings;
}

/** Refusals of a claim that only say that there is nothing to do here now. */
const NOTHING_HERE = new Set(["instance_not_running", "not_found", "not_claimable", "draining"]);

/**
 * Claims tasks with a command from the queue of one instance and runs them, `slots` at a time.
 * It looks when something became claimable, when a backoff ends, when a slot is free again, and otherwise
 * only every `safetyPollMs`. Source: spec/cli.md 5.3, spec/runtime.md 3.4.
 */
export class ShellWorker {
  readonly #params: ShellWorkerParams;
  readonly #settings: ShellWorkerSettings;
  readonly #jobs = new Set<ShellJob>();
  readonly #claiming: SharedPass;
  #state: "idle" | "started" | "stopped" = "idle";
  #nextAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopHints: (() => void) | undefined;

  constructor(params: ShellWorkerParams) {
    this.#params = params;
    this.#settings = params.settings;
    this.#claiming = new SharedPass(
      () => this.#claim(),
      () => {
        this.#arm();
        this.#settings.onChange();
      },
    );
  }

  get instance(): ShellWorkerParams["instance"] {
    return this.#params.instance;
  }

  /** Commands under way. */
  get running(): number {
    return this.#jobs.size;
  }

  /** true while it asks for work, so that nobody concludes from `running` that there is none. */
  get looking(): boolean {
    return this.#claiming.over !== null;
  }

  /** When the next task of this queue can be claimed (ms since the epoch); null = none waits for a moment. */
  get nextAt(): number | null {
    return this.#nextAt;
  }

  /** Begins to look for work by itself. */
  start(): void {
    if (this.#state !== "idle") return;
    this.#state = "started";
    this.#stopHints = internalsOf(this.#params.hopper).onClaimable(() => this.#look());
    this.#look();
  }

  /** Claims until every slot is taken or nothing is claimable. */
  async tick(): Promise<void> {
    await this.#claiming.run();
  }

  /** Claims nothing more, ends every command and gives its task back. May be called twice, or first. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#stopHints?.();
    clearTimeout(this.#timer);
    await this.#claiming.over;
    await Promise.all([...this.#jobs].map((job) => job.release()));
  }

  /** Something happened to a task under way here that only the runtime decides: its lease may be over. */
  doubt(taskId: string): void {
    for (const job of this.#jobs) if (job.taskId === taskId) void job.check();
  }

  #look(): void {
    this.tick().catch(this.#settings.onError);
  }

  async #claim(): Promise<void> {
    this.#nextAt = null;
    while (this.#state !== "stopped" && this.#jobs.size < this.#params.slots) {
      const found = await this.#claimOne();
      for (const claim of found) this.#run(claim);
      if (found.length === 0) break;
    }
  }

  async #claimOne(): Promise<Claim[]> {
    const { id, name } = this.instance;
    const who = { workerId: `shell:${name}`, leaseSeconds: this.#settings.leaseSeconds };
    try {
      const { claims, nextAt } = await internalsOf(this.#params.hopper).claimOwn(id, who);
      this.#nextAt = nextAt;
      return claims;
    } catch (error) {
      if (!(error instanceof HopperError && NOTHING_HERE.has(error.code))) this.#settings.onError(error);
      return [];
    }
  }

  #run(claim: Claim): void {
    const { id } = claim.task;
    const { running, onError } = this.#settings;
    const { hopper, instance, settings } = this.#params;
    const job = new ShellJob({ hopper, instance: instance.name, claim, settings });
    const before = running.get(id);
    const end = job.run(before).catch(onError);
    this.#jobs.add(job);
    running.set(id, end);
    void end.finally(() => {
      this.#jobs.delete(job);
      if (running.get(id) === end) running.delete(id);
      if (this.#state === "started") this.#look();
      else this.#settings.onChange();
    });
    this.#settings.onChange();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#state !== "started") return;
    const untilNext = this.#nextAt === null ? Infinity : this.#nextAt - Date.now();
    const delayMs = Math.max(1, Math.min(untilNext, this.#settings.safetyPollMs));
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }
}
