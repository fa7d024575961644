import type { Candidate, LostBecause } from "../messages/decision.ts";
import type { InstanceNo } from "../records/values.ts";
import type { RoutingView } from "../scopes/behavior.ts";
import { LIMITS } from "../settings.ts";
import {
  admitByText,
  rejectUnnamed,
  sieve,
  type CandidateFilter,
  type Judged,
  type Sieve,
} from "./filter.ts";
import { lostAgainst, sortJudged, textMatters } from "./ranking.ts";
import { explainNobody, explainWinner, whyNobody, type WhyNobody } from "./reasons.ts";
import type { RoutableTask } from "./routable-task.ts";

/** Who may take a task, in which order, and why; `best` null = nobody. */
export type Ranking = Winner | Nobody;

interface RankingFacts {
  /** The winner first, the others by rank, then the filtered out; at most `LIMITS.candidatesStored`. */
  readonly ranked: readonly Candidate[];
  /** In words: why this one, or why nobody. */
  readonly reason: string;
  /** Name of the operator rule that chose; null = none did. */
  readonly rule: string | null;
  /** The task has tags and candidates have capabilities, but neither tags nor text matched: the load decided. */
  readonly unmatched: boolean;
}

/** A ranking that somebody won. */
export interface Winner extends RankingFacts {
  readonly best: InstanceNo;
  readonly why: "ok";
}

/** A ranking that left nobody. */
export interface Nobody extends RankingFacts {
  readonly best: null;
  readonly why: WhyNobody;
}

/**
 * Ranks the children that may take a task: filter, then operator rule, tags, text, load, fewest open, name.
 * The text is asked only when rules and tags leave it something to say (`textScore` is null otherwise). Time linear in
 * the roster. Source: 2-domain.md 2.6 (Candidates).
 */
export function rankCandidates(view: RoutingView, task: RoutableTask, filter: CandidateFilter): Ranking {
  const sieved = sieve(view, task, filter);
  const hopesForTags = sieved.tags.length > 0 && sieved.eligible.some(hasCapabilities);
  if (isTextNeeded(view, sieved, filter, hopesForTags)) admitByText(view, task, sieved);
  else rejectUnnamed(sieved);
  const sorted = sortJudged(view.rules, sieved.eligible);
  const [winner, second] = sorted;
  const ranked = toCandidates(sorted, sieved);
  if (winner === undefined) {
    const why = whyNobody(sieved, filter);
    const reason = explainNobody(why, sieved, filter);
    return { ranked, best: null, reason, rule: null, unmatched: false, why };
  }
  const unmatched = hopesForTags && winner.rule === null && winner.tags === 0 && winner.text === 0;
  const { tags } = sieved;
  return {
    ranked,
    best: winner.entry.child,
    reason: explainWinner({ view, task, filter, tags, winner, second, unmatched }),
    rule: winner.rule?.name ?? null,
    unmatched,
    why: "ok",
  };
}

function isTextNeeded(
  view: RoutingView,
  sieved: Sieve,
  filter: CandidateFilter,
  hopesForTags: boolean,
): boolean {
  if (typeof filter.named === "string") return false;
  const { eligible, unnamed } = sieved;
  return textMatters({ rules: view.rules, eligible, othersByText: unnamed.length > 0, hopesForTags });
}

function hasCapabilities(judged: Judged): boolean {
  return judged.entry.capabilities.length > 0;
}

function toCandidates(sorted: readonly Judged[], sieved: Sieve): Candidate[] {
  const candidates: Candidate[] = [];
  const [winner] = sorted;
  for (const judged of sorted) {
    const lost = winner === undefined || judged === winner ? null : lostAgainst(winner, judged);
    candidates.push(toCandidate(judged, candidates.length + 1, lost));
  }
  for (const list of [sieved.out, sieved.others]) {
    for (const { judged, because } of list) {
      if (candidates.length === LIMITS.candidatesStored) return candidates;
      candidates.push(toCandidate(judged, null, because));
    }
  }
  return candidates;
}

function toCandidate(judged: Judged, rank: number | null, lostBecause: LostBecause | null): Candidate {
  const { entry, tags, text, load } = judged;
  return { instance: entry.child, tags, textScore: text, load, rank, lostBecause };
}
