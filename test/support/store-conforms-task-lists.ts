import { describe, expect, test } from "vitest";
import type { Task } from "../../machines/records/task.ts";
import type { TaskFilter } from "../../store/store.ts";
import { walkAll, WHOLE, type Given } from "./store-chapter.ts";
import { givenDone, givenResult, givenTally, givenTask, NOW } from "./store-given.ts";

/** Thirty tasks of every kind, as plain data that a filter in JavaScript can be compared with. */
function thirtyTasks(): Task[] {
  return Array.from({ length: 30 }, (_, index) => {
    const no = index + 1;
    const over: Partial<Task> = {
      title: no % 5 === 0 ? `Fix the 100% build_${no}` : `Write page ${no}`,
      description: no % 6 === 0 ? "mentions ZEBRAS and Ünïcode" : null,
      tags: [["docs"], ["docs", "web"], ["web"], []][no % 4] as string[],
      priority: (["urgent", "high", "medium", "low"] as const)[no % 4] as Task["priority"],
      project: no % 3 === 0 ? "alpha" : null,
      runId: no % 10 === 0 ? `plan@x#${no}` : no % 9 === 0 ? "plan@x#9" : null,
      parentTask: no > 20 && no % 2 === 0 ? 20 : null,
      holder: [1, 2, 4, 5, null][no % 5] as number | null,
      claimedBy: no % 7 === 0 ? "worker-1" : null,
      updatedAt: NOW + ((no * 7) % 31),
    };
    const kind = no % 6;
    if (kind === 0) return givenDone(no, over);
    if (kind === 1) return givenTask(no, { ...over, status: "failed", outcome: "failed" });
    return givenTask(no, {
      ...over,
      status: (["queued", "pending", "claimed", "blocked"] as const)[kind - 2] ?? "queued",
    });
  });
}

const contains = (task: Task, q: string): boolean =>
  `${task.title}\n${task.description ?? ""}`.toLowerCase().includes(q.toLowerCase());

/** The same filter, said plainly. */
function matches(task: Task, f: Partial<TaskFilter>): boolean {
  return (
    (f.holder === undefined || task.holder === f.holder) &&
    (f.status?.includes(task.status) ?? true) &&
    (f.tags?.every((tag) => task.tags.includes(tag)) ?? true) &&
    !(f.notTags?.some((tag) => task.tags.includes(tag)) ?? false) &&
    (f.priority?.includes(task.priority) ?? true) &&
    (f.project === undefined || task.project === f.project) &&
    (f.assignee === undefined || task.claimedBy === f.assignee) &&
    (f.runId === undefined || task.runId === f.runId) &&
    (f.parentTask === undefined || task.parentTask === f.parentTask) &&
    (f.q === undefined || contains(task, f.q))
  );
}

const OPEN = ["pending", "blocked", "queued", "claimed", "in_progress", "waiting"] as const;

const FILTERS: readonly Partial<TaskFilter>[] = [
  {},
  { holder: 4 },
  { holder: null },
  { status: ["failed", "cancelled"] },
  { status: ["done"] },
  { status: [...OPEN] },
  { status: ["done", "queued"] },
  { tags: ["docs"] },
  { tags: ["docs", "web"] },
  { notTags: ["docs"] },
  { tags: ["web"], notTags: ["docs"] },
  { tags: ["web"], holder: 4 },
  { tags: ["web"], status: ["failed"] },
  { tags: ["web"], project: "alpha" },
  { priority: ["urgent", "low"] },
  { project: "alpha" },
  { project: "alpha", holder: 1 },
  { assignee: "worker-1" },
  { runId: "plan@x#9" },
  { parentTask: 20 },
  { parentTask: 20, status: ["queued"] },
  { q: "zebra" },
  { q: "100%" },
  { q: "build_1" },
  { q: "ünïcode" },
  { q: "ÜNÏCODE", status: ["done"] },
  { q: "" },
  { q: "nowhere" },
];

