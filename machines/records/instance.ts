import { TASK_STATUSES, type TaskStatus } from "./task.ts";
import type { ActorNo, InstanceNo, Json, Reply } from "./values.ts";

export const SCOPES = [
  "GLOBAL",
  "PROJECT",
  "ORCHESTRATION",
  "PERSONAL",
  "FAMILY",
  "EVENT",
  "FEDERATED",
] as const;
export type Scope = (typeof SCOPES)[number];

export const INSTANCE_TYPES = ["persistent", "ephemeral", "temporary"] as const;
export type InstanceType = (typeof INSTANCE_TYPES)[number];

export const INSTANCE_STATUSES = [
  "created",
  "starting",
  "running",
  "paused",
  "stopping",
  "stopped",
  "error",
  "terminated",
] as const;
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

/**
 * An instance's own configuration; keys as users write them (spec/domain.md 2.9). Keys that it does not name are kept, and
 * warned about, but are no part of the type: with an index signature every misspelt key would compile.
 */
export interface InstanceConfig {
  /** What it can do, matched with the tags of tasks; at most 256. Default none. */
  capabilities?: readonly string[];
  /** true = only tasks with a matching tag. Default false. */
  strict_capabilities?: boolean;
  /** What it is about, in words that the text of tasks is matched with; at most 256. Default none. */
  domains?: readonly string[];
  /** Tasks that may be claimed at a time, 1 to 1,000,000. Default 10. */
  max_concurrent_tasks?: number;
  /** Tasks that may wait in its queue, 0 to 1,000,000. Default 1,000. */
  max_queued_tasks?: number;
  /** false = it passes nothing on by itself. Default true. */
  auto_delegate?: boolean;
  /** Whether offers are taken at once or by somebody. Default: routed ones at once, a caller's by somebody. */
  acceptance?: "auto" | "manual";
  /** The complexity from which a PROJECT passes work on, 0 to 100. Default: it always does, and creates from 3 upward. */
  orchestration_threshold?: number;
  /** Whether a PROJECT creates an ORCHESTRATION for complex work. Default true. */
  auto_create_orchestrations?: boolean;
  /** ORCHESTRATIONs that a PROJECT creates at most, 0 to 10,000. Default 5. */
  max_orchestrations_per_project?: number;
  /** Whether a GLOBAL creates the PROJECT that a task names. Default false. */
  auto_create_projects?: boolean;
  /** What becomes of a task that no tag or text matches: held, or given to the least busy. Default `load`. */
  unmatched?: "hold" | "load";
  /** What a failure below leads to. Default `propagate`. */
  on_failure?: "propagate" | "reassign" | "escalate";
  /** What becomes of a task that all below have refused: held, or handled here. Default `hold`. */
  fallback?: "hold" | "handle";
  /** What routes. Default `rules`. */
  routing_engine?: "rules";
  /** Has no effect yet. */
  llm_fallback?: boolean;
  /** What instances below it begin with, but for what they say themselves. Default none. */
  child_defaults?: Omit<InstanceConfig, "child_defaults">;
  /** How long an ephemeral one stays after its last task, 0 to 31,536,000 s. Default 0. */
  linger_seconds?: number;
  /** Has no effect yet: a moment in ISO 8601. */
  expires_at?: string;
  /** Has no effect yet: a moment in ISO 8601. */
  ends_at?: string;
  /** How long work under way may go on after `stop`, 0 to 86,400 s. Default 30. */
  drain_timeout_seconds?: number;
}

export interface Instance {
  readonly no: InstanceNo;
  readonly id: string;
  name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  readonly parent: InstanceNo | null;
  /** 1 for a root; at most 16. */
  readonly depth: number;
  /** Number of the root of its tree; its own for a root. */
  readonly root: InstanceNo;
  config: InstanceConfig;
  /** `child_defaults` of its ancestors as they were when it was created, the nearest on top. */
  inherited: InstanceConfig;
  runtimeMetadata: { [key: string]: Json };
  status: InstanceStatus;
  description: string | null;
  readonly createdBy: string | null;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  stoppedAt: number | null;
  version: number;
  /** What follows a `stopping`: nothing, START again, or the end of a cascade. */
  intent: "restart" | "terminate" | null;
  /** When a drain gives up, or an ephemeral instance's linger ends. null = no such moment. */
  wakeAt: number | null;
  /** Callers who wait for a drain or a cascade to end. */
  waiting: Reply[];
}

/** Tasks an instance holds by status, kept by that instance. An offered task counts as pending at its source. */
export interface Tally extends Record<TaskStatus, number> {
  readonly instance: ActorNo;
}

/** What a parent was told of one child, kept by the parent. Source: spec/runtime.md 3.1. */
export interface RosterEntry {
  readonly parent: InstanceNo;
  readonly child: InstanceNo;
  name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  status: InstanceStatus;
  description: string | null;
  capabilities: string[];
  strictCapabilities: boolean;
  domains: string[];
  maxConcurrent: number;
  /** How many more tasks it would take: as it last said, less what it has accepted from here since. 0 = full. */
  room: number;
  /** Open tasks it holds that did not come over this parent's hops, as last told. */
  openElsewhere: number;
  /** Open hops from this parent to it. */
  ownOpen: number;
  /** Version of the child's row that the last news came from; older news is dropped. */
  childVersion: number;
}

const NO_TASKS = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;

export function emptyTally(instance: ActorNo): Tally {
  return { instance, ...NO_TASKS };
}
