import type { EventName } from "../../machines/events/catalogue.ts";
import type { EventView } from "../views/views.ts";
import { delegationNarration } from "./delegation.ts";
import { instanceNarration } from "./instance.ts";
import type { Named, NarrationOf, Narrator, RunFacts } from "./narrator.ts";
import type { Past } from "./past.ts";
import { runtimeNarration } from "./runtime.ts";
import type { PlanStep } from "./step.ts";
import { taskNarration } from "./task.ts";

/**
 * What every event says to a person, by name: in a file per noun, as the catalogue of events has them.
 *
 * An entry turns one event, as users see it, into a sentence (`task explain`, `events`) and into steps (`hopper run`); a
 * form in which it is silent says so. A sentence needs names alone; a step also the task's {@link Past}: open hops,
 * offer, who has it in hands, newest decision, how it ended. Whoever follows a task's events keeps its past: an event is
 * told, then remembered.
 */
export const NARRATION: NarrationOf<EventName> = {
  ...instanceNarration,
  ...taskNarration,
  ...delegationNarration,
  ...runtimeNarration,
};

/** The sentence of an event; null = none. */
export function sentenceOf(named: Named): string | null {
  const { sentence } = narratorOf(named.event);
  return sentence === "silent" ? null : sentence(named);
}

/** The steps that an event of a run makes: none for what nobody needs to be told. */
export function stepsOf(event: EventView, past: Past, run: RunFacts): PlanStep[] {
  const { taskId, instanceId, cursor, at } = event;
  const task = taskId === null ? null : run.task(taskId);
  const { steps } = narratorOf(event);
  if (task === undefined || steps === "silent") return [];
  const nameOf = (id: string | null): string => (id === null ? "the desk" : (run.instance(id)?.name ?? id));
  const told = steps({ event, past, here: nameOf(instanceId), nameOf, run, task });
  return told.map((step) => ({ ...step, cursor, at, ref: task?.ref ?? null }));
}

/** The narrator of an event's own name: what it is given is of that name. */
function narratorOf({ event }: EventView): Narrator {
  const narrator = NARRATION[event];
  return narrator === "silent" ? { sentence: narrator, steps: narrator } : (narrator as Narrator);
}
