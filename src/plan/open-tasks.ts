import { withReach } from "../contracts/shell-word.ts";
import type { Hopper } from "../hopper.ts";
import type { TaskView } from "../views/views.ts";
import type { WaitView } from "../views/wait-view.ts";
import type { Reach } from "./next-steps.ts";
import type { OpenTask } from "./render.ts";

/** What these open tasks wait for; one that somebody works on has its status alone. */
export async function openTasks(
  hopper: Hopper,
  tasks: readonly Pick<TaskView, "id" | "ref" | "title" | "status">[],
  reach: Reach,
): Promise<OpenTask[]> {
  const waits = await waitsOf(hopper, tasks);
  return tasks.map((task) => openTask(task, waits.get(task.id), reach));
}

/** Of these tasks those that somebody must do something for. */
export async function standingStill(
  hopper: Hopper,
  tasks: readonly Pick<TaskView, "id" | "ref" | "title" | "status">[],
  reach: Reach,
): Promise<OpenTask[]> {
  const waits = await waitsOf(hopper, tasks);
  return tasks.flatMap((task) => {
    const wait = waits.get(task.id);
    return wait === undefined || wait.fix === null || wait.kind === "dependencies"
      ? []
      : openTask(task, wait, reach);
  });
}

function openTask(
  { ref, title, status }: Pick<TaskView, "ref" | "title" | "status">,
  wait: WaitView | undefined,
  { options }: Reach,
): OpenTask {
  // Where the data are gone nothing ends a wait any more.
  const fix = options === null ? null : (wait?.fix ?? null);
  const why = wait?.text ?? status.replace("_", " ");
  return { ref, title, status, why, fix: fix === null ? null : withReach(fix, options ?? []) };
}

/** A page of them at a time. */
const PAGE = 1_000;

async function waitsOf(
  hopper: Hopper,
  tasks: readonly Pick<TaskView, "id">[],
): Promise<ReadonlyMap<string, WaitView>> {
  const waits = new Map<string, WaitView>();
  for (let at = 0; at < tasks.length; at += PAGE) {
    const ids = tasks.slice(at, at + PAGE).map(({ id }) => id);
    for (const wait of (await hopper.tasks.waits({ ids })).items) waits.set(wait.taskId, wait);
  }
  return waits;
}
