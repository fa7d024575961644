import type { Candidate, LostBecause } from "../messages/decision.ts";
import type { InstanceNo } from "../records/values.ts";
import type { RoutingView } from "../scopes/behavior.ts";
import { LIMITS } from "../settings.ts";
import { lostAgainst, rankBest } from "./ranking.ts";
import { explainNoCandidate, explainWinner, whyNoCandidate, type WhyNoCandidate } from "./reasons.ts";
import type { RoutableTask } from "./routable-task.ts";
import {
  admitByText,
  rejectUnnamed,
  screen,
  type CandidateFilter,
  type Evaluation,
  type Screening,
} from "./screening.ts";

/** Who may take a task, in which order, and why; `best` null = nobody. */
export type Ranking = Winner | NoCandidate;

interface RankingFacts {
  /** The winner first, the others by rank, then the filtered out; at most `LIMITS.candidatesStored`. */
  readonly ranked: readonly Candidate[];
  /** In words: why this one, or why nobody. */
  readonly reason: string;
  /** The task has tags and candidates have capabilities, but neither tags nor text matched: the load decided. */
  readonly unmatched: boolean;
}

/** A ranking that somebody won. */
export interface Winner extends RankingFacts {
  readonly best: InstanceNo;
  readonly why: "ok";
}

/** A ranking that left nobody. */
export interface NoCandidate extends RankingFacts {
  readonly best: null;
  readonly why: WhyNoCandidate;
}

/**
 * Ranks the children that may take a task: filter, then tags, text, load, fewest open, name.
 * The text is asked only when the tags leave it something to say (`textScore` is null otherwise). Time linear in the
 * roster. Source: spec/domain.md 2.6 (Candidates).
 *
 * @example
 * const ranking = rankCandidates(view, task, { scopes: ["PROJECT"], named: task.project });
 * if (ranking.best !== null) return delegate(view, task, ranking);
 */
export function rankCandidates(view: RoutingView, task: RoutableTask, filter: CandidateFilter): Ranking {
  const screening = screen(view, task, filter);
  const hopesForTags = screening.tags.length > 0 && screening.eligible.some(hasCapabilities);
  if (typeof filter.named !== "string" && textMatters(screening, hopesForTags)) {
    admitByText(view, task, screening);
  } else rejectUnnamed(screening);
  const best = rankBest(screening.eligible);
  const [winner, second] = best;
  const ranked = toCandidates(best, screening);
  if (winner === undefined) {
    const why = whyNoCandidate(screening, filter);
    return { ranked, best: null, reason: explainNoCandidate(why, screening, filter), unmatched: false, why };
  }
  const unmatched = hopesForTags && winner.tags === 0 && winner.text === 0;
  const { tags } = screening;
  return {
    ranked,
    best: winner.entry.child,
    reason: explainWinner({ view, task, filter, tags, winner, second, unmatched }),
    unmatched,
    why: "ok",
  };
}

/**
 * Whether the text can still change who wins: the tags leave more than one at the top, or nobody at all while the
 * text may name somebody, or the top matched no tag and the text may name another or make it a match.
 * `hopesForTags`: the task has tags and there are capabilities.
 */
function textMatters({ eligible, unnamed }: Screening, hopesForTags: boolean): boolean {
  const [first] = eligible;
  if (first === undefined) return unnamed.length > 0;
  let most = first.tags;
  let atTop = 0;
  for (const { tags } of eligible) {
    if (tags > most) [most, atTop] = [tags, 0];
    if (tags === most) atTop += 1;
  }
  return atTop > 1 || (most === 0 && (unnamed.length > 0 || hopesForTags));
}

function hasCapabilities({ entry }: Evaluation): boolean {
  return entry.capabilities.length > 0;
}

function toCandidates(best: readonly Evaluation[], screening: Screening): Candidate[] {
  const candidates: Candidate[] = [];
  const [winner] = best;
  for (const evaluation of best) {
    const lost = winner === undefined || evaluation === winner ? null : lostAgainst(winner, evaluation);
    candidates.push(toCandidate(evaluation, candidates.length + 1, lost));
  }
  for (const list of [screening.out, screening.others]) {
    for (const { evaluation, because } of list) {
      if (candidates.length === LIMITS.candidatesStored) return candidates;
      candidates.push(toCandidate(evaluation, null, because));
    }
  }
  return candidates;
}

function toCandidate(evaluation: Evaluation, rank: number | null, lost: LostBecause | null): Candidate {
  const { entry, tags, text, load } = evaluation;
  return { instance: entry.child, tags, textScore: text, load, rank, lostBecause: lost };
}
