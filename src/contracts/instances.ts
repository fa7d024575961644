import type * as z from "zod";
import { INSTANCE_STATUSES, INSTANCE_TYPES, SCOPES } from "../../machines/records/instance.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import type { InstanceSpec } from "../../machines/messages/command.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { InstanceFilter } from "../../store/store.ts";
import type { Abortable } from "./abortable.ts";
import { query } from "./check.ts";
import { commandOptions, type CommandOptions } from "./command-options.ts";
import { flag, params, whole, type Input } from "./common.ts";
import { errorInfo } from "./error-info.ts";
import { pageFields, type PageParams, queryFlag, search } from "./filters.ts";
import { given } from "./given.ts";
import { instanceConfig } from "./instance-config.ts";
import { instanceName, line, optionalProse, orNull, ownId, reference, tags } from "./texts.ts";
import { DAY_MS, leaseLength, lengthOf, milliseconds } from "./time.ts";
import { anyOf, oneOf } from "./words.ts";

/** Parameters of the verbs of instances. Source: spec/api.md 4.1, spec/domain.md 2.1. */

const createInstanceFields = {
  /** 1 to 128 characters without `/`, unlike a ref (T-1), and unique among live instances. */
  name: instanceName,
  /** What it is for: it decides what becomes of its tasks. */
  scope: oneOf(SCOPES),
  /** The instance above it, by id or live name. Default null: a root. */
  parentId: orNull(reference),
  /** Its id: 1 to 64 letters, digits, `.`, `_`, `-`, never used before. Default: a new UUID. */
  id: ownId.optional(),
  /** When it ends: by hand, after its tasks (ephemeral), or by a moment (temporary). Default `persistent`. */
  instanceType: oneOf(INSTANCE_TYPES).default("persistent"),
  /** How it acts; at most 65,536 bytes of JSON. Default: as its parent hands down, else as its scope is configured. */
  config: instanceConfig.default({}),
  /** What it is, also for the choice among siblings; at most 262,144 bytes. Default null. */
  description: optionalProse,
  /** true = started at once: resolves in `running`. Default false. */
  start: flag.default(false),
};

/** What `instances.create` takes. */
export interface CreateInstanceParams extends CommandOptions, Input<typeof createInstanceFields> {}

/** instances.create */
export const createInstance = params({ ...createInstanceFields, ...commandOptions });

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

const listInstancesFields = {
  /** Only of these scopes. Default: of every one. */
  scope: anyOf(SCOPES).optional(),
  /** Only in these statuses. Default: in every one but terminated. */
  status: anyOf(INSTANCE_STATUSES).optional(),
  /** Only children of this instance, by id or live name. Default: any. */
  parentId: reference.optional(),
  /** Only of these types. Default: of every one. */
  instanceType: anyOf(INSTANCE_TYPES).optional(),
  /** Only with this text in name or description, at most 512 characters. Default: any. */
  q: search.optional(),
  /** Terminated ones, too. Default false. */
  all: queryFlag.default(false),
};

/** What `instances.list` takes. */
export interface ListInstancesParams extends PageParams, Input<typeof listInstancesFields> {}

/** instances.list */
export const listInstances = query(params({ ...listInstancesFields, ...pageFields }));

/** The store's question of a checked `instances.list`. */
export function toInstanceFilter(
  checked: z.output<typeof listInstances>,
  resolved: { readonly parent?: InstanceNo | undefined } = {},
): InstanceFilter {
  const { cursor = null, q, instanceType: type, parentId: _resolved, ...rest } = checked;
  return given({ ...rest, ...resolved, cursor, type, q: q === "" ? undefined : q });
}

const stopInstanceFields = {
  /** How long work under way may go on, 0 to 86,400,000 ms (also `5m`). Default: its `drain_timeout_seconds`, 30 s. */
  drainTimeoutMs: milliseconds(DAY_MS).optional(),
  /** false = answer at once, in `stopping`. Default true: when it has drained. */
  wait: flag.default(true),
};

/** What `instances.stop` and `instances.restart` take. */
export interface StopInstanceParams extends Abortable, CommandOptions, Input<typeof stopInstanceFields> {}

/** instances.stop, instances.restart */
export const stopInstance = params({ ...stopInstanceFields, ...commandOptions });

const failInstanceFields = {
  /** What went wrong: in words, or {code?, message, details?}. */
  error: errorInfo,
};

/** What `instances.fail` takes. */
export interface FailInstanceParams extends CommandOptions, Input<typeof failInstanceFields> {}

/** instances.fail */
export const failInstance = params({ ...failInstanceFields, ...commandOptions });

const terminateInstanceFields = {
  /** true = with all that live below it, those first. Default false: refused (`has_live_children`) while there are any. */
  cascade: flag.default(false),
};

/** What `instances.terminate` takes. */
export interface TerminateInstanceParams extends CommandOptions, Input<typeof terminateInstanceFields> {}

/** instances.terminate */
export const terminateInstance = params({ ...terminateInstanceFields, ...commandOptions });

const instanceHierarchyFields = {
  /** Terminated ones, too. Default false. */
  all: queryFlag.default(false),
};

/** What `instances.hierarchy` takes. */
export interface HierarchyParams extends Input<typeof instanceHierarchyFields> {}

/** instances.hierarchy */
export const instanceHierarchy = query(params(instanceHierarchyFields));

const instanceQueueFields = { limit: pageFields.limit };

/** What `instances.queue` takes. */
export interface InstanceQueueParams extends Input<typeof instanceQueueFields> {}

/** instances.queue */
export const instanceQueue = query(params(instanceQueueFields));

const claimTasksFields = {
  /** Who claims, as tasks show it; 1 to 128 characters. */
  workerId: line(),
  /** How long each lease lasts without a heartbeat, up to 604,800 seconds (also `5m`). Default: `workers.lease_seconds`, 300. */
  leaseSeconds: leaseLength.optional(),
  /** How many at most, 1 to 100. Default 1. */
  max: whole(1, LIMITS.claimMax).default(1),
  /** How long to wait for the first one, 0 to 50 seconds (also `30s`). Default 0. */
  waitSeconds: lengthOf({ unit: 1_000, max: 50_000 }).default(0),
  /** Only tasks whose tags are all among these, at most 256. Default: any task. */
  capabilities: tags(256).nullish(),
};

/** What `instances.claim` takes. */
export interface ClaimParams extends Abortable, CommandOptions, Input<typeof claimTasksFields> {}

/** instances.claim: `leaseSeconds` and `waitSeconds` come out as `leaseMs` and `waitMs`. */
export const claimTasks = params({ ...claimTasksFields, ...commandOptions }).transform(
  ({ leaseSeconds, waitSeconds, capabilities, ...rest }) => ({
    ...rest,
    /** null = the store's default. */
    leaseMs: leaseSeconds ?? null,
    waitMs: waitSeconds,
    capabilities: capabilities ?? null,
  }),
);
