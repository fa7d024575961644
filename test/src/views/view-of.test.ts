import { describe, expect, test } from "vitest";
import { compactDecision, expandDecision } from "../../../machines/routing/decision-data.ts";
import type { Decision } from "../../../machines/messages/decision.ts";
import {
  chainView,
  deadLetterView,
  decisionView,
  delegationView,
  instanceView,
  iso,
  isoOrNull,
  leaseView,
  taskView,
  treeView,
} from "../../../src/views/view-of.ts";
import { directoryOf, aHop, aTally, aTask, anEntry, anInstance, AT } from "../../support/view-given.ts";

const ISO = "2026-03-01T12:00:00.007Z";
const directory = directoryOf([
  anEntry(1, "global"),
  anEntry(2, "webapp"),
  anEntry(3, "worker", { parent: 2 }),
]);
const idOfTask = (no: number) => (no < 10 ? `task-${no}` : undefined);

test("moments are as Date writes them", () => {
  const moments = [0, 1, 999, 1_000, 59_999, 60_000, 3_599_999, AT, AT + 1, AT - 60_000, 253_402_300_799_999];
  for (const ms of [...moments, ...moments]) expect(iso(ms)).toBe(new Date(ms).toISOString());
  expect(isoOrNull(null)).toBeNull();
  expect(isoOrNull(AT)).toBe(ISO);
});

describe("an instance", () => {
  test("shows its parent by id, its tasks by status and what it would accept", () => {
    const instance = anInstance({
      no: 2,
      id: "id-2",
      name: "webapp",
      scope: "PROJECT",
      parent: 1,
      config: { fallback: "hold" },
    });
    expect(
      instanceView(
        instance,
        aTally({ instance: 2, queued: 3, in_progress: 1 }),
        ["PAUSE", "STOP"],
        directory,
      ),
    ).toEqual({
      id: "id-2",
      name: "webapp",
      scope: "PROJECT",
      instanceType: "persistent",
      parentId: "id-1",
      config: { fallback: "hold" },
      runtimeMetadata: {},
      status: "running",
      description: null,
      createdBy: "cli:ada",
      createdAt: ISO,
      updatedAt: ISO,
      startedAt: ISO,
      stoppedAt: null,
      version: 3,
      counts: {
        pending: 0,
        queued: 3,
        claimed: 0,
        in_progress: 1,
        waiting: 0,
        blocked: 0,
        done: 0,
        failed: 0,
        cancelled: 0,
      },
      allowedEvents: ["PAUSE", "STOP"],
    });
  });

  test("stands in a tree, in the order given, a root when its parent is not shown", () => {
    const view = (no: number, parent: number | null) =>
      instanceView(anInstance({ no, id: `id-${no}`, parent }), aTally(), [], directory);
    const [global, lost] = treeView([view(1, null), view(3, 1), view(2, 1)]);
    expect(global?.children.map(({ id }) => id)).toEqual(["id-3", "id-2"]);
    expect(lost).toBeUndefined();
    expect(treeView([view(3, 2)]).map(({ id }) => id)).toEqual(["id-3"]);
    expect(treeView([])).toEqual([]);
  });
});

describe("a task", () => {
  test("that is new shows little", () => {
    expect(taskView(aTask(), directory, idOfTask)).toMatchObject({
      id: "task-1",
      ref: "T-1",
      instanceId: null,
      originInstanceId: null,
      delegationChain: [],
      parentTaskId: null,
      dependsOn: [],
      result: null,
      payload: null,
      createdAt: ISO,
      completedAt: null,
    });
  });

  test("shows ids for row numbers, values for texts, ISO for moments", () => {
    const task = aTask({
      holder: 3,
      origin: 1,
      delegatedFrom: 2,
      delegatedTo: 3,
      chain: [1, 2, 3],
      parentTask: 4,
      dependsOn: [5, 12],
      result: '{"ok":[1]}',
      payload: '"text"',
      deadlineAt: AT,
      leaseExpiresAt: AT,
      notBefore: AT,
      startedAt: AT,
    });
    expect(taskView(task, directory, idOfTask)).toMatchObject({
      instanceId: "id-3",
      originInstanceId: "id-1",
      delegatedFromInstanceId: "id-2",
      delegatedToInstanceId: "id-3",
      delegationChain: ["id-1", "id-2", "id-3"],
      parentTaskId: "task-4",
      dependsOn: ["task-5", "T-12"],
      result: { ok: [1] },
      payload: "text",
      deadlineAt: ISO,
      leaseExpiresAt: ISO,
      notBefore: ISO,
      startedAt: ISO,
    });
    expect(taskView(aTask({ parentTask: 99 }), directory, idOfTask).parentTaskId).toBe("T-99");
  });

  test("under a lease gives its worker a token", () => {
    expect(leaseView(42, 3, AT)).toEqual({ token: "L-42-3", expiresAt: ISO });
  });
});

