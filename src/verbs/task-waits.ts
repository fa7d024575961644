import type { Task } from "../../machines/records/task.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import { check } from "../contracts/check.ts";
import { waitsOfTasks, type WaitsParams } from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import { taskRef } from "../door/references.ts";
import { NAMED, waitOf } from "../narration/waits.ts";
import type { ListView } from "../views/views.ts";
import type { WaitView } from "../views/wait-view.ts";
import { listOf } from "./pages.ts";

/** What these tasks wait for, in the order in which they were asked for; nothing of those that wait for nothing. */
export async function waitsOf(door: Door, params: WaitsParams): Promise<ListView<WaitView>> {
  const waits: WaitView[] = [];
  for (const id of check(waitsOfTasks, params).ids) {
    const wait = await waitView(door, await door.task(id, "ids"));
    if (wait !== null) waits.push(wait);
  }
  return listOf(waits);
}

export async function waitView(door: Door, task: Task): Promise<WaitView | null> {
  const { directory, clock, store } = door;
  const named = new Map<TaskNo, Task | null>();
  for (const no of task.waitsFor.slice(0, NAMED)) named.set(no, await store.queries.task(no));
  const said = waitOf(task, {
    now: clock.now(),
    instance: (no) => directory.byNo(no),
    task: (no) => named.get(no) ?? undefined,
    hop: task.pendingHop === null ? null : await store.queries.delegation(task.pendingHop),
    root: directory.liveRoots("GLOBAL")[0]?.name,
  });
  return said && { taskId: task.id, ref: taskRef(task.no), ...said };
}
