import * as z from "zod";
import { HopperError } from "../../machines/errors.ts";
import type { TaskEdit, TaskSpec } from "../../machines/messages/command.ts";
import { PRIORITIES, TASK_SOURCES, type TaskSource } from "../../machines/records/task.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import { commandOptions, type CommandOptions } from "./command-options.ts";
import { accepting, flag, params, whole, type Input } from "./common.ts";
import { given } from "./given.ts";
import { COMMAND_BYTES, jsonText, line, optionalProse, prose, reference, tags, title } from "./texts.ts";
import { milliseconds, moment } from "./time.ts";
import { oneOf } from "./words.ts";

/** Parameters of the verbs that create and edit tasks, and what the machines take of them. Source: spec/api.md 4.2, spec/domain.md 2.1 and 2.5. */

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
const references: z.ZodType<string[], readonly string[]> = z
  .array(line(RUN_ID_CHARS), accepting("a list of ids or refs"))
  .max(LIMITS.batch, { error: `has too many entries; at most ${LIMITS.batch} are accepted` });
const dependencies = references.transform((given) => [...new Set(given)]);

/** The fields of a new task; those that mean the same in a plan's file are checked there by the same schema. */
export const newTaskFields = {
  /** What is to be done, in a line or a few; 1 to 512 characters. */
  title,
  /** More about it; at most 262,144 bytes. Default null. */
  description: optionalProse,
  /** What it is about, matched with capabilities; at most 32 of 1 to 64 characters. Default none. */
  tags: tags().default([]),
  /** How soon, among those that wait in one queue. Default `medium`. */
  priority: priority.default("medium"),
  /** The instance (id or live name) where it is created and decided. Default: the only live GLOBAL root, else unassigned. */
  instanceId: reference.nullish(),
  /** The project (name or id) that a GLOBAL must pass it to. Default null: the best one. */
  project: optionalLine,
  /** The caller's own name for it, 1 to 128 characters; inside a batch `dependsOn` may use it. Default null. */
  key: optionalLine,
  /** The run of a plan that it belongs to; 1 to 256 characters. Default null. */
  runId: line(RUN_ID_CHARS).nullish(),
  /** Ids or refs of at most 1,000 tasks that must be done before; inside a batch also `key:KEY`. Default none. */
  dependsOn: dependencies.default([]),
  /** What becomes of it when one of those fails: fail with it, or run all the same. Default `fail`. */
  onDependencyFailure: oneOf(["fail", "run"]).default("fail"),
  /** When it fails if it is not final: ISO 8601 with its zone, not yet past. Default null: never. */
  deadlineAt: moment.nullish(),
  /** Not claimable before this moment: ISO 8601 with its zone. Default null: at once. */
  notBefore: moment.nullish(),
  /** How long one attempt may take, 1 to 31,536,000 seconds. Default null: no limit. */
  timeoutSeconds,
  /** Attempts before it fails for good, 1 to 1,000. Default: `tasks.max_attempts` of the configuration, 3. */
  maxAttempts: maxAttempts.optional(),
  /** A command for shell workers; at most 65,536 bytes. Default null. */
  run: prose(COMMAND_BYTES).nullish(),
  /** Data for the worker; at most 65,536 bytes of JSON. Default null. */
  payload: payload.optional(),
  /** false = hold it where it is until somebody delegates it. Default true. */
  route: flag.default(true),
  /** By which way it came. Default `library`. */
  source: oneOf(TASK_SOURCES).optional(),
};

/** One task of `tasks.addBatch`. */
export interface BatchTaskParams extends Input<typeof newTaskFields> {}

const createTaskFields = {
  ...newTaskFields,
  /** Ids or refs of at most 1,000 tasks that must be done before. Default none. */
  dependsOn: dependencies.default([]).refine((given) => !given.some(isKey), {
    error: `names a task of a batch ("key:…"); ids and refs of existing tasks are accepted`,
  }),
  /** Answer when it is queued, held, blocked, waiting or final, or after so many ms (also `2s`), 0 to 30,000. Default 0. */
  settleMs: milliseconds(30_000).optional(),
};

/** What `tasks.add` and `route.preview` take. */
export interface CreateTaskParams extends CommandOptions, Input<typeof createTaskFields> {}

/** tasks.add and route.preview */
export const createTask = params({ ...createTaskFields, ...commandOptions });

/** One task of a batch or plan: `dependsOn` may also name keys of the same batch, as `key:types`. */
export const batchTask = params(newTaskFields);

/** The tasks of a batch or plan. */
export function taskList<S extends z.ZodType>(task: S) {
  return z
    .array(task, accepting("a list of tasks"))
    .min(1, { error: `is empty; 1 to ${LIMITS.batch} tasks are accepted` })
    .max(LIMITS.batch, {
      error: (issue) =>
        `has ${(issue.input as unknown[]).length} tasks; at most ${LIMITS.batch} are accepted`,
    });
}

/** tasks.addBatch */
export const createTasks = params({
  items: taskList(batchTask),
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
  const keys = checked.dependsOn
    .filter(isKey)
    .map((dependency) => dependency.slice(KEY_PREFIX.length).trim());
  return [...new Set(keys)];
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

const updateTaskFields = {
  /** What is to be done; 1 to 512 characters. */
  title: title.optional(),
  /** More about it, at most 262,144 bytes; null = none. */
  description: prose().nullish(),
  /** All of its tags: at most 32 of 1 to 64 characters. */
  tags: tags().optional(),
  /** How soon, among those that wait in one queue. */
  priority: priority.optional(),
  /** The project (name or id) that a GLOBAL must pass it to; null = the best one. */
  project: optionalLine,
  /** Ids or refs of those that it still waits for: can only be shortened. */
  dependsOn: dependencies.optional(),
  /** When it fails if it is not final: ISO 8601 with its zone, not yet past; null = never. */
  deadlineAt: moment.nullish(),
  /** Not claimable before this moment, ISO 8601 with its zone; null = at once. */
  notBefore: moment.nullish(),
  /** How long one attempt may take, 1 to 31,536,000 seconds; null = no limit. */
  timeoutSeconds,
  /** Attempts before it fails for good, 1 to 1,000. */
  maxAttempts: maxAttempts.optional(),
  /** Data for the worker; at most 65,536 bytes of JSON. */
  payload: payload.optional(),
  /** false = hold it where it is until somebody delegates it. */
  route: flag.optional(),
  /** Refuse (`stale_version`) unless the task is of this version, 1 or more. Default: any version. */
  ifVersion: whole(1, Number.MAX_SAFE_INTEGER).optional(),
};

/** What `tasks.update` takes: what is left out stays as it is. */
export interface UpdateTaskParams extends CommandOptions, Input<typeof updateTaskFields> {}

/** tasks.update */
export const updateTask = params({ ...updateTaskFields, ...commandOptions });

/** The edit of a checked `tasks.update`: fields left out stay as they are. Throws `validation_failed` for a deadline that has passed. */
export function toTaskEdit(
  checked: z.output<typeof updateTask>,
  context: { readonly dependsOn?: readonly TaskNo[] | undefined; readonly now: number },
): TaskEdit {
  refusePast(checked.deadlineAt ?? null, context.now);
  const { idempotencyKey: _key, by: _by, dependsOn, ...fields } = checked;
  return given({ ...fields, dependsOn: dependsOn && (context.dependsOn ?? []) });
}