describe("a delegation", () => {
  const context = {
    directory,
    idOfTask,
    idOfDelegation: (no: number) => (no < 10 ? `hop-${no}` : undefined),
    outputOf: () => '{"n":1}',
  };

  test("that is pending shows who offers what to whom", () => {
    expect(delegationView(aHop({ expiresAt: AT, previous: 2 }), context)).toEqual({
      id: "hop-1",
      ref: "D-1",
      taskId: "task-1",
      sourceInstanceId: "id-1",
      targetInstanceId: "id-2",
      sourceName: "global",
      targetName: "webapp",
      delegationType: "route",
      status: "pending",
      seq: 1,
      delegatedBy: null,
      delegatedAt: ISO,
      decidedAt: null,
      completedAt: null,
      expiresAt: ISO,
      reason: null,
      result: null,
      notes: null,
      previousId: "hop-2",
      round: 1,
      routingRound: 0,
      version: 1,
    });
  });

  test("that is rejected shows why", () => {
    const hop = aHop({
      status: "rejected",
      decidedAt: AT,
      reasonCode: "at_capacity",
      reasonText: "at capacity (3/3)",
      previous: 12,
      task: 12,
    });
    expect(delegationView(hop, context)).toMatchObject({
      taskId: "T-12",
      previousId: "D-12",
      decidedAt: ISO,
      reason: { code: "at_capacity", text: "at capacity (3/3)" },
    });
  });

  test("that is completed shows the worker's output, unless the task was handed back", () => {
    const ended = { status: "completed", completedAt: AT, outcome: "succeeded", taskStatus: "done" } as const;
    expect(delegationView(aHop(ended), context).result).toEqual({
      outcome: "succeeded",
      taskStatus: "done",
      completedAt: ISO,
      output: { n: 1 },
    });
    expect(
      delegationView(aHop({ ...ended, outcome: "handed_back", taskStatus: "pending" }), context).result
        ?.output,
    ).toBeNull();
    expect(delegationView(aHop(ended), { ...context, outputOf: () => null }).result?.output).toBeNull();
  });

  test("stands in the chain of its task", () => {
    const task = aTask({ origin: 1, holder: 3, chain: [1, 2, 3] });
    const hops = [aHop(), aHop({ no: 2, id: "hop-2", seq: 2, source: 2, target: 3, previous: 1 })];
    const chain = chainView(task, hops, context);
    expect(chain).toMatchObject({
      taskId: "task-1",
      originInstanceId: "id-1",
      currentInstanceId: "id-3",
      depth: 2,
    });
    expect(chain.items.map(({ ref, previousId, taskId }) => [ref, previousId, taskId])).toEqual([
      ["D-1", null, "task-1"],
      ["D-2", "hop-1", "task-1"],
    ]);
    expect(chainView(aTask(), [], context)).toEqual({
      taskId: "task-1",
      originInstanceId: null,
      currentInstanceId: null,
      depth: 0,
      items: [],
    });
  });
});

describe("a decision", () => {
  const decision: Decision = {
    action: "delegate",
    reason: "matched tag frontend",
    instance: 1,
    target: 2,
    held: null,
    rule: null,
    unmatched: false,
    routingRound: 1,
    candidates: [
      { instance: 2, tags: 1, textScore: null, load: 0.5, rank: 1, lostBecause: null },
      { instance: 3, tags: 0, textScore: 1.5, load: 0, rank: null, lostBecause: "scope" },
    ],
  };
  const view = {
    action: "delegate",
    reason: "matched tag frontend",
    instanceId: "id-1",
    targetId: "id-2",
    rule: null,
    unmatched: false,
    routingRound: 1,
    candidates: [
      { instanceId: "id-2", name: "webapp", tags: 1, textScore: null, load: 0.5, rank: 1, lostBecause: null },
      {
        instanceId: "id-3",
        name: "worker",
        tags: 0,
        textScore: 1.5,
        load: 0,
        rank: null,
        lostBecause: "scope",
      },
    ],
  };

  test("looks the same from an answer and from its event", () => {
    expect(decisionView(decision, directory)).toEqual(view);
    expect(decisionView(expandDecision(compactDecision(decision)), directory)).toEqual(view);
  });

  test("may have no target and no candidates", () => {
    const held: Decision = { ...decision, action: "hold", target: null, held: "no_route", candidates: [] };
    expect(decisionView(held, directory)).toMatchObject({ targetId: null, candidates: [] });
    const kept = expandDecision(compactDecision(held));
    expect(decisionView(kept, directory)).toMatchObject({ targetId: null, candidates: [] });
  });
});

describe("a dead letter", () => {
  const letter = { no: 5, to: 0, from: 2, type: "timer.task", task: 3, error: "broke", at: AT, times: 2 };

  test("names its message, its task and whom it was for", () => {
    expect(deadLetterView(letter, directory)).toEqual({
      id: "5",
      toInstanceId: null,
      fromInstanceId: "id-2",
      type: "timer.task",
      taskId: "T-3",
      error: "broke",
      at: ISO,
      times: 2,
    });
    expect(deadLetterView({ ...letter, from: null, task: null }, directory)).toMatchObject({
      fromInstanceId: null,
      taskId: null,
    });
  });
});
