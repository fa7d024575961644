import * as z from "zod";
import { HopperError } from "../../machines/errors.ts";
import type { TaskEdit, TaskSpec } from "../../machines/messages/command.ts";
import { PRIORITIES, TASK_SOURCES, type TaskSource } from "../../machines/records/task.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import {
  accepting,
  COMMAND_BYTES,
  commandOptions,
  flag,
  jsonText,
  line,
  milliseconds,
  moment,
  oneOf,
  optionalProse,
  params,
  prose,
  reference,
  tags,
  title,
  whole,
} from "./common.ts";

/** Parameters of the verbs that create and edit tasks, and what the machines take of them. Source: 4-http-api.md 4.2, 2-domain.md 2.1 and 2.5. */

const YEAR_SECONDS = 31_536_000;
/** A run of a plan is `NAME@HASH#N`. */
export const RUN_ID_CHARS = 256;
const ATTEMPTS = 1_000;
/** Marks a dependency on another task of the same batch: `key:types`. */
const KEY_PREFIX = "key:";

const optionalLine = line().nullish();
const priority = oneOf(PRIORITIES);
const timeoutSeconds = whole(1, YEAR_SECONDS).nullish();
const maxAttempts = whole(1, ATTEMPTS);
const payload = jsonText(LIMITS.payloadBytes);
const dependencies = z
  .array(line(RUN_ID_CHARS), accepting("a list of ids or refs"))
  .max(LIMITS.batch, { error: `has too many entries; at most ${LIMITS.batch} are accepted` })
  .transform((given) => [...new Set(given)]);

const newTask = {
  title,
  description: optionalProse,
  tags: tags().default([]),
  priority: priority.default("medium"),
  instanceId: reference.nullish(),
  project: optionalLine,
  key: optionalLine,
  runId: line(RUN_ID_CHARS).nullish(),
  dependsOn: dependencies.default([]),
  onDependencyFailure: oneOf(["fail", "run"]).default("fail"),
  deadlineAt: moment.nullish(),
  notBefore: moment.nullish(),
  timeoutSeconds,
  maxAttempts: maxAttempts.optional(),
  run: prose(COMMAND_BYTES).nullish(),
  payload: payload.optional(),
  route: flag.default(true),
  source: oneOf(TASK_SOURCES).optional(),
};

/** tasks.add and route.preview */
export const createTask = params({
  ...newTask,
  dependsOn: dependencies.default([]).refine((given) => !given.some(isKey), {
    error: `names a task of a batch ("key:…"); ids and refs of existing tasks are accepted`,
  }),
  settleMs: milliseconds(30_000).optional(),
  ...commandOptions,
});

/** One task of a batch or plan: `dependsOn` may also name keys of the same batch, as `key:types`. */
export const batchTask = params(newTask);

/** tasks.addBatch */
export const createTasks = params({
  items: z
    .array(batchTask, accepting("a list of tasks"))
    .min(1, { error: "is empty; 1 to 1000 tasks are accepted" })
    .max(LIMITS.batch, {
      error: (issue) =>
        `has ${(issue.input as unknown[]).length} tasks; at most ${LIMITS.batch} are accepted`,
    }),
  ...commandOptions,
});

/** A checked task that is to be created. */
export type CheckedTask = z.output<typeof batchTask>;

function isKey(dependency: string): boolean {
  return dependency.startsWith(KEY_PREFIX);
}

/** The ids and refs among a task's dependencies, which the door resolves; the rest are keys of the batch. */
export function dependencyRefs(checked: Pick<CheckedTask, "dependsOn">): string[] {
  return checked.dependsOn.filter((dependency) => !isKey(dependency));
}

/** The keys of the same batch among a task's dependencies. */
export function dependencyKeys(checked: Pick<CheckedTask, "dependsOn">): string[] {
  return checked.dependsOn.filter(isKey).map((dependency) => dependency.slice(KEY_PREFIX.length).trim());
}

/** What the door knows and the checked input does not. */
export interface TaskContext {
  /** {@link dependencyRefs} resolved. */
  readonly dependsOn: readonly TaskNo[];
  readonly now: number;
  /** Used when the caller names none. */
  readonly source: TaskSource;
  /** How the deadline is called in a refusal; default `deadlineAt`. */
  readonly deadlineField?: string;
}

/** What the machines take of a checked task. Throws `validation_failed` when its deadline has passed. */
export function toTaskSpec(checked: CheckedTask, context: TaskContext): TaskSpec {
  refusePast(checked.deadlineAt ?? null, context.now, context.deadlineField);
  return {
    title: checked.title,
    description: checked.description,
    tags: checked.tags,
    priority: checked.priority,
    project: checked.project ?? null,
    key: checked.key ?? null,
    runId: checked.runId ?? null,
    dependsOn: context.dependsOn,
    dependsOnKeys: dependencyKeys(checked),
    onDependencyFailure: checked.onDependencyFailure,
    deadlineAt: checked.deadlineAt ?? null,
    notBefore: checked.notBefore ?? null,
    timeoutSeconds: checked.timeoutSeconds ?? null,
    maxAttempts: checked.maxAttempts ?? null,
    run: checked.run ?? null,
    payload: checked.payload ?? null,
    route: checked.route,
    source: checked.source ?? context.source,
  };
}

function refusePast(deadline: number | null, now: number, field = "deadlineAt"): void {
  if (deadline === null || deadline > now) return;
  const message = `is ${new Date(deadline).toISOString()}, which has passed; a later moment is accepted`;
  throw new HopperError("validation_failed", `${field} ${message}`, { issues: [{ path: field, message }] });
}

/** tasks.update */
export const updateTask = params({
  title: title.optional(),
  description: prose().nullish(),
  tags: tags().optional(),
  priority: priority.optional(),
  project: optionalLine,
  dependsOn: dependencies.optional(),
  deadlineAt: moment.nullish(),
  notBefore: moment.nullish(),
  timeoutSeconds,
  maxAttempts: maxAttempts.optional(),
  payload: payload.optional(),
  route: flag.optional(),
  ifVersion: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  ...commandOptions,
});

/** The edit of a checked `tasks.update`: fields left out stay as they are. Throws `validation_failed` for a deadline that has passed. */
export function toTaskEdit(
  checked: z.output<typeof updateTask>,
  context: { readonly dependsOn?: readonly TaskNo[]; readonly now: number },
): TaskEdit {
  refusePast(checked.deadlineAt ?? null, context.now);
  const { idempotencyKey: _key, by: _by, dependsOn, ...fields } = checked;
  const edit: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) edit[name] = value;
  }
  if (dependsOn !== undefined) edit["dependsOn"] = context.dependsOn ?? [];
  return edit;
}
