import type { EventName } from "../../machines/events/catalogue.ts";
import type { EventView, TaskView } from "../views/views.ts";
import type { PlanStep, StoryFacts } from "./steps.ts";
import { TELLERS, type Hop, type Progress } from "./tellers.ts";

/** Turns the events of a run into its steps, in order. Give it every event once. */
export class PlanStory {
  readonly #facts: StoryFacts;
  readonly #progress = new Map<string, Progress>();

  constructor(facts: StoryFacts) {
    this.#facts = facts;
  }

  /** For a run that is resumed: the hops a task already has, from its origin to its holder. */
  remember(task: Pick<TaskView, "id" | "attempt">, hops: readonly Hop[]): void {
    const progress = this.#of(task.id);
    progress.hops.push(...hops);
    progress.attempt = task.attempt;
  }

  /** The steps that an event makes: none for what nobody needs to be told. */
  tell(event: EventView): PlanStep[] {
    if (event.taskId === null) return this.#tellInstance(event);
    const task = this.#facts.task(event.taskId);
    if (task === undefined) return [];
    const told = { cursor: event.cursor, at: event.at, ref: task.ref };
    return (
      TELLERS[event.event]?.({ event, task, told, facts: this.#facts, progress: this.#of(task.id) }) ?? []
    );
  }

  #tellInstance(event: EventView): PlanStep[] {
    const { instanceId, cursor, at } = event;
    const status = INSTANCE_STEPS[event.event];
    const scope = instanceId === null ? null : this.#facts.instanceScope(instanceId);
    if (instanceId === null || scope === null || status === undefined) return [];
    if (status === "running" && this.#facts.isOfPlan(instanceId)) return [];
    return [
      { kind: "instance", cursor, at, ref: null, name: this.#facts.instanceName(instanceId), scope, status },
    ];
  }

  #of(taskId: string): Progress {
    const known = this.#progress.get(taskId);
    if (known !== undefined) return known;
    const fresh: Progress = { hops: [], offer: null, attempt: 1, decided: null, ending: null };
    this.#progress.set(taskId, fresh);
    return fresh;
  }
}

/** Instances that come and go during a run are told of; those of the plan stand in the tree. */
const INSTANCE_STEPS: Partial<Record<EventName, string>> = {
  "instance.running": "running",
  "instance.terminated": "terminated",
  "instance.error": "error",
};
