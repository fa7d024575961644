import type { Decision } from "../messages/decision.ts";
import type { InstanceNo } from "../records/values.ts";

/**
 * A decision in one line: who, what, why, with two blanks between.
 * E.g. `hopper-global → webapp  route  matched tag frontend`, `webapp  handle  no running child`,
 * `hopper-global  hold no_capacity  all are full`. Source: 1-product.md.
 */
export function describeDecision(decision: Decision, nameOf: (instance: InstanceNo) => string): string {
  const who = nameOf(decision.instance);
  if (decision.target !== null) {
    return `${who} → ${nameOf(decision.target)}  route  ${decision.reason}`;
  }
  const what = decision.held === null ? decision.action : `${decision.action} ${decision.held}`;
  return `${who}  ${what}  ${decision.reason}`;
}
