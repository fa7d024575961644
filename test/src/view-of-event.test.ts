import { describe, expect, test } from "vitest";
import type { JournalEvent } from "../../machines/events.ts";
import { Cursors } from "../../src/door/cursor.ts";
import { Directory } from "../../src/door/directory.ts";
import { eventView } from "../../src/views/event-view.ts";
import { toWire } from "../../src/contracts/wire.ts";
import { anEntry, AT } from "../support/view-given.ts";

const ISO = "2026-03-01T12:00:00.007Z";
const cursors = new Cursors({ id: "018f2b6e-1c3a-7d4e-8a5b-0123456789ab", generation: 1 });
const context = {
  directory: new Directory([anEntry(1, "global"), anEntry(2, "webapp")]),
  idOfTask: (no: number) => (no < 10 ? `task-${no}` : undefined),
  idOfDelegation: (no: number) => (no < 10 ? `hop-${no}` : undefined),
  cursors,
};

function anEvent(changes: Partial<JournalEvent>): JournalEvent {
  return {
    position: 9,
    at: AT,
    name: "task.queued",
    instance: 1,
    task: null,
    delegation: null,
    actor: null,
    cause: 0,
    data: null,
    ...changes,
  };
}

const dataOf = (name: JournalEvent["name"], data: JournalEvent["data"]) =>
  eventView(anEvent({ name, data }), context).data;

describe("an event", () => {
  test("has one shape, with ids and cursors", () => {
    const event = anEvent({ name: "delegation.pending", task: 3, delegation: 4, actor: "cli:ada", cause: 8 });
    expect(eventView(event, context)).toEqual({
      cursor: cursors.encode(9),
      at: ISO,
      event: "delegation.pending",
      instanceId: "id-1",
      taskId: "task-3",
      delegationId: "hop-4",
      actor: "cli:ada",
      cause: cursors.encode(8),
      data: {},
    });
  });

  test("of the desk has no instance; what has no id at hand has its ref", () => {
    expect(eventView(anEvent({ instance: 0, task: 33, delegation: 44, cause: -17 }), context)).toMatchObject({
      instanceId: null,
      taskId: "T-33",
      delegationId: "D-44",
      cause: "C-17",
    });
    expect(eventView(anEvent({}), context)).toMatchObject({ taskId: null, delegationId: null, cause: null });
  });
});

describe("the data of an event", () => {
  const table: [string, JournalEvent["name"], JournalEvent["data"], object][] = [
    [
      "instances by id",
      "task.returned",
      { holder: 2, refusedBy: [1, 2], returnedBy: [], origin: null },
      { holder: "id-2", refusedBy: ["id-1", "id-2"], returnedBy: [], origin: null },
    ],
    ["the desk as null", "task.retried", { keeper: 0 }, { keeper: null }],
    ["what is no instance stays a number", "task.returned", { holder: 77 }, { holder: 77 }],
    [
      "tasks by ref",
      "task.created",
      { parentTask: 3, dependsOn: [4, 5], waitsFor: [4] },
      { parentTask: "T-3", dependsOn: ["T-4", "T-5"], waitsFor: ["T-4"] },
    ],
    [
      "hops by ref",
      "task.returned",
      { pendingHop: 3, lastHop: 4, hops: 2 },
      { pendingHop: "D-3", lastHop: "D-4", hops: 2 },
    ],
    [
      "moments",
      "task.claimed",
      { until: AT, ends: AT, notBefore: AT, deadlineAt: AT, by: "w1" },
      { until: ISO, ends: ISO, notBefore: ISO, deadlineAt: ISO, by: "w1" },
    ],
    [
      "the caller's JSON",
      "task.updated",
      { payload: '{"holder":1}', tags: ["a"], result: "not json" },
      { payload: { holder: 1 }, tags: ["a"], result: "not json" },
    ],
    [
      "a patch of the task with a delegation's",
      "delegation.pending",
      {
        source: 1,
        target: 2,
        type: "route",
        task: { keeper: 2, no: 5, pendingHop: 4, status: "pending", process: null },
      },
      {
        source: "id-1",
        target: "id-2",
        type: "route",
        task: { keeper: "id-2", pendingHop: "D-4", status: "pending", process: null },
      },
    ],
    ["a task's number under `task`", "lease.expired", { task: 7 }, { task: "T-7" }],
    [
      "nothing of what only the process knows",
      "instance.updated",
      { no: 1, waiting: [], config: { holder: 2 }, gone: undefined },
      { config: { holder: 2 } },
    ],
    [
      "what was published as it is",
      "publication",
      { topic: "t", data: { holder: 2, At: 5 } },
      { topic: "t", data: { holder: 2, At: 5 } },
    ],
    ["mixed lists", "task.updated", { dependsOn: ["T-1", 2] }, { dependsOn: ["T-1", "T-2"] }],
  ];
  test.each(table)("shows %s", (_what, name, data, expected) => {
    expect(dataOf(name, data)).toEqual(expected);
  });

  test("of a decision is the decision", () => {
    const data = {
      action: "delegate",
      reason: "r",
      instance: 1,
      target: 2,
      held: null,
      rule: null,
      unmatched: false,
      routingRound: 2,
      candidates: [[2, 1, null, 0, 1, null]],
    };
    expect(toWire(dataOf("routing.decided", data))).toEqual({
      action: "delegate",
      reason: "r",
      instance_id: "id-1",
      target_id: "id-2",
      rule: null,
      unmatched: false,
      routing_round: 2,
      candidates: [
        {
          instance_id: "id-2",
          name: "webapp",
          tags: 1,
          text_score: null,
          load: 0,
          rank: 1,
          lost_because: null,
        },
      ],
    });
  });

  test("goes over the wire in snake_case, the caller's values untouched", () => {
    const view = eventView(
      anEvent({ name: "task.created", task: 3, data: { runId: "r", payload: '{"camelCase":1}' } }),
      context,
    );
    expect(toWire(view)).toMatchObject({
      instance_id: "id-1",
      task_id: "task-3",
      data: { run_id: "r", payload: { camelCase: 1 } },
    });
    const published = eventView(
      anEvent({ name: "publication", data: { topic: "t", data: { camelCase: 1 } } }),
      context,
    );
    expect(toWire(published)).toMatchObject({ data: { topic: "t", data: { camelCase: 1 } } });
  });
});
