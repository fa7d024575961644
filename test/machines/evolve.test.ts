import { describe, expect, it } from "vitest";
import { HopperError, refuse, unreachable } from "../../machines/errors.ts";
import type { EventName } from "../../machines/events/catalogue.ts";
import { createDelegation, type DelegationCreated } from "../../machines/events/delegation.ts";
import {
  answerOfDelegation,
  answerOfTask,
  evolveDelegation,
  evolveInstance,
  evolveTask,
  evolveTaskByDelegation,
  UnacceptedEvent,
} from "../../machines/events/evolve.ts";
import { createTask, type TaskCreated } from "../../machines/events/task-created.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import { emptyTally, type Instance } from "../../machines/records/instance.ts";
import { taskDueAt, type Task } from "../../machines/records/task.ts";
import { DEFAULT_SETTINGS, effectiveConfig } from "../../machines/settings.ts";

function happens(name: EventName, data: object = {}, position = 9) {
  return { name, position, at: 1_000, instance: 1, data };
}

function task(data: TaskCreated = {}): Task {
  return createTask(7, "id-7", { title: "Build", holder: 1, ...data }, happens("task.created"));
}

/** A task that has come to a status the way tasks do. */
function taskThatIs(status: "pending" | "blocked" | "queued" | "claimed" | "in_progress" | "failed"): Task {
  const row = task(status === "blocked" ? { waitsFor: [3] } : {});
  const way: Record<typeof status, EventName[]> = {
    pending: [],
    blocked: [],
    queued: ["task.queued"],
    claimed: ["task.queued", "task.claimed"],
    in_progress: ["task.queued", "task.claimed", "task.in_progress"],
    failed: ["task.failed"],
  };
  const lease = { by: "w", until: 50 };
  for (const name of way[status])
    after(row, name, name === "task.claimed" ? lease : { error: { code: "x", message: "y" } });
  return row;
}

function hop(data: Partial<DelegationCreated> = {}): Delegation {
  const made = { source: 1, target: 2, type: "route", seq: 1, ...data } as const;
  return createDelegation({ no: 3, id: "id-3", task: 7 }, made, happens("delegation.pending"));
}

function instance(status: Instance["status"]): Instance {
  return {
    no: 1,
    id: "one",
    name: "one",
    scope: "PROJECT",
    type: "persistent",
    parent: null,
    depth: 1,
    root: 1,
    config: {},
    inherited: {},
    runtimeMetadata: {},
    status,
    description: null,
    createdBy: null,
    createdAt: 0,
    updatedAt: 0,
    startedAt: null,
    stoppedAt: 5,
    version: 1,
    intent: null,
    wakeAt: null,
    waiting: [],
  };
}

function after(row: Task, name: EventName, data: object = {}): Task {
  evolveTask(row, happens(name, data));
  return row;
}

describe("a created task", () => {
  it("has every default where its event says nothing", () => {
    const row = createTask(1, "id-1", {}, happens("task.created"));
    expect(row).toMatchObject({
      title: "",
      keeper: 0,
      holder: null,
      chain: [],
      maxAttempts: 3,
      attempt: 1,
      version: 1,
    });
  });

  it("has what its event says", () => {
    const row = task({ tags: ["a"], by: "ada", waitsFor: [2], status: "blocked", route: false });
    expect(row).toMatchObject({
      tags: ["a"],
      createdBy: "ada",
      waitsFor: [2],
      status: "blocked",
      route: false,
      origin: 1,
    });
  });
});

