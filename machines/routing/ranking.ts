import type { LostBecause } from "../messages/decision.ts";
import { LIMITS } from "../settings.ts";
import type { Evaluation } from "./screening.ts";

/**
 * Order of two candidates: tags, text, load, fewest open, name; < 0 = `a` is the better one.
 * Names are compared by code unit, so that every machine agrees. Source: spec/domain.md 2.6 (Rank).
 */
export function compareEvaluations(a: Evaluation, b: Evaluation): number {
  if (a.tags !== b.tags) return b.tags - a.tags;
  if (a.text !== b.text) return Number(b.text) - Number(a.text);
  if (a.load !== b.load) return a.load - b.load;
  if (a.open !== b.open) return a.open - b.open;
  return a.entry.name < b.entry.name ? -1 : 1;
}

/** The first criterion in which a loser is worse than the winner. Source: spec/domain.md 2.6 (Rank). */
export function lostAgainst(winner: Evaluation, loser: Evaluation): LostBecause {
  if (winner.tags !== loser.tags) return "fewer_tags";
  if (winner.text !== loser.text) return "lower_text_score";
  if (winner.load !== loser.load) return "busier";
  if (winner.open !== loser.open) return "more_open";
  return "name_order";
}

/** The candidates in order, at most as many as a decision stores. Insertion sort: rosters are short, and long ones are cut. */
export function rankBest(eligible: readonly Evaluation[]): readonly Evaluation[] {
  const best: Evaluation[] = [];
  for (const evaluation of eligible) {
    let place = best.length;
    if (place === LIMITS.candidatesStored) {
      const last = best[place - 1];
      if (last !== undefined && compareEvaluations(evaluation, last) > 0) continue;
      place -= 1;
    }
    for (; place > 0; place -= 1) {
      const above = best[place - 1];
      if (above === undefined || compareEvaluations(evaluation, above) > 0) break;
      best[place] = above;
    }
    best[place] = evaluation;
  }
  return best;
}
