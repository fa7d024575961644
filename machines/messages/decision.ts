import type { InstanceNo } from "../records/values.ts";

/** Why a candidate did not win. Journals hold the places of these in this list, from 1: new ones come at its end. */
export const LOST_BECAUSE = [
  "not_running",
  "scope",
  "in_chain",
  "refused_this_round",
  "not_named",
  "not_selected",
  "full",
  /** In journals of earlier versions: it had refused for want of room a moment before. */
  "backing_off",
  "fewer_tags",
  "lower_text_score",
  "busier",
  "more_open",
  "name_order",
] as const;

export type LostBecause = (typeof LOST_BECAUSE)[number];

/** Why a child was not even ranked. */
export const FILTER_REASONS = [
  "not_running",
  "scope",
  "in_chain",
  "refused_this_round",
  "not_named",
  "not_selected",
  "full",
] as const satisfies readonly LostBecause[];

export type FilterReason = (typeof FILTER_REASONS)[number];

export interface Candidate {
  readonly instance: InstanceNo;
  /** Number of the task's tags among its capabilities. */
  readonly tags: number;
  /** BM25 score; null = not asked, the tags decided. */
  readonly textScore: number | null;
  /** (own open hops to it + open tasks it reports from elsewhere) / its max_concurrent_tasks. */
  readonly load: number;
  /** 1 = the winner; null = filtered out. */
  readonly rank: number | null;
  readonly lostBecause: LostBecause | null;
}

/** What a scope behavior decided for a task, with its reasons. Source: spec/domain.md 2.6, 2.10. */
export interface Decision {
  readonly action: "delegate" | "handle" | "create" | "hold";
  /** In words: `matched tag frontend`, `least busy (0/3)`, `no running child`. */
  readonly reason: string;
  readonly instance: InstanceNo;
  readonly target: InstanceNo | null;
  /** Set with hold. */
  readonly held: "manual" | "no_route" | "no_capacity" | "instance_not_running" | "message_failed" | null;
  readonly rule: string | null;
  readonly unmatched: boolean;
  readonly routingRound: number;
  readonly candidates: readonly Candidate[];
}
