import { describe, expect, it } from "vitest";
import { HopperError, refuse, unreachable } from "../../machines/errors.ts";
import type { EventName } from "../../machines/events.ts";
import { createHop, evolveHop, evolveTaskByHop } from "../../machines/evolve/delegation.ts";
import { createTask } from "../../machines/evolve/task-created.ts";
import { evolveInstance } from "../../machines/evolve/instance.ts";
import { evolveTask } from "../../machines/evolve/task.ts";
import type { Happening } from "../../machines/evolve/happening.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import { emptyTally, type Instance } from "../../machines/records/instance.ts";
import { taskDueAt, type Task } from "../../machines/records/task.ts";
import { DEFAULT_SETTINGS, effectiveConfig } from "../../machines/settings.ts";

function happens(name: EventName, data: { [key: string]: unknown } | null = null, position = 9): Happening {
  return { name, position, at: 1_000, instance: 1, data };
}

function task(data: { [key: string]: unknown } = {}): Task {
  return createTask(7, "id-7", happens("task.created", { title: "Build", holder: 1, ...data }, 1));
}

function hop(data: { [key: string]: unknown } = {}): Delegation {
  return createHop(
    3,
    "id-3",
    7,
    happens("delegation.pending", { source: 1, target: 2, type: "route", seq: 1, ...data }),
  );
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

function after(row: Task, name: EventName, data: { [key: string]: unknown } | null = null): Task {
  evolveTask(row, happens(name, data));
  return row;
}

describe("a created task", () => {
  it("has every default where its event says nothing", () => {
    const row = createTask(1, "id-1", happens("task.created", null));
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
  it.each<[EventName, { [key: string]: unknown } | null, Partial<Task>]>([
    ["task.assigned", { holder: 4 }, { holder: 4, origin: 4, keeper: 4, chain: [4], heldReason: null }],
    ["task.updated", { title: "New", priority: "high" }, { title: "New", priority: "high" }],
    ["task.queued", null, { status: "queued", arrival: 9 }],
    ["task.held", { reason: "no_route", routingRound: 2 }, { heldReason: "no_route", routingRound: 2 }],
    [
      "task.claimed",
      { by: "w", until: 50, ends: 40 },
      { status: "claimed", epoch: 1, leaseKind: "worker", attemptEndsAt: 40 },
    ],
    [
      "task.claimed",
      { by: "w", until: 50, kind: "own" },
      { leaseKind: "own", attemptEndsAt: null, startedAt: 1_000 },
    ],
    [
      "task.in_progress",
      { by: "ada", until: 50, kind: "hand" },
      { status: "in_progress", claimedBy: "ada", leaseKind: "hand" },
    ],
    [
      "task.in_progress",
      { process: { pid: 1, startedAt: "2" } },
      { process: { pid: 1, startedAt: "2" }, epoch: 0 },
    ],
    ["task.progress", { progress: 0.5 }, { progress: 0.5 }],
    [
      "task.requeued",
      { failures: 1, attempt: 2, notBefore: 70 },
      { status: "queued", failures: 1, attempt: 2, notBefore: 70 },
    ],
    ["task.requeued", { leaseLosses: 1 }, { leaseLosses: 1, notBefore: null }],
    ["task.blocked", { byHand: true }, { status: "blocked", blockedByHand: true }],
    ["task.blocked", { waitsFor: [3] }, { blockedByHand: false, waitsFor: [3] }],
    ["task.unblocked", null, { status: "pending", waitsFor: [] }],
    ["task.completed", null, { status: "done", outcome: "succeeded", keeper: 1, completedAt: 1_000 }],
    [
      "task.failed",
      { error: { code: "x", message: "y" } },
      { status: "failed", outcome: "failed", error: { code: "x", message: "y" } },
    ],
    ["task.cancelled", null, { status: "cancelled", outcome: "cancelled", error: null }],
  ])("%s %j", (name, data, expected) => {
    const row = after(task(), name, data);
    expect(row).toMatchObject(expected);
    expect(row.version).toBe(2);
  });

  it("keeps its place in the queue when it is queued again", () => {
    const row = after(task(), "task.queued");
    evolveTask(row, happens("task.queued", null, 20));
    expect(row.arrival).toBe(9);
  });

  it("comes back up its chain, asking everybody but who gave it back", () => {
    const row = task();
    row.chain = [1, 2, 3];
    after(row, "task.returned", {
      holder: 2,
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
      hops: 4,
      lastHop: 8,
      failures: 2,
      status: "pending",
    });
    expect(row.firstError).toEqual({ code: "a", message: "b" });
    const blocked = task({ status: "blocked" });
    after(blocked, "task.returned", { holder: 1 });
    expect(blocked).toMatchObject({ status: "blocked", returnedBy: [], hops: 0, lastHop: null });
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
    after(row, "task.retried", { origin: null, waitsFor: [2] });
    expect(row).toMatchObject({ status: "blocked", keeper: 0, chain: [], waitsFor: [2] });
  });

  it("is nothing where the event is not about the row", () => {
    expect(after(task(), "lease.expired").version).toBe(1);
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
    evolveTaskByHop(row, offered, happens("delegation.pending"));
    expect(row).toMatchObject({
      pendingHop: 3,
      keeper: 2,
      delegatedTo: 2,
      hops: 1,
      arrival: 4,
      routingRound: 1,
    });
    evolveHop(offered, happens("delegation.accepted"));
    evolveTaskByHop(row, offered, happens("delegation.accepted"));
    expect(offered).toMatchObject({ status: "accepted", decidedAt: 1_000, version: 2 });
    expect(row).toMatchObject({ holder: 2, keeper: 2, chain: [1, 2], pendingHop: null, routingRound: 0 });
    evolveTaskByHop(row, offered, happens("delegation.accepted"));
    evolveTaskByHop(row, offered, happens("delegation.completed"));
    expect(row.version).toBe(3);
  });

  it("brings the task back to its source when it is rejected or cancelled", () => {
    const row = task();
    const offered = hop();
    evolveTaskByHop(row, offered, happens("delegation.pending"));
    evolveHop(offered, happens("delegation.rejected", { code: "at_capacity", text: "at capacity (2/2)" }));
    evolveTaskByHop(row, offered, happens("delegation.rejected"));
    expect(offered).toMatchObject({
      status: "rejected",
      reasonCode: "at_capacity",
      reasonText: "at capacity (2/2)",
    });
    expect(row).toMatchObject({ keeper: 1, pendingHop: null, refusedBy: [2], arrival: null });
    evolveTaskByHop(row, offered, happens("delegation.rejected"));
    const byCaller = hop({ byCaller: true });
    evolveTaskByHop(row, byCaller, happens("delegation.pending"));
    evolveHop(byCaller, happens("delegation.cancelled", { code: "withdrawn" }));
    evolveTaskByHop(row, byCaller, happens("delegation.cancelled"));
    expect(byCaller).toMatchObject({ status: "cancelled", reasonText: null, decidedAt: 1_000 });
    expect(row.refusedBy).toEqual([2]);
  });

  it("asks everybody again in a later routing round", () => {
    const row = task();
    row.routingRound = 1;
    row.refusedBy = [5];
    evolveTaskByHop(row, hop({ routingRound: 2 }), happens("delegation.pending"));
    expect(row).toMatchObject({ refusedBy: [], routingRound: 2 });
    after(row, "task.held", { reason: "no_capacity" });
    expect(row.routingRound).toBe(2);
  });

  it("closes with an outcome, and keeps the moment it was decided", () => {
    const offered = hop();
    evolveHop(offered, happens("delegation.accepted"));
    evolveHop(offered, {
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
    evolveHop(cancelled, happens("delegation.accepted"));
    evolveHop(cancelled, { ...happens("delegation.cancelled", { code: "escalated" }), at: 2_000 });
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
    evolveInstance(row, happens("instance.stopping", { intent: "restart" }));
    expect(row.intent).toBe("restart");
    evolveInstance(row, happens("instance.stopped"));
    expect(row).toMatchObject({ intent: null, stoppedAt: 1_000 });
    evolveInstance(row, happens("instance.updated", { runtimeMetadata: { a: 1 } }));
    expect(row.runtimeMetadata).toEqual({ a: 1 });
    evolveInstance(row, happens("instance.summary"));
    expect(row.version).toBe(5);
    evolveInstance(row, happens("instance.terminated"));
    expect(row.status).toBe("terminated");
  });
});

describe("the small things", () => {
  it("know when a task must be looked at again", () => {
    const row = task({ deadlineAt: 90 });
    expect(taskDueAt(row)).toBe(90);
    after(row, "task.claimed", { by: "w", until: 50, ends: 70 });
    expect(taskDueAt(row)).toBe(50);
    after(row, "task.completed");
    expect(taskDueAt(row)).toBeNull();
    const free = after(task(), "task.claimed", { by: "w", until: 50, ends: 40 });
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
