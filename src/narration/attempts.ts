import { ENTRIES } from "../../machines/events/catalogue.ts";
import type { ErrorInfo, Json } from "../../machines/records/values.ts";
import type { AttemptView, EventView } from "../views/views.ts";
import { noPast, remember } from "./past.ts";
import { shellOutcomeIn } from "./shell-outcome.ts";

/** How an attempt ended, and what it gave. */
type End = Pick<AttemptView, "outcome" | "error" | "command">;

/**
 * The attempts of a task, in order: each from the moment a worker took it.
 *
 * @param events all of the task's, in order.
 * @param resultOf the result of a round; null = it has none.
 */
export function attemptsOf(events: readonly EventView[], resultOf: (round: number) => Json): AttemptView[] {
  const attempts: AttemptView[] = [];
  const past = noPast();
  let round = 1;
  let open: AttemptView | null = null;
  for (const event of events) {
    const isEnd = ENTRIES[event.event].endsAttempt === true;
    if (open !== null && isEnd) {
      attempts.push({ ...open, endedAt: event.at, ...endOf(event, resultOf(round)) });
      open = null;
    }
    if (event.event === "task.retried") round += 1;
    const { attempt } = past;
    remember(past, event);
    if (isEnd || past.worker === null) continue;
    open ??= begun(event, { attempt, round, worker: past.worker });
  }
  return open === null ? attempts : [...attempts, open];
}

function begun(
  { at, instanceId }: EventView,
  who: Pick<AttemptView, "attempt" | "round" | "worker">,
): AttemptView {
  return { ...who, instanceId, startedAt: at, endedAt: null, outcome: "running", error: null, command: null };
}

function endOf(event: EventView, result: Json): End {
  switch (event.event) {
    case "task.completed":
      return { outcome: "succeeded", error: null, command: commandOf(result) };
    case "task.failed":
      return failedWith(event.data.error);
    case "task.requeued": {
      const { reason, error } = event.data;
      if (reason === "failed") return failedWith(error);
      return { outcome: reason === "lease_lost" ? "lease_lost" : "released", error: null, command: null };
    }
    case "task.returned":
      return event.data.failures === undefined ? TAKEN_BACK : failedWith(event.data.firstError);
    case "task.cancelled":
      return { outcome: "cancelled", error: null, command: null };
    default:
      return TAKEN_BACK;
  }
}

const TAKEN_BACK: End = { outcome: "taken_back", error: null, command: null };

function failedWith(error: ErrorInfo | undefined): End {
  return { outcome: "failed", error: error ?? null, command: commandOf(error?.details ?? null) };
}

/** How a command ended and what it printed; null = it was none. */
function commandOf(given: Json): AttemptView["command"] {
  const outcome = shellOutcomeIn(given);
  if (outcome === null) return null;
  return {
    exitCode: outcome.exit_code,
    signal: outcome.signal,
    durationMs: outcome.duration_ms,
    timedOut: outcome.timed_out,
    stdout: outcome.stdout_tail,
    stderr: outcome.stderr_tail,
  };
}
