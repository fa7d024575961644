import { describe, expect, test } from "vitest";
import type { Decision } from "../../machines/messages/decision.ts";
import type { InstanceConfig, RosterEntry } from "../../machines/records/instance.ts";
import type { RoutableTask } from "../../machines/routing/routable-task.ts";
import { globalBehavior } from "../../machines/scopes/global.ts";
import { child, task, view } from "../support/routing-given.ts";

function decide(
  roster: readonly RosterEntry[],
  given: Partial<RoutableTask> = {},
  config: InstanceConfig = {},
): Decision {
  return globalBehavior.decide(view("GLOBAL", roster, { config }), task(given));
}

const WEBAPP = child(2, "webapp", { capabilities: ["frontend"] });
const API = child(3, "api", { capabilities: ["node"] });

describe("GLOBAL", () => {
  test("delegates to the best child, and keeps why", () => {
    expect(decide([API, WEBAPP], { tags: ["frontend"], routingRound: 4 })).toEqual({
      action: "delegate",
      reason: "matched tag frontend",
      instance: 1,
      target: 2,
      held: null,
      rule: null,
      unmatched: false,
      routingRound: 4,
      candidates: [
        { instance: 2, tags: 1, textScore: null, load: 0, rank: 1, lostBecause: null },
        { instance: 3, tags: 0, textScore: null, load: 0, rank: 2, lostBecause: "fewer_tags" },
      ],
    });
  });

  test("gives work to projects and events, and to people and what stands for another Hopper when named", () => {
    for (const scope of ["PROJECT", "EVENT"] as const) {
      expect(decide([child(2, "a", { scope })])).toMatchObject({ action: "delegate", target: 2 });
    }
    for (const scope of ["PERSONAL", "FAMILY", "FEDERATED"] as const) {
      expect(decide([child(2, "ada", { scope })])).toMatchObject({ action: "hold", held: "no_route" });
      expect(decide([child(2, "ada", { scope })], { project: "ada" })).toMatchObject({ target: 2 });
    }
  });

  test.each<[string, Partial<RoutableTask>, InstanceConfig, string]>([
    ["a task that is not to be routed", { route: false }, {}, "the task is not to be routed"],
    ["everything, with auto_delegate off", {}, { auto_delegate: false }, "auto_delegate is off"],
  ])("holds %s until somebody delegates it", (_what, given, config, reason) => {
    expect(decide([WEBAPP], given, config)).toMatchObject({
      action: "hold",
      held: "manual",
      reason,
      target: null,
      candidates: [],
    });
  });

  test("delegates to the named project only", () => {
    const decision = decide([WEBAPP, API], { tags: ["frontend"], project: "api" });
    expect(decision).toMatchObject({ action: "delegate", target: 3, reason: "named project api" });
  });

  test("holds a task for a project that nobody knows", () => {
    expect(decide([WEBAPP], { project: "shop" })).toMatchObject({
      action: "hold",
      held: "no_route",
      reason: "no child named shop",
    });
  });

  test("creates it, with auto_create_projects", () => {
    expect(decide([WEBAPP], { project: "shop" }, { auto_create_projects: true })).toMatchObject({
      action: "create",
      held: null,
      target: null,
      reason: "no child named shop yet",
    });
  });

  test("creates nothing for a task that names no project, or one that is known", () => {
    const config = { auto_create_projects: true };
    expect(decide([], {}, config)).toMatchObject({ action: "hold", held: "no_route" });
    const paused = child(2, "shop", { status: "paused" });
    expect(decide([paused], { project: "shop" }, config)).toMatchObject({ action: "hold" });
  });

  test.each<[string, Decision["held"], RosterEntry[], Partial<RoutableTask>]>([
    [
      "the named one is known but not running",
      "instance_not_running",
      [{ ...API, status: "created" }],
      { project: "api" },
    ],
    ["the named one is full", "no_capacity", [{ ...API, room: 0 }, WEBAPP], { project: "api" }],
    ["there is no child", "no_route", [], {}],
    ["no child is running", "no_route", [{ ...API, status: "paused" }], {}],
    [
      "all are full",
      "no_capacity",
      [
        { ...API, room: 0 },
        { ...WEBAPP, room: 0 },
      ],
      {},
    ],
    [
      "all refused, one because it was full",
      "no_capacity",
      [API, { ...WEBAPP, room: 0 }],
      { refusedBy: [2, 3] },
    ],
    ["all refused for other reasons", "no_route", [API, WEBAPP], { refusedBy: [2, 3] }],
    [
      "the only one escalated it, full or not",
      "no_route",
      [{ ...API, room: 0 }],
      { refusedBy: [3], returnedBy: [3] },
    ],
    ["the only one is where it came from", "no_route", [API], { chain: [3, 1] }],
  ])("holds when %s: %s", (_when, held, roster, given) => {
    expect(decide(roster, given)).toMatchObject({ action: "hold", held, target: null });
  });

  test("delegates by load what matches nobody, marked unmatched", () => {
    expect(decide([WEBAPP, API], { tags: ["cobol"] })).toMatchObject({
      action: "delegate",
      target: 3,
      unmatched: true,
    });
  });

  test("holds what matches nobody, with unmatched: hold", () => {
    const decision = decide([WEBAPP, API], { tags: ["cobol"] }, { unmatched: "hold" });
    expect(decision).toMatchObject({
      action: "hold",
      held: "no_route",
      unmatched: true,
      target: null,
      reason: "no tag or text matched",
    });
    expect(decision.candidates).toHaveLength(2);
    expect(decide([WEBAPP, API], { tags: ["node"] }, { unmatched: "hold" }).action).toBe("delegate");
  });
});
