import type { RosterEntry, Tally } from "../../../machines/records/instance.ts";

/** What routing looks at, of a child. */
export type ChildEntry = Pick<
  RosterEntry,
  | "parent"
  | "child"
  | "name"
  | "status"
  | "capabilities"
  | "maxConcurrent"
  | "room"
  | "openElsewhere"
  | "ownOpen"
>;

/** A child as its parent knows it. */
export interface Child {
  readonly entry: ChildEntry;
  readonly place: Place;
}

/** An instance in memory. */
export interface Place {
  readonly no: number;
  readonly name: string;
  readonly tally: Tally;
  readonly children: Child[];
  /** Tasks to claim, the oldest first. */
  readonly queue: CeilingTask[];
}

/** A task in memory: what varies in W3. */
export interface CeilingTask {
  readonly no: number;
  readonly title: string;
  readonly tag: string;
  readonly toProject: Child;
  readonly toPlace: Child;
  /** Its two delegations. */
  readonly hops: readonly [first: number, second: number];
}

/** The numbers that were given last. */
export interface CeilingCounters {
  task: number;
  delegation: number;
  command: number;
}
