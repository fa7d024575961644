import { compactDecision } from "../../machines/routing/decision-data.ts";
import type { Decision } from "../../machines/messages/decision.ts";
import type { TaskSpec } from "../../machines/messages/command.ts";
import type { DelegationType } from "../../machines/records/delegation.ts";
import type { HeldReason, Task } from "../../machines/records/task.ts";
import type { InstanceNo, Reply } from "../../machines/records/values.ts";
import { givesWorkTo } from "../../machines/legality.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { rankCandidates, type Ranking } from "../../machines/routing/router.ts";
import { createChild } from "./children.ts";
import { handBack } from "./returns.ts";
import { failTask } from "./completion.ts";
import type { Turn } from "../engine/turn.ts";

/**
 * Where a task goes from here: asked whenever its holder has it to itself, by creation, acceptance,
 * return or news. Source: 2-domain.md 2.6.
 */
export function decideTask(
  turn: Turn,
  task: Task,
  options: { reply?: Reply | null; sameRound?: boolean; arrivedBy?: DelegationType } = {},
): void {
  if (turn.isTerminated) {
    handBack(turn, task, "instance_terminated");
    return;
  }
  if (task.waitsFor.length > 0 || task.blockedByHand) return;
  if (!turn.isRunning) {
    hold(turn, task, "instance_not_running");
    return;
  }
  const sameRound = options.sameRound === true;
  const decision = turn.world.scopes
    .behaviorFor(turn.instance.scope)
    .decide(turn.actor.view(turn.settings, turn.now), routable(task, sameRound));
  // Looking again and finding nothing new is no decision.
  if (!sameRound && decision.action === "hold" && decision.held === task.heldReason) return;
  // One stored decision per routing round; who never routes decides nothing that needs explaining.
  if (!sameRound && !(decision.action === "handle" && decision.candidates.length === 0)) {
    noteDecision(turn, task, decision);
  }
  if (givesUp(task, decision, options.arrivedBy)) {
    failTask(turn, task, { error: task.firstError ?? NOBODY_LEFT });
    return;
  }
  carryOut(turn, task, decision, options.reply ?? null);
}

/** Whether this instance would work on the task itself, were it asked now. */
export function wouldHandle(turn: Turn, task: Task): boolean {
  const behavior = turn.world.scopes.behaviorFor(turn.instance.scope);
  const decision = behavior.decide(turn.actor.view(turn.settings, turn.now), routable(task, false));
  return decision.action === "handle";
}

/** The task as routing sees it: in a new round everybody is asked again, but in the first who gave it back. */
function routable(task: Task, sameRound: boolean): RoutableTask {
  const asksAll = !sameRound && task.routingRound !== 0;
  return {
    title: task.title,
    description: task.description,
    priority: task.priority,
    project: task.project,
    route: task.route,
    tags: task.tags,
    dependsOn: task.dependsOn,
    chain: task.chain,
    routingRound: sameRound ? task.routingRound : task.routingRound + 1,
    refusedBy: asksAll ? [] : task.refusedBy,
    returnedBy: asksAll ? [] : task.returnedBy,
  };
}

/** Who among the children would get it if everybody were asked, whatever the behavior would do. */
export function rankFor(turn: Turn, task: Task): Ranking {
  return rankCandidates(
    turn.actor.view(turn.settings, turn.now),
    { ...routable(task, false), refusedBy: [], returnedBy: [] },
    { scopes: givesWorkTo(turn.instance.scope) },
  );
}

export function noteDecision(turn: Turn, task: Task, decision: Decision): void {
  turn.note("routing.decided", compactDecision(decision), { task: task.no });
}

function carryOut(turn: Turn, task: Task, decision: Decision, reply: Reply | null): void {
  switch (decision.action) {
    case "delegate":
      offer(turn, task, {
        to: decision.target as InstanceNo,
        type: "route",
        routingRound: decision.routingRound,
        decide: "routed",
        reply,
      });
      return;
    case "create": {
      const child = createChild(turn, {
        id: null,
        name: freeRunName(turn),
        scope: turn.instance.scope === "GLOBAL" ? "PROJECT" : "ORCHESTRATION",
        type: turn.instance.scope === "GLOBAL" ? "persistent" : "ephemeral",
        config: {},
        description: null,
        start: true,
        named: turn.instance.scope === "GLOBAL" ? task.project : null,
      });
      offer(turn, task, {
        to: child.no,
        type: "route",
        routingRound: decision.routingRound,
        decide: "routed",
        reply,
      });
      return;
    }
    case "handle":
      enqueue(turn, task);
      return;
    case "hold":
      hold(turn, task, decision.held ?? "no_route", decision.routingRound);
      return;
  }
}

