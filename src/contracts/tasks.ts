import type * as z from "zod";
import { PRIORITIES, TASK_STATUSES } from "../../machines/records/task.ts";
import type { InstanceNo, TaskNo } from "../../machines/records/values.ts";
import type { TaskFilter } from "../../store/store.ts";
import type { Abortable } from "./abortable.ts";
import { query } from "./check.ts";
import { commandOptions, type CommandOptions } from "./command-options.ts";
import { between, flag, params, type Input } from "./common.ts";
import { errorInfo } from "./error-info.ts";
import { pageFields, type PageParams, search, tagFilter } from "./filters.ts";
import { given } from "./given.ts";
import { RUN_ID_CHARS, taskList } from "./task-input.ts";
import { line, optionalProse, orNull, reference, result } from "./texts.ts";
import { leaseLength, milliseconds } from "./time.ts";
import { anyOf, oneOf } from "./words.ts";

/** Parameters of the verbs of tasks but those in task-input.ts. Source: spec/api.md 4.2, spec/domain.md 2.1 and 2.5. */

const OPEN = ["pending", "blocked", "queued", "claimed", "in_progress", "waiting"] as const;

const listTasksFields = {
  /** Only those that this instance (id or live name) holds; `none` = unassigned. Default: of every holder. */
  instanceId: reference.optional(),
  /** Only in these statuses; `open` = every one that is not final, `held` = pending. Default: in every one. */
  status: anyOf(TASK_STATUSES, {
    open: OPEN,
    held: ["pending"],
    completed: ["done"],
    complete: ["done"],
    canceled: ["cancelled"],
  }).optional(),
  /** Only with all of these tags. Default: any. */
  tag: tagFilter.optional(),
  /** Only without any of these tags. Default: any. */
  notTag: tagFilter.optional(),
  /** Only of these priorities. Default: any. */
  priority: anyOf(PRIORITIES).optional(),
  /** Only with this project, by its name. Default: any. */
  project: line().optional(),
  /** Only claimed by this worker. Default: by any or none. */
  assignee: line().optional(),
  /** Only of this run of a plan. Default: any. */
  runId: line(RUN_ID_CHARS).optional(),
  /** Only with this text in title or description, at most 512 characters. Default: any. */
  q: search.optional(),
  /** Only parts of this task, by its id or ref. Default: any. */
  parentTaskId: reference.optional(),
  /** The order; `-` = the latest first. Default `-created`. */
  sort: oneOf(["created", "-created", "priority", "updated", "-updated"]).optional(),
};

/** What `tasks.list` takes. */
export interface ListTasksParams extends PageParams, Input<typeof listTasksFields> {}

/** tasks.list */
export const listTasks = query(params({ ...listTasksFields, ...pageFields }));

/** The store's question of a checked `tasks.list`. `holder: null` = unassigned (`instanceId: "none"`). */
export function toTaskFilter(
  checked: z.output<typeof listTasks>,
  resolved: {
    readonly holder?: InstanceNo | null | undefined;
    readonly parentTask?: TaskNo | undefined;
  } = {},
): TaskFilter {
  const {
    cursor = null,
    q,
    tag: tags,
    notTag: notTags,
    instanceId: _holder,
    parentTaskId: _parent,
    ...rest
  } = checked;
  return given({ ...rest, ...resolved, cursor, tags, notTags, q: q === "" ? undefined : q });
}

const waitsFields = {
  /** Ids or refs, 1 to 1,000. */
  ids: taskList(reference),
};

/** What `tasks.waits` takes. */
export interface WaitsParams extends Input<typeof waitsFields> {}

/** tasks.waits */
export const waitsOfTasks = params(waitsFields);

const assignTaskFields = {
  /** The instance, by id or live name. */
  instanceId: reference,
};

/** What `tasks.assign` takes. */
export interface AssignTaskParams extends CommandOptions, Input<typeof assignTaskFields> {}

/** tasks.assign */
export const assignTask = params({ ...assignTaskFields, ...commandOptions });

/** The types that `delegate` takes; decompose is not among them before a task can have children. */
const ASKED_TYPES = ["route", "escalate", "reassign"] as const;

const delegateTaskFields = {
  /** To whom, by id or live name. Default: routing chooses. */
  targetInstanceId: orNull(reference),
  /** Down, up to the parent, or to a sibling. Default `route`. */
  delegationType: oneOf(ASKED_TYPES).default("route"),
  /** Shown with the delegation; at most 262,144 bytes. Default null. */
  notes: optionalProse,
  /** true = taken at once where there is room. Default: as the target's `acceptance` says. */
  autoAccept: orNull(flag),
};

/** What `tasks.delegate` takes. */
export interface DelegateTaskParams extends CommandOptions, Input<typeof delegateTaskFields> {}

/** tasks.delegate: without a target, routing chooses. */
export const delegateTask = params({ ...delegateTaskFields, ...commandOptions });

const withReasonFields = {
  /** Why, in words; at most 262,144 bytes. Default null. */
  reason: optionalProse,
};

/** What `tasks.escalate`, `tasks.cancel` and `delegations.cancel` take. */
export interface ReasonParams extends CommandOptions, Input<typeof withReasonFields> {}

/** tasks.escalate, tasks.cancel and delegations.cancel */
export const withReason = params({ ...withReasonFields, ...commandOptions });

