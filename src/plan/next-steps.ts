import { commandText } from "../contracts/shell-word.ts";
import type { AttemptView, TaskView } from "../views/views.ts";
import type { FailedTask, PlanSummary } from "./render.ts";

/** How a run can be reached by a later command. */
export interface Reach {
  /** The plan's file, as it was named. */
  readonly file: string;
  /** Options that lead to the same data; null = they are gone. */
  readonly options: readonly string[] | null;
}

/** Failed by itself: what only failed because of another one is tried again with that one. */
export function isCause({ status, error }: TaskView): boolean {
  return status === "failed" && error?.code !== "dependency_failed";
}

/** What has failed, and where more of it stands. `attemptOf`: the last one of a task, or null where it is not to be told. */
export async function failuresOf(
  tasks: readonly TaskView[],
  { options }: Reach,
  attemptOf: (task: TaskView) => Promise<AttemptView | null>,
): Promise<FailedTask[]> {
  const failed = tasks.filter(({ status }) => status === "failed");
  return await Promise.all(
    failed.map(async (task) => ({
      ref: task.ref,
      title: task.title,
      why: task.error?.message ?? "failed",
      show: options !== null && isCause(task) ? commandText(["task", "show", task.ref, ...options]) : null,
      attempt: isCause(task) ? await attemptOf(task) : null,
    })),
  );
}

/** What may be done after a run that has not done everything. */
export function nextSteps(tasks: readonly TaskView[], open: number, reach: Reach): PlanSummary["next"] {
  const { file, options } = reach;
  if (options === null) return [];
  const run = (flag: string): string => commandText(["run", file, flag, ...options]);
  const steps = [];
  if (tasks.some(isCause))
    steps.push({
      command: run("--retry-failed"),
      what: `tries what failed again${open > 0 ? ", and goes on" : ""}`,
    });
  if (open > 0) steps.push({ command: run("--resume"), what: "goes on with what is open" });
  return steps;
}