/**
 * A task that failed below and that others were to try is not handled or held by who passes it on: with nobody
 * left to try it, it fails with its first error (2.7). Who has just accepted it, or had it
 * escalated, may be the next to try it.
 */
function givesUp(task: Task, decision: Decision, arrivedBy: DelegationType | undefined): boolean {
  if (task.firstError === null) return false;
  if (decision.held === "instance_not_running" || decision.held === "message_failed") return false;
  if (arrivedBy === undefined) return decision.action !== "delegate";
  return arrivedBy === "escalate" && decision.action === "hold";
}

const NOBODY_LEFT = { code: "failed", message: "failed, and nobody else could try it" } as const;

/** `<project>-run-<n>`, n counting the orchestrations this project ever had. */
function freeRunName(turn: Turn): string {
  const names = new Set([...turn.actor.roster.values()].map((entry) => entry.name));
  let n = turn.actor.roster.size + 1;
  while (names.has(`${turn.instance.name}-run-${n}`)) n += 1;
  return `${turn.instance.name}-run-${n}`;
}

/** Keeps the task here, out of every queue, and says why. */
export function hold(turn: Turn, task: Task, reason: HeldReason, routingRound?: number): void {
  const round = routingRound ?? task.routingRound;
  if (task.heldReason === reason && task.routingRound === round) return;
  turn.task(task, "task.held", routingRound === undefined ? { reason } : { reason, routingRound });
}

/** Into this instance's queue, or held where the queue is full. */
export function enqueue(turn: Turn, task: Task): void {
  if (task.arrival === null && turn.actor.used() >= limitOf(turn)) {
    hold(turn, task, "no_capacity");
    return;
  }
  turn.task(task, "task.queued");
}

export function limitOf(turn: Turn): number {
  return turn.config.maxConcurrent + turn.config.maxQueued;
}

export interface OfferParams {
  readonly to: InstanceNo;
  readonly type: DelegationType;
  readonly routingRound: number;
  readonly decide: "routed" | "caller" | "forced";
  readonly notes?: string | null;
  /** Refused, the task goes back as it was, with no fallback. */
  readonly backAsBefore?: boolean;
  readonly reply: Reply | null;
}

/** Offers a task to another instance: the hop is pending, and its target keeps the task from here on. */
export function offer(turn: Turn, task: Task, params: OfferParams): void {
  const byCaller = params.decide === "caller";
  const expiryMs = byCaller
    ? turn.settings.delegation.manualExpiryMs
    : turn.settings.delegation.routedExpiryMs;
  const by = turn.envelope.by;
  const hop = turn.createHop(task, {
    source: turn.actor.no,
    target: params.to,
    type: params.type,
    seq: task.hops + 1,
    expiresAt: turn.now + expiryMs,
    routingRound: params.routingRound,
    ...(task.lastHop === null ? {} : { previous: task.lastHop }),
    ...(task.round === 1 ? {} : { round: task.round }),
    ...(params.backAsBefore === true ? { byCaller: true as const } : {}),
    ...(by === null ? {} : { by }),
    ...(params.notes === undefined || params.notes === null ? {} : { notes: params.notes }),
  });
  turn.actor.offers.set(task.no, { delegation: hop.no, target: params.to });
  const entry = turn.actor.roster.get(params.to);
  if (entry !== undefined) {
    entry.ownOpen += 1;
    turn.touchRoster(entry);
  }
  turn.send(
    params.to,
    { type: "task.delegation", task: task.no, delegation: hop.no, decide: params.decide },
    params.reply,
  );
}

/** The decision a task would get here, with nothing stored. */
export function onPreview(turn: Turn, spec: TaskSpec): void {
  const decision = turn.world.scopes
    .behaviorFor(turn.instance.scope)
    .decide(turn.actor.view(turn.settings, turn.now), {
      title: spec.title,
      description: spec.description,
      priority: spec.priority,
      project: spec.project,
      route: spec.route,
      tags: spec.tags,
      dependsOn: [...spec.dependsOn, ...spec.dependsOnKeys],
      chain: [turn.actor.no],
      routingRound: 1,
      refusedBy: [],
      returnedBy: [],
    });
  turn.answer({ kind: "decision", decision });
}

/** A task can be offered elsewhere unless it is on offer, blocked or final. */
export function mayGoAway(turn: Turn, task: Task): boolean {
  return (
    task.pendingHop === null && task.status !== "blocked" && turn.step(task, { type: "WITHDRAW" }) !== null
  );
}

/** Nobody has said yet what becomes of it here; a command may have overtaken the message that brought it. */
export function isUndecided(task: Task): boolean {
  return (
    task.status === "pending" &&
    task.pendingHop === null &&
    task.heldReason === null &&
    task.waitsFor.length === 0
  );
}
