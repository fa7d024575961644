import { describe, expect, it } from "vitest";
import type { Hopper } from "../../../src/hopper.ts";
import { dryRun } from "../../../src/plan/dry-run.ts";
import type { Plan } from "../../../src/plan/plan-file.ts";
import { openTasks, standingStill } from "../../../src/plan/open-tasks.ts";
import { RunWatch } from "../../../src/plan/run-watch.ts";
import type { PlanStep } from "../../../src/narration/step.ts";
import type { EventView } from "../../../src/views/views.ts";
import { event, task, tree } from "../../support/plan-given.ts";
import { INTERNALS } from "../../../src/verbs/internals.ts";

describe("the tasks of a run that stay open", () => {
  const tasks = [
    task({ id: "2", ref: "T-2", status: "blocked" }),
    task({ id: "3", ref: "T-3", status: "pending" }),
    task({ id: "4", ref: "T-4", status: "in_progress" }),
    task({ id: "5", ref: "T-5", status: "queued" }),
  ];
  const waits = [
    { taskId: "2", kind: "dependencies", text: "waits for T-3", fix: "hopper task show T-3" },
    { taskId: "3", kind: "route", text: "nobody can take it", fix: "hopper task explain T-3" },
    { taskId: "5", kind: "worker", text: "waits for a worker", fix: null },
  ];
  const hopper = { tasks: { waits: async () => ({ items: waits }) } } as unknown as Hopper;
  const reach = { file: "a.yaml", options: ["--data", "my data"] };

  it("are told with what they wait for, and the command that ends it", async () => {
    expect((await openTasks(hopper, tasks, reach)).map(({ ref, why, fix }) => [ref, why, fix])).toEqual([
      ["T-2", "waits for T-3", "hopper task show T-3 --data 'my data'"],
      ["T-3", "nobody can take it", "hopper task explain T-3 --data 'my data'"],
      ["T-4", "in progress", null],
      ["T-5", "waits for a worker", null],
    ]);
    const gone = await openTasks(hopper, tasks, { ...reach, options: null });
    expect(gone.map(({ fix }) => fix)).toEqual([null, null, null, null]);
  });

  it("stand still where somebody must do something", async () => {
    expect((await standingStill(hopper, tasks, reach)).map(({ ref }) => ref)).toEqual(["T-3"]);
  });
});

describe("what a dry run says of a task", () => {
  it("tells refused hops with their reason, and tasks that nobody holds", async () => {
    const items = [
      {
        status: "rejected",
        sourceInstanceId: "g",
        targetInstanceId: "w",
        sourceName: "g",
        targetName: "w",
        delegationType: "route",
        reason: { code: "at_capacity", text: "at capacity (3/3)" },
      },
      {
        status: "rejected",
        sourceInstanceId: "g",
        targetInstanceId: "v",
        sourceName: "g",
        targetName: "v",
        delegationType: "route",
        reason: { code: "policy", text: null },
      },
      {
        status: "rejected",
        sourceInstanceId: "g",
        targetInstanceId: "u",
        sourceName: "g",
        targetName: "u",
        delegationType: "route",
        reason: null,
      },
    ];
    let open = [
      task({
        id: "1",
        ref: "T-1",
        key: null,
        status: "pending",
        dependsOn: ["elsewhere"],
        heldReason: "no_capacity",
      }),
    ];
    const hopper = {
      [INTERNALS]: {
        enterPlan: async () => ({
          rootId: "g",
          tasks: [...open, task({ id: "2", ref: "T-2", status: "blocked" })],
        }),
        runTasks: async () => open,
      },
      tasks: {
        assign: async () => {},
        complete: async () => (open = []),
        delegations: async () => ({ items }),
        decisions: async () => ({ items: [] }),
      },
      settle: async () => {},
    } as unknown as Hopper;
    const plan = { name: "p", tasks: [] } as unknown as Plan;
    expect(await dryRun({ hopper, plan, now: 0 })).toEqual([
      {
        key: "T-1",
        title: "1",
        tags: [],
        after: ["elsewhere"],
        hops: [
          { from: "g", to: "w", type: "route", reason: "rejected: at capacity (3/3)" },
          { from: "g", to: "v", type: "route", reason: "rejected: policy" },
          { from: "g", to: "u", type: "route", reason: "rejected: no reason given" },
        ],
        ends: "unassigned",
        command: "true",
      },
    ]);
  });
});

