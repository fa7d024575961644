import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { EventView } from "../views/views.ts";
import { exitInWords } from "../contracts/exit-in-words.ts";
import type { RunTelling, Telling } from "./narrator.ts";
import type { Past } from "./past.ts";
import type { ShellOutcome } from "./shell-outcome.ts";
import type { Step } from "./step.ts";

export const NO_REASON = "no reason given";

/** `worker-1 ran it at webapp: failed: no such file`; null = no attempt ends with this event. */
export function attemptSentence({ event, past, here }: Telling): string | null {
  if (past.worker === null || ENTRIES[event.event].endsAttempt !== true) return null;
  return `${past.worker} ran it at ${here}: ${outcomeOf(event, past)}`;
}

function outcomeOf(event: EventView, { worker, givenUp }: Past): string {
  const { actor } = event;
  switch (event.event) {
    case "task.requeued": {
      const { failures, error, reason } = event.data;
      return failures === undefined ? reason.replaceAll("_", " ") : `failed: ${error?.message || NO_REASON}`;
    }
    case "task.returned":
      if (event.data.failures === undefined) break;
      return `failed: ${givenUp?.data.text || event.data.firstError?.message || NO_REASON}`;
    case "task.completed":
      if (event.data.epoch !== undefined || actor === worker) return "done";
      break;
    case "task.failed": {
      const { epoch, failures } = event.data;
      if (epoch !== undefined || failures !== undefined || actor === worker) return "failed";
      break;
    }
    default:
  }
  return actor === null ? "ended" : `ended by ${actor}`;
}

/** One attempt of a command. `ended`: the command's own outcome, or words where it has none. */
export function ranStep(
  { here, task }: RunTelling<"task.requeued" | "task.completed" | "task.failed">,
  run: { good: boolean; ended: ShellOutcome | string; attempt: number; again?: { inMs: number } },
): Step {
  const { good, ended, attempt, again = null } = run;
  const words = typeof ended === "string" ? ended : ended.timed_out ? "timed out" : exitInWords(ended);
  const ms = typeof ended === "string" ? null : ended.duration_ms;
  return { kind: "ran", by: here, good, how: words, ms, attempt, maxAttempts: task.maxAttempts, again };
}
