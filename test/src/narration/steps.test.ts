import { describe, expect, it } from "vitest";
import { stepsOf } from "../../../src/narration/narration.ts";
import type { RunFacts } from "../../../src/narration/narrator.ts";
import { noPast, remember, type Past } from "../../../src/narration/past.ts";
import type { PlanStep } from "../../../src/narration/step.ts";
import type { ShellResult } from "../../../src/workers/shell.ts";
import type { EventView } from "../../../src/views/views.ts";
import { event, task } from "../../support/plan-given.ts";

const tasks = [
  task({ id: "a", ref: "T-1", title: "Type-check", tags: ["frontend"] }),
  task({ id: "b", ref: "T-2", dependsOn: ["a", "elsewhere"], run: null }),
];
const ok: ShellResult = {
  exit_code: 0,
  signal: null,
  duration_ms: 1400,
  timed_out: false,
  stdout_tail: "one\nlast\n",
  stderr_tail: "",
};

/** A run of the tasks above, as it is followed. */
interface Run {
  readonly facts: RunFacts;
  readonly pasts: Map<string, Past>;
}

function narration(results: Record<string, ShellResult> = {}): Run {
  const facts: RunFacts = {
    task: (id) => tasks.find((task) => task.id === id || task.ref === id),
    instance: (id) =>
      id === "stranger" ? undefined : { name: id, scope: "ORCHESTRATION", ofPlan: id !== "run-1" },
    result: (id) => results[id],
  };
  return { facts, pasts: new Map(tasks.map(({ id }) => [id, noPast()])) };
}

/** What is told of these events, without the moments. */
function tell({ facts, pasts }: Run, events: EventView[]): Partial<PlanStep>[] {
  return events.flatMap((event) => {
    const past = pasts.get(event.taskId ?? "") ?? noPast();
    const steps = stepsOf(event, past, facts);
    remember(past, event);
    return steps.map(({ cursor, at: _at, ...rest }) => {
      expect(cursor).toBe(event.cursor);
      return rest;
    });
  });
}

/** A task's way down: decided at the root, offered, accepted; then the same one level below. */
const WAY_DOWN = [
  event("routing.decided", { task: "a", instance: "global", data: { reason: "matched tag frontend" } }),
  event("delegation.pending", {
    task: "a",
    instance: "global",
    data: { source: "global", target: "webapp", type: "route" },
  }),
  event("delegation.accepted", { task: "a", instance: "webapp" }),
  event("routing.decided", { task: "a", instance: "webapp", data: { reason: "least busy (0/3)" } }),
  event("delegation.pending", {
    task: "a",
    instance: "webapp",
    data: { source: "webapp", target: "w1", type: "route" },
  }),
  event("delegation.accepted", { task: "a", instance: "w1" }),
];