const reassignTaskFields = {
  /** A sibling of the holder, by id or live name. */
  targetInstanceId: reference,
  /** Why, in words; at most 262,144 bytes. Default null. */
  reason: optionalProse,
  /** true = taken at once where there is room, false = as the sibling's `acceptance` says. Default true. */
  autoAccept: flag.default(true),
};

/** What `tasks.reassign` takes. */
export interface ReassignTaskParams extends CommandOptions, Input<typeof reassignTaskFields> {}

/** tasks.reassign */
export const reassignTask = params({ ...reassignTaskFields, ...commandOptions });

const setTaskStatusFields = {
  /** What it is to be; `completed` and `complete` mean done, `canceled` cancelled, `open` pending. */
  status: oneOf(["done", "failed", "cancelled", "blocked", "pending", "in_progress"], {
    open: "pending",
    completed: "done",
    complete: "done",
    canceled: "cancelled",
  }),
  /** With `done`: the result, at most 262,144 bytes of JSON. Default null. */
  result,
  /** With `failed`, `cancelled` and `blocked`: why, in words; at most 262,144 bytes. Default null. */
  reason: optionalProse,
};

/** What `tasks.status` takes. */
export interface SetTaskStatusParams extends CommandOptions, Input<typeof setTaskStatusFields> {}

/** tasks.status */
export const setTaskStatus = params({ ...setTaskStatusFields, ...commandOptions });

const leaseToken = line();

const completeTaskFields = {
  /** The result, at most 262,144 bytes of JSON. Default null. */
  result,
  /** The worker's lease, of which `claim` gave the token. Default null: an operator completes it. */
  leaseToken: orNull(leaseToken),
  /** true = also while it waits for its parts. Default false. */
  force: flag.default(false),
};

/** What `tasks.complete` takes. */
export interface CompleteTaskParams extends CommandOptions, Input<typeof completeTaskFields> {}

/** tasks.complete */
export const completeTask = params({ ...completeTaskFields, ...commandOptions });

/** Which task it is. */
const which = {
  /** Its id or ref. */
  id: reference,
};

/** One task of `tasks.completeMany`: which one, and what `tasks.complete` takes. */
export interface CompleteOneParams extends CompleteTaskParams, Input<typeof which> {}

/** tasks.completeMany */
export const completeTasks = params({
  items: taskList(params({ ...which, ...completeTaskFields, ...commandOptions })),
});

const failTaskFields = {
  /** What went wrong: in words, or {code?, message, details?}. */
  error: errorInfo,
  /** true = another attempt, as long as some are left. Default: true with a lease, else false. */
  retryable: orNull(flag),
  /** The worker's lease, of which `claim` gave the token. Default null: an operator fails it. */
  leaseToken: orNull(leaseToken),
};

/** What `tasks.fail` takes. */
export interface FailTaskParams extends CommandOptions, Input<typeof failTaskFields> {}

/** tasks.fail. `retryable: null` = as the lease says: with a token yes, an operator's failure is final. */
export const failTask = params({ ...failTaskFields, ...commandOptions });

/** One task of `tasks.failMany`: which one, and what `tasks.fail` takes. */
export interface FailOneParams extends FailTaskParams, Input<typeof which> {}

/** tasks.failMany */
export const failTasks = params({
  items: taskList(params({ ...which, ...failTaskFields, ...commandOptions })),
});

const heartbeatTaskFields = {
  /** The worker's lease, of which `claim` gave the token. */
  leaseToken,
  /** How long it is to last from now, up to 604,800 seconds (also `5m`). Default: as long as the claim asked for. */
  leaseSeconds: leaseLength.nullish(),
  /** How far it is, 0 to 1. Default: as it was. */
  progress: between(0, 1, "a number from 0 to 1").nullish(),
  /** What it is about; at most 262,144 bytes. Default null. */
  note: optionalProse,
};

/** What `tasks.heartbeat` takes. */
export interface HeartbeatTaskParams extends CommandOptions, Input<typeof heartbeatTaskFields> {}

/** tasks.heartbeat: `leaseSeconds` comes out as `leaseMs`; null = as long as the claim asked for. */
export const heartbeatTask = params({ ...heartbeatTaskFields, ...commandOptions }).transform(
  ({ leaseSeconds, progress, ...rest }) => ({
    ...rest,
    leaseMs: leaseSeconds ?? null,
    progress: progress ?? null,
  }),
);

const releaseTaskFields = {
  /** The worker's lease, of which `claim` gave the token. */
  leaseToken,
};

/** What `tasks.release` takes. */
export interface ReleaseTaskParams extends CommandOptions, Input<typeof releaseTaskFields> {}

/** tasks.release */
export const releaseTask = params({ ...releaseTaskFields, ...commandOptions });

const retryTaskFields = {
  /** Begin again with all attempts. Default true. */
  resetAttempts: flag.default(true),
  /** Also those that failed because it did. Default false. */
  withDependents: flag.default(false),
};

/** What `tasks.retry` takes. */
export interface RetryTaskParams extends CommandOptions, Input<typeof retryTaskFields> {}

/** tasks.retry */
export const retryTask = params({ ...retryTaskFields, ...commandOptions });

const waitForTaskFields = {
  /** How long at most, 0 to 2,147,483,647 ms (also `30s`). Default: however long it takes. */
  timeoutMs: milliseconds().optional(),
};

/** What `tasks.wait` takes. */
export interface WaitForTaskParams extends Abortable, Input<typeof waitForTaskFields> {}

/** tasks.wait */
export const waitForTask = query(params(waitForTaskFields));
