import type { InstanceNo } from "../records/values.ts";

interface Reason {
  /** What journals hold: never given to another one. */
  readonly code: number;
  /** It was not even ranked. */
  readonly isFilter: boolean;
}

/** Why a candidate did not win. */
export const LOST_BECAUSE = {
  not_running: { code: 1, isFilter: true },
  scope: { code: 2, isFilter: true },
  in_chain: { code: 3, isFilter: true },
  refused_this_round: { code: 4, isFilter: true },
  not_named: { code: 5, isFilter: true },
  not_selected: { code: 6, isFilter: true },
  full: { code: 7, isFilter: true },
  /** In journals of earlier versions: it had refused for want of room a moment before. */
  backing_off: { code: 8, isFilter: false },
  fewer_tags: { code: 9, isFilter: false },
  lower_text_score: { code: 10, isFilter: false },
  busier: { code: 11, isFilter: false },
  more_open: { code: 12, isFilter: false },
  name_order: { code: 13, isFilter: false },
} as const satisfies Record<string, Reason>;

export type LostBecause = keyof typeof LOST_BECAUSE;

export type FilterReason = {
  [Name in LostBecause]: (typeof LOST_BECAUSE)[Name]["isFilter"] extends true ? Name : never;
}[LostBecause];

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
