import type { EventView, TaskView } from "../views/views.ts";
import { stepsOf } from "./narration.ts";
import type { RunFacts } from "./narrator.ts";
import { noPast, type Hop, type Past } from "./past.ts";
import { remember } from "./remember.ts";
import type { PlanStep } from "./step.ts";

/** Turns the events of a run into its steps, in order. Give it every event once. */
export class RunNarration {
  readonly #run: RunFacts;
  readonly #pasts = new Map<string, Past>();

  constructor(run: RunFacts) {
    this.#run = run;
  }

  /** For a run that is resumed: the hops a task already has, from its origin to its holder. */
  resume({ id, attempt }: Pick<TaskView, "id" | "attempt">, hops: readonly Hop[]): void {
    const past = this.#past(id);
    past.hops = [...past.hops, ...hops];
    past.attempt = attempt;
  }

  /** Number of a task's attempt that is under way, or comes next. */
  attemptOf(taskId: string): number {
    return this.#past(taskId).attempt;
  }

  /** The steps that an event makes: none for what nobody needs to be told. */
  tell(event: EventView): PlanStep[] {
    const { taskId, instanceId, cursor, at } = event;
    const task = taskId === null ? null : this.#run.task(taskId);
    if (task === undefined) return [];
    const nameOf = (id: string | null): string =>
      id === null ? "the desk" : (this.#run.instance(id)?.name ?? id);
    const past = task === null ? noPast() : this.#past(task.id);
    const steps = stepsOf({ event, past, here: nameOf(instanceId), nameOf, run: this.#run, task });
    remember(past, event);
    return steps.map((step) => ({ ...step, cursor, at, ref: task?.ref ?? null }));
  }

  #past(taskId: string): Past {
    const known = this.#pasts.get(taskId);
    if (known !== undefined) return known;
    const fresh = noPast();
    this.#pasts.set(taskId, fresh);
    return fresh;
  }
}
