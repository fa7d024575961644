import type { ActorNo, TaskNo } from "../../machines/records/values.ts";
import type { ScopeRegistry } from "../../machines/scopes/registry.ts";
import type { Settings } from "../../machines/settings.ts";
import type { Ids, Random } from "./environment.ts";

/** What every turn of a system shares. */
export interface TurnWorld {
  readonly settings: Settings;
  readonly scopes: ScopeRegistry;
  readonly random: Random;
  readonly ids: Ids;
}

/** Rows the runtime read for this turn because the actor does not keep them in memory. */
export interface Preloaded {
  /** Lease that completed the done task which is completed again; null = an operator. */
  readonly completedBy?: number | null;
  /** Who waits for the task the message is about. */
  readonly watchers: readonly TaskNo[];
  /** Where messages about another task go: its keeper as last stored; whoever keeps it by then gets it. */
  keeperOf(task: TaskNo): ActorNo;
}

/** Thrown when a turn writes a row that its actor does not keep: a fault of the program, never of a user. */
export class KeeperViolation extends Error {
  override readonly name = "KeeperViolation";
}
