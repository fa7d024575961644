import type * as z from "zod";
import { DELEGATION_STATUSES } from "../../machines/records/delegation.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { DelegationFilter } from "../../store/store.ts";
import { query } from "./check.ts";
import {
  commandOptions,
  jsonText,
  oneOf,
  optionalProse,
  params,
  prose,
  reference,
  reject,
} from "./common.ts";
import { anyOf, pageParams } from "./filters.ts";

/** Parameters of the verbs of delegations. Source: 4-http-api.md 4.3. */

/** delegations.list */
export const listDelegations = query(
  params({
    status: anyOf(DELEGATION_STATUSES, { canceled: ["cancelled"], complete: ["completed"] }).optional(),
    instanceId: reference.optional(),
    direction: oneOf(["incoming", "outgoing", "all"]).optional(),
    ...pageParams,
  }),
);

/** The store's question of a checked `delegations.list`. */
export function toDelegationFilter(
  checked: z.output<typeof listDelegations>,
  resolved: { readonly instance?: InstanceNo | undefined } = {},
): DelegationFilter {
  return {
    limit: checked.limit,
    cursor: checked.cursor ?? null,
    count: checked.count,
    ...(checked.status && { status: checked.status }),
    ...(checked.direction && { direction: checked.direction }),
    ...(resolved.instance !== undefined && { instance: resolved.instance }),
  };
}

/** delegations.accept */
export const acceptDelegation = params({ note: optionalProse, ...commandOptions });

/** delegations.reject: says why. */
export const rejectDelegation = params({
  reason: prose().transform((text, context) => {
    const reason = text.trim();
    return reason === "" ? reject(context, text, "is empty; a reason in words is accepted") : reason;
  }),
  ...commandOptions,
});

/** delegations.complete */
export const completeDelegation = params({
  result: jsonText(LIMITS.resultBytes)
    .optional()
    .transform((text) => text ?? null),
  ...commandOptions,
});

export { withReason as cancelDelegation } from "./tasks.ts";
