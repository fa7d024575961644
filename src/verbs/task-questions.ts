import { expandDecision } from "../../machines/routing/decision-data.ts";
import { HopperError } from "../../machines/errors.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { Json } from "../../machines/records/values.ts";
import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import * as contract from "../contracts/tasks.ts";
import type { Door } from "../door/door.ts";
import { attemptsOf } from "../narration/attempts.ts";
import { explain } from "../narration/explain.ts";
import type { Journal } from "../door/journal.ts";
import { listOf, pageOf } from "./pages.ts";
import { waitsOf, waitView } from "./task-waits.ts";
import { taskRef } from "../door/references.ts";
import { chainView, decisionView, iso } from "../views/view-of.ts";
import type { AttemptView, ChainView, DecisionView, EventView, ListView, TaskView } from "../views/views.ts";
import type { WaitView } from "../views/wait-view.ts";

/** Questions about tasks; each on one task throws `not_found`. Source: spec/api.md 4.2. */
export interface TaskQuestions {
  /** The task of an id or ref. */
  get(id: string): Promise<TaskView>;
  /** A page of the tasks that fit, 50 unless `limit` says otherwise. Errors: `bad_filter`, `bad_cursor`, `not_found`. */
  list(params?: contract.ListTasksParams): Promise<ListView<TaskView>>;
  /** Every delegation of it in order of `seq`, and where it is now. */
  delegations(id: string): Promise<ChainView>;
  /** All of its events, in order. */
  events(id: string): Promise<ListView<EventView>>;
  /** Every routing decision about it, in order. */
  decisions(id: string): Promise<ListView<DecisionView & { at: string }>>;
  /** Every attempt of it, in order, with what its command printed. */
  attempts(id: string): Promise<ListView<AttemptView>>;
  /** What became of it in words, one line per step; the last says where it stands, and `waits` what it waits for. */
  explain(id: string): Promise<{ task: TaskView; lines: string[]; waits: WaitView | null }>;
  /**
   * What each of these tasks waits for, and the command that ends that; nothing of one that somebody works on, or that
   * is final. Errors: `validation_failed`, `not_found`.
   */
  waits(params: contract.WaitsParams): Promise<ListView<WaitView>>;
  /**
   * Resolves when it is final. Errors: `timed_out` (facts: `status`) after `timeoutMs`, `draining` when the Hopper is
   * closed meanwhile, `unavailable` when its store fails; the reason of `signal`.
   */
  wait(id: string, params?: contract.WaitForTaskParams): Promise<TaskView>;
}

export function taskQuestions(door: Door, journal: Journal): TaskQuestions {
  return {
    get: async (id) => await door.taskView(await door.task(id)),
    async list(params = {}) {
      const checked = check(contract.listTasks, params);
      const { instanceId, parentTaskId } = checked;
      const holder = instanceId === "none" ? null : door.instanceNo(instanceId, "instanceId");
      const parentTask =
        parentTaskId === undefined ? undefined : (await door.taskAddress(parentTaskId, "parentTaskId")).no;
      return await pageOf(
        await door.store.queries.tasks(contract.toTaskFilter(checked, { holder, parentTask })),
        (rows) => door.taskViews(rows),
      );
    },
    delegations: async (id) => await chain(door, await door.task(id)),
    async events(id) {
      const { no } = await door.taskAddress(id);
      return listOf(await journal.ofTask(no));
    },
    async decisions(id) {
      const { no } = await door.taskAddress(id);
      const items = [];
      for (const event of await journal.rowsOfTask(no)) {
        if (event.name !== "routing.decided" || event.data === null) continue;
        items.push({ ...decisionView(expandDecision(event.data), door.directory), at: iso(event.at) });
      }
      return listOf(items);
    },
    async attempts(id) {
      const { no } = await door.taskAddress(id);
      const results = await door.store.queries.resultsOf(no);
      const resultOf = (wanted: number): Json => {
        const { value = null } = results.find(({ round }) => round === wanted) ?? {};
        return value === null ? null : (JSON.parse(value) as Json);
      };
      return listOf(attemptsOf(await journal.ofTask(no), resultOf));
    },
    async explain(id) {
      const task = await door.task(id);
      const view = await door.taskView(task);
      const waits = await waitView(door, task);
      const events = await journal.rowsOfTask(task.no);
      return { task: view, lines: explain(view, { events, waits }, door), waits };
    },
    waits: (params) => waitsOf(door, params),
    wait: (id, params) => wait(door, journal, id, params),
  };
}

async function chain(door: Door, task: Task): Promise<ChainView> {
  const items = await door.store.queries.delegationsOf(task.no);
  const results = await door.store.queries.resultsOf(task.no);
  return chainView(task, items, {
    directory: door.directory,
    outputOf: (_task, round) => results.find((one) => one.round === round)?.value ?? null,
  });
}

async function wait(
  door: Door,
  journal: Journal,
  id: string,
  params: contract.WaitForTaskParams = {},
): Promise<TaskView> {
  const [signal, asked] = apart(params);
  const { timeoutMs = null } = check(contract.waitForTask, asked);
  const { no } = await door.taskAddress(id);
  const ended = await journal.settled(no, (now) => isFinal(now.status), { timeoutMs, signal });
  if (isFinal(ended.status)) return await door.taskView(ended);
  throw new HopperError("timed_out", `${taskRef(no)} is still ${ended.status} after ${timeoutMs} ms.`, {
    status: ended.status,
  });
}
