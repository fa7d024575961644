import type { JournalEvent } from "./events.ts";
import { createHop, evolveHop, evolveTaskByHop } from "./evolve/delegation.ts";
import { createTask } from "./evolve/task-created.ts";
import { evolveTask } from "./evolve/task.ts";
import type { Delegation } from "./records/delegation.ts";
import type { DelegationNo, TaskNo } from "./records/values.ts";
import type { Task } from "./records/task.ts";

/** A task with its delegations, as folded. */
export interface FoldedTask {
  /** null = no event created it. */
  readonly task: Task | null;
  readonly hops: readonly Delegation[];
}

/** Ids are made at random, results stand in rows of their own, and leases and watches change without an event. */
const NOT_TOLD: ReadonlySet<string> = new Set(["id", "result", "leaseExpiresAt", "watched"]);

/** Folds all events of one task, in order of position: what its rows must be (T8). Ids are empty. */
export function foldTask(no: TaskNo, events: Iterable<JournalEvent>): FoldedTask {
  let task: Task | null = null;
  const hops = new Map<DelegationNo, Delegation>();
  for (const event of events) {
    if (event.name === "task.created") {
      task = createTask(no, "", event);
      continue;
    }
    if (task === null) continue;
    if (event.delegation === null) evolveTask(task, event);
    else evolveTaskByHop(task, foldHop(hops, event.delegation, no, event), event);
  }
  return { task, hops: [...hops.values()] };
}

function foldHop(
  hops: Map<DelegationNo, Delegation>,
  no: DelegationNo,
  task: TaskNo,
  event: JournalEvent,
): Delegation {
  const known = hops.get(no);
  const hop = known ?? createHop(no, "", task, event);
  hops.set(no, hop);
  if (event.name !== "delegation.pending") evolveHop(hop, event);
  return hop;
}

/** Where rows differ from what folding their events gives: `T-42.status`, `D-7.version`, `D-8`; [] = nowhere. */
export function differences(
  rows: { readonly task: Task; readonly hops: readonly Delegation[] },
  folded: FoldedTask,
): string[] {
  const found = differing(`T-${rows.task.no}`, rows.task, folded.task);
  const byNo = new Map(rows.hops.map((hop) => [hop.no, hop]));
  for (const hop of folded.hops) {
    found.push(...differing(`D-${hop.no}`, byNo.get(hop.no) ?? null, hop));
    byNo.delete(hop.no);
  }
  for (const hop of byNo.values()) found.push(...differing(`D-${hop.no}`, hop, null));
  return found;
}

function differing<T extends object>(name: string, row: T | null, folded: T | null): string[] {
  if (row === null || folded === null) return [name];
  return (Object.keys(row) as (keyof T & string)[])
    .filter((key) => !NOT_TOLD.has(key) && !isSame(row[key], folded[key]))
    .map((key) => `${name}.${key}`);
}

function isSame(a: unknown, b: unknown): boolean {
  return (
    a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b))
  );
}
