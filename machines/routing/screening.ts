import type { FilterReason } from "../messages/decision.ts";
import type { RosterEntry, Scope } from "../records/instance.ts";
import type { RoutingView } from "../scopes/behavior.ts";
import { LIMITS } from "../settings.ts";
import type { RoutableTask } from "./routable-task.ts";
import { countMatches, lowerTags } from "./tags.ts";

/**
 * Which children a behavior wants considered.
 * `scopes`: only children of these; `named`: only the child of this name (a task's explicit project), null or
 * absent = nobody is named.
 */
export interface CandidateFilter {
  readonly scopes: readonly Scope[];
  readonly named?: string | null;
}

/** One child, evaluated for one task. */
export interface Evaluation {
  readonly entry: RosterEntry;
  /** Number of the task's tags among its capabilities. */
  readonly tags: number;
  /** null = not asked. */
  text: number | null;
  /** Own open hops to it and open tasks it reports from elsewhere. */
  readonly open: number;
  /** `open` for each task it may work on at a time. */
  readonly load: number;
}

/** A child that cannot be chosen, with the reason. */
export interface FilteredOut {
  readonly evaluation: Evaluation;
  readonly because: FilterReason;
}

/** A roster after the filter, with what the reasons need to know. */
export interface Screening {
  /** The task's tags in lower case, each once. */
  readonly tags: readonly string[];
  readonly eligible: Evaluation[];
  /** PERSONAL, FAMILY and FEDERATED children that neither project nor tag names: the text may. */
  readonly unnamed: Evaluation[];
  /** Filtered out although the task might have been for them; at most as many as a decision stores. */
  readonly out: FilteredOut[];
  /** Filtered out because another one was named, or by scope; at most as many as a decision stores. */
  readonly others: FilteredOut[];
  /** Filtered out by reason, all of them. */
  readonly counts: Record<FilterReason, number>;
  /** Of those who refused: had no room by the last news, and had not given the task back. */
  refusedFull: number;
  /** Of those who refused: had taken the task and gave it back. */
  gaveBack: number;
}

/**
 * Splits a roster into the children that may take this task and those that may not, each with its reason.
 * Terminated children are passed over. Source: spec/domain.md 2.6 (Candidates, Filter).
 */
export function screen(view: RoutingView, task: RoutableTask, filter: CandidateFilter): Screening {
  const screening: Screening = {
    tags: lowerTags(task.tags),
    eligible: [],
    unnamed: [],
    out: [],
    others: [],
    counts: {
      not_running: 0,
      scope: 0,
      in_chain: 0,
      refused_this_round: 0,
      not_named: 0,
      not_selected: 0,
      full: 0,
      backing_off: 0,
    },
    refusedFull: 0,
    gaveBack: 0,
  };
  for (const entry of view.roster.values()) {
    if (entry.status === "terminated") continue;
    const evaluation = evaluate(screening.tags, entry);
    const because = exclude(task, filter, entry);
    if (because === "refused_this_round") countRefusal(screening, task, entry);
    if (because !== null) reject(screening, evaluation, because);
    else if (needsNaming(evaluation, filter)) screening.unnamed.push(evaluation);
    else admit(view, screening, evaluation);
  }
  return screening;
}

/** Gives every eligible child its text score, and lets in the PERSONAL, FAMILY and FEDERATED children that the text names. */
export function admitByText(view: RoutingView, task: RoutableTask, screening: Screening): void {
  const scores = view.text.scores(task.title, task.description);
  for (const evaluation of screening.eligible) evaluation.text = scores.get(evaluation.entry.child) ?? 0;
  for (const evaluation of screening.unnamed.splice(0)) {
    evaluation.text = scores.get(evaluation.entry.child) ?? 0;
    if (evaluation.text > 0) admit(view, screening, evaluation);
    else reject(screening, evaluation, "not_named");
  }
}

/** Keeps out the PERSONAL, FAMILY and FEDERATED children that nothing names, without asking the text. */
export function rejectUnnamed(screening: Screening): void {
  for (const evaluation of screening.unnamed.splice(0)) reject(screening, evaluation, "not_named");
}

function admit(view: RoutingView, screening: Screening, evaluation: Evaluation): void {
  const { room, backoffUntil } = evaluation.entry;
  if (room <= 0) reject(screening, evaluation, "full");
  else if (backoffUntil !== null && backoffUntil > view.now) reject(screening, evaluation, "backing_off");
  else screening.eligible.push(evaluation);
}

function reject(screening: Screening, evaluation: Evaluation, because: FilterReason): void {
  screening.counts[because] += 1;
  const list = because === "not_selected" || because === "scope" ? screening.others : screening.out;
  if (list.length < LIMITS.candidatesStored) list.push({ evaluation, because });
}

function evaluate(tags: readonly string[], entry: RosterEntry): Evaluation {
  const open = entry.ownOpen + entry.openElsewhere;
  return {
    entry,
    tags: countMatches(tags, entry.capabilities),
    text: null,
    open,
    load: open / Math.max(1, entry.maxConcurrent),
  };
}

/** The first reason that keeps a child out whatever its room is; null = none. */
function exclude(task: RoutableTask, filter: CandidateFilter, entry: RosterEntry): FilterReason | null {
  if (!filter.scopes.includes(entry.scope)) return "scope";
  if (typeof filter.named === "string" && filter.named !== entry.name) return "not_selected";
  if (entry.status !== "running") return "not_running";
  if (task.chain.includes(entry.child)) return "in_chain";
  if (task.refusedBy.includes(entry.child)) return "refused_this_round";
  return null;
}

/** A person, a family or another Hopper gets only what is meant for it; a child that the project names has passed already. */
function needsNaming(evaluation: Evaluation, filter: CandidateFilter): boolean {
  const { scope } = evaluation.entry;
  if (scope !== "PERSONAL" && scope !== "FAMILY" && scope !== "FEDERATED") return false;
  return typeof filter.named !== "string" && evaluation.tags === 0;
}

function countRefusal(screening: Screening, task: RoutableTask, entry: RosterEntry): void {
  if (task.returnedBy?.includes(entry.child) === true) screening.gaveBack += 1;
  else if (entry.room <= 0) screening.refusedFull += 1;
}
