import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { ErrorInfo } from "../../machines/records/values.ts";
import type { EventView } from "../views/views.ts";
import { exitInWords, type ShellResult } from "../workers/shell.ts";
import type { RunTelling, Telling } from "./narrator.ts";
import type { Past } from "./past.ts";
import type { Step } from "./step.ts";

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
      return failures === undefined ? reason.replaceAll("_", " ") : `failed: ${messageOf(error)}`;
    }
    case "task.returned":
      if (event.data.failures === undefined) break;
      return `failed: ${givenUp?.data.text || messageOf(event.data.firstError)}`;
    case "task.completed":
      if (event.data.epoch !== undefined || actor === worker) return "done";
      break;
    case "task.failed":
      if (event.data.epoch !== undefined || event.data.failures !== undefined || actor === worker)
        return "failed";
      break;
    default:
  }
  return actor === null ? "ended" : `ended by ${actor}`;
}

/** The words of an error. */
export function messageOf(error: ErrorInfo | undefined): string {
  return error?.message || "no reason given";
}

/** A command's result without its output. */
type ShellOutcome = Pick<ShellResult, "exit_code" | "signal" | "duration_ms" | "timed_out">;

/** How a command ended, from the details of its error; null = the error is not a command's. */
export function shellOutcome(error: ErrorInfo | undefined): ShellOutcome | null {
  const details = error?.details;
  if (typeof details !== "object" || details === null || Array.isArray(details)) return null;
  const { exit_code: code, signal, duration_ms: ms, timed_out: timedOut } = details;
  if (typeof ms !== "number") return null;
  return {
    exit_code: typeof code === "number" ? code : null,
    signal: typeof signal === "string" ? signal : null,
    duration_ms: ms,
    timed_out: timedOut === true,
  };
}

/** One attempt of a command. `ended`: the command's own outcome, or words where it has none. */
export function ranStep(
  { here, task }: Pick<RunTelling<"task.completed">, "here" | "task">,
  run: {
    good: boolean;
    ended: ShellOutcome | string;
    attempt: number;
    again?: { inMs: number };
  },
): Step {
  const { good, ended, attempt, again = null } = run;
  const words = typeof ended === "string" ? ended : ended.timed_out ? "timed out" : exitInWords(ended);
  const ms = typeof ended === "string" ? null : ended.duration_ms;
  return { kind: "ran", by: here, good, how: words, ms, attempt, maxAttempts: task.maxAttempts, again };
}
