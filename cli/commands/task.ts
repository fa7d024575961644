import type { CreateTaskParams, Hopper } from "../library/library.ts";
import { wholeList, type Shown } from "../output.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import { bodyOf, nameOf, type TaskBody } from "../render/bodies.ts";
import { addedLines, chainLines, taskStatusLine } from "../render/chain.ts";
import { logLines } from "../render/attempts.ts";
import { explainLines, taskDetails, taskTable, type TaskListing } from "../render/task.ts";
import { PRIORITIES, TASK_STATUSES } from "../../src/contracts/known-words.ts";
import { commandText } from "../../src/contracts/shell-word.ts";
import type { Context } from "../context.ts";
import { CliFailure } from "../failures/failure.ts";
import { listCommand } from "./list.ts";
import { instanceNames, taskRefs } from "./names.ts";
import { shows } from "./shows.ts";
import { runnable, waitsById } from "./waits.ts";
import type { Subject } from "./verbs.ts";

/** The task that a command is about. */
export const TASK: Subject<"task"> = { name: "task", subject: true, describe: "Id or ref (T-1) of a task" };

const SETTLE_MS = 2_000;

/** A task as it stands now: `T-1 done`, and the whole task for machines. */
export async function shownTask(hopper: Hopper, id: string): Promise<Shown> {
  const body = bodyOf(await hopper.tasks.get(id));
  return { body, lines: (look) => [taskStatusLine(body, look)] };
}

/** A task with its chain and where it stands: what `task add` prints. */
export async function shownStanding(hopper: Hopper, id: string, context: Context): Promise<Shown> {
  const task = bodyOf(await hopper.tasks.get(id));
  const chain = bodyOf(await hopper.tasks.delegations(task.id));
  const names = await instanceNames(hopper, [task], ({ instance_id }) => [instance_id]);
  const holder = task.instance_id && nameOf(task.instance_id, names);
  const waits = (await waitsById(hopper, [task.id], context)).get(task.id);
  return { body: task, lines: (look) => addedLines({ task, chain, holder, waits, look }) };
}

/** What a task is made of, for `task add` and `route test`. */
export const CONTENT_OPTIONS: readonly OptionSpec[] = [
  { name: "instance", field: "instanceId", describe: "Where it enters (default: the only GLOBAL instance)" },
  { name: "tag", field: "tags", alias: "t", type: "list", describe: "A tag; several by -t a,b or -t a -t b" },
  { name: "priority", describe: "urgent, high, medium (default) or low" },
  { name: "description", describe: "What is to be done" },
  { name: "project", describe: "The project it must go to" },
  {
    name: "depends-on",
    type: "list",
    describe: "Tasks that must be done before: T-1,T-2",
  },
];

const add: CommandSpec = {
  path: ["task", "add"],
  summary: "Add a task; it is routed to where it can be done",
  positionals: [{ name: "title", describe: "What is to be done, in a line" }],
  options: [
    ...CONTENT_OPTIONS,
    { name: "run", describe: "A command that shell workers run for it" },
    { name: "no-route", type: "flag", describe: "Hold it until somebody delegates it" },
    { name: "payload", type: "json", describe: "Data for the worker, as JSON" },
  ],
  examples: ['hopper task add "Build login page" -t frontend -t react --instance global'],
  act: async (context, args) => {
    const given = args.params<CreateTaskParams>();
    const params: CreateTaskParams = { ...given, source: "cli", settleMs: SETTLE_MS, by: context.by };
    await context.creates("task", params, async (hopper) => {
      const { id } = await hopper.tasks.add(params);
      await hopper.settle();
      await context.show(await shownStanding(hopper, id, context));
    });
  },
};

/** Of these a list says what they wait for; who can do a queued one takes it. */
const WAITING: ReadonlySet<string> = new Set(["pending", "blocked"]);

