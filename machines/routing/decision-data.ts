import type { EventData } from "../events/catalogue.ts";
import type { CandidateRow } from "../events/runtime.ts";
import { LOST_BECAUSE, type Candidate, type Decision, type LostBecause } from "../messages/decision.ts";
import { LIMITS } from "../settings.ts";

/** A decision as the data of its `routing.decided` event. Source: spec/domain.md 2.1, 2.10. */
export function compactDecision(decision: Decision): EventData<"routing.decided"> {
  return {
    action: decision.action,
    reason: decision.reason,
    instance: decision.instance,
    target: decision.target,
    routingRound: decision.routingRound,
    candidates: rowsOf(mostTelling(decision.candidates)),
    ...(decision.held === null ? {} : { held: decision.held }),
    ...(decision.rule === null ? {} : { rule: decision.rule }),
    ...(decision.unmatched ? { unmatched: true } : {}),
  };
}

/** As many as are stored: the ranked ones first, then those filtered out, each in their order. */
function mostTelling(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= LIMITS.candidatesStored) return candidates;
  const place = (candidate: Candidate): number => candidate.rank ?? Number.MAX_SAFE_INTEGER;
  return [...candidates].sort((a, b) => place(a) - place(b)).slice(0, LIMITS.candidatesStored);
}

const BY_CODE = new Map<number, LostBecause>(
  (Object.keys(LOST_BECAUSE) as LostBecause[]).map((name) => [LOST_BECAUSE[name].code, name]),
);

/** The rank that a candidate has where it stands: the ranked ones come in their order. */
function rankAfter(ranked: number, lostBecause: LostBecause | null): number | null {
  return lostBecause !== null && LOST_BECAUSE[lostBecause].isFilter ? null : ranked + 1;
}

function rowsOf(candidates: readonly Candidate[]): CandidateRow[] {
  let ranked = 0;
  return candidates.map((candidate): CandidateRow => {
    const { instance, tags, textScore, load, rank, lostBecause } = candidate;
    // One that a behavior has made by itself may have any rank.
    if (rank !== rankAfter(ranked, lostBecause)) return [instance, tags, textScore, load, rank, lostBecause];
    if (rank !== null) ranked += 1;
    const lost = lostBecause === null ? 0 : LOST_BECAUSE[lostBecause].code;
    if (textScore !== null) return [instance, lost, load, tags, textScore];
    return tags === 0 ? [instance, lost, load] : [instance, lost, load, tags];
  });
}

function candidatesOf(rows: readonly CandidateRow[]): Candidate[] {
  let ranked = 0;
  return rows.map((row): Candidate => {
    if (row.length === 6) {
      const [instance, tags, textScore, load, rank, lostBecause] = row;
      return { instance, tags, textScore, load, rank, lostBecause };
    }
    const [instance, lost, load, tags = 0, textScore = null] = row;
    const lostBecause = BY_CODE.get(lost) ?? null;
    const rank = rankAfter(ranked, lostBecause);
    if (rank !== null) ranked += 1;
    return { instance, tags, textScore, load, rank, lostBecause };
  });
}

/** The decision that an event's data holds; the inverse of {@link compactDecision}. */
export function expandDecision(data: EventData<"routing.decided">): Decision {
  const { held = null, rule = null, unmatched = false } = data;
  return { ...data, held, rule, unmatched, candidates: candidatesOf(data.candidates) };
}
