import { backoffMs } from "../../machines/backoff.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { Turn } from "../engine/turn.ts";

/** What a parent counts of its children by itself. Source: 3-runtime.md 3.1. */

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
  const { roundBackoffMs, roundBackoffMaxMs } = turn.settings.delegation;
  entry.room = room;
  entry.refusals += 1;
  entry.backoffUntil =
    turn.now +
    Math.max(
      1,
      Math.ceil(
        backoffMs({
          n: entry.refusals,
          baseMs: roundBackoffMs,
          maxMs: roundBackoffMaxMs,
          random: turn.world.random,
        }),
      ),
    );
  turn.touchRoster(entry);
}
