import type { AnyEvent } from "../../support/any-event.ts";
import type {
  AttemptView,
  ChainView,
  DecisionView,
  DelegationView,
  EventView,
  InstanceTreeView,
  InstanceView,
  ListView,
  TallyView,
  TaskView,
} from "../../../src/views/views.ts";
import type { WaitView } from "../../../src/views/wait-view.ts";
import type { Stats } from "../../../src/views/views.ts";

/** Views as the library gives them, with what a test does not care about filled in. */

const AT = "2026-01-02T03:04:05.000Z";
/** An hour after everything in these views happened. */
export const NOW = Date.parse("2026-01-02T04:04:05.000Z");

export const NO_TASKS: TallyView = {
  pending: 0,
  queued: 0,
  claimed: 0,
  in_progress: 0,
  waiting: 0,
  blocked: 0,
  done: 0,
  failed: 0,
  cancelled: 0,
};

export function instanceView(given: Partial<InstanceView> = {}): InstanceView {
  const name = given.name ?? "webapp";
  return {
    id: `${name}-id`,
    name,
    scope: "PROJECT",
    instanceType: "persistent",
    parentId: null,
    config: {},
    runtimeMetadata: {},
    status: "running",
    description: null,
    createdBy: null,
    createdAt: AT,
    updatedAt: AT,
    startedAt: null,
    stoppedAt: null,
    version: 1,
    counts: NO_TASKS,
    allowedEvents: ["PAUSE", "STOP", "FAIL", "TERMINATE"],
    ...given,
  };
}

export function waitView(given: Partial<WaitView> = {}): WaitView {
  return {
    taskId: "id-of-T-1",
    ref: "T-1",
    kind: "instance",
    text: "webapp is paused",
    fix: "hopper instance resume webapp",
    ...given,
  };
}

export function attemptView(given: Partial<AttemptView> = {}): AttemptView {
  return {
    attempt: 1,
    round: 1,
    instanceId: "worker-1-id",
    worker: "shell:worker-1",
    startedAt: AT,
    endedAt: AT,
    outcome: "failed",
    error: { code: "failed", message: "exit 3: boom" },
    command: {
      exitCode: 3,
      signal: null,
      durationMs: 16,
      timedOut: false,
      stdout: "one\ntwo\n",
      stderr: "boom\n",
    },
    ...given,
  };
}

export function treeView(given: Partial<InstanceView>, children: InstanceTreeView[] = []): InstanceTreeView {
  return { ...instanceView(given), children };
}

export function taskView(given: Partial<TaskView> = {}): TaskView {
  return {
    id: `id-of-${given.ref ?? "T-1"}`,
    ref: "T-1",
    title: "Build login page",
    description: null,
    tags: [],
    priority: "medium",
    status: "queued",
    heldReason: null,
    project: null,
    instanceId: "worker-1-id",
    originInstanceId: "global-id",
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
    run: null,
    payload: null,
    route: true,
    source: "cli",
    createdBy: null,
    claimedBy: null,
    leaseExpiresAt: null,
    progress: null,
    version: 1,
    createdAt: AT,
    updatedAt: AT,
    startedAt: null,
    completedAt: null,
    ...given,
  };
}

export function delegationView(given: Partial<DelegationView> = {}): DelegationView {
  const seq = given.seq ?? 1;
  return {
    id: `id-of-D-${seq}`,
    ref: `D-${seq}`,
    taskId: "id-of-T-1",
    sourceInstanceId: "global-id",
    targetInstanceId: "webapp-id",
    sourceName: "global",
    targetName: "webapp",
    delegationType: "route",
    status: "accepted",
    seq,
    delegatedBy: null,
    delegatedAt: AT,
    decidedAt: null,
    completedAt: null,
    expiresAt: null,
    reason: null,
    result: null,
    notes: null,
    previousId: null,
    round: 1,
    routingRound: 1,
    version: 1,
    ...given,
  };
}

export function chainView(items: DelegationView[]): ChainView {
  return {
    taskId: "id-of-T-1",
    originInstanceId: "global-id",
    currentInstanceId: "worker-1-id",
    depth: items.length,
    items,
  };
}

export function eventView(given: Partial<AnyEvent> = {}): EventView {
  return {
    cursor: "c1",
    at: AT,
    event: "task.created",
    instanceId: "global-id",
    taskId: "id-of-T-1",
    delegationId: null,
    actor: "cli:ada",
    cause: "C-1",
    data: {},
    ...given,
  } as EventView;
}

export function decisionView(given: Partial<DecisionView> = {}): DecisionView {
  return {
    action: "delegate",
    reason: "matched tag react",
    instanceId: "global-id",
    targetId: "webapp-id",
    rule: null,
    unmatched: false,
    routingRound: 1,
    candidates: [
      {
        instanceId: "webapp-id",
        name: "webapp",
        tags: 1,
        textScore: null,
        load: 0,
        rank: 1,
        lostBecause: null,
      },
      {
        instanceId: "api-id",
        name: "api",
        tags: 0,
        textScore: 0.5,
        load: 0.25,
        rank: 2,
        lostBecause: "fewer_tags",
      },
      {
        instanceId: "old-id",
        name: "old",
        tags: 0,
        textScore: null,
        load: 0,
        rank: null,
        lostBecause: "not_running",
      },
    ],
    ...given,
  };
}

export function stats(given: Partial<Stats> = {}): Stats {
  return {
    instances: [
      { scope: "GLOBAL", status: "running", count: 1, names: ["hopper-global"] },
      { scope: "PROJECT", status: "running", count: 3, names: ["a", "b", "c"] },
      { scope: "PROJECT", status: "stopped", count: 1, names: ["d"] },
      { scope: "ORCHESTRATION", status: "running", count: 4, names: ["e", "f", "g", "h"] },
      { scope: "ORCHESTRATION", status: "stopped", count: 2, names: ["i", "j"] },
    ],
    tasks: {
      total: 200,
      open: 127,
      inProgress: 42,
      held: 0,
      byStatus: { ...NO_TASKS, queued: 85, in_progress: 42, done: 73 },
    },
    deadLetters: 0,
    owner: null,
    ...given,
  };
}

export function list<View>(items: View[], more: Partial<ListView<View>> = {}): ListView<View> {
  return { items, nextCursor: null, hasMore: false, ...more };
}
