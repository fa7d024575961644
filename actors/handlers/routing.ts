import { compactDecision } from "../../machines/routing/decision-data.ts";
import type { TaskSpec } from "../../machines/messages/command.ts";
import type { Decision } from "../../machines/messages/decision.ts";
import type { DelegationType } from "../../machines/records/delegation.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { HeldReason, Task } from "../../machines/records/task.ts";
import type { InstanceNo, Reply } from "../../machines/records/values.ts";
import { givesWorkTo } from "../../machines/legality.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { rankCandidates, type Ranking } from "../../machines/routing/router.ts";
import { endedTotals, openOwnHop } from "./children.ts";
import { insertChild } from "./instances.ts";
import { returnForTermination } from "./return-task.ts";
import { failTask } from "./completion.ts";
import type { OfferKind } from "../../machines/policies/acceptance.ts";
import { limitOf } from "../../machines/policies/capacity.ts";
import type { Settings } from "../../machines/settings.ts";
import { freeRunName, whyNotCreate } from "../../machines/policies/naming.ts";
import { givesUp } from "../../machines/policies/failure.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Actor } from "../engine/actor.ts";
import type { TurnWorld } from "../engine/environment.ts";
import type { Turn } from "../engine/turn.ts";

/** What a decision is made from: a turn, or what is read beside the owner. */
export interface Deciding {
  readonly actor: Actor;
  readonly instance: Instance;
  readonly world: Pick<TurnWorld, "scopes">;
  readonly settings: Settings;
  readonly now: number;
  isNameTaken(name: string): boolean;
}

export const routing: Entries<"route.preview"> = {
  "route.preview": { needs: "nothing", admission: "progress", handle: onPreview },
};

/**
 * Where a task goes from here: asked whenever its holder has it to itself, by creation, acceptance,
 * return or news. Source: spec/domain.md 2.6.
 */
export function decideTask(
  turn: Turn,
  task: Task,
  options: { reply?: Reply | null; sameRound?: boolean; arrivedBy?: DelegationType } = {},
): void {
  if (turn.isTerminated) {
    returnForTermination(turn, task);
    return;
  }
  if (task.waitsFor.length > 0 || task.blockedByHand) return;
  if (!turn.isRunning) return hold(turn, task, "instance_not_running");
  const sameRound = options.sameRound === true;
  const decision = decisionFor(turn, routable(task, sameRound));
  // Looking again and finding nothing new is no decision.
  if (!sameRound && decision.action === "hold" && decision.held === task.heldReason)
    return turn.actor.fileDecided(task);
  // One stored decision per routing round; who never routes decides nothing that needs explaining.
  if (!sameRound && !(decision.action === "handle" && decision.candidates.length === 0)) {
    turn.note("routing.decided", compactDecision(decision), { task: task.no });
  }
  if (givesUp(task, decision, options.arrivedBy)) return failTask(turn, task, task.firstError ?? NOBODY_LEFT);
  carryOut(turn, task, decision, options.reply ?? null);
}

/** Whether this instance would work on the task itself, were it asked now. */
export function wouldHandle(turn: Turn, task: Task): boolean {
  return decisionFor(turn, routable(task, false)).action === "handle";
}

