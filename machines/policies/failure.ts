import type { Decision } from "../messages/decision.ts";
import type { Delegation, DelegationType } from "../records/delegation.ts";
import type { Task } from "../records/task.ts";
import type { InstanceNo } from "../records/values.ts";
import type { EffectiveConfig } from "../settings.ts";

/**
 * What a failure for good leads to at the task's holder: `fails` there, `returns` to the source of the hop that brought
 * it, or `climbs` to the parent by a hop of its own, where nobody above had sent it. Source: spec/domain.md 2.7.
 */
export type AfterFailure =
  | { readonly kind: "fails" }
  | { readonly kind: "returns"; readonly hop: Delegation; readonly why: "reassigned" | "escalated" }
  | { readonly kind: "climbs"; readonly parent: InstanceNo };

/** `hop`: the open one that brought the task to its holder; undefined = it was created there. */
export function afterFailure(holder: {
  readonly onFailure: EffectiveConfig["onFailure"];
  readonly parent: InstanceNo | null;
  readonly hop: Delegation | undefined;
}): AfterFailure {
  const { onFailure, parent, hop } = holder;
  if (onFailure === "propagate") return { kind: "fails" };
  if (hop?.status === "accepted" && hop.type !== "escalate") {
    if (onFailure === "reassign") return { kind: "returns", hop, why: "reassigned" };
    if (hop.source === parent) return { kind: "returns", hop, why: "escalated" };
  }
  return parent === null ? { kind: "fails" } : { kind: "climbs", parent };
}

/**
 * A task that failed below and that others were to try is not handled or held by who passes it on: with nobody
 * left to try it, it fails with its first error (spec/domain.md 2.7). Who has just accepted it, or had it escalated (`arrivedBy`), may
 * be the next to try it.
 */
export function givesUp(task: Task, decision: Decision, arrivedBy: DelegationType | undefined): boolean {
  if (task.firstError === null) return false;
  if (decision.held === "instance_not_running" || decision.held === "message_failed") return false;
  if (arrivedBy === undefined) return decision.action !== "delegate";
  return arrivedBy === "escalate" && decision.action === "hold";
}
