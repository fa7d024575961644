import { describe, expect, test } from "vitest";
import type { JournalEvent } from "../../../machines/events/journal-event.ts";
import { Cursors } from "../../../src/door/cursor.ts";
import { eventView } from "../../../src/views/event-view.ts";
import { toWire } from "../../../src/contracts/wire.ts";
import { directoryOf, anEntry, AT } from "../../support/view-given.ts";

const ISO = "2026-03-01T12:00:00.007Z";
const cursors = new Cursors({ id: "018f2b6e-1c3a-7d4e-8a5b-0123456789ab", generation: 1 });
const context = {
  directory: directoryOf([anEntry(1, "global"), anEntry(2, "webapp")]),
  idOfTask: (no: number) => (no < 10 ? `task-${no}` : undefined),
  idOfDelegation: (no: number) => (no < 10 ? `hop-${no}` : undefined),
  cursors,
};

/** An event with any data. */
type Given = Omit<JournalEvent, "data"> & { readonly data: object };

function anEvent(changes: Partial<Given>): JournalEvent {
  return {
    position: 9,
    at: AT,
    name: "task.queued",
    instance: 1,
    task: null,
    delegation: null,
    actor: null,
    cause: 0,
    data: {},
    ...changes,
  } as JournalEvent;
}

const dataOf = (name: JournalEvent["name"], data: object) => eventView(anEvent({ name, data }), context).data;

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
  const table: [string, JournalEvent["name"], object, object][] = [
    [
      "instances by id",
      "task.returned",
      { holder: 2, returnedBy: [1, 2] },
      { holder: "id-2", returnedBy: ["id-1", "id-2"] },
    ],
    ["the desk as null, and nobody", "task.retried", { origin: null }, { origin: null }],
    ["a parent that is the desk as null", "instance.created", { parent: 0 }, { parent: null }],
    ["what is no instance stays a number", "task.returned", { holder: 77 }, { holder: 77 }],
    [
      "tasks by ref",
      "task.created",
      { parentTask: 3, dependsOn: [4, 5], waitsFor: [4] },
      { parentTask: "T-3", dependsOn: ["T-4", "T-5"], waitsFor: ["T-4"] },
    ],
    ["delegations by ref", "task.returned", { lastHop: 4, hops: 2 }, { lastHop: "D-4", hops: 2 }],
    [
      "the delegation before by ref",
      "delegation.pending",
      { source: 1, target: 2, type: "route", previous: 3, expiresAt: AT },
      { source: "id-1", target: "id-2", type: "route", previous: "D-3", expiresAt: ISO },
    ],
    ["moments", "task.claimed", { until: AT, ends: AT, by: "w1" }, { until: ISO, ends: ISO, by: "w1" }],
    [
      "moments that may be none",
      "task.updated",
      { deadlineAt: AT, notBefore: null },
      { deadlineAt: ISO, notBefore: null },
    ],
    [
      "the caller's JSON",
      "task.updated",
      { payload: '{"holder":1}', tags: ["a"] },
      { payload: { holder: 1 }, tags: ["a"] },
    ],
    ["what is no JSON after all", "task.updated", { payload: "not json" }, { payload: "not json" }],
    [
      "what was published as it is",
      "publication",
      { topic: "t", data: { holder: 2, At: 5 } },
      { topic: "t", data: { holder: 2, At: 5 } },
    ],
    ["lists that are JSON as they are", "publication", { data: [2, { no: 1 }] }, { data: [2, { no: 1 }] }],
    ["what this version does not know as it is", "task.queued", { later: [1], at: 2 }, { later: [1], at: 2 }],
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
