import { backoffMs } from "../../machines/backoff.ts";
import type { RosterNews } from "../../machines/messages/notice.ts";
import type { Instance } from "../../machines/records/instance.ts";
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

/** A hop of this actor to a child has ended: one fewer open there. */
export function closeOwnHop(turn: Turn, child: InstanceNo): void {
  const entry = turn.actor.roster.get(child);
  if (entry === undefined) return;
  entry.ownOpen = Math.max(0, entry.ownOpen - 1);
  turn.touchRoster(entry);
}

/** A child refused for want of room: it is not offered held work until a backoff has passed, or it sends news. */
export function noteRefusal(turn: Turn, child: InstanceNo, room: number): void {
  const entry = turn.actor.roster.get(child);
  if (entry === undefined) return;
  const { roundBackoffMs: baseMs, roundBackoffMaxMs: maxMs } = turn.settings.delegation;
  entry.room = room;
  entry.refusals += 1;
  const waitMs = backoffMs({ n: entry.refusals, baseMs, maxMs, random: turn.world.random });
  entry.backoffUntil = turn.now + Math.max(1, Math.ceil(waitMs));
  turn.touchRoster(entry);
}