describe("what an event does to its task", () => {
  it.each<[EventName, Parameters<typeof taskThatIs>[0], object, Partial<Task>]>([
    [
      "task.assigned",
      "pending",
      { holder: 4 },
      { holder: 4, origin: 4, keeper: 4, chain: [4], heldReason: null },
    ],
    ["task.updated", "pending", { title: "New", priority: "high" }, { title: "New", priority: "high" }],
    ["task.queued", "pending", {}, { status: "queued", arrival: 9 }],
    [
      "task.held",
      "pending",
      { reason: "no_route", routingRound: 2 },
      { heldReason: "no_route", routingRound: 2 },
    ],
    [
      "task.claimed",
      "queued",
      { by: "w", until: 50, ends: 40 },
      { status: "claimed", epoch: 1, leaseKind: "worker", attemptEndsAt: 40 },
    ],
    [
      "task.claimed",
      "queued",
      { by: "w", until: 50, kind: "own" },
      { leaseKind: "own", attemptEndsAt: null, startedAt: 1_000 },
    ],
    [
      "task.in_progress",
      "queued",
      { by: "ada", until: 50, kind: "hand" },
      { status: "in_progress", claimedBy: "ada", leaseKind: "hand" },
    ],
    [
      "task.in_progress",
      "claimed",
      { process: { pid: 1, startedAt: "2" } },
      { status: "in_progress", process: { pid: 1, startedAt: "2" }, epoch: 1 },
    ],
    ["task.in_progress", "claimed", {}, { status: "in_progress", claimedBy: "w", process: null }],
    ["task.progress", "in_progress", { progress: 0.5 }, { status: "in_progress", progress: 0.5 }],
    [
      "task.requeued",
      "claimed",
      { reason: "failed", failures: 1, attempt: 2, notBefore: 70 },
      { status: "queued", failures: 1, attempt: 2, notBefore: 70 },
    ],
    [
      "task.requeued",
      "claimed",
      { reason: "lease_lost", leaseLosses: 1, maxLeaseLosses: 1 },
      { status: "queued", leaseLosses: 1, notBefore: null },
    ],
    ["task.requeued", "in_progress", { reason: "released" }, { status: "queued", claimedBy: null }],
    ["task.blocked", "queued", { byHand: true }, { status: "blocked", blockedByHand: true }],
    ["task.blocked", "pending", { waitsFor: [3] }, { blockedByHand: false, waitsFor: [3] }],
    ["task.waiting", "claimed", {}, { status: "waiting", claimedBy: null }],
    [
      "task.completed",
      "claimed",
      {},
      { status: "done", outcome: "succeeded", keeper: 1, completedAt: 1_000 },
    ],
    [
      "task.failed",
      "pending",
      { error: { code: "x", message: "y" } },
      { status: "failed", outcome: "failed", error: { code: "x", message: "y" } },
    ],
    [
      "task.failed",
      "blocked",
      { error: { code: "deadline_exceeded", message: "y" } },
      { status: "failed", outcome: "failed" },
    ],
    [
      "task.failed",
      "claimed",
      { error: { code: "lease_lost", message: "y" }, leaseLosses: 1, maxLeaseLosses: 0 },
      { status: "failed", leaseLosses: 1 },
    ],
    ["task.cancelled", "queued", {}, { status: "cancelled", outcome: "cancelled", error: null }],
  ])("%s of a task that is %s: %j", (name, status, data, expected) => {
    const row = taskThatIs(status);
    const { version } = row;
    expect(after(row, name, data)).toMatchObject(expected);
    expect(row.version).toBe(version + 1);
  });

  it("lets a blocked task go once nothing is left to wait for", () => {
    const row = after(taskThatIs("blocked"), "task.updated", { waitsFor: [] });
    expect(after(row, "task.unblocked")).toMatchObject({ status: "pending", waitsFor: [] });
  });

  it("keeps its place in the queue when it is queued again", () => {
    const row = after(task(), "task.queued");
    after(row, "task.claimed", { by: "w", until: 50 });
    evolveTask(row, happens("task.requeued", { reason: "released" }, 20));
    expect(row.arrival).toBe(9);
  });

  it("comes back up its chain, asking everybody but who gave it back", () => {
    const row = task();
    row.chain = [1, 2, 3];
    after(row, "task.returned", {
      holder: 2,
      why: "escalated",
      returnedBy: [3],
      hops: 4,
      lastHop: 8,
      failures: 2,
      firstError: { code: "a", message: "b" },
    });
    expect(row).toMatchObject({
      holder: 2,
      chain: [1, 2],
      refusedBy: [3],
      delegationCount: 4,
      lastDelegation: 8,
      failures: 2,
      status: "pending",
    });
    expect(row.firstError).toEqual({ code: "a", message: "b" });
    const blocked = taskThatIs("blocked");
    after(blocked, "task.returned", { holder: 1, why: "instance_terminated" });
    expect(blocked).toMatchObject({
      status: "blocked",
      returnedBy: [],
      delegationCount: 0,
      lastDelegation: null,
    });
  });

  it("begins a new round at its origin, or unassigned, or blocked", () => {
    const row = task({ deadlineAt: 10 });
    after(row, "task.failed", { error: { code: "x", message: "y" } });
    after(row, "task.retried", { origin: 1, attempt: 1, deadlineAt: null });
    expect(row).toMatchObject({
      status: "pending",
      round: 2,
      deadlineAt: null,
      error: null,
      keeper: 1,
      chain: [1],
    });
    after(row, "task.cancelled");
    after(row, "task.retried", { origin: null, waitsFor: [2] });
    expect(row).toMatchObject({ status: "blocked", keeper: 0, chain: [], waitsFor: [2] });
  });

  it("is nothing where the event is not about the row", () => {
    expect(after(task(), "lease.expired").version).toBe(1);
    const row = instance("running");
    evolveInstance(row, happens("instance.summary"));
    const offered = hop();
    evolveDelegation(offered, happens("delegation.pending"));
    expect([row.version, offered.version]).toEqual([1, 1]);
  });

  it("is nothing at all where its machine does not accept it", () => {
    const row = taskThatIs("queued");
    const before = structuredClone(row);
    expect(answerOfTask(row, happens("task.queued"))).toBeNull();
    expect(() => after(row, "task.queued")).toThrow(UnacceptedEvent);
    expect(() => after(row, "task.unblocked")).toThrow("task.unblocked is not accepted in the status queued");
    expect(row).toEqual(before);
  });

  it("leads where its name says, where an older version did not say how many leases may be lost", () => {
    const lost = { leaseLosses: 30, attempt: 2 };
    const row = after(taskThatIs("claimed"), "task.requeued", { reason: "lease_lost", ...lost });
    expect(row.status).toBe("queued");
    const failed = { error: { code: "lease_lost", message: "y" }, ...lost };
    expect(after(taskThatIs("claimed"), "task.failed", failed).status).toBe("failed");
    expect(() => after(taskThatIs("queued"), "task.failed", failed)).toThrow(UnacceptedEvent);
  });

  it("holds an offered task for a person only", () => {
    const row = task();
    const offered = hop();
    evolveTaskByDelegation(row, offered, happens("delegation.pending"));
    expect(() => after(row, "task.held", { reason: "no_route" })).toThrow(UnacceptedEvent);
    expect(after(row, "task.held", { reason: "awaiting_acceptance" }).heldReason).toBe("awaiting_acceptance");
  });

  it("leaves an unassigned task with the desk at its end", () => {
    expect(after(task({ holder: null }), "task.cancelled").keeper).toBe(0);
  });
});

