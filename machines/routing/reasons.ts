import { unreachable } from "../errors.ts";
import type { RoutingView } from "../scopes/behavior.ts";
import { lostAgainst } from "./ranking.ts";
import type { RoutableTask } from "./routable-task.ts";
import type { CandidateFilter, Evaluation, Screening } from "./screening.ts";
import { matchedTags } from "./tags.ts";

/**
 * Why there is no candidate:
 * `no_child`: no live child of these scopes · `none_running`: none of them runs · `none_eligible`: those that run
 * are in the task's chain, or get only what names them (PERSONAL, FAMILY, FEDERATED) · `named_unknown`,
 * `named_not_running`: of the named child · `full`: somebody who was not asked in this round is full ·
 * `refused_full`: all refused, one at least because it was full · `given_back`: all refused, one at least had taken
 * the task and gave it back · `refused`: all refused for other reasons. Source: spec/domain.md 2.6.
 */
export type WhyNoCandidate =
  | "no_child"
  | "none_running"
  | "none_eligible"
  | "named_unknown"
  | "named_not_running"
  | "full"
  | "refused_full"
  | "given_back"
  | "refused";

/** Words shown of a longer list. */
const WORDS_SHOWN = 5;

/** Why a filter left nobody. */
export function whyNoCandidate(screening: Screening, filter: CandidateFilter): WhyNoCandidate {
  const { counts } = screening;
  if (typeof filter.named === "string") {
    if (screening.out.length === 0) return "named_unknown";
    if (counts.not_running > 0) return "named_not_running";
  }
  if (counts.full > 0) return "full";
  if (screening.refusedFull > 0) return "refused_full";
  if (screening.gaveBack > 0) return "given_back";
  if (counts.refused_this_round > 0) return "refused";
  if (counts.in_chain + counts.not_named > 0) return "none_eligible";
  return counts.not_running > 0 ? "none_running" : "no_child";
}

/** Why a filter left nobody, in words. */
export function explainNoCandidate(
  why: WhyNoCandidate,
  screening: Screening,
  filter: CandidateFilter,
): string {
  const { counts } = screening;
  switch (why) {
    case "no_child":
      return "no child";
    case "none_running":
      return "no running child";
    case "none_eligible":
      return counts.not_named > 0
        ? "nobody named by project, rule, tag or text"
        : "nobody but those it came from";
    case "named_unknown":
      return `no child named ${filter.named}`;
    case "named_not_running":
      return `${filter.named} is ${screening.out[0]?.evaluation.entry.status}`;
    case "full":
      return explainFull(screening, filter);
    case "refused_full":
      return `all refused, ${screening.refusedFull} of ${counts.refused_this_round} full`;
    case "given_back":
      return "nobody else can take it";
    case "refused":
      return "all refused";
    default:
      return unreachable(why);
  }
}

function explainFull({ counts }: Screening, filter: CandidateFilter): string {
  const states = counts.refused_this_round > 0 ? ["full", "refused it"] : ["full"];
  return `${typeof filter.named === "string" ? `${filter.named} is` : "all are"} ${states.join(" or ")}`;
}

/**
 * Why the winner won, in words: what chose it, and what told it from the second where that alone did not.
 * E.g. `matched tag frontend`, `matched tags api, node, then least busy (1/3)`, `text match (login, page)`,
 * `least busy (0/3)`, `named project webapp`. Source: spec/product.md 1.4, spec/domain.md 2.6.
 */
export function explainWinner(params: {
  readonly view: RoutingView;
  readonly task: RoutableTask;
  readonly filter: CandidateFilter;
  /** The task's tags in lower case. */
  readonly tags: readonly string[];
  readonly winner: Evaluation;
  readonly second: Evaluation | undefined;
  readonly unmatched: boolean;
}): string {
  const { view, task, winner, second } = params;
  const { entry } = winner;
  if (typeof params.filter.named === "string") return `named ${entry.scope.toLowerCase()} ${entry.name}`;
  const decisive = second === undefined ? null : lostAgainst(winner, second);
  const parts: string[] = params.unmatched ? ["no tag or text matched"] : [];
  if (winner.tags > 0) {
    const matched = matchedTags(params.tags, entry.capabilities);
    parts.push(`matched ${matched.length === 1 ? "tag" : "tags"} ${shown(matched)}`);
    if (decisive === null || decisive === "fewer_tags") return parts.join("");
  }
  if (winner.text !== null && winner.text > 0) {
    parts.push(`text match (${shown(view.text.words(task.title, task.description, entry.child))})`);
    if (decisive === null || decisive === "lower_text_score") return parts.join(", then ");
  }
  parts.push(`least busy (${winner.open}/${entry.maxConcurrent})`);
  return parts.join(params.unmatched ? ", " : ", then ");
}

function shown(words: readonly string[]): string {
  const first = words.slice(0, WORDS_SHOWN).join(", ");
  return words.length > WORDS_SHOWN ? `${first}, …` : first;
}
