import { hasQueue } from "../../machines/legality.ts";
import { DEFAULT_SETTINGS } from "../../machines/settings.ts";
import { eventsThat, type EventName } from "../../machines/events/catalogue.ts";
import type { Hopper } from "../hopper.ts";
import type { EventView, InstanceTreeView } from "../views/views.ts";
import { SharedPass } from "./shared-pass.ts";
import { ShellWorker, type ShellWorkerSettings } from "./shell-worker.ts";

/** Who is worked for, and what of the workers' settings is not as usual. */
export interface WorkerPoolParams extends Partial<Omit<ShellWorkerSettings, "running" | "onChange">> {
  readonly hopper: Hopper;
  /** The tree that is worked for: this instance and everything below it. */
  readonly rootId: string;
  /** Slots at an instance, by its name. */
  readonly slotsOf: (instanceName: string) => number;
  readonly cwd: string;
}

/** How often a queue is looked at although nothing was heard of it. */
const SAFETY_POLL_MS = 5_000;

/** After these the set of instances that need a worker may be another one. */
const TREE_CHANGES = new Set<EventName>(["instance.running", "instance.terminated"]);

/** After these a lease may be over that one of our commands still runs under. */
const LEASE_DOUBTS = eventsThat("endsAttempt");

/**
 * Shell workers for every instance of a tree that queues, also for those that are created while it runs
 * (ephemeral orchestrations). Source: spec/cli.md 5.3.
 */
export class WorkerPool {
  readonly #params: WorkerPoolParams;
  readonly #settings: ShellWorkerSettings;
  readonly #workers = new Map<string, ShellWorker>();
  readonly #listeners = new Set<() => void>();
  readonly #staffing: SharedPass;
  #stopEvents: (() => void) | undefined;
  #stopped = false;

  constructor(params: WorkerPoolParams) {
    this.#params = params;
    const { hopper: _hopper, rootId: _root, slotsOf: _slots, ...settings } = params;
    this.#settings = {
      leaseSeconds: DEFAULT_SETTINGS.workers.leaseMs / 1_000,
      heartbeatSeconds: DEFAULT_SETTINGS.workers.heartbeatMs / 1_000,
      environment: process.env,
      url: null,
      onResult: () => {},
      safetyPollMs: SAFETY_POLL_MS,
      onError: () => {},
      ...settings,
      running: new Map(),
      onChange: () => this.#changed(),
    };
    this.#staffing = new SharedPass(
      () => this.#staff(),
      () => this.#changed(),
    );
  }

  /** Commands under way. */
  get running(): number {
    return this.#all.reduce((sum, { running }) => sum + running, 0);
  }

  /** No command is under way and nobody is just asking for one. */
  get idle(): boolean {
    return (
      this.#staffing.over === null && this.#all.every(({ running, looking }) => running === 0 && !looking)
    );
  }

  /** When the next queued task can be claimed, because a backoff ends (ms since the epoch); null = none waits for a moment. */
  get nextAt(): number | null {
    const moments = this.#all.map(({ nextAt }) => nextAt).filter((at) => at !== null);
    return moments.length === 0 ? null : Math.min(...moments);
  }

  /** Names of the instances that have a worker. */
  get instances(): string[] {
    return this.#all.map(({ instance }) => instance.name);
  }

  get #all(): ShellWorker[] {
    return [...this.#workers.values()];
  }

  /** Called whenever `running`, `idle` or `nextAt` may have changed. Returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when every instance that queues now has its worker. */
  async start(): Promise<void> {
    this.#stopEvents = this.#params.hopper.on("*", (event) => this.#heed(event));
    await this.#staffing.run();
  }

  /** Lets every worker look for work now; resolves when they have. */
  async tick(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.tick()));
  }

  /** Ends every command (SIGTERM, after 5 s SIGKILL) and gives their tasks back. May be called twice, or first. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopEvents?.();
    await this.#staffing.over;
    await Promise.all(this.#all.map((worker) => worker.stop()));
  }

  #heed({ event, taskId }: EventView): void {
    if (TREE_CHANGES.has(event)) this.#staffing.run().catch(this.#settings.onError);
    if (taskId !== null && LEASE_DOUBTS.has(event)) for (const worker of this.#all) worker.doubt(taskId);
  }

  /** Brings workers and tree together. */
  async #staff(): Promise<void> {
    if (this.#stopped) return;
    const tree = await this.#params.hopper.instances.hierarchy(this.#params.rootId);
    if (this.#stopped) return;
    const live = new Map(flatten(tree).map((instance) => [instance.id, instance]));
    for (const [id, worker] of this.#workers) {
      if (live.has(id)) continue;
      this.#workers.delete(id);
      await worker.stop(); // its tasks were handed on when the instance ended: nothing runs there
    }
    for (const instance of live.values()) this.#hire(instance);
  }

  #hire({ id, name, scope }: InstanceTreeView): void {
    const slots = this.#params.slotsOf(name);
    if (this.#workers.has(id) || !hasQueue(scope) || slots === 0) return;
    const { hopper } = this.#params;
    const worker = new ShellWorker({ hopper, instance: { id, name }, slots, settings: this.#settings });
    this.#workers.set(id, worker);
    worker.start();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function flatten(tree: InstanceTreeView): InstanceTreeView[] {
  return [tree, ...tree.children.flatMap(flatten)];
}
