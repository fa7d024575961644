import type * as z from "zod";
import { INSTANCE_STATUSES, INSTANCE_TYPES, SCOPES } from "../../machines/records/instance.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { InstanceSpec } from "../../machines/messages/command.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { InstanceFilter } from "../../store/store.ts";
import { query } from "./check.ts";
import {
  commandOptions,
  flag,
  instanceName,
  leaseLength,
  line,
  milliseconds,
  lengthOf,
  oneOf,
  optionalProse,
  ownId,
  params,
  reference,
  tags,
  whole,
} from "./common.ts";
import { anyOf, pageParams, queryFlag, search } from "./filters.ts";
import { errorInfo } from "./error-info.ts";
import { instanceConfig } from "./instance-config.ts";

/** Parameters of the verbs of instances. Source: 4-http-api.md 4.1, 2-domain.md 2.1. */

const DAY_MS = 86_400_000;

/** instances.create */
export const createInstance = params({
  name: instanceName,
  scope: oneOf(SCOPES),
  parentId: reference.nullish().transform((id) => id ?? null),
  id: ownId.optional(),
  instanceType: oneOf(INSTANCE_TYPES).default("persistent"),
  config: instanceConfig.default({}),
  description: optionalProse,
  start: flag.default(false),
  ...commandOptions,
});

/** What the machines take of a checked `instances.create`; the parent is resolved by the door. */
export function toInstanceSpec(checked: z.output<typeof createInstance>): InstanceSpec {
  return {
    id: checked.id ?? null,
    name: checked.name,
    scope: checked.scope,
    type: checked.instanceType,
    config: checked.config,
    description: checked.description,
    start: checked.start,
  };
}

/** instances.list */
export const listInstances = query(
  params({
    scope: anyOf(SCOPES).optional(),
    status: anyOf(INSTANCE_STATUSES).optional(),
    parentId: reference.optional(),
    instanceType: anyOf(INSTANCE_TYPES).optional(),
    q: search.optional(),
    all: queryFlag.default(false),
    ...pageParams,
  }),
);

/** The store's question of a checked `instances.list`. */
export function toInstanceFilter(
  checked: z.output<typeof listInstances>,
  resolved: { readonly parent?: InstanceNo | undefined } = {},
): InstanceFilter {
  return {
    limit: checked.limit,
    cursor: checked.cursor ?? null,
    count: checked.count,
    all: checked.all,
    ...(checked.scope && { scope: checked.scope }),
    ...(checked.status && { status: checked.status }),
    ...(checked.instanceType && { type: checked.instanceType }),
    ...(checked.q && { q: checked.q }),
    ...(resolved.parent !== undefined && { parent: resolved.parent }),
  };
}

/** instances.stop */
export const stopInstance = params({
  drainTimeoutMs: milliseconds(DAY_MS).optional(),
  wait: flag.default(true),
  ...commandOptions,
});

/** instances.fail */
export const failInstance = params({ error: errorInfo, ...commandOptions });

/** instances.terminate */
export const terminateInstance = params({ cascade: flag.default(false), ...commandOptions });

/** instances.hierarchy */
export const instanceHierarchy = query(params({ all: queryFlag.default(false) }));

/** instances.claim: `leaseSeconds` and `waitSeconds` come out as `leaseMs` and `waitMs`. */
export const claimTasks = params({
  workerId: line(),
  leaseSeconds: leaseLength.optional(),
  max: whole(1, LIMITS.claimMax).default(1),
  waitSeconds: lengthOf({ unit: 1_000, max: 50_000 }).default(0),
  capabilities: tags(256).nullish(),
  ...commandOptions,
}).transform(({ leaseSeconds, waitSeconds, capabilities, ...rest }) => ({
  ...rest,
  /** null = the store's default. */
  leaseMs: leaseSeconds ?? null,
  waitMs: waitSeconds,
  capabilities: capabilities ?? null,
}));
