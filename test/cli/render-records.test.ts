import { describe, expect, it } from "vitest";
import { PLAIN_LOOK, type Look } from "../../cli/render/look.ts";
import { delegationDetails, delegationTable } from "../../cli/render/delegation.ts";
import { eventTable } from "../../cli/render/events.ts";
import { instanceDetails, instanceTable } from "../../cli/render/instance.ts";
import { explainLines, taskDetails, taskTable } from "../../cli/render/task.ts";
import type {
  ChainBody,
  DelegationBody,
  EventBody,
  InstanceBody,
  TaskBody,
  WaitBody,
} from "../../cli/render/bodies.ts";
import { toWire } from "../../src/contracts/wire.ts";
import {
  chainView,
  delegationView,
  eventView,
  instanceView,
  NO_TASKS,
  NOW,
  taskView,
  waitView,
} from "./support/views.ts";
import type { DelegationView, TaskView } from "../../src/views/views.ts";

const look: Look = { ...PLAIN_LOOK, now: NOW };
const wait = (text: string) => toWire(waitView({ text, fix: "hopper do it" })) as WaitBody;
const wide: Look = { ...look, wide: true };
const terminal = (width: number): Look => ({ ...look, width, boxes: true });

const task = (given: Partial<TaskView> = {}) => toWire(taskView(given)) as TaskBody;
const hop = (given: Partial<DelegationView> = {}) => toWire(delegationView(given)) as DelegationBody;
const chain = (items: DelegationView[]) => toWire(chainView(items)) as ChainBody;
const counts = (given: Partial<typeof NO_TASKS>) => ({ ...NO_TASKS, ...given });

describe("lists", () => {
  const names = { "global-id": "global", "worker-1-id": "worker-1" };
  const known = { names, waits: new Map<string, WaitBody>() };
  const instance = toWire(
    instanceView({
      parentId: "global-id",
      counts: counts({ queued: 2 }),
      config: { capabilities: ["a", "b"] },
    }),
  ) as InstanceBody;

  it("show instances, whole on a pipe", () => {
    const root = toWire(instanceView({ name: "global", scope: "GLOBAL" })) as InstanceBody;
    expect(instanceTable([root, instance], names, look)).toEqual([
      "NAME    SCOPE    STATUS   TASKS  PARENT  AGE",
      "global  GLOBAL   running  0      -       1h",
      "webapp  PROJECT  running  2      global  1h",
    ]);
    expect(instanceTable([instance], names, wide)[1]).toBe(
      "webapp  PROJECT  running  2      global  1h   webapp-id  persistent  a,b",
    );
    expect(instanceTable([], names, look)).toEqual([]);
  });

  it("show tasks with the reason why one is held", () => {
    const rows = [
      task({ tags: ["a", "b"] }),
      task({
        id: "id-of-T-2",
        ref: "T-2",
        status: "pending",
        heldReason: "no_route",
        instanceId: null,
        title: "x\ny\u001B[2J",
      }),
    ];
    expect(taskTable(rows, known, look)).toEqual([
      "REF  STATUS           PRIORITY  AT        TITLE             TAGS  AGE",
      "T-1  queued           medium    worker-1  Build login page  a,b   1h",
      "T-2  held (no_route)  medium    -         x y                     1h",
    ]);
    const told = {
      names,
      waits: new Map([["id-of-T-2", wait("nobody below global can take it, whatever it is")]]),
    };
    expect(taskTable(rows, told, look)).toEqual([
      "REF  STATUS           PRIORITY  AT        TITLE             TAGS  WAITS FOR                                 AGE",
      "T-1  queued           medium    worker-1  Build login page  a,b   -                                         1h",
      "T-2  held (no_route)  medium    -         x y                     nobody below global can take it, whatev…  1h",
    ]);
    expect(taskTable(rows, told, wide)[2]).toContain("nobody below global can take it, whatever it is");
    expect(taskTable(rows.slice(0, 1), known, wide)[1]).toBe(
      "T-1  queued  medium    worker-1  Build login page  a,b   1h   -       1/3      global  id-of-T-1",
    );
  });

  it("cut the title on a narrow terminal, then leave out what is not needed", () => {
    const rows = [
      task({ title: "A title that is much longer than such a terminal is wide", tags: ["frontend"] }),
    ];
    expect(taskTable(rows, known, terminal(80))).toEqual([
      "REF  STATUS  PRIORITY  AT        TITLE                             TAGS      AGE",
      "T-1  queued  medium    worker-1  A title that is much longer tha…  frontend  1h",
    ]);
    expect(taskTable(rows, known, terminal(44))).toEqual([
      "REF  STATUS  AT        TITLE",
      "T-1  queued  worker-1  A title that is much…",
    ]);
    expect(taskTable(rows, known, terminal(20))[1]).toBe("T-1  qu…  wor…  A t…");
  });

  it("keep their columns with wide characters", () => {
    const rows = [task({ title: "世界" }), task({ ref: "T-2", title: "ab" })];
    const lines = taskTable(rows, known, look);
    expect(lines[1]).toContain("世界         1h");
    expect(lines[2]).toContain("ab           1h");
  });

  it("show delegations", () => {
    const rows = [hop({ reason: { code: "expired", text: null }, status: "rejected", expiresAt: "soon" })];
    expect(delegationTable(rows, { "id-of-T-1": "T-1" }, look)).toEqual([
      "REF  TASK  FROM    TO      TYPE   STATUS    AGE",
      "D-1  T-1   global  webapp  route  rejected  1h",
    ]);
    expect(delegationTable(rows, {}, wide)[1]).toBe(
      "D-1  id-of-T-1  global  webapp  route  rejected  1h   expired  soon     id-of-D-1",
    );
  });

  it("show events in words, and what nobody put into words as its data", () => {
    const events = [
      toWire(eventView({ data: { title: "a b", n: 1, holder: "global-id", none: null } })) as EventBody,
      toWire(eventView({ taskId: null, instanceId: null, actor: null, cause: null })) as EventBody,
      toWire(
        eventView({ data: { action: "delegate", reason: "least busy", target_id: "worker-1-id" } }),
      ) as EventBody,
      toWire(eventView({ data: { action: "hold", reason: "no child" } })) as EventBody,
    ];
    const list = {
      events,
      sentences: ["created at global", null, null, null],
      names: { "id-of-T-1": "T-1", ...names },
    };
    expect(eventTable(list, look)).toEqual([
      "AT                        EVENT         TASK  INSTANCE  BY       WHAT",
      "2026-01-02T03:04:05.000Z  task.created  T-1   global    cli:ada  created at global",
      "2026-01-02T03:04:05.000Z  task.created  -     -         -",
      "2026-01-02T03:04:05.000Z  task.created  T-1   global    cli:ada  delegate → worker-1: least busy",
      "2026-01-02T03:04:05.000Z  task.created  T-1   global    cli:ada  hold: no child",
    ]);
    const [, first, second] = eventTable(list, wide);
    expect(first).toContain('created at global  title="a b" n=1 holder=global ');
    expect(second).toMatch(/ - +- +c1 +- +-$/);
  });
});

