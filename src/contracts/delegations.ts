import type * as z from "zod";
import { DELEGATION_STATUSES } from "../../machines/records/delegation.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { DelegationFilter } from "../../store/store.ts";
import { query } from "./check.ts";
import { commandOptions, type CommandOptions } from "./command-options.ts";
import { limited, must, params, type Input } from "./common.ts";
import { given } from "./given.ts";
import { pageFields, type PageParams } from "./filters.ts";
import { optionalProse, prose, reference, result, TEXT_BYTES } from "./texts.ts";
import { anyOf, oneOf } from "./words.ts";

/** Parameters of the verbs of delegations. Source: spec/api.md 4.3. */

const listDelegationsFields = {
  /** Only in these statuses; also `canceled` and `complete`. Default: in every one. */
  status: anyOf(DELEGATION_STATUSES, { canceled: ["cancelled"], complete: ["completed"] }).optional(),
  /** Only those with this instance as source or target: its id or live name. Default: of every instance. */
  instanceId: reference.optional(),
  /** Seen from `instanceId`: those to it, from it, or both. Default `all`. */
  direction: oneOf(["incoming", "outgoing", "all"]).optional(),
};

/** What `delegations.list` takes. */
export interface ListDelegationsParams extends PageParams, Input<typeof listDelegationsFields> {}

/** delegations.list */
export const listDelegations = query(params({ ...listDelegationsFields, ...pageFields }));

/** The store's question of a checked `delegations.list`. */
export function toDelegationFilter(
  checked: z.output<typeof listDelegations>,
  resolved: { readonly instance?: InstanceNo | undefined } = {},
): DelegationFilter {
  const { cursor = null, instanceId: _resolved, ...rest } = checked;
  return given({ ...rest, ...resolved, cursor });
}

const acceptDelegationFields = {
  /** Said in the journal; at most 262,144 bytes. Default: nothing. */
  note: optionalProse,
};

/** What `delegations.accept` takes. */
export interface AcceptDelegationParams extends CommandOptions, Input<typeof acceptDelegationFields> {}

/** delegations.accept */
export const acceptDelegation = params({ ...acceptDelegationFields, ...commandOptions });

const rejectDelegationFields = {
  /** Why, in words; not empty, at most 262,144 bytes. */
  reason: limited(
    prose()
      .trim()
      .check(must("is empty; a reason in words is accepted", (reason) => reason !== "")),
    { minLength: 1, maxLength: TEXT_BYTES, "x-max-bytes": TEXT_BYTES, pattern: String.raw`\S` },
  ),
};

/** What `delegations.reject` takes. */
export interface RejectDelegationParams extends CommandOptions, Input<typeof rejectDelegationFields> {}

/** delegations.reject: says why. */
export const rejectDelegation = params({ ...rejectDelegationFields, ...commandOptions });

const completeDelegationFields = {
  /** The task's result, at most 262,144 bytes of JSON. Default null. */
  result,
};

/** What `delegations.complete` takes. */
export interface CompleteDelegationParams extends CommandOptions, Input<typeof completeDelegationFields> {}

/** delegations.complete */
export const completeDelegation = params({ ...completeDelegationFields, ...commandOptions });
