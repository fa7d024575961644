import { initialTaskStatus } from "../lifecycles/task.ts";
import type { TaskSpec } from "../messages/command.ts";
import type { Task } from "../records/task.ts";
import { DESK, type TaskNo } from "../records/values.ts";
import type { Stamp } from "./entry.ts";
import type { DataOf } from "./field.ts";
import type { taskEvents } from "./task.ts";

/** Data of `task.created`: what was asked, where it is, and what it waits for; absent = the default. */
export type TaskCreated = DataOf<(typeof taskEvents)["task.created"]["data"]>;

/** What a caller may ask of a new task; all of it stands in the event. */
type Asked = Required<Pick<TaskCreated, Exclude<keyof TaskSpec, "title" | "dependsOnKeys"> | "waitsFor">>;

/** What the turn says of it by itself. */
type Own = Pick<Asked, "tags" | "dependsOn" | "waitsFor" | "maxAttempts">;

/** What the event leaves unsaid means this. */
const UNSAID: Asked = {
  description: null,
  tags: [],
  priority: "medium",
  project: null,
  key: null,
  runId: null,
  dependsOn: [],
  waitsFor: [],
  onDependencyFailure: "fail",
  deadlineAt: null,
  notBefore: null,
  timeoutSeconds: null,
  maxAttempts: 3,
  run: null,
  payload: null,
  route: true,
  source: "library",
};

const ASKED = Object.keys(UNSAID) as (keyof Asked)[];

/** Only what is not the default stands in the event; `own`: what the turn knows better than who asked. */
export function saidOf(title: string, asked: Omit<Asked, keyof Own>, own: Own): TaskCreated {
  const said: { [key: string]: unknown } = { title };
  const given = asked as Asked;
  for (const key of ASKED) {
    const value = own[key as keyof Own] ?? given[key];
    const isUnsaid = Array.isArray(value) ? value.length === 0 : value === UNSAID[key];
    if (!isUnsaid) said[key] = value;
  }
  return said;
}

/** A task as `task.created` makes it. */
export function createTask(no: TaskNo, id: string, data: TaskCreated, { at }: Stamp): Task {
  const waitsFor = data.waitsFor ?? [];
  const holder = data.holder ?? null;
  return {
    no,
    id,
    title: data.title ?? "",
    description: data.description ?? UNSAID.description,
    tags: data.tags ?? [],
    priority: data.priority ?? UNSAID.priority,
    project: data.project ?? UNSAID.project,
    key: data.key ?? UNSAID.key,
    runId: data.runId ?? UNSAID.runId,
    dependsOn: data.dependsOn ?? [],
    onDependencyFailure: data.onDependencyFailure ?? UNSAID.onDependencyFailure,
    deadlineAt: data.deadlineAt ?? UNSAID.deadlineAt,
    notBefore: data.notBefore ?? UNSAID.notBefore,
    timeoutSeconds: data.timeoutSeconds ?? UNSAID.timeoutSeconds,
    maxAttempts: data.maxAttempts ?? UNSAID.maxAttempts,
    run: data.run ?? UNSAID.run,
    payload: data.payload ?? UNSAID.payload,
    route: data.route ?? UNSAID.route,
    source: data.source ?? UNSAID.source,
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
    delegationCount: 0,
    lastDelegation: null,
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
