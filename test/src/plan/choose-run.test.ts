import { describe, expect, it } from "vitest";
import type { Hopper } from "../../../src/hopper.ts";
import { chooseRun } from "../../../src/plan/choose-run.ts";
import { differences } from "../../../src/plan/differences.ts";
import { runIdOf } from "../../../src/plan/plan-file.ts";
import type { TaskView } from "../../../src/views/views.ts";
import { plan, task } from "../../support/plan-given.ts";
import { INTERNALS } from "../../../src/verbs/internals.ts";

const TEXT = `name: p
hierarchy: { name: g, scope: GLOBAL }
tasks:
  - { key: a, title: A, run: make a }
  - { key: b, title: B, run: make b, depends_on: [a], timeout: 1m, max_attempts: 2 }
`;
const PLAN = plan(TEXT);
const EDITED = plan(TEXT.replace("make b", "make c"));
const NEITHER = { resume: false, startNew: false };

/** A store with these runs, the newest first. */
function store(runs: Record<string, TaskView[]>): Hopper {
  const page = (items: TaskView[], limit: number, from: number) => ({
    items: items.slice(from, from + limit),
    nextCursor: from + limit < items.length ? String(from + limit) : null,
  });
  return {
    settle: async () => undefined,
    [INTERNALS]: {
      runs: async (prefix: string) => Object.keys(runs).filter((runId) => runId.startsWith(prefix)),
      runTasks: async (runId: string) => runs[runId] ?? [],
    },
    tasks: {
      list: async ({ runId, limit, cursor = "0" }: { runId: string; limit: number; cursor?: string }) =>
        page(
          (runs[runId] ?? []).filter(({ status }) => !["done", "failed", "cancelled"].includes(status)),
          limit,
          Number(cursor),
        ),
    },
  } as unknown as Hopper;
}

const open = task({ id: "T-2", status: "queued", key: "b" });
const done = task({ id: "T-1", status: "done", key: "a" });

describe("a start of a plan", () => {
  it("looks at its runs when all is done that another process has begun, such as cancelling them", async () => {
    const runs: Record<string, TaskView[]> = { [runIdOf(PLAN, 1)]: [open] };
    const hopper = {
      ...store(runs),
      settle: async () => {
        runs[runIdOf(PLAN, 1)] = [done];
      },
    };
    expect(await chooseRun(hopper, PLAN, NEITHER)).toMatchObject({ runId: runIdOf(PLAN, 2), fresh: true });
  });

  it("begins the first run, with --resume and --new as well", async () => {
    for (const flags of [NEITHER, { resume: true, startNew: false }, { resume: false, startNew: true }]) {
      expect(await chooseRun(store({ "other@0#7": [open] }), PLAN, flags)).toEqual({
        runId: runIdOf(PLAN, 1),
        fresh: true,
        toCancel: [],
      });
    }
  });

  it("begins another one when all before have finished, whatever the file said then", async () => {
    const runs = { [runIdOf(EDITED, 4)]: [done], [runIdOf(PLAN, 2)]: [done] };
    expect(await chooseRun(store(runs), PLAN, NEITHER)).toMatchObject({
      runId: runIdOf(PLAN, 5),
      fresh: true,
    });
    expect(await chooseRun(store(runs), PLAN, { resume: true, startNew: false })).toMatchObject({
      fresh: true,
    });
  });

  it("goes on with an unfinished run, and with one that was killed after its last task", async () => {
    const runId = runIdOf(PLAN, 2);
    const resume = { resume: true, startNew: false };
    expect(await chooseRun(store({ [runId]: [done, open] }), PLAN, resume)).toEqual({
      runId,
      fresh: false,
      toCancel: [],
    });
    expect(await chooseRun(store({ [runId]: [done] }), PLAN, resume)).toEqual({
      runId,
      fresh: false,
      toCancel: [],
    });
  });

  it("is refused while an earlier run has open tasks, and names both ways on", async () => {
    const runId = runIdOf(EDITED, 1);
    const many = Array.from({ length: 1_200 }, (_, index) => task({ id: `T-${index + 1}` }));
    await expect(chooseRun(store({ [runId]: many }), PLAN, NEITHER)).rejects.toMatchObject({
      code: "illegal_transition",
      detail: `the plan p has open tasks of an earlier run (${runId}): T-1, T-2, T-3, T-4, T-5, T-6, T-7, T-8, T-9, T-10 and 1190 more`,
      facts: {
        run_id: runId,
        fix: "hopper run p.yaml --resume    (goes on with that run; --new instead cancels its open tasks and starts afresh)",
      },
    });
  });

  it("cancels what is open of every earlier run when it is to be new", async () => {
    const runs = { [runIdOf(PLAN, 3)]: [done, open], [runIdOf(EDITED, 1)]: [task({ id: "T-9" })] };
    const chosen = await chooseRun(store(runs), PLAN, { resume: false, startNew: true });
    expect(chosen).toMatchObject({
      runId: runIdOf(PLAN, 4),
      fresh: true,
      toCancel: [{ id: "T-2" }, { id: "T-9" }],
    });
  });

  it("does not go on with a file that was edited: it lists the keys that differ", async () => {
    const runId = runIdOf(EDITED, 1);
    const stored = [
      task({ id: "T-1", key: "a", title: "A", run: "make a", status: "done" }),
      task({ id: "T-2", key: "old" }),
    ];
    await expect(
      chooseRun(
        store({ [runId]: stored }),
        { ...PLAN, file: "my plan.yaml" },
        { resume: true, startNew: false },
      ),
    ).rejects.toMatchObject({
      code: "illegal_transition",
      detail: `my plan.yaml was edited since the run ${runId} began: a (payload, cwd or env), b (new), old (gone)`,
      facts: {
        differs: ["a", "b", "old"],
        fix: expect.stringMatching(/^hopper run 'my plan\.yaml' --new .*--resume/),
      },
    });
  });

  it("says so when only what is around the tasks was edited", async () => {
    const commented = plan(`${TEXT}# a remark\n`);
    const stored = [
      task({
        id: "T-1",
        key: "a",
        title: "A",
        run: "make a",
        payload: PLAN.tasks[0]?.params.payload ?? null,
      }),
      task({
        id: "T-2",
        key: "b",
        title: "B",
        run: "make b",
        dependsOn: ["T-1"],
        timeoutSeconds: 60,
        maxAttempts: 2,
        payload: PLAN.tasks[1]?.params.payload ?? null,
      }),
    ];
    expect(differences(commented, stored)).toEqual([]);
    await expect(
      chooseRun(store({ [runIdOf(PLAN, 1)]: stored }), commented, { resume: true, startNew: false }),
    ).rejects.toThrow("no task differs, but its hierarchy");
  });
});

describe("the differences between a file and a stored run", () => {
  it("name what has changed of each task", () => {
    const stored = [
      task({
        id: "i1",
        ref: "T-1",
        key: "a",
        title: "Other",
        run: "make a",
        payload: { plan: { env_from: [], cwd: "/plans", env: {} } },
      }),
      task({
        id: "i2",
        ref: "T-2",
        key: "b",
        title: "B",
        run: "make b",
        priority: "high",
        timeoutSeconds: 60,
        maxAttempts: 3,
        tags: ["x"],
        payload: PLAN.tasks[1]?.params.payload ?? null,
      }),
    ];
    expect(differences(PLAN, stored)).toEqual([
      { key: "a", how: "title" },
      { key: "b", how: "tags, priority, depends_on, max_attempts" },
    ]);
  });
});
