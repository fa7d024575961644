import { isFinal, type TaskStatus } from "../../machines/records/task.ts";
import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { Hopper } from "../hopper.ts";
import type { EventView, InstanceTreeView, TaskView } from "../views/views.ts";
import type { ShellResult } from "../workers/shell.ts";
import type { RunFacts } from "../narration/narrator.ts";
import { RunNarration } from "../narration/run-narration.ts";
import type { PlanStep } from "../narration/step.ts";
import type { RunningTask } from "./render.ts";

export interface RunWatchHandlers {
  /** Each step, in order, once. */
  readonly onStep: (step: PlanStep) => void;
  /** Each event of the run's tasks and instances, in order. */
  readonly onEvent: (event: EventView) => void;
  /** After each event; counts and running tasks may have changed. */
  readonly onChange: () => void;
}

interface Watched {
  readonly view: TaskView;
  status: TaskStatus;
}

/**
 * Follows the journal while a plan runs: which of its tasks are open, what is running, and the steps to
 * tell. It listens from its creation on, so that nothing of the plan's entry is missed, and speaks
 * after {@link RunWatch.follow}.
 */
export class RunWatch {
  readonly #hopper: Hopper;
  readonly #handlers: RunWatchHandlers;
  readonly #waiting: EventView[] = [];
  readonly #stopListening: () => void;
  readonly #tasks = new Map<string, Watched>();
  /** null = not of the tree. */
  readonly #instances = new Map<string, ReturnType<RunFacts["instance"]> | null>();
  readonly #running = new Map<string, { instance: string; since: number; attempt: number }>();
  readonly #results = new Map<string, ShellResult>();
  readonly #narration: RunNarration;
  #followed = false;
  #pumping: Promise<void> | null = null;

  constructor(hopper: Hopper, handlers: RunWatchHandlers) {
    this.#hopper = hopper;
    this.#handlers = handlers;
    this.#narration = new RunNarration({
      task: (idOrRef) => this.#tasks.get(idOrRef)?.view,
      instance: (id) => this.#instances.get(id) ?? undefined,
      result: (taskId) => this.#results.get(taskId),
    });
    this.#stopListening = hopper.on("*", (event) => {
      this.#waiting.push(event);
      if (this.#followed) this.#pump();
    });
  }

  /**
   * Begins to speak: of these tasks, in this tree. What was heard since the beginning comes first. Of a run that
   * goes on (`resumed`), the open tasks are introduced again, by the event that created them.
   */
  async follow(params: {
    tasks: readonly TaskView[];
    forest: readonly InstanceTreeView[];
    resumed: boolean;
  }): Promise<void> {
    for (const view of params.tasks) {
      const watched = { view, status: view.status };
      // An event may name a task by its ref.
      this.#tasks.set(view.id, watched);
      this.#tasks.set(view.ref, watched);
    }
    for (const { id, name, scope } of params.forest.flatMap(flatten))
      this.#instances.set(id, { name, scope, ofPlan: true });
    if (params.resumed) {
      for (const task of params.tasks) if (!isFinal(task.status)) await this.#introduce(task);
    }
    this.#followed = true;
    this.#pump();
  }

  /** What a command gave, told before it is reported: the event of the report then finds it here. */
  noteResult(taskId: string, result: ShellResult): void {
    this.#results.set(taskId, result);
  }

  /** Tasks of the run that are not final. */
  get open(): number {
    return this.#count((status) => !isFinal(status));
  }

  counts(): { done: number; failed: number; cancelled: number; total: number } {
    return {
      done: this.#count((status) => status === "done"),
      failed: this.#count((status) => status === "failed"),
      cancelled: this.#count((status) => status === "cancelled"),
      total: this.#count(() => true),
    };
  }

  /** Tasks that a worker has in hand, the longest first. `now` in ms since the epoch. */
  running(now: number): RunningTask[] {
    return [...this.#running]
      .flatMap(([id, { instance, since, attempt }]) => {
        const task = this.#tasks.get(id)?.view;
        if (task === undefined) return [];
        return [{ ref: task.ref, title: task.title, instance, elapsedMs: Math.max(0, now - since), attempt }];
      })
      .sort((one, other) => other.elapsedMs - one.elapsedMs);
  }

  /** Resolves when everything heard so far has been told. */
  async drained(): Promise<void> {
    while (this.#pumping !== null) await this.#pumping;
  }

  /** Listens no more, and tells what it has heard. */
  async stop(): Promise<void> {
    this.#stopListening();
    await this.drained();
  }

  #pump(): void {
    this.#pumping ??= this.#tellWaiting().finally(() => {
      this.#pumping = null;
      // What came between the last look and here.
      if (this.#waiting.length > 0) this.#pump();
    });
  }

  async #tellWaiting(): Promise<void> {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      await this.#meet(event);
      this.#tell(event);
    }
  }

  #tell(event: EventView): void {
    const { onStep, onEvent, onChange } = this.#handlers;
    const watched = event.taskId === null ? undefined : this.#tasks.get(event.taskId);
    if (event.taskId !== null && watched === undefined) return;
    if (watched !== undefined) this.#track(event, watched);
    else if (event.instanceId === null || !this.#instances.get(event.instanceId)) return;
    onEvent(event);
    for (const step of this.#narration.tell(event)) onStep(step);
    onChange();
  }

  #track({ event, instanceId, at }: EventView, watched: Watched): void {
    const { id } = watched.view;
    const { task: change, endsAttempt } = ENTRIES[event];
    watched.status = change?.to ?? watched.status;
    if (change?.to === "claimed") {
      const instance = this.#instances.get(instanceId ?? "")?.name ?? "";
      const attempt = this.#narration.attemptOf(id);
      this.#running.set(id, { instance, since: Date.parse(at), attempt });
    } else if (endsAttempt === true) this.#running.delete(id);
  }

  /** Gets to know an instance that was created meanwhile, if it is below one of the tree. */
  async #meet({ instanceId }: EventView): Promise<void> {
    if (instanceId === null || this.#instances.has(instanceId)) return;
    const instance = await this.#hopper.instances.get(instanceId).catch(() => null);
    const isBelow = Boolean(this.#instances.get(instance?.parentId ?? ""));
    this.#instances.set(
      instanceId,
      instance !== null && isBelow ? { name: instance.name, scope: instance.scope, ofPlan: false } : null,
    );
  }

  /** A task of an earlier start: what it is, where it is, and how it came there. */
  async #introduce(task: TaskView): Promise<void> {
    const { items: events } = await this.#hopper.tasks.events(task.id);
    const created = events.find(({ event }) => event === "task.created");
    if (created !== undefined) this.#tell(created);
    const { items } = await this.#hopper.tasks.delegations(task.id);
    const open = items.filter(({ status, round }) => status === "accepted" && round === task.round);
    this.#narration.resume(
      task,
      open.map(({ sourceInstanceId: source, targetInstanceId: target, delegationType: type }) => ({
        source,
        target,
        type,
      })),
    );
  }

  #count(is: (status: TaskStatus) => boolean): number {
    let count = 0;
    for (const [key, { view, status }] of this.#tasks) if (key === view.id && is(status)) count += 1;
    return count;
  }
}

function flatten(tree: InstanceTreeView): InstanceTreeView[] {
  return [tree, ...tree.children.flatMap(flatten)];
}
