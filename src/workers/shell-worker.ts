import { HopperError } from "../../machines/errors.ts";
import type { Claim } from "../api/instances.ts";
import type { Hopper } from "../api/hopper.ts";
import { ShellJob, type ShellJobSettings } from "./shell-job.ts";

/** What a worker needs besides the library; one object is shared by all workers of a pool. */
export interface ShellWorkerSettings extends ShellJobSettings {
  /** How often a queue is looked at although nothing was heard of it. */
  readonly safetyPollMs: number;
  /** Commands that still run, by task, of every worker of the pool: a task's next attempt waits for its last one's end. */
  readonly running: Map<string, Promise<unknown>>;
  /** A worker that has begun or ended something, or looked for work in vain. */
  readonly onChange: () => void;
  /** A defect or a store that cannot be used now; the worker goes on with the next look. */
  readonly onError: (error: unknown) => void;
}

/** The instance whose queue a worker claims from. */
export interface WorkedInstance {
  readonly id: string;
  readonly name: string;
}

/** Refusals of a claim that only say that there is nothing to do here now. */
const NOTHING_HERE = new Set(["instance_not_running", "not_found", "not_claimable", "draining"]);

/**
 * Claims tasks with a command from the queue of one instance and runs them, `slots` at a time.
 * It looks when something became claimable, when a backoff ends, when a slot is free again, and otherwise
 * only every `safetyPollMs`. Source: 5-cli.md 5.3, 3-runtime.md 3.4.
 */
export class ShellWorker {
  readonly instance: WorkedInstance;
  readonly #hopper: Hopper;
  readonly #slots: number;
  readonly #settings: ShellWorkerSettings;
  readonly #jobs = new Set<ShellJob>();
  #state: "idle" | "started" | "stopped" = "idle";
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #nextAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopHints: (() => void) | undefined;

  constructor(params: {
    hopper: Hopper;
    instance: WorkedInstance;
    slots: number;
    settings: ShellWorkerSettings;
  }) {
    this.#hopper = params.hopper;
    this.instance = params.instance;
    this.#slots = params.slots;
    this.#settings = params.settings;
  }

  /** Commands under way. */
  get running(): number {
    return this.#jobs.size;
  }

  /** true while it asks for work, so that nobody concludes from `running` that there is none. */
  get looking(): boolean {
    return this.#looking !== null;
  }

  /** When the next task of this queue can be claimed (ms since the epoch); null = none waits for a moment. */
  get nextAt(): number | null {
    return this.#nextAt;
  }

  /** Begins to look for work by itself. */
  start(): void {
    if (this.#state !== "idle") return;
    this.#state = "started";
    this.#stopHints = this.#hopper.internals.onClaimable(() => this.#look());
    this.#look();
  }

  /** Claims until every slot is taken or nothing is claimable. Calls at the same time share one look, and one more after it. */
  async tick(): Promise<void> {
    if (this.#looking !== null) {
      this.#lookAgain = true;
      return this.#looking;
    }
    this.#looking = this.#claim().finally(() => {
      this.#looking = null;
      this.#arm();
      // Asked for after the last look of this round had been decided on.
      if (this.#lookAgain && this.#state === "started") this.#look();
      this.#settings.onChange();
    });
    return this.#looking;
  }

  /** Claims nothing more, ends every command and gives its task back. May be called twice, or first. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#stopHints?.();
    clearTimeout(this.#timer);
    await this.#looking;
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
    do {
      this.#lookAgain = false;
      this.#nextAt = null;
      while (this.#state !== "stopped" && this.#jobs.size < this.#slots) {
        const found = await this.#claimOne();
        for (const claim of found) this.#run(claim);
        if (found.length === 0) break;
      }
    } while (this.#lookAgain && this.#state !== "stopped");
  }

  async #claimOne(): Promise<Claim[]> {
    const workerId = `shell:${this.instance.name}`;
    try {
      const { leaseSeconds } = this.#settings;
      const { claims, nextAt } = await this.#hopper.internals.claimOwn(this.instance.id, {
        workerId,
        leaseSeconds,
      });
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
    const job = new ShellJob({
      hopper: this.#hopper,
      instance: this.instance.name,
      claim,
      settings: this.#settings,
    });
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
