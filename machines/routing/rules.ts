import type { RosterEntry } from "../records/instance.ts";
import type { RoutableTask } from "./routable-task.ts";

/**
 * An operator's routing rule, ready to be asked: where `matches` says yes, the child named `to` goes before others.
 * `priority`: the higher one wins, among equals the earlier in the list. `matches` is pure and never throws: an
 * expression that cannot be evaluated for this task does not match. Source: 2-domain.md 2.6 (Rules).
 */
export interface CompiledRule {
  readonly name: string;
  /** Name of the child it sends to. */
  readonly to: string;
  readonly priority: number;
  readonly enabled: boolean;
  readonly matches: (task: RoutableTask, candidate: RosterEntry) => boolean;
}

/**
 * The strongest enabled rule that sends this task to this child; null = none does.
 * Source: 2-domain.md 2.6 (Rules).
 */
export function ruleFor(
  rules: readonly CompiledRule[],
  task: RoutableTask,
  candidate: RosterEntry,
): CompiledRule | null {
  let best: CompiledRule | null = null;
  for (const rule of rules) {
    if (!rule.enabled || rule.to !== candidate.name) continue;
    if (best !== null && best.priority >= rule.priority) continue;
    if (rule.matches(task, candidate)) best = rule;
  }
  return best;
}

/**
 * Order of two candidates by the rules that chose them: < 0 = the first goes before, 0 = rules do not tell them apart.
 * null = no rule chose this one. `rules` gives the order among equal priorities. Source: 2-domain.md 2.6 (Rank by 1).
 */
export function compareRules(
  rules: readonly CompiledRule[],
  a: CompiledRule | null,
  b: CompiledRule | null,
): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return b.priority - a.priority || rules.indexOf(a) - rules.indexOf(b);
}
