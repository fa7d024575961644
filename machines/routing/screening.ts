import type { FilterReason } from "../messages/decision.ts";
import type { RosterEntry, Scope } from "../records/instance.ts";
import type { InstanceNo } from "../records/values.ts";
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
  /** Filtered out by reason: all of them, but where somebody is named. */
  readonly counts: Record<FilterReason, number>;
  /** Of those who refused: had no room by the last news, and had not given the task back. */
  refusedFull: number;
  /** Of those who refused: had taken the task and gave it back. */
  gaveBack: number;
}

/**
 * Splits a roster into the children that may take this task and those that may not, each with its reason.
 * Time linear in the children that have room, not in those that have none. Source: spec/domain.md 2.6 (Candidates, Filter).
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
    },
    refusedFull: 0,
    gaveBack: 0,
  };
  if (typeof filter.named === "string") screenNamed(view, task, filter, screening);
  else screenAll(view, task, filter, screening);
  return screening;
}

/** Only the one that is named can be chosen; of the others as many are told as a decision stores. */
function screenNamed(
  view: RoutingView,
  task: RoutableTask,
  filter: CandidateFilter,
  screening: Screening,
): void {
  const named = view.roster.named(filter.named as string);
  if (named !== undefined) consider(task, filter, screening, named);
  for (const entry of view.roster.values()) {
    if (screening.others.length === LIMITS.candidatesStored) return;
    if (entry !== named) consider(task, filter, screening, entry);
  }
}

/** Those with room one by one, and who had the task or refused it; the others are counted, and some of them told. */
function screenAll(
  view: RoutingView,
  task: RoutableTask,
  filter: CandidateFilter,
  screening: Screening,
): void {
  const { roster } = view;
  const open = roster.standing("open");
  for (const children of open.values())
    for (const entry of children.values()) consider(task, filter, screening, entry);
  const apart = new Set<InstanceNo>();
  const look = (entry: RosterEntry | undefined): void => {
    if (entry === undefined || apart.has(entry.child) || open.get(entry.scope)?.has(entry.child)) return;
    apart.add(entry.child);
    consider(task, filter, screening, entry);
  };
  for (const no of task.chain) look(roster.get(no));
  for (const no of task.refusedBy) look(roster.get(no));
  for (const standing of ["full", "down"] as const) {
    for (const [scope, children] of roster.standing(standing)) {
      if (standing === "full" && NEEDS_NAMING.has(scope)) for (const entry of children.values()) look(entry);
      else turnDown(screening, children, { apart, because: whyClosed(standing, scope, filter) });
    }
  }
}

function whyClosed(standing: "full" | "down", scope: Scope, { scopes }: CandidateFilter): FilterReason {
  if (!scopes.includes(scope)) return "scope";
  return standing === "full" ? "full" : "not_running";
}

/** All of these children but those that were looked at one by one. */
function turnDown(
  screening: Screening,
  children: ReadonlyMap<InstanceNo, RosterEntry>,
  { apart, because }: { apart: ReadonlySet<InstanceNo>; because: FilterReason },
): void {
  if (children.size === 0) return;
  let counted = children.size;
  for (const no of apart) if (children.has(no)) counted -= 1;
  const list = listOf(screening, because);
  for (const entry of children.values()) {
    if (list.length === LIMITS.candidatesStored) break;
    if (!apart.has(entry.child)) list.push({ evaluation: evaluate(screening.tags, entry), because });
  }
  screening.counts[because] += counted;
}

function consider(
  task: RoutableTask,
  filter: CandidateFilter,
  screening: Screening,
  entry: RosterEntry,
): void {
  const evaluation = evaluate(screening.tags, entry);
  const because = exclude(task, filter, entry);
  if (because === "refused_this_round") countRefusal(screening, task, entry);
  if (because !== null) reject(screening, evaluation, because);
  else if (needsNaming(evaluation, filter)) screening.unnamed.push(evaluation);
  else admit(screening, evaluation);
}

/** Gives every eligible child its text score, and lets in the PERSONAL, FAMILY and FEDERATED children that the text names. */
export function admitByText(view: RoutingView, task: RoutableTask, screening: Screening): void {
  const scores = view.text.scores(task.title, task.description);
  for (const evaluation of screening.eligible) evaluation.text = scores.get(evaluation.entry.child) ?? 0;
  for (const evaluation of screening.unnamed.splice(0)) {
    evaluation.text = scores.get(evaluation.entry.child) ?? 0;
    if (evaluation.text > 0) admit(screening, evaluation);
    else reject(screening, evaluation, "not_named");
  }
}

/** Keeps out the PERSONAL, FAMILY and FEDERATED children that nothing names, without asking the text. */
export function rejectUnnamed(screening: Screening): void {
  for (const evaluation of screening.unnamed.splice(0)) reject(screening, evaluation, "not_named");
}

function admit(screening: Screening, evaluation: Evaluation): void {
  if (evaluation.entry.room > 0) screening.eligible.push(evaluation);
  else reject(screening, evaluation, "full");
}

function reject(screening: Screening, evaluation: Evaluation, because: FilterReason): void {
  screening.counts[because] += 1;
  const list = listOf(screening, because);
  if (list.length < LIMITS.candidatesStored) list.push({ evaluation, because });
}

function listOf({ out, others }: Screening, because: FilterReason): FilteredOut[] {
  return because === "not_selected" || because === "scope" ? others : out;
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
  if (!NEEDS_NAMING.has(scope)) return false;
  return typeof filter.named !== "string" && evaluation.tags === 0;
}

const NEEDS_NAMING: ReadonlySet<Scope> = new Set<Scope>(["PERSONAL", "FAMILY", "FEDERATED"]);

function countRefusal(screening: Screening, task: RoutableTask, entry: RosterEntry): void {
  if (task.returnedBy?.includes(entry.child) === true) screening.gaveBack += 1;
  else if (entry.room <= 0) screening.refusedFull += 1;
}
