import type { Instance, InstanceConfig, Scope } from "./records/instance.ts";

/** Store-wide settings with their defaults. Source: spec/domain.md 2.9. */
export interface Settings {
  readonly delegation: {
    readonly routedExpiryMs: number;
    readonly manualExpiryMs: number;
    /** These two have no effect: docs/decisions/0016-a-child-says-when-it-has-room.md. */
    readonly roundBackoffMs: number;
    readonly roundBackoffMaxMs: number;
  };
  readonly tasks: {
    readonly maxAttempts: number;
    readonly retryBackoffMs: number;
    readonly retryBackoffMaxMs: number;
    readonly maxLeaseLosses: number;
  };
  readonly workers: { readonly leaseMs: number; readonly heartbeatMs: number; readonly handLeaseMs: number };
  /** Per-scope defaults of instance configuration. */
  readonly scopes: Readonly<Partial<Record<Scope, InstanceConfig>>>;
}

export const DEFAULT_SETTINGS: Settings = {
  delegation: {
    routedExpiryMs: 60_000,
    manualExpiryMs: 86_400_000,
    roundBackoffMs: 1_000,
    roundBackoffMaxMs: 60_000,
  },
  tasks: {
    maxAttempts: 3,
    retryBackoffMs: 1_000,
    retryBackoffMaxMs: 300_000,
    maxLeaseLosses: 20,
  },
  workers: { leaseMs: 300_000, heartbeatMs: 30_000, handLeaseMs: 86_400_000 },
  scopes: {},
};

/** Limits that every door shares. Source: spec/api.md 4.4, spec/domain.md 2.1. */
export const LIMITS = {
  nameChars: 128,
  titleChars: 512,
  tags: 32,
  tagChars: 64,
  payloadBytes: 65_536,
  resultBytes: 262_144,
  batch: 1_000,
  depth: 16,
  claimMax: 100,
  /** Commands that ask for new work and wait at one instance, and in the whole process. */
  mailbox: 10_000,
  inbox: 100_000,
  /** Their texts in the whole process, in bytes of memory. */
  inboxBytes: 67_108_864,
  candidatesStored: 64,
} as const;

/** The configuration an instance acts by, with every key that has a default present. */
export interface EffectiveConfig {
  readonly capabilities: readonly string[];
  readonly strictCapabilities: boolean;
  readonly domains: readonly string[];
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  readonly autoDelegate: boolean;
  /** null = routed offers are decided at once, a caller's stay pending. */
  readonly acceptance: "auto" | "manual" | null;
  /** null = not set by anybody: PROJECT never handles by complexity alone, and creates from 3 upward. */
  readonly orchestrationThreshold: number | null;
  readonly autoCreateOrchestrations: boolean;
  readonly maxOrchestrations: number;
  readonly autoCreateProjects: boolean;
  readonly unmatched: "hold" | "load";
  readonly onFailure: "propagate" | "reassign" | "escalate";
  readonly fallback: "hold" | "handle";
  readonly lingerMs: number;
  readonly drainTimeoutMs: number;
}

/**
 * What is created below an instance inherits: what the instance itself inherited, under its own `child_defaults`, else
 * those of its scope (spec/domain.md 2.8).
 */
export function handedDown(
  parent: Pick<Instance, "scope" | "inherited" | "config">,
  settings: Settings,
): InstanceConfig {
  const own = parent.config.child_defaults ?? settings.scopes[parent.scope]?.child_defaults;
  return { ...parent.inherited, ...own };
}

/** defaults < YAML for the scope < `child_defaults` of ancestors < own configuration (spec/domain.md 2.8). */
export function effectiveConfig(instance: Instance, settings: Settings): EffectiveConfig {
  const merged: InstanceConfig = {
    ...settings.scopes[instance.scope],
    ...instance.inherited,
    ...instance.config,
  };
  return {
    capabilities: merged.capabilities ?? [],
    strictCapabilities: merged.strict_capabilities ?? false,
    domains: merged.domains ?? [],
    maxConcurrent: merged.max_concurrent_tasks ?? 10,
    maxQueued: merged.max_queued_tasks ?? 1_000,
    autoDelegate: merged.auto_delegate ?? true,
    acceptance: merged.acceptance ?? null,
    orchestrationThreshold: merged.orchestration_threshold ?? null,
    autoCreateOrchestrations: merged.auto_create_orchestrations ?? true,
    maxOrchestrations: merged.max_orchestrations_per_project ?? 5,
    autoCreateProjects: merged.auto_create_projects ?? false,
    unmatched: merged.unmatched ?? "load",
    onFailure: merged.on_failure ?? "propagate",
    fallback: merged.fallback ?? "hold",
    lingerMs: (merged.linger_seconds ?? 0) * 1_000,
    drainTimeoutMs: (merged.drain_timeout_seconds ?? 30) * 1_000,
  };
}
