import { describe, expect, test } from "vitest";
import type { Decision } from "../../machines/messages/decision.ts";
import type { InstanceConfig, RosterEntry } from "../../machines/records/instance.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { complexity, projectBehavior } from "../../machines/scopes/project.ts";
import { child, task, view } from "../support/routing-given.ts";

function decide(params: {
  roster?: readonly RosterEntry[];
  given?: Partial<RoutableTask>;
  config?: InstanceConfig;
  liveOrchestrations?: number;
}): Decision {
  const { roster = [], given = {}, config = {}, liveOrchestrations = roster.length } = params;
  return projectBehavior.decide(view("PROJECT", roster, { config, liveOrchestrations }), task(given));
}

function worker(no: number, more: Partial<RosterEntry> = {}): RosterEntry {
  return child(no, `webapp-worker-${no}`, { scope: "ORCHESTRATION", ...more });
}

/** Complexity 3. */
const COMPLEX: Partial<RoutableTask> = { priority: "high", tags: ["a", "b", "c"] };

describe("complexity", () => {
  test.each<[number, Partial<RoutableTask>]>([
    [1, {}],
    [1, { description: "x".repeat(499), tags: ["a", "b"], priority: "low" }],
    [2, { description: "x".repeat(500) }],
    [2, { tags: ["a", "b", "c"] }],
    [2, { dependsOn: [7] }],
    [2, { priority: "high" }],
    [2, { priority: "urgent" }],
    [5, { description: "x".repeat(500), tags: ["a", "b", "c"], dependsOn: [1, 2], priority: "urgent" }],
  ])("is %i", (points, given) => {
    expect(complexity(task(given))).toBe(points);
  });
});

describe("PROJECT", () => {
  test("holds a task that is not to be routed, even with auto_delegate off", () => {
    const config = { auto_delegate: false };
    expect(decide({ roster: [worker(2)], given: { route: false }, config })).toMatchObject({
      action: "hold",
      held: "manual",
    });
  });

  test("handles everything with auto_delegate off", () => {
    expect(decide({ roster: [worker(2)], config: { auto_delegate: false } })).toMatchObject({
      action: "handle",
      reason: "auto_delegate is off",
    });
  });

  test("handles what is below a threshold that is set", () => {
    const config = { orchestration_threshold: 2 };
    expect(decide({ roster: [worker(2)], config })).toMatchObject({
      action: "handle",
      reason: "complexity 1, below 2",
    });
    expect(decide({ roster: [worker(2)], config, given: { dependsOn: [1] } })).toMatchObject({
      action: "delegate",
      target: 2,
    });
  });

  test("delegates even the simplest while no threshold is set", () => {
    const decision = decide({ roster: [worker(2, { ownOpen: 1 }), worker(3)] });
    expect(decision).toMatchObject({ action: "delegate", target: 3, reason: "least busy (0/3)" });
  });

  test("pays no heed to the project a task names: that was settled above", () => {
    expect(decide({ roster: [worker(2)], given: { project: "webapp" } })).toMatchObject({ target: 2 });
  });

  test("delegates what is complex to an orchestration with room, and creates none", () => {
    expect(decide({ roster: [worker(2)], given: COMPLEX })).toMatchObject({ action: "delegate", target: 2 });
  });

  test.each<[string, RosterEntry[], string]>([
    ["there is none", [], "complexity 3, 3 or more, and no child"],
    ["none runs", [worker(2, { status: "created" })], "complexity 3, 3 or more, and no running child"],
    ["all are full", [worker(2, { room: 0 })], "complexity 3, 3 or more, and all are full"],
  ])("creates an orchestration for what is complex when %s", (_when, roster, reason) => {
    expect(decide({ roster, given: COMPLEX })).toMatchObject({
      action: "create",
      held: null,
      target: null,
      reason,
    });
  });

  test("creates from the threshold that is set", () => {
    const config = { orchestration_threshold: 4 };
    expect(decide({ given: COMPLEX, config }).action).toBe("handle");
    expect(decide({ given: { ...COMPLEX, dependsOn: [1] }, config }).action).toBe("create");
    expect(decide({ config: { orchestration_threshold: 1 } }).action).toBe("create");
  });

  test.each<[string, InstanceConfig, number]>([
    ["it may not", { auto_create_orchestrations: false }, 0],
    ["there are five already", {}, 5],
    ["there are as many as may be", { max_orchestrations_per_project: 2 }, 2],
  ])("creates none when %s", (_when, config, liveOrchestrations) => {
    const full = [worker(2, { room: 0 })];
    expect(decide({ given: COMPLEX, config, liveOrchestrations })).toMatchObject({
      action: "handle",
      reason: "no child",
    });
    expect(decide({ roster: full, given: COMPLEX, config, liveOrchestrations })).toMatchObject({
      action: "hold",
      held: "no_capacity",
      reason: "all are full",
    });
  });

  test.each<[string, Decision["action"], Decision["held"], RosterEntry[], Partial<RoutableTask>]>([
    ["nobody is below", "handle", null, [], {}],
    ["nobody below runs", "handle", null, [worker(2, { status: "paused" })], {}],
    ["all are full", "hold", "no_capacity", [worker(2, { room: 0 }), worker(3, { room: 0 })], {}],
    [
      "all refused, one full",
      "hold",
      "no_capacity",
      [worker(2, { room: 0 }), worker(3)],
      { refusedBy: [2, 3] },
    ],
    ["all refused, none full", "hold", "no_route", [worker(2), worker(3)], { refusedBy: [2, 3] }],
    ["the only one escalated", "handle", null, [worker(2, { room: 0 })], { refusedBy: [2], returnedBy: [2] }],
    [
      "one escalated and the other is full",
      "hold",
      "no_capacity",
      [worker(2), worker(3, { room: 0 })],
      { refusedBy: [2], returnedBy: [2] },
    ],
    [
      "one escalated and the other refused, full",
      "hold",
      "no_capacity",
      [worker(2), worker(3, { room: 0 })],
      { refusedBy: [2, 3], returnedBy: [2] },
    ],
    [
      "one escalated and the other declined",
      "handle",
      null,
      [worker(2), worker(3)],
      { refusedBy: [2, 3], returnedBy: [2] },
    ],
    ["it came up from the only one", "handle", null, [worker(2)], { chain: [2, 1] }],
  ])("when %s: %s, %s", (_when, action, held, roster, given) => {
    expect(decide({ roster, given })).toMatchObject({ action, held, target: null });
  });

  test.each<[string, Decision["action"], RosterEntry[], Partial<RoutableTask>]>([
    ["handles what all refused", "handle", [worker(2)], { refusedBy: [2] }],
    ["handles what all refused, full", "handle", [worker(2, { room: 0 })], { refusedBy: [2] }],
    ["holds what was offered to nobody, all being full", "hold", [worker(2, { room: 0 })], {}],
  ])("with fallback: handle, %s", (_what, action, roster, given) => {
    expect(decide({ roster, given, config: { fallback: "handle" } }).action).toBe(action);
  });

  test("holds what matches nobody, with unmatched: hold", () => {
    const roster = [worker(2, { capabilities: ["node"] })];
    const config: InstanceConfig = { unmatched: "hold" };
    expect(decide({ roster, config, given: { tags: ["cobol"] } })).toMatchObject({
      action: "hold",
      held: "no_route",
      unmatched: true,
    });
  });
});
