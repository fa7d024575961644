import { toWire } from "../../src/contracts/wire.ts";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import { checkTask, type CommandOptions, type Hopper, type TaskView } from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { ChainBody, TaskBody } from "../render/bodies.ts";
import { addedLines, taskStatusLine } from "../render/chain.ts";
import { storyLines, taskDetails, taskTable } from "../render/task.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "../parse/spec.ts";
import { some } from "./instance.ts";
import { PAGE_OPTIONS, showList, withFilters } from "./listing.ts";
import { instanceNames, taskRefs } from "./names.ts";

export const TASK: PositionalSpec = { name: "task", describe: "Id or ref (T-1) of a task" };

const SETTLE_MS = 2_000;

/** `T-1 done`, and the whole task for machines. */
export function shownTask(view: TaskView): Shown {
  const body = toWire(view) as TaskBody;
  return { body, lines: (look) => [taskStatusLine(body, look)], names: [body.ref], ids: [body.id] };
}

/** The task with its chain and where it stands: what `task add` prints. */
export async function showStanding(context: Context, hopper: Hopper, id: string): Promise<void> {
  const view = await hopper.tasks.get(id);
  const chain = toWire(await hopper.tasks.delegations(view.id)) as ChainBody;
  const holder = view.instanceId;
  const names = await instanceNames(hopper, [holder]);
  const shown = shownTask(view);
  const task = shown.body as TaskBody;
  const at = holder === null ? null : (names[holder] ?? holder);
  await context.show({ ...shown, lines: (look) => addedLines({ task, chain, holder: at, look }) });
}

/** What a task is made of, for `task add` and `route test`. */
export const CONTENT_OPTIONS: readonly OptionSpec[] = [
  { name: "instance", type: "text", describe: "Where it enters (default: the only GLOBAL instance)" },
  { name: "tag", alias: "t", type: "list", describe: "A tag; may be given several times" },
  { name: "priority", type: "text", describe: "urgent, high, medium (default) or low" },
  { name: "description", type: "text", describe: "What is to be done" },
  { name: "project", type: "text", describe: "The project it must go to" },
  {
    name: "depends-on",
    type: "list",
    describe: "A task that must be done before; may be given several times",
  },
];

export function taskContent(args: Args) {
  return {
    title: args.text("title"),
    instanceId: args.maybe("instance"),
    tags: some(args.list("tag")),
    priority: args.maybe("priority"),
    description: args.maybe("description"),
    project: args.maybe("project"),
    dependsOn: some(args.list("depends-on")),
  };
}

const add: CommandSpec = {
  path: ["task", "add"],
  summary: "Add a task; it is routed to where it can be done",
  positionals: [{ name: "title", describe: "What is to be done, in a line" }],
  options: [
    ...CONTENT_OPTIONS,
    { name: "run", type: "text", describe: "A command that shell workers run for it" },
    { name: "no-route", type: "flag", describe: "Hold it until somebody delegates it" },
    { name: "payload", type: "json", describe: "Data for the worker, as JSON" },
  ],
  examples: ['hopper task add "Build login page" -t frontend -t react --instance global'],
  act: async (context, args) => {
    const params = {
      ...taskContent(args),
      run: args.maybe("run"),
      route: args.flag("no-route") ? false : undefined,
      payload: args.json("payload") as TaskView["payload"] | undefined,
      source: "cli",
      settleMs: SETTLE_MS,
      by: context.by,
    };
    await context.creates(
      async () => await checkTask(params),
      async (hopper) => {
        const added = await hopper.tasks.add(params);
        await hopper.settle();
        await showStanding(context, hopper, added.id);
      },
    );
  },
};

const FILTERS = [
  "instance",
  "status",
  "tag",
  "not-tag",
  "priority",
  "project",
  "worker",
  "parent",
  "search",
  "sort",
];

const list: CommandSpec = {
  path: ["task", "list"],
  summary: "List tasks",
  options: [
    { name: "instance", type: "text", describe: "Only those this instance holds; none = unassigned" },
    { name: "status", type: "list", describe: "Only in this status; open = all that are not final" },
    { name: "tag", alias: "t", type: "list", describe: "Only with this tag; may be given several times" },
    { name: "not-tag", type: "list", describe: "Only without this tag" },
    { name: "priority", type: "list", describe: "Only of this priority" },
    { name: "project", type: "text", describe: "Only assigned to this project" },
    { name: "worker", type: "text", describe: "Only claimed by this worker" },
    { name: "parent", type: "text", describe: "Only parts of this task" },
    { name: "search", type: "text", describe: "Only with this text in the title or description" },
    { name: "sort", type: "text", describe: "created, -created, priority, updated or -updated" },
    ...PAGE_OPTIONS,
  ],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      await showList<TaskView, TaskBody>({
        context,
        hopper,
        args,
        page: async (page) =>
          await hopper.tasks.list({
            ...page,
            instanceId: args.maybe("instance"),
            status: some(args.list("status")),
            tag: some(args.list("tag")),
            notTag: some(args.list("not-tag")),
            priority: some(args.list("priority")),
            project: args.maybe("project"),
            assignee: args.maybe("worker"),
            parentTaskId: args.maybe("parent"),
            q: args.maybe("search"),
            // The library knows which words are accepted, and says so.
            sort: args.maybe("sort") as "created" | undefined,
          }),
        table: async (items) => {
          const wide = context.format === "wide" ? items.map((item) => item.origin_instance_id) : [];
          const names = await instanceNames(hopper, [...items.map((item) => item.instance_id), ...wide]);
          return (look) => taskTable(items, names, look);
        },
        name: ({ ref }) => ref,
        empty: 'no tasks; add one: hopper task add "TITLE"',
        command: withFilters(["task", "list"], args, FILTERS),
      });
    });
  },
};

