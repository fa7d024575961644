import type { Scope } from "../records/instance.ts";
import type { ScopeBehavior } from "./behavior.ts";
import { hold } from "./decisions.ts";
import { globalBehavior } from "./global.ts";
import { projectBehavior } from "./project.ts";
import { federatedBehavior, orchestrationBehavior, personalBehavior } from "./unrouted.ts";

/** Which behavior decides for which scope; one per runtime. Source: spec/domain.md 2.6. */
export interface ScopeRegistry {
  behaviorFor(scope: Scope): ScopeBehavior;
  /** Puts a behavior in the place of the one that was there. It must be pure; a task it throws for is held `message_failed`. */
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

/**
 * A fault of a behavior costs the task that it decides about: that is held for a person, with the reason in its
 * decision, and whatever else the turn does goes on. Source: docs/decisions/0012-a-behavior-that-throws.md.
 */
function contained(behavior: ScopeBehavior): ScopeBehavior {
  return {
    name: behavior.name,
    decide(view, task) {
      try {
        return behavior.decide(view, task);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const reason = `the behavior ${behavior.name} failed: ${why}`;
        return hold(view, task, { held: "message_failed", reason });
      }
    },
  };
}
