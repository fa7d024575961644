import type { LostBecause } from "../messages/decision.ts";
import { LIMITS } from "../settings.ts";
import type { Judged } from "./filter.ts";
import { compareRules, type CompiledRule } from "./rules.ts";

/**
 * Order of two candidates as far as rules and tags tell them apart; < 0 = `a` is the better one, 0 = no difference.
 * Source: 2-domain.md 2.6 (Rank by 1, 2).
 */
export function compareByTags(rules: readonly CompiledRule[], a: Judged, b: Judged): number {
  return a.rule === b.rule ? b.tags - a.tags : compareRules(rules, a.rule, b.rule);
}

/**
 * Order of two candidates by everything: rule, tags, text, load, fewest open, name; < 0 = `a` is the better one.
 * Names are compared by code unit, so that every machine agrees. Source: 2-domain.md 2.6 (Rank).
 */
export function compareJudged(rules: readonly CompiledRule[], a: Judged, b: Judged): number {
  const order = compareByTags(rules, a, b);
  if (order !== 0) return order;
  if (a.text !== b.text) return Number(b.text) - Number(a.text);
  if (a.load !== b.load) return a.load - b.load;
  if (a.open !== b.open) return a.open - b.open;
  return a.entry.name < b.entry.name ? -1 : 1;
}

/**
 * The first criterion in which a loser is worse than the winner.
 * `not_selected` = an operator rule chose the winner. Source: 2-domain.md 2.6 (Rank).
 */
export function lostAgainst(winner: Judged, loser: Judged): LostBecause {
  if (winner.rule !== loser.rule) return "not_selected";
  if (winner.tags !== loser.tags) return "fewer_tags";
  if (winner.text !== loser.text) return "lower_text_score";
  if (winner.load !== loser.load) return "busier";
  if (winner.open !== loser.open) return "more_open";
  return "name_order";
}

/** The candidates in order, at most as many as a decision stores. Insertion sort: rosters are short, and long ones are cut. */
export function sortJudged(rules: readonly CompiledRule[], eligible: readonly Judged[]): readonly Judged[] {
  const top: Judged[] = [];
  for (const judged of eligible) {
    let place = top.length;
    if (place === LIMITS.candidatesStored) {
      const last = top[place - 1];
      if (last !== undefined && compareJudged(rules, judged, last) > 0) continue;
      place -= 1;
    }
    for (; place > 0; place -= 1) {
      const above = top[place - 1];
      if (above === undefined || compareJudged(rules, judged, above) > 0) break;
      top[place] = above;
    }
    top[place] = judged;
  }
  return top;
}

/**
 * Whether the text can still change who wins: rules and tags leave more than one at the top, or nobody at all
 * while somebody may be named by the text, or the top has nothing to show for it.
 * `othersByText`: there are children that only the text can bring in; `hopesForTags`: the task has tags and there
 * are capabilities, so that whether the text matches makes the decision unmatched or not.
 */
export function textMatters(params: {
  readonly rules: readonly CompiledRule[];
  readonly eligible: readonly Judged[];
  readonly othersByText: boolean;
  readonly hopesForTags: boolean;
}): boolean {
  let best: Judged | undefined;
  let tied = false;
  for (const judged of params.eligible) {
    const order = best === undefined ? -1 : compareByTags(params.rules, judged, best);
    if (order <= 0) {
      best = judged;
      tied = order === 0;
    }
  }
  if (best === undefined) return params.othersByText;
  if (tied) return true;
  return best.rule === null && best.tags === 0 && (params.othersByText || params.hopesForTags);
}
