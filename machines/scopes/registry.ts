import type { Scope } from "../records/instance.ts";
import type { ScopeBehavior } from "./behavior.ts";
import { contained } from "./contained.ts";
import { globalBehavior } from "./global.ts";
import { projectBehavior } from "./project.ts";
import { federatedBehavior, orchestrationBehavior, personalBehavior } from "./unrouted.ts";

/** Which behavior decides for which scope; one per runtime. Source: spec/domain.md 2.6. */
export interface ScopeRegistry {
  behaviorFor(scope: Scope): ScopeBehavior;
  /** Puts a behavior in the place of the one that was there. It must be pure; a task that it has a fault with is held `message_failed`. */
  register(scope: Scope, behavior: ScopeBehavior): void;
}

/**
 * A registry with Hopper's own behaviors.
 * FAMILY and EVENT behave as PERSONAL (handle everything) until their own work comes. Source: spec/domain.md 2.6.
 */
export function createScopeRegistry(): ScopeRegistry {
  const behaviors: Record<Scope, ScopeBehavior> = {
    GLOBAL: globalBehavior,
    PROJECT: projectBehavior,
    ORCHESTRATION: orchestrationBehavior,
    PERSONAL: personalBehavior,
    FAMILY: personalBehavior,
    EVENT: personalBehavior,
    FEDERATED: federatedBehavior,
  };
  return {
    behaviorFor: (scope) => behaviors[scope],
    register(scope, behavior) {
      behaviors[scope] = contained(behavior);
    },
  };
}