describe("the steps of a task", () => {
  it("begins with what it is", () => {
    expect(
      tell(narration(), [event("task.created", { task: "a" }), event("task.created", { task: "T-2" })]),
    ).toEqual([
      { kind: "task", ref: "T-1", title: "Type-check", tags: ["frontend"], after: [], run: true },
      { kind: "task", ref: "T-2", title: "b", tags: [], after: ["T-1", "elsewhere"], run: false },
    ]);
  });

  it("tells each hop with the reason of whoever decided it", () => {
    expect(tell(narration(), WAY_DOWN)).toEqual([
      {
        kind: "hop",
        ref: "T-1",
        from: "global",
        to: "webapp",
        how: "accepted",
        type: "route",
        reason: "matched tag frontend",
      },
      {
        kind: "hop",
        ref: "T-1",
        from: "webapp",
        to: "w1",
        how: "accepted",
        type: "route",
        reason: "least busy (0/3)",
      },
    ]);
  });

  it("ends with what the command gave, and when the origin heard of it", () => {
    const of = narration({ a: ok });
    tell(of, WAY_DOWN);
    expect(
      tell(of, [
        event("task.claimed", { task: "a", instance: "w1" }),
        event("task.completed", { task: "a", instance: "w1", ms: 10, data: { epoch: 1 } }),
        event("delegation.completed", { task: "a", instance: "w1", ms: 10 }),
        event("delegation.completed", { task: "a", instance: "webapp", ms: 13 }),
      ]),
    ).toEqual([
      {
        kind: "ran",
        ref: "T-1",
        by: "w1",
        good: true,
        how: "exit 0",
        ms: 1400,
        attempt: 1,
        maxAttempts: 3,
        again: null,
      },
      { kind: "result", ref: "T-1", text: "last" },
      { kind: "final", ref: "T-1", status: "done", by: null, why: null, bubbledTo: "global", bubbledMs: 3 },
    ]);
  });

  it("tells failed attempts, when the next one comes, and the last one", () => {
    const of = narration({ a: { ...ok, json: { n: 1 } } });
    const details = {
      exit_code: 1,
      signal: null,
      duration_ms: 200,
      timed_out: false,
      stdout_tail: "",
      stderr_tail: "bad\n",
    };
    const error = { code: "failed", message: "exit 1: bad", details };
    expect(
      tell(of, [
        event("task.requeued", {
          task: "a",
          instance: "w1",
          data: { reason: "failed", error, failures: 1, attempt: 2, notBefore: "2026-01-01T00:00:00.800Z" },
        }),
        event("task.requeued", {
          task: "a",
          instance: "w1",
          data: {
            reason: "failed",
            error: { code: "timeout", message: "did not end" },
            failures: 2,
            attempt: 3,
          },
        }),
        event("task.failed", {
          task: "a",
          instance: "w1",
          data: {
            error: { ...error, details: { ...details, exit_code: null, signal: "SIGKILL", timed_out: true } },
            failures: 3,
          },
        }),
      ]),
    ).toEqual([
      {
        kind: "ran",
        ref: "T-1",
        by: "w1",
        good: false,
        how: "exit 1",
        ms: 200,
        attempt: 1,
        maxAttempts: 3,
        again: { inMs: 800 },
      },
      {
        kind: "ran",
        ref: "T-1",
        by: "w1",
        good: false,
        how: "did not end",
        ms: null,
        attempt: 2,
        maxAttempts: 3,
        again: { inMs: 0 },
      },
      {
        kind: "ran",
        ref: "T-1",
        by: "w1",
        good: false,
        how: "timed out",
        ms: 200,
        attempt: 3,
        maxAttempts: 3,
        again: null,
      },
      { kind: "final", ref: "T-1", status: "failed", by: null, why: "bad", bubbledTo: null, bubbledMs: 0 },
    ]);
  });

  it("numbers the attempt that succeeded after others", () => {
    const of = narration({ a: { ...ok, json: { n: 1 } } });
    tell(of, [event("task.requeued", { task: "a", data: { reason: "failed", attempt: 2 } })]);
    expect(
      tell(of, [event("task.completed", { task: "a", instance: "w1", data: { epoch: 2 } })]),
    ).toMatchObject([{ kind: "ran", attempt: 2 }, { kind: "result", text: '{"n":1}' }, { kind: "final" }]);
  });

  it("tells of other failures in their own words", () => {
    const dependency = event("task.failed", {
      task: "b",
      data: { error: { code: "dependency_failed", message: "T-1 failed" } },
    });
    expect(tell(narration(), [dependency])).toMatchObject([
      { kind: "final", ref: "T-2", status: "failed", why: "T-1 failed" },
    ]);
    expect(tell(narration(), [event("task.failed", { task: "a" })])).toMatchObject([{ why: null }]);
    const details = event("task.failed", {
      task: "a",
      data: { error: { code: "x", message: "exit 2", details: { duration_ms: 1 } } },
    });
    expect(tell(narration(), [details])).toMatchObject([
      { kind: "ran", how: "ended by a signal" },
      { why: null },
    ]);
  });

  it("tells what a person or another door did", () => {
    const of = narration({ b: ok });
    tell(of, WAY_DOWN);
    expect(tell(of, [event("task.completed", { task: "b", actor: "cli:ada" })])).toMatchObject([
      { kind: "final", status: "done", by: "cli:ada" },
    ]);
    expect(
      tell(of, [
        event("task.cancelled", {
          task: "a",
          instance: "w1",
          actor: "cli:ada",
          data: { error: { code: "cancelled", message: "not needed" } },
        }),
        event("delegation.cancelled", { task: "a", instance: "w1", data: { code: "task_cancelled" } }),
        event("delegation.cancelled", { task: "a", instance: "webapp", data: { code: "task_cancelled" } }),
      ]),
    ).toMatchObject([
      { kind: "final", status: "cancelled", by: "cli:ada", why: "not needed", bubbledTo: "global" },
    ]);
  });

  it("tells refusals, holds and what was given back", () => {
    const of = narration();
    tell(of, WAY_DOWN.slice(0, 3));
    expect(
      tell(of, [
        event("routing.decided", { task: "a", instance: "webapp", data: { reason: "least busy" } }),
        event("delegation.pending", {
          task: "a",
          instance: "webapp",
          data: { source: "webapp", target: "w1", type: "route" },
        }),
        event("delegation.rejected", {
          task: "a",
          instance: "w1",
          data: { code: "at_capacity", text: "at capacity (3/3)" },
        }),
        event("delegation.pending", {
          task: "a",
          instance: "webapp",
          data: { source: "webapp", target: "w2", type: "route" },
        }),
        event("delegation.cancelled", { task: "a", instance: "w2", data: { code: "withdrawn" } }),
        event("task.held", { task: "a", instance: "webapp", data: { reason: "no_capacity" } }),
        event("task.held", { task: "a", instance: "global", data: { reason: "manual" } }),
        event("delegation.cancelled", { task: "a", instance: "webapp", data: { code: "escalated" } }),
        event("delegation.accepted", { task: "a", instance: "global" }),
        event("delegation.completed", { task: "a", instance: "global", data: { outcome: "handed_back" } }),
        event("delegation.completed", { task: "a", instance: "nobody" }),
        event("delegation.rejected", { task: "a", instance: "nobody" }),
      ]),
    ).toEqual([
      {
        kind: "hop",
        ref: "T-1",
        from: "webapp",
        to: "w1",
        how: "rejected",
        type: "route",
        reason: "at capacity (3/3)",
      },
      {
        kind: "hop",
        ref: "T-1",
        from: "webapp",
        to: "w2",
        how: "cancelled",
        type: "route",
        reason: "withdrawn",
      },
      { kind: "held", ref: "T-1", by: "webapp", reason: "no_capacity", why: "least busy" },
      { kind: "held", ref: "T-1", by: "global", reason: "manual", why: null },
      {
        kind: "hop",
        ref: "T-1",
        from: "global",
        to: "webapp",
        how: "cancelled",
        type: "route",
        reason: "escalated",
      },
    ]);
  });

  it("tells of leases that ended, and begins anew after a retry", () => {
    const of = narration({ a: ok });
    tell(of, WAY_DOWN);
    expect(
      tell(of, [
        event("task.requeued", { task: "a", instance: "w1", data: { reason: "lease_lost" } }),
        event("task.requeued", { task: "a", data: { reason: "drain_timeout" } }),
        event("task.retried", { task: "a" }),
        event("task.completed", { task: "a", instance: "w1", data: { epoch: 3 } }),
      ]),
    ).toMatchObject([
      { kind: "queued-again", by: "w1", why: "lease lost" },
      { kind: "queued-again", by: "the desk", why: "drain timeout" },
      { kind: "ran", attempt: 1 },
      { kind: "result" },
      { kind: "final", bubbledTo: null },
    ]);
  });

  it("knows where a task of an earlier start is", () => {
    const of = narration();
    of.pasts.set("a", { ...noPast(), hops: [{ source: "global", target: "webapp", type: "route" }] });
    // The same hop heard of once more changes nothing.
    tell(of, WAY_DOWN.slice(0, 3));
    expect(
      tell(of, [
        event("task.completed", { task: "a", instance: "webapp" }),
        event("delegation.completed", { task: "a", instance: "webapp" }),
      ]),
    ).toMatchObject([{ kind: "final", bubbledTo: "global" }]);
  });

  it("is silent about strangers", () => {
    expect(
      tell(narration(), [event("task.created", { task: "zzz" }), event("task.queued", { task: "a" })]),
    ).toEqual([]);
  });
});

describe("the steps of instances", () => {
  it("tells those that come and go, not those of the plan that run", () => {
    expect(
      tell(narration(), [
        event("instance.running", { instance: "w1" }),
        event("instance.running", { instance: "run-1" }),
        event("instance.terminated", { instance: "run-1" }),
        event("instance.running", { instance: "stranger" }),
        event("instance.updated", { instance: "run-1" }),
        event("configuration.updated"),
      ]),
    ).toEqual([
      { kind: "instance", ref: null, name: "run-1", scope: "ORCHESTRATION", status: "running" },
      { kind: "instance", ref: null, name: "run-1", scope: "ORCHESTRATION", status: "terminated" },
    ]);
  });
});