describe("details", () => {
  it("of an instance leave out what is not there", () => {
    const body = toWire(
      instanceView({
        parentId: "global-id",
        counts: counts({ queued: 1, done: 2 }),
        config: { capabilities: ["react"] },
        createdBy: "cli:ada",
        description: "first\nsecond",
      }),
    ) as InstanceBody;
    expect(instanceDetails(body, { "global-id": "global" }, look)).toEqual([
      "webapp (PROJECT) [running]",
      "  id           webapp-id",
      "  description  first",
      "               second",
      "  type         persistent",
      "  parent       global",
      "  tasks        1 queued, 2 done",
      '  config       {"capabilities":["react"]}',
      "  created      2026-01-02T03:04:05.000Z by cli:ada",
      "  version      1",
      "  allowed      pause, stop, restart, fail, terminate",
    ]);
  });

  it("of an instance in error name recover first", () => {
    const body = toWire(
      instanceView({ status: "error", allowedEvents: ["START", "TERMINATE"] }),
    ) as InstanceBody;
    expect(instanceDetails(body, {}, look).at(-1)).toBe("  allowed  recover, start, terminate");
  });

  it("of a task show its chain, what it depends on and what came of it", () => {
    const body = task({
      status: "failed",
      dependsOn: ["id-of-T-7"],
      tags: ["a", "b"],
      round: 2,
      payload: { n: 1 },
      result: "text",
      error: { code: "failed", message: "boom" },
    });
    const names = { "worker-1-id": "worker-1", "id-of-T-7": "T-7" };
    expect(
      taskDetails({
        task: body,
        chain: chain([delegationView()]),
        attempts: [],
        logs: "",
        names,
        waits: undefined,
        look,
      }),
    ).toEqual([
      "T-1 Build login page",
      "  failed at worker-1",
      "  1. global → webapp (route) [accepted]",
      "  id          id-of-T-1",
      "  priority    medium",
      "  tags        a, b",
      "  origin      global-id",
      "  depends on  T-7",
      '  payload     {"n":1}',
      "  attempt     1 of 3, round 2",
      "  created     2026-01-02T03:04:05.000Z",
      "  result      text",
      "  error       failed: boom",
    ]);
    const bare = taskDetails({
      task: task({ instanceId: null, originInstanceId: null, status: "pending" }),
      chain: chain([]),
      attempts: [],
      logs: "",
      names,
      waits: wait("no instance holds it"),
      look,
    });
    expect(bare.slice(1, 3)).toEqual(["  unassigned", "    no instance holds it: hopper do it"]);
  });

  it("of a delegation show its outcome, and when it expires only while it is pending", () => {
    const done = hop({
      status: "completed",
      result: { outcome: "succeeded", taskStatus: "done", completedAt: "t", output: { ok: true } },
      expiresAt: "e",
      round: 2,
    });
    expect(delegationDetails(done, { "id-of-T-1": "T-1" }, look)).toEqual([
      "D-1 global → webapp (route) [completed]",
      "  id         id-of-D-1",
      "  task       T-1",
      "  delegated  2026-01-02T03:04:05.000Z",
      "  outcome    succeeded",
      '  output     {"ok":true}',
      "  round      2",
    ]);
    expect(delegationDetails(hop({ status: "pending", expiresAt: "e" }), {}, look)).toContain(
      "  expires    e",
    );
  });

  it("of a task's story are the lines of the library below its title", () => {
    const lines = ["came to \u0007global"];
    const told = ["T-1 Build login page [queued]", "  came to global"];
    expect(explainLines(task(), { lines, fix: null }, look)).toEqual(told);
    expect(explainLines(task(), { lines, fix: "hopper do it" }, look)).toEqual([...told, "  hopper do it"]);
  });
});
