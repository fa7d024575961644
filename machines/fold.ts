import { createDelegation, type DelegationCreated } from "./events/delegation.ts";
import { evolveDelegation, evolveTask, evolveTaskByDelegation, UnacceptedEvent } from "./events/evolve.ts";
import type { JournalEvent } from "./events/journal-event.ts";
import { createTask } from "./events/task-created.ts";
import type { Delegation } from "./records/delegation.ts";
import type { Task } from "./records/task.ts";
import type { DelegationNo, TaskNo } from "./records/values.ts";

/** A task with its delegations, as folded. */
export interface FoldedTask {
  /** null = no event created it. */
  readonly task: Task | null;
  readonly delegations: readonly Delegation[];
  /** Events that a machine did not accept, in words; nothing of them is in the records. */
  readonly unaccepted: readonly string[];
}

/** Ids are made at random, results stand in rows of their own, and leases and watches change without an event. */
const NOT_TOLD: ReadonlySet<string> = new Set(["id", "result", "leaseExpiresAt", "watched"]);

/** Folds all events of one task, in order of position: what its rows must be (T8). Ids are empty. */
export function foldTask(no: TaskNo, events: Iterable<JournalEvent>): FoldedTask {
  let task: Task | null = null;
  const delegations = new Map<DelegationNo, Delegation>();
  const unaccepted: string[] = [];
  for (const event of events) {
    try {
      if (event.name === "task.created") task = createTask(no, "", event.data, event);
      else if (task !== null && event.delegation === null) evolveTask(task, event);
      else if (task !== null && event.delegation !== null) {
        foldDelegation(delegations, { no: event.delegation, id: "", task: no }, task, event);
      }
    } catch (error) {
      if (!(error instanceof UnacceptedEvent)) throw error;
      unaccepted.push(`event ${event.position}, ${error.message}`);
    }
  }
  return { task, delegations: [...delegations.values()], unaccepted };
}

function foldDelegation(
  known: Map<DelegationNo, Delegation>,
  place: { readonly no: DelegationNo; readonly id: string; readonly task: TaskNo },
  task: Task,
  event: JournalEvent,
): void {
  const delegation = known.get(place.no) ?? createDelegation(place, event.data as DelegationCreated, event);
  known.set(place.no, delegation);
  evolveDelegation(delegation, event);
  evolveTaskByDelegation(task, delegation, event);
}

/** Where rows differ from what folding their events gives: `T-42.status`, `D-7.version`, `D-8`; [] = nowhere. */
export function differences(
  rows: { readonly task: Task; readonly delegations: readonly Delegation[] },
  folded: Pick<FoldedTask, "task" | "delegations">,
): string[] {
  const found = differing(`T-${rows.task.no}`, rows.task, folded.task);
  const byNo = new Map(rows.delegations.map((row) => [row.no, row]));
  for (const delegation of folded.delegations) {
    found.push(...differing(`D-${delegation.no}`, byNo.get(delegation.no) ?? null, delegation));
    byNo.delete(delegation.no);
  }
  for (const row of byNo.values()) found.push(...differing(`D-${row.no}`, row, null));
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