describe("the watch of a run", () => {
  function watched() {
    const listeners = new Set<(event: EventView) => void>();
    const steps: PlanStep[] = [];
    const events: EventView[] = [];
    const instances: Record<string, { name: string; scope: string; parentId: string | null }> = {
      "run-1": { name: "webapp-run-1", scope: "ORCHESTRATION", parentId: "id-webapp" },
      other: { name: "other", scope: "PROJECT", parentId: null },
    };
    const hopper = {
      on: (_name: string, listener: (event: EventView) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      instances: {
        get: async (id: string) => {
          const found = instances[id];
          if (found === undefined) throw new Error("not found");
          return found;
        },
      },
      tasks: {
        events: async () => ({ items: [event("task.created", { task: "a" })] }),
        delegations: async () => ({
          items: [
            {
              status: "accepted",
              round: 1,
              sourceInstanceId: "id-top",
              targetInstanceId: "id-webapp",
              delegationType: "route",
            },
            {
              status: "completed",
              round: 1,
              sourceInstanceId: "y",
              targetInstanceId: "x",
              delegationType: "route",
            },
          ],
        }),
      },
    } as unknown as Hopper;
    const watch = new RunWatch(hopper, {
      onStep: (step) => steps.push(step),
      onEvent: (event) => events.push(event),
      onChange: () => {},
    });
    const tell = (event: EventView): void => {
      for (const listener of listeners) listener(event);
    };
    return { watch, steps, events, tell };
  }
  const forest = [tree("top", "GLOBAL", [tree("webapp", "PROJECT")])];
  const tasks = [task({ id: "a", ref: "T-1", title: "A" }), task({ id: "b", ref: "T-2", status: "done" })];

  it("tells what it heard before it was asked to, of its own tasks and instances only", async () => {
    const { watch, steps, events, tell } = watched();
    tell(event("task.created", { task: "a" }));
    tell(event("task.created", { task: "stranger" }));
    tell(event("instance.running", { instance: "run-1" }));
    tell(event("instance.running", { instance: "other" }));
    tell(event("instance.running", { instance: "other" }));
    tell(event("instance.running", { instance: "nowhere" }));
    tell(event("configuration.updated"));
    expect(steps).toEqual([]);
    await watch.follow({ tasks, forest, resumed: false });
    await watch.drained();
    expect(steps.map(({ kind }) => kind)).toEqual(["task", "instance"]);
    expect(events).toHaveLength(2);
    await watch.stop();
    tell(event("task.created", { task: "a" }));
    expect(events).toHaveLength(2);
  });

  it("knows what is running, which attempt it is, and what is open", async () => {
    const { watch, tell } = watched();
    await watch.follow({ tasks, forest, resumed: false });
    expect(watch.counts()).toEqual({ done: 1, failed: 0, cancelled: 0, total: 2 });
    tell(event("task.claimed", { task: "T-1", instance: "id-webapp", ms: 10 }));
    await watch.drained();
    const now = Date.UTC(2026, 0, 1) + 60;
    expect(watch.running(now)).toEqual([
      { ref: "T-1", title: "A", instance: "webapp", elapsedMs: 50, attempt: 1 },
    ]);
    tell(event("task.requeued", { task: "a", data: { reason: "lease_lost", attempt: 2 } }));
    tell(event("task.requeued", { task: "a", data: { reason: "released" } }));
    await watch.drained();
    expect(watch.running(now)).toEqual([]);
    tell(event("task.claimed", { task: "a", instance: "elsewhere", ms: 20 }));
    tell(event("task.failed", { task: "b" }));
    await watch.drained();
    expect(watch.running(now)).toMatchObject([{ attempt: 2, instance: "" }]);
    expect([watch.open, watch.counts()]).toEqual([1, { done: 0, failed: 1, cancelled: 0, total: 2 }]);
    tell(event("task.retried", { task: "b" }));
    tell(event("task.cancelled", { task: "a" }));
    await watch.drained();
    expect([watch.open, watch.counts().cancelled]).toEqual([1, 1]);
  });

  it("introduces the open tasks of an earlier start, with the way they have come", async () => {
    const { watch, steps, tell } = watched();
    await watch.follow({ tasks, forest, resumed: true });
    expect(steps).toMatchObject([{ kind: "task", ref: "T-1" }]);
    watch.noteResult("a", {
      exit_code: 0,
      signal: null,
      duration_ms: 5,
      timed_out: false,
      stdout_tail: "",
      stderr_tail: "",
    });
    tell(event("task.completed", { task: "a", instance: "id-webapp", data: { epoch: 1 } }));
    tell(event("delegation.completed", { task: "a", instance: "id-webapp" }));
    await watch.drained();
    expect(steps.slice(1)).toMatchObject([
      { kind: "ran", by: "webapp" },
      { kind: "final", bubbledTo: "top" },
    ]);
  });
});
