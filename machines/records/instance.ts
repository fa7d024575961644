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

/** An instance's own configuration; keys as users write them (2-domain.md 2.9). Unknown keys are kept. */
export interface InstanceConfig {
  capabilities?: string[];
  strict_capabilities?: boolean;
  domains?: string[];
  max_concurrent_tasks?: number;
  max_queued_tasks?: number;
  auto_delegate?: boolean;
  acceptance?: "auto" | "manual";
  orchestration_threshold?: number;
  auto_create_orchestrations?: boolean;
  max_orchestrations_per_project?: number;
  auto_create_projects?: boolean;
  unmatched?: "hold" | "load";
  on_failure?: "propagate" | "reassign" | "escalate";
  fallback?: "hold" | "handle";
  routing_engine?: "rules";
  child_defaults?: InstanceConfig;
  linger_seconds?: number;
  expires_at?: string;
  ends_at?: string;
  drain_timeout_seconds?: number;
  [key: string]: unknown;
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
export interface Tally {
  readonly instance: ActorNo;
  pending: number;
  blocked: number;
  queued: number;
  claimed: number;
  in_progress: number;
  waiting: number;
  done: number;
  failed: number;
  cancelled: number;
}

/** What a parent was told of one child, kept by the parent. Source: 3-runtime.md 3.1. */
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
  /** How many more tasks it said it would take. 0 = full. */
  room: number;
  /** Open tasks it holds that did not come over this parent's hops, as last told. */
  openElsewhere: number;
  /** Open hops from this parent to it. */
  ownOpen: number;
  /** Version of the child's row that the last news came from; older news is dropped. */
  childVersion: number;
  /** Not offered held work before this moment, after it refused. null = no backoff. */
  backoffUntil: number | null;
  /** Refusals in a row since it last took something or sent news. */
  refusals: number;
}

export function emptyTally(instance: ActorNo): Tally {
  return {
    instance,
    pending: 0,
    blocked: 0,
    queued: 0,
    claimed: 0,
    in_progress: 0,
    waiting: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
}