describe("what a delegation event does", () => {
  it("moves custody down on acceptance, and the lease ends with the offer", () => {
    const row = task();
    const offered = hop({
      expiresAt: 5,
      previous: 2,
      round: 2,
      routingRound: 1,
      byCaller: true,
      by: "ada",
      notes: "n",
    });
    row.arrival = 4;
    evolveTaskByDelegation(row, offered, happens("delegation.pending"));
    expect(row).toMatchObject({
      pendingHop: 3,
      keeper: 2,
      delegatedTo: 2,
      delegationCount: 1,
      arrival: 4,
      routingRound: 1,
    });
    evolveDelegation(offered, happens("delegation.accepted"));
    evolveTaskByDelegation(row, offered, happens("delegation.accepted"));
    expect(offered).toMatchObject({ status: "accepted", decidedAt: 1_000, version: 2 });
    expect(row).toMatchObject({ holder: 2, keeper: 2, chain: [1, 2], pendingHop: null, routingRound: 0 });
    evolveTaskByDelegation(row, offered, happens("delegation.accepted"));
    evolveTaskByDelegation(row, offered, happens("delegation.completed"));
    expect(row.version).toBe(3);
  });

  it("brings the task back to its source when it is rejected or cancelled", () => {
    const row = task();
    const offered = hop();
    evolveTaskByDelegation(row, offered, happens("delegation.pending"));
    evolveDelegation(
      offered,
      happens("delegation.rejected", { code: "at_capacity", text: "at capacity (2/2)" }),
    );
    evolveTaskByDelegation(row, offered, happens("delegation.rejected"));
    expect(offered).toMatchObject({
      status: "rejected",
      reasonCode: "at_capacity",
      reasonText: "at capacity (2/2)",
    });
    expect(row).toMatchObject({ keeper: 1, pendingHop: null, refusedBy: [2], arrival: null });
    evolveTaskByDelegation(row, offered, happens("delegation.rejected"));
    const byCaller = hop({ byCaller: true });
    evolveTaskByDelegation(row, byCaller, happens("delegation.pending"));
    evolveDelegation(byCaller, happens("delegation.cancelled", { code: "withdrawn" }));
    evolveTaskByDelegation(row, byCaller, happens("delegation.cancelled"));
    expect(byCaller).toMatchObject({ status: "cancelled", reasonText: null, decidedAt: 1_000 });
    expect(row.refusedBy).toEqual([2]);
  });

  it("asks everybody again in a later routing round", () => {
    const row = task();
    row.routingRound = 1;
    row.refusedBy = [5];
    evolveTaskByDelegation(row, hop({ routingRound: 2 }), happens("delegation.pending"));
    expect(row).toMatchObject({ refusedBy: [], routingRound: 2 });
    after(row, "task.held", { reason: "awaiting_acceptance" });
    expect(row.routingRound).toBe(2);
  });

  it("leaves the status of its delegation to the events that say one", () => {
    expect(answerOfDelegation(hop(), happens("delegation.pending"))).toBe("pending");
    expect(answerOfDelegation(hop(), happens("delegation.completed"))).toBeNull();
    expect(() => evolveDelegation(hop(), happens("delegation.completed"))).toThrow(UnacceptedEvent);
    const blocked = taskThatIs("blocked");
    const offered = happens("delegation.pending");
    expect(() => evolveTaskByDelegation(blocked, hop(), offered)).toThrow(UnacceptedEvent);
  });

  it("closes with an outcome, and keeps the moment it was decided", () => {
    const offered = hop();
    evolveDelegation(offered, happens("delegation.accepted"));
    evolveDelegation(offered, {
      ...happens("delegation.completed", { outcome: "failed", taskStatus: "failed" }),
      at: 2_000,
    });
    expect(offered).toMatchObject({
      status: "completed",
      outcome: "failed",
      taskStatus: "failed",
      decidedAt: 1_000,
      completedAt: 2_000,
    });
    const cancelled = hop();
    evolveDelegation(cancelled, happens("delegation.accepted"));
    evolveDelegation(cancelled, { ...happens("delegation.cancelled", { code: "escalated" }), at: 2_000 });
    expect(cancelled.decidedAt).toBe(1_000);
  });
});

