import type { EventName } from "../../machines/events.ts";
import type { Json } from "../../machines/records/values.ts";
import { parsePlan, type Plan } from "../../src/plan/plan-file.ts";
import type { EventView, InstanceTreeView, TaskView } from "../../src/views/views.ts";

export function plan(text: string): Plan {
  return parsePlan({ file: "p.yaml", folder: "/plans", bytes: Buffer.from(text) });
}

/** A task as the library shows it; only what a test is about needs to be said. */
export function task(change: Partial<TaskView> & { id: string }): TaskView {
  return {
    ref: change.id,
    title: change.id,
    description: null,
    tags: [],
    priority: "medium",
    status: "queued",
    heldReason: null,
    project: null,
    instanceId: null,
    originInstanceId: null,
    delegatedFromInstanceId: null,
    delegatedToInstanceId: null,
    delegationChain: [],
    parentTaskId: null,
    key: null,
    runId: null,
    dependsOn: [],
    onDependencyFailure: "fail",
    deadlineAt: null,
    notBefore: null,
    timeoutSeconds: null,
    attempt: 1,
    failures: 0,
    leaseLosses: 0,
    maxAttempts: 3,
    round: 1,
    epoch: 0,
    result: null,
    error: null,
    outcome: null,
    run: "true",
    payload: null,
    route: true,
    source: "plan",
    createdBy: null,
    claimedBy: null,
    leaseExpiresAt: null,
    progress: null,
    version: 1,
    createdAt: "",
    updatedAt: "",
    startedAt: null,
    completedAt: null,
    ...change,
  };
}

let cursor = 0;

/** An event of the journal, `ms` after the beginning of 2026. */
export function event(
  name: EventName,
  where: {
    task?: string;
    instance?: string;
    ms?: number;
    actor?: string;
    data?: { [key: string]: Json };
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
  };
}

/** An instance in the tree, with open tasks it holds. */
export function tree(
  name: string,
  scope: string,
  children: InstanceTreeView[] = [],
  queued = 0,
): InstanceTreeView {
  const counts = {
    pending: 0,
    queued,
    claimed: 0,
    in_progress: 0,
    waiting: 0,
    blocked: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
  return {
    id: `id-${name}`,
    name,
    scope,
    status: "running",
    children,
    counts,
  } as unknown as InstanceTreeView;
}
