import type { DelegationEvent } from "../lifecycles/delegation.ts";
import type { InstanceContext, InstanceEvent } from "../lifecycles/instance.ts";
import type { TaskContext, TaskEvent } from "../lifecycles/task.ts";
import type { Delegation } from "../records/delegation.ts";
import type { Instance } from "../records/instance.ts";
import type { Task } from "../records/task.ts";
import type { ActorNo } from "../records/values.ts";
import type { DataOf, Fields } from "./field.ts";

/** Where and when an event was recorded. */
export interface Stamp {
  readonly position: number;
  /** ms since the epoch. */
  readonly at: number;
  /** Whose turn it was. */
  readonly instance: ActorNo;
}

/**
 * What an event does to a record. Its status is never set here: it is what the record's machine answers to the machine
 * events that this event stands for.
 */
interface Change<R extends { status: string }, MachineEvent, Context, D> {
  /** The machine events it stands for, one after the other; absent = the status stays. */
  machine?(record: R, data: D): readonly MachineEvent[];
  /**
   * What the machine must know, as it was before; null = an event of an older version does not say it, and the outcome
   * is the one that its name says, if the machine knows such a way.
   */
  context?(record: R, data: D): Context | null;
  /** The status that its name says. */
  readonly to?: R["status"];
  /** Every other field that it changes; the status is still the one before. */
  evolve?(record: R, data: D, stamp: Stamp): void;
}

export interface InstanceChange<D> extends Change<Instance, InstanceEvent, InstanceContext, D> {
  context(instance: Instance, data: D): InstanceContext | null;
}
export interface DelegationChange<D> extends Change<Delegation, DelegationEvent, unknown, D> {
  machine(delegation: Delegation, data: D): readonly DelegationEvent[];
}
export interface TaskChange<D> extends Change<Task, TaskEvent, TaskContext, D> {
  /**
   * Of a frequent event: every field that it changes, beside status, version and updatedAt. A task that it alone has moved is
   * written by a statement of its own.
   */
  readonly changes?: readonly (keyof Task)[];
}

/** What an event of a delegation does to the task that is on offer over it. */
export interface OfferChange<D> extends Omit<TaskChange<D>, "evolve" | "changes"> {
  evolve(task: Task, offer: Delegation, data: D): void;
}

/** All there is to say about one kind of event. */
export interface Entry<F extends Fields> {
  /** Stands for the name in the file, for ever. */
  readonly code: number;
  readonly data: F;
  /** The record that begins with it. */
  readonly creates?: "instance" | "task" | "delegation";
  readonly instance?: InstanceChange<DataOf<F>>;
  readonly task?: TaskChange<DataOf<F>>;
  readonly delegation?: DelegationChange<DataOf<F>>;
  readonly offer?: OfferChange<DataOf<F>>;
  /** Nearly every task has one: it is left out of the index of rare events (migration 003 says so for ever). */
  readonly common?: true;
  /** It may change what was asked: every column of the task is written. */
  readonly edits?: true;
  /** There may be something to claim at its instance. */
  readonly offersWork?: true;
  /** Nobody has the task in hands any more. */
  readonly endsAttempt?: true;
}

/** An entry for who knows the name only when it runs: data is then any object. */
export interface AnyEntry extends Omit<Entry<Fields>, "instance" | "task" | "delegation" | "offer"> {
  readonly instance?: InstanceChange<object>;
  readonly task?: TaskChange<object>;
  readonly delegation?: DelegationChange<object>;
  readonly offer?: OfferChange<object>;
}

/** Ties the functions of an entry to the types of its own fields. */
export function event<const F extends Fields>(entry: Entry<F>): Entry<F> {
  return entry;
}
