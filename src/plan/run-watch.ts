import { ENTRIES } from "../../machines/events/catalogue.ts";
import { isFinal, type TaskStatus } from "../../machines/records/task.ts";
import type { Hopper } from "../hopper.ts";
import { stepsOf } from "../narration/narration.ts";
import type { RunFacts } from "../narration/narrator.ts";
import { noPast, remember, type Past } from "../narration/past.ts";
import type { PlanStep } from "../narration/step.ts";
import type { EventView, InstanceTreeView, TaskView } from "../views/views.ts";
import type { ShellResult } from "../workers/shell.ts";
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
  readonly past: Past;
  /** As it was last heard of. */
  last: TaskStatus;
  /** Where a worker has it in hand, and since when, in ms since the epoch. */
  claim: { readonly instance: string; readonly since: number } | null;
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
  readonly #results = new Map<string, ShellResult>();
  readonly #facts: RunFacts = {
    task: (idOrRef) => this.#tasks.get(idOrRef)?.view,
    instance: (id) => this.#instances.get(id) ?? undefined,
    result: (taskId) => this.#results.get(taskId),
  };
  #followed = false;
  #pumping: Promise<void> | null = null;

  constructor(hopper: Hopper, handlers: RunWatchHandlers) {
    this.#hopper = hopper;
    this.#handlers = handlers;
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
      const watched = { view, past: noPast(), last: view.status, claim: null };
      // An event may name a task by its ref.
      this.#tasks.set(view.id, watched);
      this.#tasks.set(view.ref, watched);
    }
    for (const { id, name, scope } of params.forest.flatMap(flatten))
      this.#instances.set(id, { name, scope, ofPlan: true });
    if (params.resumed) {
      for (const watched of this.#watched()) if (!isFinal(watched.last)) await this.#introduce(watched);
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
    return this.#watched().filter(({ last }) => !isFinal(last)).length;
  }

  counts(): { done: number; failed: number; cancelled: number; total: number } {
    const all = this.#watched();
    const count = (wanted: TaskStatus): number => all.filter(({ last }) => last === wanted).length;
    return {
      done: count("done"),
      failed: count("failed"),
      cancelled: count("cancelled"),
      total: all.length,
    };
  }

  /** Tasks that a worker has in hand, the longest first. `now` in ms since the epoch. */
  running(now: number): RunningTask[] {
    return this.#watched()
      .flatMap(({ view: { ref, title }, past: { attempt }, claim }) => {
        if (claim === null) return [];
        return [{ ref, title, instance: claim.instance, elapsedMs: Math.max(0, now - claim.since), attempt }];
      })
      .sort((one, other) => other.elapsedMs - one.elapsedMs);
  }

  /** Open tasks that no worker has in hand, the first of them. */
  idle(limit: number): Pick<TaskView, "id" | "ref" | "title" | "status">[] {
    return this.#watched()
      .filter(({ last, claim }) => claim === null && !isFinal(last))
      .slice(0, limit)
      .map(({ view: { id, ref, title }, last }) => ({ id, ref, title, status: last }));
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
    if (watched !== undefined) this.#count(event, watched);
    else if (event.instanceId === null || !this.#instances.get(event.instanceId)) return;
    onEvent(event);
    const past = watched?.past ?? noPast();
    for (const step of stepsOf(event, past, this.#facts)) onStep(step);
    remember(past, event);
    onChange();
  }

  #count({ event, instanceId, at }: EventView, watched: Watched): void {
    const { task: change, endsAttempt } = ENTRIES[event];
    watched.last = change?.to ?? watched.last;
    if (change?.to === "claimed") {
      const instance = this.#instances.get(instanceId ?? "")?.name ?? "";
      watched.claim = { instance, since: Date.parse(at) };
    } else if (endsAttempt === true) watched.claim = null;
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
  async #introduce({ view, past }: Watched): Promise<void> {
    const { items: events } = await this.#hopper.tasks.events(view.id);
    const created = events.find(({ event }) => event === "task.created");
    if (created !== undefined) this.#tell(created);
    const { items } = await this.#hopper.tasks.delegations(view.id);
    past.attempt = view.attempt;
    past.hops = items
      .filter(({ status, round }) => status === "accepted" && round === view.round)
      .map((hop) => ({
        source: hop.sourceInstanceId,
        target: hop.targetInstanceId,
        type: hop.delegationType,
      }));
  }

  /** Each task once. */
  #watched(): Watched[] {
    return [...new Set(this.#tasks.values())];
  }
}

function flatten(tree: InstanceTreeView): InstanceTreeView[] {
  return [tree, ...tree.children.flatMap(flatten)];
}