describe("what an event does to its instance", () => {
  it("starts, with a fresh start time", () => {
    const row = instance("starting");
    evolveInstance(row, happens("instance.running"));
    expect(row).toMatchObject({ status: "running", startedAt: 1_000, stoppedAt: null, version: 2 });
  });

  it("resumes with its old start time, stops, keeps an intent and its metadata", () => {
    const row = instance("paused");
    evolveInstance(row, happens("instance.running"));
    expect(row.startedAt).toBeNull();
    expect(row.stoppedAt).toBe(5);
    evolveInstance(row, happens("instance.stopping", { intent: "restart" }));
    expect(row.intent).toBe("restart");
    evolveInstance(row, happens("instance.stopped"));
    expect(row).toMatchObject({ intent: null, stoppedAt: 1_000 });
    evolveInstance(row, happens("instance.updated", { runtimeMetadata: { a: 1 } }));
    expect(row.runtimeMetadata).toEqual({ a: 1 });
    evolveInstance(row, happens("instance.summary"));
    expect(row.version).toBe(5);
    evolveInstance(row, happens("instance.terminated", { liveChildren: 0 }));
    expect(row.status).toBe("terminated");
  });

  it("stops in order to be terminated, and ends with the last child", () => {
    const row = instance("running");
    expect(() => evolveInstance(row, happens("instance.terminated", { liveChildren: 2 }))).not.toThrow();
    expect(row.status).toBe("stopping");
  });

  it("leads where its name says, where an older version did not count the children", () => {
    const row = instance("running");
    evolveInstance(row, happens("instance.stopping", { intent: "terminate" }));
    expect(row).toMatchObject({ status: "stopping", intent: "terminate" });
    expect(() =>
      evolveInstance(row, happens("instance.error", { error: { code: "x", message: "y" } })),
    ).toThrow(UnacceptedEvent);
    evolveInstance(row, happens("instance.terminated"));
    expect(row).toMatchObject({ status: "terminated", intent: null });
  });
});

