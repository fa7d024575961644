import { isDeepStrictEqual } from "node:util";
import type { TaskView } from "../views/views.ts";
import type { Plan, PlanTask } from "./plan-file.ts";

/** One task that the file and the stored run do not agree on. */
export interface Difference {
  readonly key: string;
  /** `new`, `gone`, or what has another value: `run, timeout`. */
  readonly how: string;
}

/** Fields that are compared as they are, by the name they have in the file. */
const FIELDS = {
  title: "title",
  description: "description",
  tags: "tags",
  priority: "priority",
  run: "run",
  on_dependency_failure: "onDependencyFailure",
  timeout: "timeoutSeconds",
  project: "project",
  "payload, cwd or env": "payload",
} as const;

/**
 * The keys whose tasks differ between a plan file and a run of an earlier text of it, in the file's order,
 * then those that are gone. Moments are not compared: a run counts them from its own start.
 */
export function differences(plan: Pick<Plan, "tasks">, stored: readonly TaskView[]): Difference[] {
  const keys = keysOf(stored);
  const byKey = new Map(stored.map((task) => [task.key, task]));
  const changed = plan.tasks.flatMap((task): Difference[] => {
    const other = byKey.get(task.key);
    if (other === undefined) return [{ key: task.key, how: "new" }];
    const fields = changedFields(task, other, keys);
    return fields.length === 0 ? [] : [{ key: task.key, how: fields.join(", ") }];
  });
  const planned = new Set(plan.tasks.map(({ key }) => key));
  const gone = stored.flatMap(({ key }) => (key === null || planned.has(key) ? [] : [{ key, how: "gone" }]));
  return [...changed, ...gone];
}

/** The key of each task, by its id and by its ref. */
export function keysOf(tasks: readonly TaskView[]): Map<string, string> {
  const keyed = tasks.filter((task): task is TaskView & { key: string } => task.key !== null);
  return new Map(keyed.flatMap(({ id, ref, key }) => [[id, key] as const, [ref, key] as const]));
}

function changedFields(task: PlanTask, stored: TaskView, keys: ReadonlyMap<string, string>): string[] {
  const { params } = task;
  const changed = Object.entries(FIELDS)
    .filter(([, field]) => !isDeepStrictEqual(params[field] ?? null, stored[field]))
    .map(([name]) => name);
  const before = stored.dependsOn.map((id) => `key:${keys.get(id) ?? id}`);
  if (!isDeepStrictEqual([...(params.dependsOn ?? [])].sort(), before.sort())) changed.push("depends_on");
  const { maxAttempts } = params;
  // Left out, it is whatever was the default when the run began.
  if (maxAttempts !== undefined && maxAttempts !== stored.maxAttempts) changed.push("max_attempts");
  return changed;
}
