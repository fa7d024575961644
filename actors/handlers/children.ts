import type { RosterNews } from "../../machines/messages/notice.ts";
import type { Instance, RosterEntry } from "../../machines/records/instance.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { EffectiveConfig } from "../../machines/settings.ts";
import type { Turn } from "../engine/turn.ts";

/** What a parent knows and counts of its children by itself. Source: spec/runtime.md 3.1. */

/** What a parent knows of a child from the first. */
export function introduction(
  { name, scope, type, status, description }: Instance,
  config: EffectiveConfig,
): Omit<RosterNews, "room" | "openElsewhere" | "childVersion" | "summary"> {
  return {
    name,
    scope,
    type,
    status,
    description,
    capabilities: [...config.capabilities],
    strictCapabilities: config.strictCapabilities,
    domains: [...config.domains],
    maxConcurrent: config.maxConcurrent,
  };
}

/** A hop of this actor to another one begins; to a child: one more open there. */
export function openOwnHop(turn: Turn, target: InstanceNo): void {
  change(turn, target, (entry) => (entry.ownOpen += 1));
}

/** Such a hop has ended. */
export function closeOwnHop(turn: Turn, target: InstanceNo): void {
  change(turn, target, (entry) => (entry.ownOpen = Math.max(0, entry.ownOpen - 1)));
}

/** A child has said how much room it has. */
export function noteRoom(turn: Turn, child: InstanceNo, room: number): void {
  change(turn, child, (entry) => (entry.room = room));
}

/** A child has accepted a task. */
export function takeRoom(turn: Turn, child: InstanceNo): void {
  change(turn, child, (entry) => (entry.room = Math.max(0, entry.room - 1)));
}

function change(turn: Turn, child: InstanceNo, write: (entry: RosterEntry) => void): void {
  const entry = turn.actor.roster.get(child);
  if (entry === undefined) return;
  write(entry);
  turn.touchRoster(entry);
}

/** Totals of the children that have ended, in the parent's runtime_metadata (spec/domain.md 2.2). */
export function endedTotals({ runtimeMetadata }: Instance): Readonly<Partial<Record<EndedTotal, number>>> {
  return (runtimeMetadata["ended_totals"] ?? {}) as Partial<Record<EndedTotal, number>>;
}

type EndedTotal = "instances" | "done" | "failed" | "cancelled";
