import { initialTaskStatus } from "../lifecycles/task.ts";
import type { Task } from "../records/task.ts";
import { DESK, type TaskNo } from "../records/values.ts";
import type { Stamp } from "./entry.ts";
import type { DataOf } from "./field.ts";
import type { taskEvents } from "./task.ts";

/** Data of `task.created`: what was asked, where it is, and what it waits for; absent = the default. */
export type TaskCreated = DataOf<(typeof taskEvents)["task.created"]["data"]>;

/** A task as `task.created` makes it. */
export function createTask(no: TaskNo, id: string, data: TaskCreated, { at }: Stamp): Task {
  const waitsFor = data.waitsFor ?? [];
  const holder = data.holder ?? null;
  return {
    no,
    id,
    title: data.title ?? "",
    description: data.description ?? null,
    tags: data.tags ?? [],
    priority: data.priority ?? "medium",
    project: data.project ?? null,
    key: data.key ?? null,
    runId: data.runId ?? null,
    dependsOn: data.dependsOn ?? [],
    onDependencyFailure: data.onDependencyFailure ?? "fail",
    deadlineAt: data.deadlineAt ?? null,
    notBefore: data.notBefore ?? null,
    timeoutSeconds: data.timeoutSeconds ?? null,
    maxAttempts: data.maxAttempts ?? 3,
    run: data.run ?? null,
    payload: data.payload ?? null,
    route: data.route ?? true,
    source: data.source ?? "library",
    createdBy: data.by ?? null,
    createdAt: at,
    parentTask: data.parentTask ?? null,
    status: initialTaskStatus(waitsFor.length),
    heldReason: null,
    holder,
    origin: holder,
    keeper: holder ?? DESK,
    pendingHop: null,
    delegatedFrom: null,
    delegatedTo: null,
    chain: holder === null ? [] : [holder],
    hops: 0,
    lastHop: null,
    attempt: 1,
    failures: 0,
    leaseLosses: 0,
    round: 1,
    routingRound: 0,
    refusedBy: [],
    returnedBy: [],
    waitsFor,
    watched: false,
    blockedByHand: false,
    arrival: null,
    epoch: 0,
    claimedBy: null,
    leaseExpiresAt: null,
    leaseKind: null,
    attemptEndsAt: null,
    process: null,
    progress: null,
    outcome: null,
    result: null,
    error: null,
    firstError: null,
    version: 1,
    updatedAt: at,
    startedAt: null,
    completedAt: null,
  };
}
