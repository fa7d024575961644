import type { EventData } from "../events/catalogue.ts";
import type { CandidateRow } from "../events/runtime.ts";
import type { Candidate, Decision } from "../messages/decision.ts";
import { LIMITS } from "../settings.ts";

/** A decision as the data of its `routing.decided` event. Source: spec/domain.md 2.1, 2.10. */
export function compactDecision(decision: Decision): EventData<"routing.decided"> {
  return {
    action: decision.action,
    reason: decision.reason,
    instance: decision.instance,
    target: decision.target,
    held: decision.held,
    rule: decision.rule,
    unmatched: decision.unmatched,
    routingRound: decision.routingRound,
    candidates: mostTelling(decision.candidates).map((candidate) => [
      candidate.instance,
      candidate.tags,
      candidate.textScore,
      candidate.load,
      candidate.rank,
      candidate.lostBecause,
    ]),
  };
}

/** As many as are stored: the ranked ones first, then those filtered out, each in their order. */
function mostTelling(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= LIMITS.candidatesStored) return candidates;
  const place = (candidate: Candidate): number => candidate.rank ?? Number.MAX_SAFE_INTEGER;
  return [...candidates].sort((a, b) => place(a) - place(b)).slice(0, LIMITS.candidatesStored);
}

/** The decision that an event's data holds; the inverse of {@link compactDecision}. */
export function expandDecision(data: { readonly [key: string]: unknown }): Decision {
  const kept = data as unknown as Omit<Decision, "candidates"> & {
    readonly candidates: readonly CandidateRow[];
  };
  return {
    ...kept,
    candidates: kept.candidates.map(([instance, tags, textScore, load, rank, lostBecause]) => ({
      instance,
      tags,
      textScore,
      load,
      rank,
      lostBecause,
    })),
  };
}
