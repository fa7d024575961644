import { createDelegation, type DelegationCreated } from "./events/delegation.ts";
import {
  evolveDelegation,
  evolveInstance,
  evolveTask,
  evolveTaskByDelegation,
  UnacceptedEvent,
} from "./events/evolve.ts";
import { createInstance } from "./events/instance-created.ts";
import type { JournalEvent } from "./events/journal-event.ts";
import { createTask } from "./events/task-created.ts";
import type { Delegation } from "./records/delegation.ts";
import type { Instance } from "./records/instance.ts";
import type { Task } from "./records/task.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "./records/values.ts";

interface Folded {
  /** Events that a machine did not accept, in words; nothing of them is in the records. */
  readonly unaccepted: readonly string[];
}

/** A task with its delegations, as folded. */
export interface FoldedTask extends Folded {
  /** null = no event created it. */
  readonly task: Task | null;
  readonly delegations: readonly Delegation[];
}

export interface FoldedInstance extends Folded {
  /** null = no event created it. */
  readonly instance: Instance | null;
}

/**
 * Ids are made at random, results stand in rows of their own, leases and watches change without an event; and so do whom
 * an instance answers and when it wakes. Where it stands below its parent follows from the parent.
 */
const NOT_TOLD: ReadonlySet<string> = new Set([
  "id",
  "result",
  "leaseExpiresAt",
  "watched",
  "depth",
  "root",
  "inherited",
  "wakeAt",
  "waiting",
]);

/** They end spans, and move when the clock is set: only whether there is one is told (docs/decisions/0017-clocks.md). */
const MOVED: ReadonlySet<string> = new Set(["attemptEndsAt", "notBefore", "expiresAt"]);

/** Folds all events of one task, in order of position: what its rows must be (T8). Ids are empty. */
export function foldTask(no: TaskNo, events: Iterable<JournalEvent>): FoldedTask {
  let task: Task | null = null;
  const delegations = new Map<DelegationNo, Delegation>();
  const unaccepted = foldEach(events, (event) => {
    if (event.name === "task.created") task = createTask(no, "", event.data, event);
    else if (task !== null && event.delegation === null) evolveTask(task, event);
    else if (task !== null && event.delegation !== null) {
      foldDelegation(delegations, { no: event.delegation, id: "", task: no }, task, event);
    }
  });
  return { task, delegations: [...delegations.values()], unaccepted };
}

/** Folds the events of an instance's own life, in order of position: what its row must be (T8). Its id is empty. */
export function foldInstance(no: InstanceNo, events: Iterable<JournalEvent>): FoldedInstance {
  let instance: Instance | null = null;
  const unaccepted = foldEach(events, (event) => {
    const place = { no, id: "", depth: 1, root: no, inherited: {} };
    if (event.name === "instance.created") instance = createInstance(place, event.data, event, event.actor);
    else if (instance !== null) evolveInstance(instance, event);
  });
  return { instance, unaccepted };
}

function foldEach(events: Iterable<JournalEvent>, fold: (event: JournalEvent) => void): string[] {
  const unaccepted: string[] = [];
  for (const event of events) {
    try {
      fold(event);
    } catch (error) {
      if (!(error instanceof UnacceptedEvent)) throw error;
      unaccepted.push(`event ${event.position}, ${error.message}`);
    }
  }
  return unaccepted;
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

/** The same for an instance: `I-3.status`. */
export function instanceDifferences(row: Instance, folded: Instance | null): string[] {
  return differing(`I-${row.no}`, row, folded);
}

function differing<T extends object>(name: string, row: T | null, folded: T | null): string[] {
  if (row === null || folded === null) return [name];
  return (Object.keys(row) as (keyof T & string)[])
    .filter((key) => !NOT_TOLD.has(key) && !isSame(row[key], folded[key]))
    .filter((key) => !MOVED.has(key) || (row[key] === null) !== (folded[key] === null))
    .map((key) => `${name}.${key}`);
}

function isSame(a: unknown, b: unknown): boolean {
  return (
    a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b))
  );
}
