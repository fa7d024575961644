import type { EventView } from "../views/views.ts";
import { shellOutcome } from "./shell-outcome.ts";
import type { Step } from "./step.ts";

/** How a task ended, by whom (null = by its worker or by itself) and why. */
export interface Ending {
  readonly at: string;
  readonly status: "done" | "failed" | "cancelled";
  readonly by: string | null;
  readonly why: string | null;
}

export function endingOf(event: EventView<"task.completed" | "task.failed" | "task.cancelled">): Ending {
  const { at, actor } = event;
  switch (event.event) {
    case "task.completed":
      return { at, status: "done", by: event.data.epoch === undefined ? actor : null, why: null };
    case "task.cancelled":
      return { at, status: "cancelled", by: actor, why: event.data.error?.message ?? null };
    default: {
      const { error } = event.data;
      const message = error?.message ?? null;
      const why = shellOutcome(error) === null ? message : lastWords(message);
      return { at, status: "failed", by: null, why };
    }
  }
}

/** The task is final, and every hop above it has closed. `at`: of the last of them. */
export function finalStep({ at: since, ...ending }: Ending, at: string, bubbledTo: string | null): Step {
  return { kind: "final", ...ending, bubbledTo, bubbledMs: Math.max(0, Date.parse(at) - Date.parse(since)) };
}

/** `exit 1: no such file` without what the attempt's own line says already. */
function lastWords(message: string | null): string | null {
  return message?.match(/: (.*)/su)?.[1] ?? null;
}
