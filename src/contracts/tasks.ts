import * as z from "zod";
import { PRIORITIES, TASK_STATUSES } from "../../machines/records/task.ts";
import type { InstanceNo, TaskNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import type { TaskFilter } from "../../store/store.ts";
import { query } from "./check.ts";
import {
  accepting,
  commandOptions,
  flag,
  jsonText,
  leaseLength,
  line,
  milliseconds,
  oneOf,
  optionalProse,
  params,
  reference,
} from "./common.ts";
import { errorInfo } from "./error-info.ts";
import { anyOf, pageParams, search, tagFilter } from "./filters.ts";
import { RUN_ID_CHARS } from "./task-input.ts";

/** Parameters of the verbs of tasks but those in task-input.ts. Source: 4-http-api.md 4.2, 2-domain.md 2.1 and 2.5. */

const result = jsonText(LIMITS.resultBytes)
  .optional()
  .transform((text) => text ?? null);

const OPEN = ["pending", "blocked", "queued", "claimed", "in_progress", "waiting"] as const;

/** tasks.list */
export const listTasks = query(
  params({
    instanceId: reference.optional(),
    status: anyOf(TASK_STATUSES, {
      open: OPEN,
      completed: ["done"],
      complete: ["done"],
      canceled: ["cancelled"],
    }).optional(),
    tag: tagFilter.optional(),
    notTag: tagFilter.optional(),
    priority: anyOf(PRIORITIES).optional(),
    project: line().optional(),
    assignee: line().optional(),
    runId: line(RUN_ID_CHARS).optional(),
    q: search.optional(),
    parentTaskId: reference.optional(),
    sort: oneOf(["created", "-created", "priority", "updated", "-updated"]).optional(),
    ...pageParams,
  }),
);

/** The store's question of a checked `tasks.list`. `holder: null` = unassigned (`instanceId: "none"`). */
export function toTaskFilter(
  checked: z.output<typeof listTasks>,
  resolved: {
    readonly holder?: InstanceNo | null | undefined;
    readonly parentTask?: TaskNo | undefined;
  } = {},
): TaskFilter {
  return {
    limit: checked.limit,
    cursor: checked.cursor ?? null,
    count: checked.count,
    ...(resolved.holder !== undefined && { holder: resolved.holder }),
    ...(resolved.parentTask !== undefined && { parentTask: resolved.parentTask }),
    ...(checked.status && { status: checked.status }),
    ...(checked.tag && { tags: checked.tag }),
    ...(checked.notTag && { notTags: checked.notTag }),
    ...(checked.priority && { priority: checked.priority }),
    ...(checked.project && { project: checked.project }),
    ...(checked.assignee && { assignee: checked.assignee }),
    ...(checked.runId && { runId: checked.runId }),
    ...(checked.q && { q: checked.q }),
    ...(checked.sort && { sort: checked.sort }),
  };
}

/** tasks.assign */
export const assignTask = params({ instanceId: reference, ...commandOptions });

/** The types that `delegate` takes; decompose is not among them before a task can have children. */
const ASKED_TYPES = ["route", "escalate", "reassign"] as const;

/** tasks.delegate: without a target, routing chooses. */
export const delegateTask = params({
  targetInstanceId: reference.nullish().transform((id) => id ?? null),
  delegationType: oneOf(ASKED_TYPES).default("route"),
  notes: optionalProse,
  autoAccept: flag.nullish().transform((given) => given ?? null),
  ...commandOptions,
});

/** tasks.escalate, tasks.cancel and delegations.cancel */
export const withReason = params({ reason: optionalProse, ...commandOptions });

/** tasks.reassign */
export const reassignTask = params({
  targetInstanceId: reference,
  reason: optionalProse,
  autoAccept: flag.default(true),
  ...commandOptions,
});

/** tasks.status */
export const setTaskStatus = params({
  status: oneOf(["done", "failed", "cancelled", "blocked", "pending", "in_progress"], {
    open: "pending",
    completed: "done",
    complete: "done",
    canceled: "cancelled",
  }),
  result,
  reason: optionalProse,
  ...commandOptions,
});

const leaseToken = line();

/** tasks.complete */
export const completeTask = params({
  result,
  leaseToken: leaseToken.nullish().transform((token) => token ?? null),
  force: flag.default(false),
  ...commandOptions,
});

/** tasks.fail. `retryable: null` = as the lease says: with a token yes, an operator's failure is final. */
export const failTask = params({
  error: errorInfo,
  retryable: flag.nullish().transform((given) => given ?? null),
  leaseToken: leaseToken.nullish().transform((token) => token ?? null),
  ...commandOptions,
});

/** tasks.heartbeat: `leaseSeconds` comes out as `leaseMs`; null = as long as the claim asked for. */
export const heartbeatTask = params({
  leaseToken,
  leaseSeconds: leaseLength.nullish(),
  progress: z
    .number(accepting("a number from 0 to 1"))
    .min(0, accepting("a number from 0 to 1"))
    .max(1, accepting("a number from 0 to 1"))
    .nullish(),
  note: optionalProse,
  ...commandOptions,
}).transform(({ leaseSeconds, progress, ...rest }) => ({
  ...rest,
  leaseMs: leaseSeconds ?? null,
  progress: progress ?? null,
}));

/** tasks.release */
export const releaseTask = params({ leaseToken, ...commandOptions });

/** tasks.retry */
export const retryTask = params({
  resetAttempts: flag.default(true),
  withDependents: flag.default(false),
  ...commandOptions,
});

/** tasks.wait */
export const waitForTask = query(params({ timeoutMs: milliseconds().optional() }));
