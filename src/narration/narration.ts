import type { EventName } from "../../machines/events/catalogue.ts";
import { attemptSentence } from "./attempt.ts";
import { delegationNarration } from "./delegation.ts";
import { instanceNarration } from "./instance.ts";
import type { NarrationOf, Narrator, RunTelling, Telling } from "./narrator.ts";
import { runtimeNarration } from "./runtime.ts";
import type { Step } from "./step.ts";
import { taskNarration } from "./task.ts";

/**
 * What every event says to a person, by name: in a file per noun, as the catalogue of events has them.
 *
 * An entry turns one event, as users see it, into a sentence (`task explain`) and into steps (`hopper run`); a form in
 * which it is silent says so. It gets the names it needs and the task's past: the open hops, the offer, who has it in
 * hands, the newest decision, how it ended ({@link Past}), told before the event itself is remembered. Whoever
 * follows events keeps the past and asks here: explain.ts for one task, run-narration.ts for a run.
 *
 * The table of `hopper events` shows an event's data as it is (cli/render/events.ts): it narrates nothing.
 */
export const NARRATION: NarrationOf<EventName> = {
  ...instanceNarration,
  ...taskNarration,
  ...delegationNarration,
  ...runtimeNarration,
};

/** The event's sentence, and of the attempt that ends with it; null = none. */
export function sentencesOf(telling: Telling): { attempt: string | null; event: string | null } {
  const { sentence } = narratorOf(telling);
  return { attempt: attemptSentence(telling), event: sentence === "silent" ? null : sentence(telling) };
}

export function stepsOf(telling: RunTelling): Step[] {
  const { steps } = narratorOf(telling);
  return steps === "silent" ? [] : steps(telling);
}

/** The narrator of an event's own name: what it gets is of that name. */
function narratorOf({ event: { event } }: Telling): Narrator {
  const narrator = NARRATION[event];
  return narrator === "silent" ? SILENT : (narrator as Narrator);
}

const SILENT: Narrator = { sentence: "silent", steps: "silent" };
