import type { Candidate, LostBecause } from "../../machines/messages/decision.ts";
import type { Instance, InstanceConfig, RosterEntry, Scope } from "../../machines/records/instance.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { createTextIndex } from "../../machines/routing/text-index.ts";
import type { RoutingView } from "../../machines/scopes/behavior.ts";
import { DEFAULT_SETTINGS, effectiveConfig } from "../../machines/settings.ts";

/** The moment at which all these decisions are made. */
export const NOW = 1_000_000;
/** Number of the instance that decides. */
export const SELF = 1;

/** A child as its parent's roster has it; by itself running, idle, with room and without capabilities. */
export function child(no: number, name: string, more: Partial<RosterEntry> = {}): RosterEntry {
  return {
    parent: SELF,
    child: no,
    name,
    scope: "PROJECT",
    type: "persistent",
    status: "running",
    description: null,
    capabilities: [],
    strictCapabilities: false,
    domains: [],
    maxConcurrent: 3,
    room: 10,
    openElsewhere: 0,
    ownOpen: 0,
    childVersion: 1,
    backoffUntil: null,
    refusals: 0,
    ...more,
  };
}

/** A task that asks for nothing special. */
export function task(more: Partial<RoutableTask> = {}): RoutableTask {
  return {
    title: "Do it",
    description: null,
    tags: [],
    priority: "medium",
    project: null,
    dependsOn: [],
    route: true,
    chain: [SELF],
    refusedBy: [],
    routingRound: 1,
    ...more,
  };
}

/** What an instance of this scope with these children knows. */
export function view(
  scope: Scope,
  roster: readonly RosterEntry[],
  more: {
    readonly config?: InstanceConfig;
    readonly liveOrchestrations?: number;
  } = {},
): RoutingView {
  const instance: Instance = {
    no: SELF,
    id: "self",
    name: "self",
    scope,
    type: "persistent",
    parent: null,
    depth: 1,
    root: SELF,
    config: more.config ?? {},
    inherited: {},
    runtimeMetadata: {},
    status: "running",
    description: null,
    createdBy: null,
    createdAt: 0,
    updatedAt: 0,
    startedAt: 0,
    stoppedAt: null,
    version: 1,
    intent: null,
    wakeAt: null,
    waiting: [],
  };
  return {
    instance,
    config: effectiveConfig(instance, DEFAULT_SETTINGS),
    roster: new Map(roster.map((entry) => [entry.child, entry])),
    text: createTextIndex(roster),
    now: NOW,
    load: 0,
    liveOrchestrations: more.liveOrchestrations ?? 0,
  };
}

/** Each candidate's number with its rank, or with why it was filtered out or lost. */
export function fates(candidates: readonly Candidate[]): [number, number | null, LostBecause | null][] {
  return candidates.map(({ instance, rank, lostBecause }) => [instance, rank, lostBecause]);
}
