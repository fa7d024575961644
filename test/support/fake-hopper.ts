import { HopperError, type ErrorCode } from "../../machines/errors.ts";
import type { Claim } from "../../src/views/views.ts";
import type { Hopper } from "../../src/hopper.ts";
import type { EventView, InstanceTreeView, TaskView } from "../../src/views/views.ts";
import { INTERNALS } from "../../src/verbs/internals.ts";

/** One call that a worker made. */
export interface Call {
  readonly verb: string;
  readonly id: string;
  readonly params: unknown;
}

/**
 * As much of a Hopper as a worker sees: queues of tasks, leases, hints and events, all in memory. Every
 * call is noted, and any verb can be told what to refuse.
 */
export class FakeHopper {
  readonly calls: Call[] = [];
  readonly forest: InstanceTreeView[] = [];
  /** Refusals to come, by verb, first in first out. */
  readonly refusals = new Map<string, HopperError[]>();
  readonly #queues = new Map<string, TaskView[]>();
  readonly #tasks = new Map<string, TaskView>();
  readonly #hints = new Set<() => void>();
  readonly #listeners = new Set<(event: EventView) => void>();
  readonly #waiting = new Set<{ matches: (call: Call) => boolean; resolve: (call: Call) => void }>();
  /** What calls of a verb wait for before they are answered. */
  readonly holds = new Map<string, Promise<void>>();
  cancelRequested = false;
  nextAt: number | null = null;

  /** Puts a task with a command in the queue of an instance. */
  enqueue(instanceId: string, task: Partial<TaskView> & { id: string }): void {
    const view = {
      title: task.id,
      run: "true",
      payload: null,
      epoch: 0,
      timeoutSeconds: null,
      status: "queued",
      ...task,
    };
    this.#tasks.set(task.id, view as TaskView);
    this.#queues.set(instanceId, [...(this.#queues.get(instanceId) ?? []), view as TaskView]);
    this.hint();
  }

  hint(): void {
    for (const listener of this.#hints) listener();
  }

  emit(event: Partial<EventView> & Pick<EventView, "event">): void {
    const whole = {
      cursor: "1",
      at: "",
      instanceId: null,
      taskId: null,
      delegationId: null,
      actor: null,
      cause: null,
      data: {},
    };
    for (const listener of this.#listeners) listener({ ...whole, ...event } as EventView);
  }

  /** What `tasks.get` says from now on. */
  change(id: string, change: Partial<TaskView>): void {
    const task = this.#tasks.get(id);
    if (task !== undefined) this.#tasks.set(id, { ...task, ...change });
  }

  refuse(verb: string, code: ErrorCode): void {
    const error = new HopperError(code, code);
    this.refusals.set(verb, [...(this.refusals.get(verb) ?? []), error]);
  }

  /** The first call of a verb for a task or instance, also one that has been made already. */
  async called(verb: string, id?: string): Promise<Call> {
    const matches = (call: Call): boolean => call.verb === verb && (id === undefined || call.id === id);
    const made = this.calls.find(matches);
    if (made !== undefined) return made;
    return new Promise((resolve) => this.#waiting.add({ matches, resolve }));
  }

  verbsOf(id: string): string[] {
    return this.calls.filter((call) => call.id === id).map(({ verb }) => verb);
  }

  get hopper(): Hopper {
    const task = (verb: string) => async (id: string, params: unknown) => {
      this.#note(verb, id, params);
      await this.holds.get(verb);
      return this.#tasks.get(id);
    };
    return {
      tasks: {
        get: async (id: string) => this.#tasks.get(id),
        complete: task("complete"),
        fail: task("fail"),
        release: task("release"),
        heartbeat: async (id: string, params: unknown) => {
          this.#note("heartbeat", id, params);
          return { expiresAt: "", status: "in_progress", cancelRequested: this.cancelRequested };
        },
      },
      instances: { hierarchy: async () => this.forest[0] },
      [INTERNALS]: {
        claimOwn: async (id: string, params: unknown) => this.#claim(id, params),
        started: task("started"),
        onClaimable: (listener: () => void) => {
          this.#hints.add(listener);
          return () => this.#hints.delete(listener);
        },
      },
      on: (_event: string, listener: (event: EventView) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    } as unknown as Hopper;
  }

  #claim(id: string, params: unknown): { claims: Claim[]; nextAt: number | null } {
    this.#note("claim", id, params);
    const task = this.#queues.get(id)?.shift();
    if (task === undefined) return { claims: [], nextAt: this.nextAt };
    const claimed: TaskView = { ...task, status: "claimed", epoch: task.epoch + 1 };
    this.#tasks.set(task.id, claimed);
    return {
      claims: [{ task: claimed, lease: { token: String(claimed.epoch), expiresAt: "" } }],
      nextAt: null,
    };
  }

  #note(verb: string, id: string, params: unknown): void {
    const call = { verb, id, params };
    this.calls.push(call);
    for (const waiting of this.#waiting) {
      if (!waiting.matches(call)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(call);
    }
    const refusal = this.refusals.get(verb)?.shift();
    if (refusal !== undefined) throw refusal;
  }
}

/** An instance as the tree shows it, as far as the pool looks. */
export function instance(id: string, scope: string, children: InstanceTreeView[] = []): InstanceTreeView {
  return { id, name: `name-of-${id}`, scope, children } as unknown as InstanceTreeView;
}
