import { HopperError } from "../../machines/errors.ts";
import { SCOPES, type Scope } from "../../machines/records/instance.ts";
import type { ScopeBehavior } from "../../machines/scopes/behavior.ts";
import { createScopeRegistry, type ScopeRegistry } from "../../machines/scopes/registry.ts";

/** The behaviors of the scopes: those built in, and in their place those of the caller, who need not be typed. Throws `bad_configuration`. */
export function scopesOf(given: Partial<Record<Scope, ScopeBehavior>> = {}): ScopeRegistry {
  if (typeof given !== "object" || given === null)
    throw new HopperError(
      "bad_configuration",
      `scopes is ${String(given)}; behaviors by scope are accepted.`,
    );
  const scopes = createScopeRegistry();
  for (const [scope, behavior] of Object.entries(given)) {
    refuseNoBehavior(scope, behavior);
    scopes.register(scope, behavior);
  }
  return scopes;
}

function refuseNoBehavior(scope: string, behavior: unknown): asserts scope is Scope {
  if (!SCOPES.some((one) => one === scope)) {
    const detail = `scopes.${scope}: there is no such scope; accepted are ${SCOPES.join(", ")}.`;
    throw new HopperError("bad_configuration", detail, {});
  }
  const decide: unknown = (behavior as { decide?: unknown } | null | undefined)?.decide;
  if (typeof decide === "function") return;
  const detail = `scopes.${scope} is no behavior; { name, decide(view, task) } is needed.`;
  throw new HopperError("bad_configuration", detail, {});
}