const list = listCommand<TaskBody, TaskListing>({
  noun: "task",
  options: [
    { name: "instance", field: "instanceId", describe: "Only those this instance holds; none = unassigned" },
    {
      name: "status",
      type: "list",
      describe: `Only in this status: ${TASK_STATUSES.join(", ")}, open (all not final), held (pending)`,
    },
    { name: "tag", alias: "t", type: "list", describe: "Only with these tags: -t a,b or -t a -t b" },
    { name: "not-tag", type: "list", describe: "Only without this tag" },
    { name: "priority", type: "list", describe: `Only of this priority: ${PRIORITIES.join(", ")}` },
    { name: "project", describe: "Only assigned to this project" },
    { name: "worker", field: "assignee", describe: "Only claimed by this worker" },
    { name: "parent", field: "parentTaskId", describe: "Only parts of this task" },
    { name: "search", field: "q", describe: "Only with this text in the title or description" },
    { name: "sort", describe: "created, -created, priority, updated or -updated" },
  ],
  known: async (hopper, items, context) => {
    const names = await instanceNames(hopper, items, (item) =>
      context.look.wide ? [item.instance_id, item.origin_instance_id] : [item.instance_id],
    );
    const waiting = items.filter(({ status }) => WAITING.has(status));
    const ids = waiting.map(({ id }) => id);
    return { names, waits: await waitsById(hopper, ids, context) };
  },
  table: taskTable,
  empty: { said: "no tasks; add one", command: "hopper task add 'What is to be done'" },
});

const show: CommandSpec = {
  path: ["task", "show"],
  summary: "Show a task with its chain and result",
  positionals: [TASK],
  act: shows(async (hopper, { subject }, context) => {
    const task = bodyOf(await hopper.tasks.get(subject));
    const chain = bodyOf(await hopper.tasks.delegations(task.id));
    const attempts = bodyOf((await hopper.tasks.attempts(task.id)).items);
    const names = {
      ...(await instanceNames(hopper, [task], (one) => [one.instance_id, one.origin_instance_id])),
      ...(await taskRefs(hopper, [task], ({ depends_on }) => depends_on)),
    };
    const waits = (await waitsById(hopper, [task.id], context)).get(task.id);
    const logs = context.hint(commandText(["task", "logs", task.ref]));
    return {
      body: { ...task, waits: waits ?? null },
      lines: (look) => taskDetails({ task, chain, attempts, names, waits, logs, look }),
    };
  }),
};

function noSuchAttempt(task: string, attempt: number, last: number | undefined): CliFailure {
  const detail = `${task} has no attempt ${attempt}; ${last === undefined ? "nobody has tried it yet" : `its last one is ${last}`}`;
  const fix = commandText(last === undefined ? ["task", "show", task] : ["task", "logs", task]);
  return new CliFailure({ code: "not_found", status: 404, title: "Not found", detail }, fix);
}

const logs: CommandSpec = {
  path: ["task", "logs"],
  summary: "Print what a task's command printed, as far as it is kept",
  positionals: [TASK],
  options: [{ name: "attempt", type: "whole", describe: "Only of this attempt (default: of all)" }],
  examples: ["hopper task logs T-3", "hopper task logs T-3 --attempt 2"],
  act: shows(async (hopper, args, context) => {
    const { subject } = args;
    const attempt = args.number("attempt");
    const { items } = await hopper.tasks.attempts(subject);
    const found = bodyOf(attempt === undefined ? items : items.filter((one) => one.attempt === attempt));
    if (found.length === 0 && attempt !== undefined)
      throw noSuchAttempt(subject, attempt, items.at(-1)?.attempt);
    if (found.length === 0) context.remark(`nobody has tried ${subject} yet`);
    return { body: wholeList(found), items: found, lines: (look) => logLines(found, look), named: [] };
  }),
};

const explain: CommandSpec = {
  path: ["task", "explain"],
  summary: "Tell a task's story: who decided what, and why",
  positionals: [TASK],
  act: shows(async (hopper, { subject }, context) => {
    const { task: view, lines, waits } = await hopper.tasks.explain(subject);
    const task = bodyOf(view);
    const wait = waits && runnable(bodyOf(waits), context);
    // That a queued task waits to be done is no news.
    const fix = wait?.kind === "worker" ? null : (wait?.fix ?? null);
    return {
      body: { task, lines, waits: wait },
      lines: (look) => explainLines(task, { lines, fix }, look),
      named: [task],
    };
  }),
};

/** `task delegations`: the chain. Source: spec/domain.md 2.4. */
export const chainCommand: CommandSpec = {
  path: ["task", "delegations"],
  summary: "Show a task's delegation chain",
  positionals: [TASK],
  act: shows(async (hopper, { subject }) => {
    const body = bodyOf(await hopper.tasks.delegations(subject));
    return { body, items: body.items, lines: (look) => chainLines(body, look) };
  }),
};

/** What makes and shows tasks; what decides and moves them is in task-verbs.ts. */
export const taskCommands: readonly CommandSpec[] = [add, list, show, logs, explain];
