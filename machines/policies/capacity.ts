import type { Scope } from "../records/instance.ts";
import type { EffectiveConfig } from "../settings.ts";

/** What an instance has to do: tasks in its queue, in its workers' hands, and held. */
export interface Load {
  readonly queued: number;
  /** Claimed and in progress. */
  readonly claimed: number;
  readonly held: number;
}

/** So many tasks an instance takes: those being worked on and those that wait. Source: spec/domain.md 2.6. */
export function limitOf(config: Pick<EffectiveConfig, "maxConcurrent" | "maxQueued">): number {
  return config.maxConcurrent + config.maxQueued;
}

/**
 * How many more offers an instance would take: by its queue, and where it is no ORCHESTRATION by its held tasks too;
 * GLOBAL queues nothing and is never full. Source: spec/domain.md 2.6.
 */
export function roomOf(
  scope: Scope | undefined,
  config: Pick<EffectiveConfig, "maxConcurrent" | "maxQueued">,
  { queued, claimed, held }: Load,
): number {
  if (scope === "GLOBAL") return Number.MAX_SAFE_INTEGER;
  const counted = scope === "ORCHESTRATION" ? 0 : held;
  return Math.max(0, limitOf(config) - queued - claimed - counted);
}
