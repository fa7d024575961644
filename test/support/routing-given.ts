import type { Candidate, LostBecause } from "../../machines/messages/decision.ts";
import type { InstanceConfig, RosterEntry, Scope } from "../../machines/records/instance.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { Roster } from "../../machines/routing/roster.ts";
import { createTextIndex } from "../../machines/routing/text-index.ts";
import type { RoutingView } from "../../machines/scopes/behavior.ts";
import { DEFAULT_SETTINGS, effectiveConfig } from "../../machines/settings.ts";
import { givenInstance, givenRoster } from "./store-given.ts";

/** The moment at which all these decisions are made. */
export const NOW = 1_000_000;
/** Number of the instance that decides. */
export const SELF = 1;

/** A child as its parent's roster has it; by itself running, idle, with room and without capabilities. */
export function child(no: number, name: string, more: Partial<RosterEntry> = {}): RosterEntry {
  return givenRoster(SELF, no, { name, scope: "PROJECT", maxConcurrent: 3, room: 10, ...more });
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
  const instance = givenInstance(SELF, { id: "self", name: "self", scope, config: more.config ?? {} });
  return {
    instance,
    config: effectiveConfig(instance, DEFAULT_SETTINGS),
    roster: Roster.of(roster),
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
