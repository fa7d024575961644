import type { EventName } from "../../machines/events/catalogue.ts";
import { parsePlan, type Plan } from "../../src/plan/plan-file.ts";
import type { EventDataView, EventView, InstanceTreeView, TaskView } from "../../src/views/views.ts";
import { NO_TASKS, taskView, treeView } from "../cli/support/views.ts";

export function plan(text: string): Plan {
  return parsePlan({ file: "p.yaml", folder: "/plans", bytes: Buffer.from(text) });
}

/** A task as the library shows it; only what a test is about needs to be said. */
export function task(change: Partial<TaskView> & { id: string }): TaskView {
  return taskView({
    ref: change.id,
    title: change.id,
    instanceId: null,
    originInstanceId: null,
    run: "true",
    source: "plan",
    createdAt: "",
    updatedAt: "",
    ...change,
  });
}

let cursor = 0;

/** An event of the journal, `ms` after the beginning of 2026. */
export function event<N extends EventName>(
  name: N,
  where: {
    task?: string;
    instance?: string;
    ms?: number;
    actor?: string;
    data?: Partial<EventDataView<N>>;
  } = {},
): EventView {
  cursor += 1;
  return {
    cursor: `c${cursor}`,
    at: new Date(Date.UTC(2026, 0, 1) + (where.ms ?? 0)).toISOString(),
    event: name,
    instanceId: where.instance ?? null,
    taskId: where.task ?? null,
    delegationId: null,
    actor: where.actor ?? null,
    cause: null,
    data: where.data ?? {},
  } as EventView;
}

/** An instance in the tree, with open tasks it holds. */
export function tree(
  name: string,
  scope: InstanceTreeView["scope"],
  children: InstanceTreeView[] = [],
  queued = 0,
): InstanceTreeView {
  return treeView({ id: `id-${name}`, name, scope, counts: { ...NO_TASKS, queued } }, children);
}
