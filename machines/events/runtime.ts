import type { Json } from "../records/values.ts";
import type { Decision, LostBecause } from "../messages/decision.ts";
import { event } from "./entry.ts";
import { flag, instance, json, list, nullable, number, optional, text, word } from "./field.ts";

/**
 * A candidate of a decision, short: instance, the code of lostBecause (0 = the winner), load, tags (0), textScore (null); its
 * rank follows from its place. Or long: instance, tags, textScore, load, rank, lostBecause.
 */
export type CandidateRow =
  | [instance: number, lost: number, load: number, tags?: number, textScore?: number]
  | [number, number, number | null, number, number | null, LostBecause | null];

/** Events that change no record: decisions, leases that end, messages, and what has no row of its own. */
export const runtimeEvents = {
  "routing.decided": event({
    code: 33,
    data: {
      action: word<Decision["action"]>(),
      reason: text,
      instance,
      target: nullable(instance),
      routingRound: number,
      candidates: list(json<CandidateRow>()),
      held: optional(json<NonNullable<Decision["held"]>>()),
      rule: optional(text),
      unmatched: optional(flag),
    },
    common: true,
  }),
  "lease.expired": event({
    code: 34,
    data: { by: nullable(text), epoch: number, reason: word<"expired" | "timeout" | "owner_gone">() },
  }),
  "lease.result_refused": event({
    code: 35,
    data: { epoch: number, verb: word<"complete" | "fail">() },
  }),
  "message.dead_lettered": event({ code: 36, data: { type: text, error: text } }),
  "message.redriven": event({ code: 37, data: { type: optional(text) } }),
  "message.dropped": event({ code: 38, data: {} }),
  publication: event({ code: 39, data: { topic: text, data: json<Json>() } }),
  "configuration.updated": event({ code: 40, data: {} }),
} as const;
