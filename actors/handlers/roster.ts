import type { Message } from "../../machines/messages/envelope.ts";
import type { InstanceSummary, RosterNews } from "../../machines/messages/notice.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { ActorNo, Json } from "../../machines/records/values.ts";
import type { Settings } from "../../machines/settings.ts";
import type { Actor } from "../engine/actor.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { endedTotals, introduction } from "./children.ts";
import { redecideHeld } from "./held-tasks.ts";

/** What a parent is told of its children, and what it does with the news. Source: spec/runtime.md 3.1, spec/domain.md 2.6. */
export const roster: Entries<"instance.status"> = {
  "instance.status": { needs: "nothing", admission: "progress", handle: onStatus },
};

/**
 * What the parent must hear of this actor at the end of a batch, once: that its status or config changed, or that room
 * appeared or ended. null = nothing.
 */
export function newsFor(
  actor: Actor,
  settings: Settings,
  now: number,
): { readonly to: ActorNo; readonly message: Message } | null {
  const { instance } = actor;
  if (instance === null || instance.parent === null) return null;
  // Its end is told with how it went, once it has given back what it held.
  if (actor.isLeaving) return null;
  const room = actor.room(actor.config(settings));
  if (!actor.newsDue && room > 0 === actor.toldRoom > 0) return null;
  actor.newsDue = false;
  actor.toldRoom = room;
  const news = newsOf(actor, instance, settings, now);
  return { to: instance.parent, message: { type: "instance.status", child: actor.no, news } };
}

function newsOf(actor: Actor, instance: Instance, settings: Settings, now: number): RosterNews {
  const config = actor.config(settings);
  return {
    ...introduction(instance, config),
    room: actor.room(config),
    openElsewhere: Math.max(0, actor.tasks.size - actor.hops.size),
    childVersion: instance.version,
    ...(instance.status === "terminated" ? { summary: summaryOf(actor, instance, now) } : {}),
  };
}

function summaryOf({ tally }: Actor, instance: Instance, now: number): InstanceSummary {
  const { id, name, createdAt } = instance;
  const { done, failed, cancelled } = tally;
  return { id, name, done, failed, cancelled, lifetimeMs: now - createdAt };
}

/** News from a child: the roster learns it, and held tasks may find a taker. */
function onStatus(turn: Turn, { news, child }: MessageOf<"instance.status">): void {
  const { actor } = turn;
  // Redriven, it may have been overtaken by newer news, also of the child's end: it is asked how it is now.
  if (turn.envelope.attempt > 0) return turn.send(child, { type: "instance.audit" });
  const known = actor.roster.get(child);
  if (known !== undefined && known.childVersion > news.childVersion) return;
  const { summary, ...facts } = news;
  const wasRunning = known?.status === "running";
  if (facts.status === "terminated") {
    if (known === undefined) return;
    turn.strike(known);
    if (summary !== undefined) keepSummary(turn, summary);
  } else turn.enrol({ ...facts, parent: actor.no, child, ownOpen: known?.ownOpen ?? 0 });
  const { name, room } = facts;
  if (facts.status === "running") redecideHeld(turn, { kind: wasRunning ? "room" : "child", name, room });
  else if (wasRunning) redecideHeld(turn, { kind: "gone" });
}

/** Totals and the last 20 summaries of ended children, in the parent's runtime_metadata (spec/domain.md 2.2). */
function keepSummary(turn: Turn, summary: InstanceSummary): void {
  const metadata = turn.instance.runtimeMetadata;
  const totals = endedTotals(turn.instance);
  const recent = (metadata["ended_recent"] ?? []) as Json[];
  const line: Json = {
    id: summary.id,
    name: summary.name,
    done: summary.done,
    failed: summary.failed,
    cancelled: summary.cancelled,
    lifetime_ms: summary.lifetimeMs,
  };
  turn.lifecycle("instance.updated", {
    runtimeMetadata: {
      ...metadata,
      ended_totals: {
        instances: (totals.instances ?? 0) + 1,
        done: (totals.done ?? 0) + summary.done,
        failed: (totals.failed ?? 0) + summary.failed,
        cancelled: (totals.cancelled ?? 0) + summary.cancelled,
      },
      ended_recent: [...recent, line].slice(-20),
    },
  });
}
