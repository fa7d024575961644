import type { EventName } from "../../machines/events/catalogue.ts";
import type { EventView, TaskView } from "../views/views.ts";
import { lastLine } from "../workers/output-tail.ts";
import { exitInWords, type ShellResult } from "../workers/shell.ts";
import { errorOf, numberOf, shellResultOf, textOf, type Data, type ShellOutcome } from "./event-data.ts";
import type { PlanStep, StoryFacts } from "./steps.ts";

/** An open hop of a task. A task comes to an instance by one open hop at most, so the target names it. */
export interface Hop {
  /** Id of the instance it leads to. */
  readonly target: string;
  /** Names. */
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

/** What of a task's past is needed to tell what comes next. */
export interface Progress {
  /** Accepted hops from the origin down. */
  readonly hops: Hop[];
  /** The hop on offer, and who offers it: at most one at a time. */
  offer: (Hop & { readonly source: string }) | null;
  /** Number of the attempt that is under way, or comes next. */
  attempt: number;
  /** Reason of the newest decision, and who made it. */
  decided: { by: string; reason: string } | null;
  /** Set while the hops above a final task close. */
  ending: {
    at: string;
    status: "done" | "failed" | "cancelled";
    by: string | null;
    why: string | null;
  } | null;
}

/** One event being told. */
export interface Telling {
  readonly event: EventView;
  readonly task: TaskView;
  readonly told: { readonly cursor: string; readonly at: string; readonly ref: string };
  readonly facts: StoryFacts;
  readonly progress: Progress;
}

/** What each kind of event of a task tells. */
export const TELLERS: Partial<Record<EventName, (telling: Telling) => PlanStep[]>> = {
  "task.created": ({ task, told, facts }) => [
    {
      ...told,
      kind: "task",
      title: task.title,
      tags: task.tags,
      after: task.dependsOn.map((id) => facts.task(id)?.ref ?? id),
      run: task.run !== null,
    },
  ],
  "routing.decided": ({ event, progress }) => {
    progress.decided = { by: event.instanceId ?? "", reason: textOf(event.data, "reason") ?? "" };
    return [];
  },
  "delegation.pending": ({ event, facts, progress }) => {
    const source = textOf(event.data, "source") ?? event.instanceId ?? "";
    const target = textOf(event.data, "target") ?? "";
    const type = textOf(event.data, "type") ?? "route";
    progress.offer = {
      source,
      target,
      from: facts.instanceName(source),
      to: facts.instanceName(target),
      type,
    };
    return [];
  },
  "delegation.accepted": (telling) => {
    const { progress } = telling;
    const offer = takeOffer(telling);
    // An escalation that gives a task back is accepted without ever having been an offer, and complete at once.
    if (offer === null) return [];
    if (!progress.hops.some(({ target }) => target === offer.target)) progress.hops.push(offer);
    return [hop(telling, offer, "accepted", reasonOf(telling, offer.source))];
  },
  "delegation.rejected": (telling) => {
    const offer = takeOffer(telling);
    return offer === null ? [] : [hop(telling, offer, "rejected", refusalOf(telling.event.data))];
  },
  "delegation.cancelled": (telling) => {
    const { event, progress } = telling;
    const offer = takeOffer(telling);
    if (offer !== null) return [hop(telling, offer, "cancelled", refusalOf(event.data))];
    const gone = takeHop(telling);
    if (gone === null || progress.ending !== null) return closeHop(telling, gone?.from);
    return [hop(telling, gone, "cancelled", refusalOf(event.data))];
  },
  "delegation.completed": (telling) => {
    // The hop upward by which a task was given back: nothing of the way down has closed.
    if (textOf(telling.event.data, "outcome") === "handed_back") return [];
    return closeHop(telling, takeHop(telling)?.from);
  },
  // At the desk every unassigned task is held: that is no news of a plan's.
  "task.held": ({ event, told, facts, progress }) =>
    event.instanceId === null
      ? []
      : [
          {
            ...told,
            kind: "held",
            by: nameOf(event.instanceId, facts),
            reason: textOf(event.data, "reason") ?? "held",
            why: progress.decided?.by === event.instanceId ? progress.decided.reason : null,
          },
        ],
  "task.requeued": requeued,
  "task.completed": (telling) => {
    const { event, told, task, facts, progress } = telling;
    const ownLease = numberOf(event.data, "epoch") !== null;
    const result = ownLease ? facts.result(task.id) : undefined;
    const text = result === undefined ? null : resultText(result);
    return [
      ...(result === undefined
        ? []
        : [ran(telling, { good: true, result, attempt: progress.attempt, again: null })]),
      ...(text === null ? [] : [{ ...told, kind: "result" as const, text }]),
      ...end(telling, { status: "done", by: ownLease ? null : event.actor, why: null }),
    ];
  },
  "task.failed": (telling) => {
    const { event, progress } = telling;
    const error = errorOf(event.data);
    const result = shellResultOf(error);
    const why = error === null ? null : result === null ? error.message : lastWords(error.message);
    return [
      ...(result === null
        ? []
        : [
            ran(telling, {
              good: false,
              result,
              attempt: numberOf(event.data, "failures") ?? progress.attempt,
              again: null,
            }),
          ]),
      ...end(telling, { status: "failed", by: null, why }),
    ];
  },
  "task.cancelled": (telling) =>
    end(telling, {
      status: "cancelled",
      by: telling.event.actor,
      why: errorOf(telling.event.data)?.message ?? null,
    }),
  "task.retried": ({ event, progress }) => {
    progress.hops.length = 0;
    progress.attempt = numberOf(event.data, "attempt") ?? 1;
    progress.ending = null;
    return [];
  },
};

/** A worker's failed attempt, a lost lease, or a task given back. */
function requeued(telling: Telling): PlanStep[] {
  const { event, told, facts, progress } = telling;
  const { data } = event;
  progress.attempt = numberOf(data, "attempt") ?? progress.attempt;
  const error = errorOf(data);
  const by = nameOf(event.instanceId, facts);
  if (textOf(data, "reason") !== "failed") {
    return [
      {
        ...told,
        kind: "queued-again",
        by,
        why: (textOf(data, "reason") ?? "queued again").replaceAll("_", " "),
      },
    ];
  }
  const notBefore = textOf(data, "notBefore");
  const again = { inMs: notBefore === null ? 0 : Math.max(0, Date.parse(notBefore) - Date.parse(event.at)) };
  const attempt = numberOf(data, "failures") ?? 1;
  const result = shellResultOf(error);
  if (result !== null) return [ran(telling, { good: false, result, attempt, again })];
  const { maxAttempts } = telling.task;
  return [
    {
      ...told,
      kind: "ran",
      by,
      good: false,
      how: error?.message ?? "failed",
      ms: null,
      attempt,
      maxAttempts,
      again,
    },
  ];
}

function ran(
  { event, told, facts, task }: Telling,
  run: {
    good: boolean;
    result: ShellOutcome;
    attempt: number;
    again: { inMs: number } | null;
  },
): PlanStep {
  const { good, result, attempt, again } = run;
  const how = result.timed_out ? "timed out" : exitInWords(result);
  const by = nameOf(event.instanceId, facts);
  return {
    ...told,
    kind: "ran",
    by,
    good,
    how,
    ms: result.duration_ms,
    attempt,
    maxAttempts: task.maxAttempts,
    again,
  };
}

/** The task is final: told at once where it came over no hop, else when the first hop has closed. */
function end(
  telling: Telling,
  ending: { status: "done" | "failed" | "cancelled"; by: string | null; why: string | null },
): PlanStep[] {
  const { progress, told } = telling;
  progress.offer = null;
  progress.ending = { at: told.at, ...ending };
  return progress.hops.length === 0 ? closeHop(telling) : [];
}

function closeHop({ progress, told, event }: Telling, origin?: string): PlanStep[] {
  const { ending } = progress;
  if (ending === null || progress.hops.length > 0) return [];
  progress.ending = null;
  const { status, by, why } = ending;
  const bubbledMs = Math.max(0, Date.parse(event.at) - Date.parse(ending.at));
  return [{ ...told, kind: "final", status, by, why, bubbledTo: origin ?? null, bubbledMs }];
}

function takeOffer({ progress }: Telling): (Hop & { readonly source: string }) | null {
  const { offer } = progress;
  progress.offer = null;
  return offer;
}

/** The open hop that leads to the instance of this event, which is not open any more. */
function takeHop({ event, progress }: Telling): Hop | null {
  const index = progress.hops.findIndex(({ target }) => target === event.instanceId);
  return index === -1 ? null : (progress.hops.splice(index, 1)[0] ?? null);
}

function hop(
  telling: Telling,
  { from, to, type }: Hop,
  how: "accepted" | "rejected" | "cancelled",
  reason: string | null,
): PlanStep {
  return {
    ...telling.told,
    kind: "hop",
    from,
    to,
    how,
    type,
    reason,
  };
}

/** Why the source chose this target: the words of its own decision. */
function reasonOf({ progress }: Telling, source: string): string | null {
  return progress.decided?.by === source ? progress.decided.reason : null;
}

function refusalOf(data: Data): string | null {
  const code = textOf(data, "code")?.replaceAll("_", " ") ?? null;
  return textOf(data, "text") ?? code;
}

/** What a command gave that is worth a line: its JSON, else the last line it printed. */
function resultText({ json, stdout_tail }: ShellResult): string | null {
  return json === undefined ? lastLine(stdout_tail) : JSON.stringify(json);
}

/** `exit 1: no such file` without what the attempt's own line says already. */
function lastWords(message: string): string | null {
  const colon = message.indexOf(": ");
  return colon === -1 ? null : message.slice(colon + 2);
}

function nameOf(instanceId: string | null, facts: StoryFacts): string {
  return instanceId === null ? "the desk" : facts.instanceName(instanceId);
}
