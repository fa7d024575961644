import type { TaskEventName } from "../../machines/events/catalogue.ts";
import { lastLine } from "../workers/output-tail.ts";
import type { ShellResult } from "../workers/shell.ts";
import { NO_REASON, ranStep } from "./attempt.ts";
import { endingOf, finalStep } from "./ending.ts";
import { sentence, type Named, type NarrationOf, type RunTelling } from "./narrator.ts";
import { shellOutcome } from "./shell-outcome.ts";
import type { Step } from "./step.ts";

/** Events of a task. */
export const taskNarration: NarrationOf<TaskEventName> = {
  "task.created": {
    sentence: ({ event, here }) => `created at ${here}${by(event.actor)}`,
    steps: ({ task: { title, tags, dependsOn, run: command }, run }) => {
      const after = dependsOn.map((id) => run.task(id)?.ref ?? id);
      return [{ kind: "task", title, tags, after, run: command !== null }];
    },
  },
  "task.assigned": sentence(({ event, nameOf }) => `assigned to ${nameOf(event.data.holder)}`),
  "task.updated": "silent",
  "task.queued": sentence(at("queued")),
  "task.claimed": sentence(({ event, here }) => `claimed at ${here}${by(event.data.by)}`),
  "task.in_progress": sentence(({ event, here }) => `in progress at ${here}${by(event.data.by)}`),
  "task.progress": "silent",
  "task.requeued": { sentence: at("queued again"), steps: requeued },
  // As a step, the hop that is cancelled for it says so.
  "task.returned": sentence(({ event: { instanceId, data }, here, nameOf }) =>
    data.holder === instanceId ? `escalated by ${here}` : `given back by ${here} to ${nameOf(data.holder)}`,
  ),
  "task.blocked": sentence(at("blocked")),
  "task.unblocked": sentence(at("unblocked")),
  "task.waiting": sentence(at("waiting")),
  "task.held": {
    // The offer before it says the same.
    sentence: ({ event: { data }, here }) =>
      data.reason === "awaiting_acceptance" ? null : `held at ${here}: ${data.reason}`,
    steps({ event: { instanceId, data }, past: { decided }, here }) {
      // At the desk every unassigned task is held: that is no news of a plan's.
      if (instanceId === null) return [];
      const why = decided?.by === instanceId ? decided.reason : null;
      return [{ kind: "held", by: here, reason: data.reason, why }];
    },
  },
  "task.completed": {
    sentence: ({ event: { data, actor }, here }) =>
      `completed at ${here}${data.epoch === undefined ? by(actor) : ""}`,
    steps(telling) {
      const { event, past, task, run } = telling;
      const result = event.data.epoch === undefined ? undefined : run.result(task.id);
      const ran = result === undefined ? [] : resultSteps(telling, result, past.attempt);
      return [...ran, ...final(telling)];
    },
  },
  "task.failed": {
    sentence: ({ event, here }) => `failed at ${here}: ${event.data.error?.message ?? NO_REASON}`,
    steps(telling) {
      const { error, failures: attempt = telling.past.attempt } = telling.event.data;
      const ended = shellOutcome(error);
      const ran = ended === null ? [] : [ranStep(telling, { good: false, ended, attempt })];
      return [...ran, ...final(telling)];
    },
  },
  "task.cancelled": {
    sentence: ({ event, here }) => `cancelled at ${here}: ${event.data.error?.message ?? NO_REASON}`,
    steps: final,
  },
  "task.retried": sentence(at("retried")),
};

/** A worker's failed attempt, a lost lease, or a task that was let go. */
function requeued(telling: RunTelling<"task.requeued">): Step[] {
  const { event, here } = telling;
  const { reason, error, failures: attempt = 1, notBefore = event.at } = event.data;
  if (reason !== "failed") return [{ kind: "queued-again", by: here, why: reason.replaceAll("_", " ") }];
  const again = { inMs: Math.max(0, Date.parse(notBefore) - Date.parse(event.at)) };
  const ended = shellOutcome(error) ?? error?.message ?? "failed";
  return [ranStep(telling, { good: false, ended, attempt, again })];
}

/** What a command gave that is worth a line: its JSON, else the last line it printed. */
function resultSteps(telling: RunTelling<"task.completed">, result: ShellResult, attempt: number): Step[] {
  const { json, stdout_tail: out } = result;
  const text = json === undefined ? lastLine(out) : JSON.stringify(json);
  return [
    ranStep(telling, { good: true, ended: result, attempt }),
    ...(text === null ? [] : [{ kind: "result" as const, text }]),
  ];
}

/** The task is final: told at once where it came over no hop, else when the first hop has closed. */
function final({ event, past }: RunTelling<"task.completed" | "task.failed" | "task.cancelled">): Step[] {
  return past.hops.length === 0 ? [finalStep(endingOf(event), event.at, null)] : [];
}

function at(what: string): ({ here }: Pick<Named, "here">) => string {
  return ({ here }) => `${what} at ${here}`;
}

function by(who: string | null | undefined): string {
  return typeof who === "string" ? ` by ${who}` : "";
}