const show: CommandSpec = {
  path: ["task", "show"],
  summary: "Show a task with its chain and result",
  positionals: [TASK],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const view = await hopper.tasks.get(args.text("task"));
      const chain = toWire(await hopper.tasks.delegations(view.id)) as ChainBody;
      const names = {
        ...(await instanceNames(hopper, [view.instanceId, view.originInstanceId])),
        ...(await taskRefs(hopper, view.dependsOn)),
      };
      const shown = shownTask(view);
      const task = shown.body as TaskBody;
      await context.show({ ...shown, lines: (look) => taskDetails({ task, chain, names, look }) });
    });
  },
};

const explain: CommandSpec = {
  path: ["task", "explain"],
  summary: "Tell a task's story: who decided what, and why",
  positionals: [TASK],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const { task, lines } = await hopper.tasks.explain(args.text("task"));
      const shown = shownTask(task);
      const body = shown.body as TaskBody;
      await context.show({
        ...shown,
        body: { task: body, lines },
        lines: (look) => storyLines(body, lines, look),
      });
    });
  },
};

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly positionals?: readonly PositionalSpec[];
  readonly options?: readonly OptionSpec[];
  readonly send: (
    tasks: Hopper["tasks"],
    id: string,
    args: Args,
    options: CommandOptions,
  ) => Promise<TaskView>;
}

const REASON: OptionSpec = { name: "reason", type: "text", describe: "Why" };
const RESULT: OptionSpec = { name: "result", type: "json", describe: "What came of it, as JSON" };

const VERBS: readonly Verb[] = [
  {
    name: "status",
    summary: "Set a task's status: done, failed, cancelled, blocked, pending or in_progress",
    positionals: [{ name: "status", describe: "The new status" }],
    options: [RESULT, REASON],
    send: async (tasks, id, args, options) =>
      await tasks.status(id, {
        ...options,
        status: args.text("status"),
        result: args.json("result") as TaskView["result"] | undefined,
        reason: args.maybe("reason"),
      }),
  },
  {
    name: "complete",
    summary: "Complete a task; the completion goes up to where it came from",
    options: [
      RESULT,
      { name: "force", type: "flag", describe: "Also while it waits for its parts; these are cancelled" },
    ],
    send: async (tasks, id, args, options) =>
      await tasks.complete(id, {
        ...options,
        result: args.json("result") as TaskView["result"] | undefined,
        force: args.flag("force") ? true : undefined,
      }),
  },
  {
    name: "fail",
    summary: "Fail a task",
    options: [
      { name: "error", type: "text", required: true, describe: "What went wrong" },
      { name: "retryable", type: "flag", describe: "Let it be tried again, while attempts are left" },
    ],
    send: async (tasks, id, args, options) =>
      await tasks.fail(id, {
        ...options,
        error: args.text("error"),
        retryable: args.flag("retryable") ? true : undefined,
      }),
  },
  {
    name: "cancel",
    summary: "Cancel a task and its parts",
    options: [REASON],
    send: async (tasks, id, args, options) =>
      await tasks.cancel(id, { ...options, reason: args.maybe("reason") }),
  },
  {
    name: "retry",
    summary: "Try a failed or cancelled task again, from where it began",
    options: [
      { name: "with-dependents", type: "flag", describe: "And those that failed only because it did" },
    ],
    send: async (tasks, id, args, options) =>
      await tasks.retry(id, { ...options, withDependents: args.flag("with-dependents") ? true : undefined }),
  },
];

const verbCommands: readonly CommandSpec[] = VERBS.map((verb) => ({
  path: ["task", verb.name],
  summary: verb.summary,
  positionals: [TASK, ...(verb.positionals ?? [])],
  ...(verb.options === undefined ? {} : { options: verb.options }),
  act: async (context, args) => {
    await context.changes(async (hopper) => {
      const changed = await verb.send(hopper.tasks, args.text("task"), args, { by: context.by });
      await hopper.settle();
      await context.show(shownTask(await hopper.tasks.get(changed.id)));
    });
  },
}));

export const taskCommands: readonly CommandSpec[] = [add, list, show, explain, ...verbCommands];
