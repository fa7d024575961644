import * as z from "zod";
import { accepting, atMost, bytes, found, must, params, reject, whole } from "../contracts/common.ts";
import { readDuration } from "../contracts/duration.ts";
import { instanceConfig } from "../contracts/instance-config.ts";
import { COMMAND_BYTES, instanceName, line, plainName, prose } from "../contracts/texts.ts";
import { newTaskFields, taskList } from "../contracts/task-input.ts";
import { DAY_MS, readMoment } from "../contracts/time.ts";
import type { PlanNode } from "../verbs/internals.ts";
import { oneOf } from "../contracts/words.ts";
import { SCOPES } from "../../machines/records/instance.ts";

/**
 * What a plan file may hold, field by field. What concerns several fields (keys, cycles, nesting, names)
 * is in plan-checks.ts. Source: spec/cli.md 5.3.
 */

/** At most so many commands at once at one instance. */
export const WORKERS_MAX = 100;

const DURATION_FORM = "a duration with its unit, such as 30s, 5m or 1h30m,";

/** The length in ms of a text with a unit; null = it is none. A bare number would leave its unit open. */
function lengthOf(text: string): number | null {
  return /[a-z]\s*$/i.test(text) ? readDuration(text) : null;
}

/** Whole seconds: that is how a task keeps it. */
const timeout = z.union([z.string(), z.unknown()]).transform((given, context) => {
  const ms = typeof given === "string" ? lengthOf(given) : null;
  if (ms !== null && ms >= 1_000 && ms <= 365 * DAY_MS && ms % 1_000 === 0) return ms / 1_000;
  return reject(context, given, `${found(given)}; ${DURATION_FORM} in whole seconds, is accepted`);
});

/** A moment of a task: a point in time, or a length counted from the start of the run. */
export type PlannedMoment = { readonly at: number } | { readonly afterMs: number };

const moment = z.unknown().transform((given, context): PlannedMoment => {
  const ms = typeof given === "string" ? lengthOf(given) : null;
  if (ms !== null) return { afterMs: ms };
  const at = typeof given === "string" ? readMoment(given) : null;
  if (at !== null) return { at };
  return reject(
    context,
    given,
    `${found(given)}; ${DURATION_FORM} or a moment such as 2026-03-01T12:00:00Z is accepted`,
  );
});

const surroundings = {
  env: z.record(z.string(), prose(COMMAND_BYTES), accepting("an object")).default({}),
  env_from: z.array(z.string(accepting("the name of a variable")), accepting("a list of names")).default([]),
  cwd: line(4_096).optional(),
};

const node = params({
  name: instanceName,
  scope: oneOf(SCOPES),
  config: instanceConfig.default({}),
  description: prose().optional(),
  instance_type: oneOf(["persistent", "ephemeral"]).optional(),
  get children(): z.ZodType<PlanNode[]> {
    return z.array(node, accepting("a list of instances")).default([]) as unknown as z.ZodType<PlanNode[]>;
  },
}).transform(({ instance_type: instanceType, ...rest }): PlanNode => ({ ...rest, instanceType }));

const task = params({
  key: plainName,
  title: newTaskFields.title,
  description: prose().optional(),
  tags: newTaskFields.tags,
  priority: newTaskFields.priority,
  run: z
    .string(accepting("a command, as text,"))
    .check(
      must("is empty; a command is accepted, and a person's task has none", (text) => text.trim() !== ""),
      atMost(COMMAND_BYTES, "is # bytes long", bytes),
    )
    .optional(),
  depends_on: z.array(z.string(accepting("the key of a task")), accepting("a list of keys")).default([]),
  on_dependency_failure: newTaskFields.onDependencyFailure,
  timeout: timeout.optional(),
  max_attempts: newTaskFields.maxAttempts,
  project: line().optional(),
  payload: z.record(z.string(), z.unknown(), accepting("an object")).optional(),
  deadline: moment.optional(),
  not_before: moment.optional(),
  ...surroundings,
});

/** A whole plan file. `runtime` is checked by the schema of hopper.yaml. */
export const planSchema = params({
  name: plainName,
  hierarchy: node,
  runtime: z.record(z.string(), z.unknown(), accepting("an object")).default({}),
  tasks: taskList(task),
  workers: z.record(z.string(), whole(0, WORKERS_MAX), accepting("an object")).default({}),
  ...surroundings,
});

/** A plan as its schema makes it, with defaults. */
export type CheckedPlan = z.output<typeof planSchema>;
export type CheckedTask = CheckedPlan["tasks"][number];
