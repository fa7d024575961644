import { PRIORITIES, type Priority } from "../records/task.ts";
import type { TaskNo } from "../records/values.ts";

/** A task's place among others. `arrival`: rising numbers, smaller = came earlier (a requeued task keeps its own). */
export interface Ranked {
  readonly no: TaskNo;
  readonly priority: Priority;
  readonly arrival: number;
}

const RANK = Object.fromEntries(PRIORITIES.map((priority, rank) => [priority, rank])) as Record<
  Priority,
  number
>;

/** Priority, then arrival, then number; < 0 = `a` comes first. Source: spec/domain.md 2.6 (ORCHESTRATION), K3. */
export function byRank(a: Ranked, b: Ranked): number {
  const ahead = a.priority === b.priority ? 0 : RANK[a.priority] - RANK[b.priority];
  return ahead || a.arrival - b.arrival || a.no - b.no;
}