/** What the scope's behavior decides, as far as it can be carried out: a child that cannot be created is a hold. */
function decisionFor(by: Deciding, task: RoutableTask): Decision {
  const { instance, world, actor, settings, now } = by;
  const decision = world.scopes.behaviorFor(instance.scope).decide(actor.view(settings, now), task);
  if (decision.action !== "create") return decision;
  const why = whyNotCreate(instance, childFor(by, task), (name) => by.isNameTaken(name));
  if (why === null) return decision;
  return { ...decision, action: "hold", held: "no_route", reason: `${decision.reason}, but ${why}` };
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

function carryOut(turn: Turn, task: Task, decision: Decision, reply: Reply | null): void {
  switch (decision.action) {
    case "delegate":
    case "create": {
      const to = decision.action === "create" ? createFor(turn, task) : (decision.target as InstanceNo);
      const { routingRound } = decision;
      return offer(turn, task, { to, type: "route", routingRound, decide: "routed", reply });
    }
    case "handle":
      return enqueue(turn, task);
    case "hold":
      return hold(turn, task, decision.held ?? "no_route", decision.routingRound);
  }
}

/** The child that is created for a task: the PROJECT that it names at a GLOBAL, else one more ORCHESTRATION. */
function childFor(by: Deciding, { project }: Pick<Task, "project">) {
  const { instance, actor } = by;
  // Its number counts the children there ever were.
  const everHad = actor.roster.size + (endedTotals(instance).instances ?? 0);
  const generated = (): string => freeRunName(instance.name, everHad + 1, (name) => by.isNameTaken(name));
  return instance.scope === "GLOBAL"
    ? ({ name: project ?? generated(), scope: "PROJECT", type: "persistent" } as const)
    : ({ name: generated(), scope: "ORCHESTRATION", type: "ephemeral" } as const);
}

/** Creates it, and starts it. */
function createFor(turn: Turn, task: Task): InstanceNo {
  const same = { id: null, config: {}, description: null, start: true };
  const { no } = insertChild(turn, { ...same, ...childFor(turn, task) });
  turn.send(no, { type: "instance.command", verb: "start" });
  return no;
}

const NOBODY_LEFT = { code: "failed", message: "failed, and nobody else could try it" } as const;

/** Keeps the task here, out of every queue, and says why. */
export function hold(turn: Turn, task: Task, reason: HeldReason, routingRound?: number): void {
  const round = routingRound ?? task.routingRound;
  if (task.heldReason === reason && task.routingRound === round) return;
  turn.task(task, "task.held", routingRound === undefined ? { reason } : { reason, routingRound });
  turn.actor.fileDecided(task);
}

/** Into this instance's queue, or held where the queue is full. */
export function enqueue(turn: Turn, task: Task): void {
  const isFull = task.arrival === null && turn.actor.used() >= limitOf(turn.config);
  if (!isFull) return turn.task(task, "task.queued");
  hold(turn, task, "no_capacity");
  turn.actor.file(task, "own room");
}

export interface OfferParams {
  readonly to: InstanceNo;
  readonly type: DelegationType;
  /** Default: a new one. */
  readonly routingRound?: number;
  /** By whom it is decided. */
  readonly decide: OfferKind;
  readonly notes?: string | null;
  /** A caller named the target: refused, the task goes back as it was, with no fallback. */
  readonly byCaller?: boolean;
  readonly reply: Reply | null;
}

/** Offers a task to another instance: the hop is pending, and its target keeps the task from here on. */
export function offer(turn: Turn, task: Task, params: OfferParams): void {
  const { manualExpiryMs, routedExpiryMs } = turn.settings.delegation;
  const { by } = turn.envelope;
  const delegation = turn.insertDelegation(task, "delegation.pending", {
    source: turn.actor.no,
    target: params.to,
    type: params.type,
    seq: task.delegationCount + 1,
    expiresAt: turn.now + (params.decide === "caller" ? manualExpiryMs : routedExpiryMs),
    routingRound: params.routingRound ?? task.routingRound + 1,
    ...(task.lastDelegation === null ? {} : { previous: task.lastDelegation }),
    ...(task.round === 1 ? {} : { round: task.round }),
    ...(params.byCaller === true ? { byCaller: true } : {}),
    ...(by === null ? {} : { by }),
    ...(params.notes === undefined || params.notes === null ? {} : { notes: params.notes }),
  });
  turn.actor.offers.set(task.no, { delegation: delegation.no, target: params.to });
  openOwnHop(turn, params.to);
  turn.send(
    params.to,
    { type: "task.delegation", task: task.no, delegation: delegation.no, decide: params.decide },
    params.reply,
  );
}

function onPreview(turn: Turn, { spec }: MessageOf<"route.preview">): void {
  turn.answer({ kind: "decision", decision: previewOf(turn, spec) });
}

/** The decision a task would get, with nothing stored. */
export function previewOf(by: Deciding, spec: TaskSpec): Decision {
  return decisionFor(by, {
    title: spec.title,
    description: spec.description,
    priority: spec.priority,
    project: spec.project,
    route: spec.route,
    tags: spec.tags,
    dependsOn: [...spec.dependsOn, ...spec.dependsOnKeys],
    chain: [by.actor.no],
    routingRound: 1,
    refusedBy: [],
    returnedBy: [],
  });
}
