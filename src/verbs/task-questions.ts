import { HopperError } from "../../machines/errors.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Tasks } from "../api/tasks.ts";
import { check } from "../contracts/check.ts";
import { listTasks, toTaskFilter, waitForTask } from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import { explain } from "../narration/explain.ts";
import type { Journal } from "../door/journal.ts";
import { pageOf } from "./pages.ts";
import { taskRef } from "../door/references.ts";
import { chainView, decisionView, iso } from "../views/view-of.ts";
import type { ChainView, TaskView } from "../views/views.ts";

/** Questions about tasks. */
export function taskQuestions(
  door: Door,
  journal: Journal,
): Pick<Tasks, "get" | "list" | "delegations" | "events" | "decisions" | "explain" | "wait"> {
  return {
    get: async (id) => await door.taskView(await door.task(id)),
    async list(params = {}) {
      const checked = check(listTasks, params);
      const { instanceId, parentTaskId } = checked;
      const holder =
        instanceId === undefined
          ? undefined
          : instanceId === "none"
            ? null
            : door.instance(instanceId, "instanceId").no;
      const parentTask =
        parentTaskId === undefined ? undefined : (await door.taskAddress(parentTaskId, "parentTaskId")).no;
      return await pageOf(
        await door.store.queries.tasks(toTaskFilter(checked, { holder, parentTask })),
        (task) => door.taskView(task),
      );
    },
    delegations: async (id) => await chain(door, await door.task(id)),
    async events(id) {
      const { no } = await door.taskAddress(id);
      return { items: await journal.ofTask(no), nextCursor: null, hasMore: false };
    },
    async decisions(id) {
      const { no } = await door.taskAddress(id);
      const items = [];
      for (const event of await journal.rowsOfTask(no)) {
        if (event.name !== "routing.decided" || event.data === null) continue;
        items.push({ ...decisionView(event.data, door.directory), at: iso(event.at) });
      }
      return { items, nextCursor: null, hasMore: false };
    },
    async explain(id) {
      const task = await door.task(id);
      return {
        task: await door.taskView(task),
        lines: explain(task, await journal.rowsOfTask(task.no), door.directory),
      };
    },
    wait: (id, params) => wait(door, journal, id, params),
  };
}

async function chain(door: Door, task: Task): Promise<ChainView> {
  const items = await door.store.queries.delegationsOf(task.no);
  const results = await door.store.queries.resultsOf(task.no);
  return chainView(task, items, {
    directory: door.directory,
    outputOf: (_task, round) => results.find((one) => one.round === round)?.value ?? null,
  });
}

async function wait(
  door: Door,
  journal: Journal,
  id: string,
  params: Parameters<Tasks["wait"]>[1] = {},
): Promise<TaskView> {
  const { timeoutMs } = check(waitForTask, params);
  const { no } = await door.taskAddress(id);
  const ended = await journal.settled(no, timeoutMs ?? null, (now) => isFinal(now.status));
  if (isFinal(ended.status)) return await door.taskView(ended);
  throw new HopperError("timed_out", `${taskRef(no)} is still ${ended.status} after ${timeoutMs} ms.`, {
    status: ended.status,
  });
}