/** Lists of tasks by every filter, in every order. */
export function taskListsConform(given: Given): void {
  describe("lists of tasks", () => {
    const tasks = thirtyTasks();
    const listed = async (filter: Partial<TaskFilter>, limit: number) =>
      (await walkAll((page) => given.store.queries.tasks({ ...filter, ...page }), limit)).map(({ no }) => no);
    const arrange = (): Promise<void> =>
      given.commit({
        tasks: { added: tasks },
        results: tasks
          .filter(({ status }) => status === "done" || status === "failed")
          .map(({ no, status }) =>
            status === "done" ? givenResult(no) : givenResult(no, { outcome: "failed", value: null }),
          ),
      });

    test("every filter gives what it says, the newest first, in pages of any length", async () => {
      await arrange();
      for (const filter of FILTERS) {
        const wanted = tasks.filter((task) => matches(task, filter)).map(({ no }) => no);
        for (const limit of [1, 4, 500]) {
          expect(await listed(filter, limit), JSON.stringify(filter)).toEqual(wanted.toReversed());
        }
        expect(await listed({ ...filter, sort: "created" }, 7)).toEqual(wanted);
      }
    });

    test("lists are sorted as asked, under any filter", async () => {
      await arrange();
      const order = ["urgent", "high", "medium", "low"];
      for (const filter of FILTERS) {
        const wanted = tasks.filter((task) => matches(task, filter));
        const updated = wanted
          .toSorted((a, b) => a.updatedAt - b.updatedAt || a.no - b.no)
          .map(({ no }) => no);
        const rank = (task: Task): number => order.indexOf(task.priority);
        const urgent = wanted.toSorted((a, b) => rank(a) - rank(b) || b.no - a.no).map(({ no }) => no);
        for (const limit of [1, 3, 500]) {
          expect(await listed({ ...filter, sort: "updated" }, limit)).toEqual(updated);
          expect(await listed({ ...filter, sort: "-updated" }, limit)).toEqual(updated.toReversed());
          expect(await listed({ ...filter, sort: "priority" }, limit), JSON.stringify(filter)).toEqual(
            urgent,
          );
        }
      }
    });

    test("a total is told when it is asked for", async () => {
      await arrange();
      await given.commit({ tallies: [givenTally(4, { queued: 3, done: 2 }), givenTally(0, { pending: 5 })] });
      const total = async (filter: Partial<TaskFilter>, count = true) =>
        (await given.store.queries.tasks({ ...WHOLE, count, ...filter })).total;
      expect(await total({}, false)).toBeNull();
      expect(await total({})).toBe(10);
      expect(await total({ holder: 4, status: ["queued"] })).toBe(3);
      expect(await total({ holder: null })).toBe(5);
      expect(await total({ tags: ["docs"] })).toBe(tasks.filter(({ tags }) => tags.includes("docs")).length);
      expect(await total({ q: "zebra" })).toBe(tasks.filter((task) => contains(task, "zebra")).length);
    });

    test("a row added meanwhile appears on no later page twice", async () => {
      await arrange();
      const first = await given.store.queries.tasks({ ...WHOLE, limit: 10 });
      await given.commit({ tasks: { added: [givenTask(31)] } });
      const rest = await given.store.queries.tasks({ ...WHOLE, limit: 50, cursor: first.nextCursor });
      expect([...first.items, ...rest.items].map(({ no }) => no)).toEqual(
        tasks.map(({ no }) => no).toReversed(),
      );
    });

    test("a cursor of another list, store or world is refused", async () => {
      await arrange();
      const { nextCursor } = await given.store.queries.tasks({ ...WHOLE, limit: 1 });
      const ask = (cursor: string | null, sort: TaskFilter["sort"] = "-created") =>
        given.store.queries.tasks({ ...WHOLE, cursor, sort });
      await expect(ask(nextCursor, "updated")).rejects.toMatchObject({ code: "bad_cursor" });
      await expect(ask("nonsense")).rejects.toMatchObject({ code: "bad_cursor" });
      await expect(ask("")).rejects.toMatchObject({ code: "bad_cursor" });
      const [, ...rest] = Buffer.from(nextCursor ?? "", "base64url")
        .toString()
        .split(" ");
      const foreign = Buffer.from(["000000000000", ...rest].join(" ")).toString("base64url");
      await expect(ask(foreign)).rejects.toMatchObject({ code: "cursor_gone" });
    });

    test("tasks of a run, and the runs of a plan, the newest first", async () => {
      await arrange();
      expect((await given.store.queries.runTasks("plan@x#9")).map(({ no }) => no)).toEqual([9, 18, 27]);
      expect(await given.store.queries.runs("plan@x#")).toEqual([
        "plan@x#30",
        "plan@x#9",
        "plan@x#20",
        "plan@x#10",
      ]);
      expect(await given.store.queries.runs("plan@x#1")).toEqual(["plan@x#10"]);
      expect(await given.store.queries.runs("other")).toEqual([]);
    });
  });
}
