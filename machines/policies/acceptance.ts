import { refuse, type Refusal } from "../errors.ts";
import type { RejectionCode } from "../records/delegation.ts";
import type { Instance } from "../records/instance.ts";
import type { EffectiveConfig } from "../settings.ts";
import { limitOf } from "./capacity.ts";

/** Whether a target takes what it is offered. Source: spec/domain.md 2.4. */

/**
 * By whom an offer is decided. routed = by routing: at once unless the target's `acceptance` is manual; caller = a named
 * target: it stays pending unless its `acceptance` is auto; forced = at once whatever it says.
 */
export type OfferKind = "routed" | "caller" | "forced";

/** The target of an offer, as it knows itself. */
export interface Target {
  readonly instance: Pick<Instance, "name" | "status">;
  readonly config: EffectiveConfig;
  /** How many more offers it would take. */
  readonly room: number;
}

/** True for an offer that stays pending until a person accepts or rejects it. */
export function waitsForPerson(kind: OfferKind, acceptance: EffectiveConfig["acceptance"]): boolean {
  switch (kind) {
    case "forced":
      return false;
    case "caller":
      return acceptance !== "auto";
    case "routed":
      return acceptance === "manual";
  }
}

/** Why the target does not accept a task with these tags at once; null = it does. */
export function whyNotAccept(
  { instance, config, room }: Target,
  tags: readonly string[],
): { readonly code: RejectionCode; readonly text: string | null } | null {
  if (instance.status === "terminated") return { code: "terminated", text: null };
  if (instance.status !== "running") {
    return { code: "not_running", text: `${instance.name} is ${instance.status}` };
  }
  const missing = config.strictCapabilities ? lacking(config.capabilities, tags) : [];
  if (missing.length > 0) return { code: "capability_mismatch", text: `lacks ${missing.join(", ")}` };
  return room > 0 ? null : { code: "at_capacity", text: `at capacity (${fill(config, room)})` };
}

/** The refusal for a person who accepts where the target cannot; null = it can. */
export function refuseAcceptance({ instance, config, room }: Target): Refusal | null {
  const { name, status } = instance;
  if (status !== "running") {
    return refuse("instance_not_running", `${name} is ${status}; it accepts offers when it runs.`, {
      instance: name,
      status,
    });
  }
  if (room > 0) return null;
  return refuse("at_capacity", `${name} is at capacity (${fill(config, room)}).`, {
    instance: name,
    limit: limitOf(config),
  });
}

function lacking(capabilities: readonly string[], tags: readonly string[]): string[] {
  const able = new Set(capabilities.map((one) => one.toLowerCase()));
  return tags.filter((tag) => !able.has(tag.toLowerCase()));
}

/** `N/LIMIT`. */
function fill(config: EffectiveConfig, room: number): string {
  return `${limitOf(config) - room}/${limitOf(config)}`;
}