describe("the small things", () => {
  it("know when a task must be looked at again", () => {
    const row = task({ deadlineAt: 90 });
    expect(taskDueAt(row)).toBe(90);
    after(row, "task.queued");
    after(row, "task.claimed", { by: "w", until: 50, ends: 70 });
    expect(taskDueAt(row)).toBe(50);
    after(row, "task.completed");
    expect(taskDueAt(row)).toBeNull();
    const free = after(taskThatIs("queued"), "task.claimed", { by: "w", until: 50, ends: 40 });
    expect(taskDueAt(free)).toBe(40);
    expect(taskDueAt(task())).toBeNull();
  });

  it("lay configuration in its order: defaults, scope, ancestors, own", () => {
    const row = instance("running");
    expect(effectiveConfig(row, DEFAULT_SETTINGS)).toMatchObject({
      maxConcurrent: 10,
      maxQueued: 1_000,
      lingerMs: 0,
    });
    const settings = {
      ...DEFAULT_SETTINGS,
      scopes: { PROJECT: { max_concurrent_tasks: 1, linger_seconds: 2 } },
    };
    const own = {
      ...row,
      inherited: { max_concurrent_tasks: 2, max_queued_tasks: 3 },
      config: { max_queued_tasks: 4 },
    };
    expect(effectiveConfig(own, settings)).toMatchObject({ maxConcurrent: 2, maxQueued: 4, lingerMs: 2_000 });
  });

  it("count from nothing", () => {
    expect(Object.values(emptyTally(4)).reduce((sum, one) => sum + one, 0)).toBe(4);
  });

  it("carry a refusal's facts to who meets it", () => {
    const { code, detail, facts } = refuse("not_found", "there is no T-9");
    const error = new HopperError(code, detail, { ...facts, suggestions: ["T-8"] });
    expect(error).toMatchObject({
      status: 404,
      message: "there is no T-9",
      suggestions: ["T-8"],
      allowed: undefined,
    });
    expect(() => unreachable("x" as never)).toThrow("unreachable");
    expect(new HopperError("internal", "it failed").facts).toEqual({});
  });
});
