import type { TaskView } from "../views/views.ts";
import type { Plan, PlanTask } from "./plan-file.ts";

/** One task that the file and the stored run do not agree on. */
export interface Difference {
  readonly key: string;
  /** `new`, `gone`, or what has another value: `run, timeout`. */
  readonly how: string;
}

/** Fields that are compared as they are, by the name they have in the file. */
const FIELDS: readonly (readonly [
  name: string,
  planned: (task: PlanTask) => unknown,
  stored: (task: TaskView) => unknown,
])[] = [
  ["title", ({ params }) => params.title, ({ title }) => title],
  ["description", ({ params }) => params.description ?? null, ({ description }) => description],
  ["tags", ({ params }) => params.tags ?? [], ({ tags }) => tags],
  ["priority", ({ params }) => params.priority, ({ priority }) => priority],
  ["run", ({ params }) => params.run ?? null, ({ run }) => run],
  [
    "on_dependency_failure",
    ({ params }) => params.onDependencyFailure,
    ({ onDependencyFailure }) => onDependencyFailure,
  ],
  ["timeout", ({ params }) => params.timeoutSeconds ?? null, ({ timeoutSeconds }) => timeoutSeconds],
  ["project", ({ params }) => params.project ?? null, ({ project }) => project],
  ["payload, cwd or env", ({ params }) => params.payload ?? null, ({ payload }) => payload],
];

/**
 * The keys whose tasks differ between a plan file and a run of an earlier text of it, in the file's order,
 * then those that are gone. Moments are not compared: a run counts them from its own start.
 */
export function differences(plan: Pick<Plan, "tasks">, stored: readonly TaskView[]): Difference[] {
  const keys = new Map(
    stored.flatMap((task) =>
      task.key === null
        ? []
        : [
            [task.id, task.key],
            [task.ref, task.key],
          ],
    ),
  );
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

function changedFields(task: PlanTask, stored: TaskView, keys: ReadonlyMap<string, string>): string[] {
  const changed = FIELDS.filter(([, planned, found]) => !isSame(planned(task), found(stored))).map(
    ([name]) => name,
  );
  const before = stored.dependsOn.map((id) => `key:${keys.get(id) ?? id}`);
  if (!isSame([...(task.params.dependsOn ?? [])].sort(), before.sort())) changed.push("depends_on");
  const { maxAttempts } = task.params;
  // Left out, it is whatever was the default when the run began.
  if (maxAttempts !== undefined && maxAttempts !== stored.maxAttempts) changed.push("max_attempts");
  return changed;
}

function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

/** JSON with the keys of objects in order: a store may give them back in another one. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
