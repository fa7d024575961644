import type { EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import { createDelegation } from "../../machines/events/delegation.ts";
import { evolveDelegation, evolveTask, evolveTaskByDelegation } from "../../machines/events/evolve.ts";
import { createTask } from "../../machines/events/task-created.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task, TaskResult } from "../../machines/records/task.ts";
import { systemIds } from "../../src/environment/real.ts";

/** Numbers given so far. */
export interface SeedCounters {
  task: number;
  delegation: number;
  position: number;
  command: number;
}

/** What tells one seeded task from another. */
export interface SeedTask {
  readonly title: string;
  readonly tags: string[];
  readonly priority: Task["priority"];
  readonly description: string | null;
  readonly project: string | null;
  readonly run: { readonly id: string; readonly key: string } | null;
  readonly parentTask: number | null;
  /** Global, project, orchestration. */
  readonly path: readonly [number, number, number];
  /** Orchestrations of the project, for the stored decision. */
  readonly siblings: readonly number[];
  readonly projects: readonly number[];
  readonly at: number;
  readonly end: "done" | "failed" | "cancelled" | "queued";
}

export interface SeededRecords {
  readonly task: Task;
  readonly hops: readonly Delegation[];
  readonly events: readonly JournalEvent[];
  readonly result: TaskResult | null;
}

type Data = object;
type Note = (name: EventName, instance: number, data: Data, hop?: number) => JournalEvent;

function decision(from: number, to: number, reason: string, among: readonly number[]): Data {
  const candidates = [...among]
    .toSorted((a, b) => Number(b === to) - Number(a === to))
    .map((instance, index) => [
      instance,
      index === 0 ? 1 : 0,
      null,
      0.031,
      index + 1,
      index === 0 ? null : "fewer_tags",
    ]);
  return {
    action: "delegate",
    reason,
    instance: from,
    target: to,
    held: null,
    rule: null,
    unmatched: false,
    routingRound: 1,
    candidates,
  };
}

/** Routed down two hops, both accepted, and queued: the first eight events of W3. */
function routeDown(seed: SeedTask, task: Task, counters: SeedCounters, note: Note): Delegation[] {
  const [root, project, place] = seed.path;
  const hops: Delegation[] = [];
  const ways = [
    { from: root, to: project, among: seed.projects },
    { from: project, to: place, among: seed.siblings },
  ];
  for (const { from, to, among } of ways) {
    note("routing.decided", from, decision(from, to, `matched tag ${seed.tags[0]}`, among));
    const previous = hops.at(-1)?.no;
    const data = {
      source: from,
      target: to,
      type: "route" as const,
      seq: hops.length + 1,
      expiresAt: seed.at + 60_000,
      routingRound: 1,
      ...(previous === undefined ? {} : { previous }),
      by: "library",
    };
    const no = (counters.delegation += 1);
    const pending = note("delegation.pending", from, data, no);
    const hop = createDelegation({ no, id: systemIds.uuid(seed.at), task: task.no }, data, pending);
    evolveTaskByDelegation(task, hop, pending);
    const accepted = note("delegation.accepted", to, {}, no);
    evolveDelegation(hop, accepted);
    evolveTaskByDelegation(task, hop, accepted);
    hops.push(hop);
  }
  evolveTask(task, note("task.queued", place, {}));
  return hops;
}

/** Claimed, ended, and both hops closed. */
function finish(seed: SeedTask, task: Task, hops: readonly Delegation[], note: Note): TaskResult {
  const [, , place] = seed.path;
  evolveTask(task, note("task.claimed", place, { by: `worker-${place}`, until: seed.at + 300_000 }));
  const error = seed.end === "done" ? null : { code: seed.end, message: "it went wrong" };
  if (seed.end === "done") evolveTask(task, note("task.completed", place, { epoch: 1 }));
  else if (seed.end === "failed") evolveTask(task, note("task.failed", place, { error, epoch: 1 }));
  else evolveTask(task, note("task.cancelled", place, { error }));
  for (const hop of hops.toReversed()) {
    const closed =
      seed.end === "cancelled"
        ? note("delegation.cancelled", hop.target, { code: "task_cancelled" }, hop.no)
        : note(
            "delegation.completed",
            hop.target,
            { outcome: seed.end === "done" ? "succeeded" : "failed", taskStatus: seed.end },
            hop.no,
          );
    evolveDelegation(hop, closed);
  }
  const value = seed.end === "done" ? '{"ok":true}' : null;
  task.result = value;
  const outcome = seed.end === "done" ? "succeeded" : seed.end === "failed" ? "failed" : "cancelled";
  return {
    task: task.no,
    round: 1,
    outcome,
    value,
    error,
    epoch: seed.end === "cancelled" ? null : 1,
    at: seed.at,
  };
}

/** A task's rows as Hopper itself would have left them, made by its own functions of what events do. */
export function recordsOf(seed: SeedTask, counters: SeedCounters): SeededRecords {
  const events: JournalEvent[] = [];
  const no = (counters.task += 1);
  let cause = -(counters.command += 1);
  const note: Note = (name, instance, data, hop) => {
    counters.position += 1;
    const position = counters.position;
    const event = {
      position,
      at: seed.at,
      name,
      instance,
      task: no,
      delegation: hop ?? null,
      actor: "library",
      cause,
      data,
    } as JournalEvent;
    events.push(event);
    if (name === "delegation.pending") cause = position;
    return event;
  };
  const { title, tags, priority, description, project, run, parentTask } = seed;
  const asked = {
    title,
    tags,
    ...(priority === "medium" ? {} : { priority }),
    ...(description === null ? {} : { description }),
    ...(project === null ? {} : { project }),
    ...(run === null ? {} : { runId: run.id, key: run.key }),
    ...(parentTask === null ? {} : { parentTask }),
    status: "pending" as const,
    holder: seed.path[0],
    by: "library",
  };
  const task = createTask(no, systemIds.uuid(seed.at), asked, note("task.created", seed.path[0], asked));
  const hops = routeDown(seed, task, counters, note);
  const result = seed.end === "queued" ? null : finish(seed, task, hops, note);
  return { task, hops, events, result };
}
