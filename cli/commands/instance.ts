import { INSTANCE_STATUSES, INSTANCE_TYPES, SCOPES } from "../../src/contracts/known-words.ts";
import { usage } from "../failures/failure.ts";
import { configWarnings, type CreateInstanceParams, type Hopper } from "../library/library.ts";
import { wholeList, type Shown } from "../output.ts";
import type { Args } from "../parse/args.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import { bodyOf, type InstanceBody, type TaskBody, type TreeBody } from "../render/bodies.ts";
import { dashboardLines } from "../render/dashboard.ts";
import { instanceDetails, instanceTable } from "../render/instance.ts";
import { instanceLine, treeLines } from "../render/tree.ts";
import { listCommand, remarkOn } from "./list.ts";
import { instanceNames } from "./names.ts";
import { shows } from "./shows.ts";
import { plural } from "../render/text.ts";
import { verbCommands, YES, type Subject } from "./verbs.ts";

const INSTANCE: Subject<"instance"> = {
  name: "instance",
  subject: true,
  describe: "Id or name of an instance",
};
const NONE = { said: "no instances; create one", command: "hopper instance create global --scope global" };

/**
 * An instance as it stands now: `webapp (PROJECT) [running]`, and what it waits for while it is stopping. By id: a
 * terminated one has no name any more.
 */
async function shownInstance(hopper: Hopper, id: string): Promise<Shown> {
  const body = bodyOf(await hopper.instances.get(id));
  if (body.status !== "stopping") return { body, lines: (look) => [instanceLine(body, look)] };
  const work = await underWay(hopper, id);
  return {
    body: { ...body, waits_for: work },
    lines: (look) => [instanceLine(body, look), ...work.map((task) => `waits for ${holding(task)}`)],
  };
}

type UnderWay = Pick<TaskBody, "id" | "ref" | "title" | "status" | "claimed_by">;

/** The tasks that somebody works on there, up to a page of them. */
async function underWay(hopper: Hopper, id: string): Promise<UnderWay[]> {
  const { items } = await hopper.tasks.list({ instanceId: id, status: ["claimed", "in_progress"] });
  return items.map((item) => {
    const { id: task, ref, title, status, claimed_by } = bodyOf(item);
    return { id: task, ref, title, status, claimed_by };
  });
}

/** `T-1 Build login page (claimed by worker-1)`. */
function holding({ ref, title, claimed_by }: UnderWay): string {
  return `${ref} ${title} (claimed by ${claimed_by ?? "nobody"})`;
}

/** Whom a stop waits for; null = it does not wait. */
async function drains(hopper: Hopper, args: Args, id: string): Promise<string | null> {
  if (args.flag("no-wait")) return null;
  const work = await underWay(hopper, id);
  const drainMs = args.number("drain-timeout");
  const most = drainMs === undefined ? "its drain timeout" : `${drainMs / 1_000} s`;
  return work.length === 0
    ? null
    : [`waiting for at most ${most}:`, ...work.map((task) => holding(task))].join("\n  ");
}

/** What a cascade ends with it; null = nothing but itself. */
async function ends(hopper: Hopper, args: Args, id: string): Promise<string | null> {
  if (!args.flag("cascade")) return null;
  const tree = bodyOf(await hopper.instances.hierarchy(id));
  const [, ...below] = everyInstance(tree);
  const open = everyInstance(tree).reduce((sum, { counts }) => sum + openOf(counts), 0);
  if (below.length === 0 && open === 0) return null;
  const whom =
    below.length === 0 ? tree.name : `${tree.name} and ${plural(below.length, "instance")} below it`;
  const tasks =
    open === 0 ? "no task is open there" : `${plural(open, "open task")} there: given back, or cancelled`;
  return `ends ${whom}; ${tasks}`;
}

function openOf({
  done: _done,
  failed: _failed,
  cancelled: _cancelled,
  ...open
}: TreeBody["counts"]): number {
  return Object.values(open).reduce((sum, count) => sum + count, 0);
}

const create: CommandSpec = {
  path: ["instance", "create"],
  summary: "Create an instance",
  positionals: [{ name: "name", describe: "Its name, unique among live instances" }],
  options: [
    {
      name: "scope",
      required: true,
      describe: "global, project, orchestration, personal, family, event, federated",
    },
    { name: "parent", field: "parentId", describe: "Id or name of the instance above it" },
    { name: "config", type: "json", describe: "Its configuration as JSON (here not a file)" },
    { name: "type", field: "instanceType", describe: "persistent (default), ephemeral or temporary" },
    { name: "id", describe: "An id of your own" },
    { name: "description", describe: "What it is for" },
    { name: "start", type: "flag", describe: "Start it, too" },
  ],
  examples: [
    "hopper instance create global --scope global --start",
    `hopper instance create webapp --scope project --parent global --config '{"capabilities": ["react"]}'`,
  ],
  act: async (context, args) => {
    const given = args.params<CreateInstanceParams>();
    refuseOddConfig(given.config);
    const params = { ...given, start: args.flag("start"), by: context.by };
    await context.creates("instance", params, async (hopper) => {
      const { id } = await hopper.instances.create(params);
      await hopper.settle();
      for (const warning of await configWarnings(params.config ?? {})) context.remark(`note: ${warning}`);
      await context.show(await shownInstance(hopper, id));
    });
  },
};

/** A list would be taken for an object without keys further in: it is refused here, before a store is made. */
function refuseOddConfig(config: unknown): void {
  if (config === undefined || (typeof config === "object" && config !== null && !Array.isArray(config)))
    return;
  throw usage(
    `--config is ${JSON.stringify(config)}; an object such as {"capabilities": ["react"]} is accepted`,
    "hopper instance create --help",
  );
}

const list = listCommand<InstanceBody>({
  noun: "instance",
  options: [
    { name: "scope", type: "list", describe: `Only of this scope: ${SCOPES.join(", ")}` },
    { name: "status", type: "list", describe: `Only in this status: ${INSTANCE_STATUSES.join(", ")}` },
    { name: "parent", field: "parentId", describe: "Only the children of this instance" },
    {
      name: "type",
      field: "instanceType",
      type: "list",
      describe: `Only of this type: ${INSTANCE_TYPES.join(", ")}`,
    },
    { name: "search", field: "q", describe: "Only with this text in the name or description" },
    { name: "all", type: "flag", describe: "Terminated ones, too" },
  ],
  known: async (hopper, items) => await instanceNames(hopper, items, ({ parent_id }) => [parent_id]),
  table: instanceTable,
  empty: NONE,
});

const show: CommandSpec = {
  path: ["instance", "show"],
  summary: "Show an instance",
  positionals: [INSTANCE],
  act: shows(async (hopper, { subject }) => await wholeInstance(hopper, subject)),
};

async function wholeInstance(hopper: Hopper, id: string): Promise<Shown> {
  const body = bodyOf(await hopper.instances.get(id));
  const names = await instanceNames(hopper, [body], ({ parent_id }) => [parent_id]);
  return { body, lines: (look) => instanceDetails(body, names, look) };
}

const tree: CommandSpec = {
  path: ["instance", "tree"],
  summary: "Show the hierarchy, with the open tasks each instance holds",
  positionals: [{ ...INSTANCE, optional: true, describe: "Only what is below this one" }],
  options: [{ name: "all", type: "flag", describe: "Terminated ones, too" }],
  act: shows(async (hopper, args, context) => {
    const from = args.maybe("instance");
    const params = { all: args.flag("all") };
    const { instances } = hopper;
    const forest = bodyOf(
      from === undefined
        ? await instances.hierarchy(undefined, params)
        : [await instances.hierarchy(from, params)],
    );
    if (forest.length === 0) remarkOn(NONE, context);
    return {
      // One tree for one instance, a list for the forest, as the API answers.
      body: from === undefined ? wholeList(forest) : forest[0],
      items: forest,
      lines: (look) => treeLines(forest, look),
      named: forest.flatMap((root) => everyInstance(root)),
    };
  }),
};

function everyInstance(tree: TreeBody): TreeBody[] {
  return [tree, ...tree.children.flatMap((child) => everyInstance(child))];
}

const status: CommandSpec = {
  path: ["instance", "status"],
  summary: "Show how all instances are, or one of them",
  positionals: [{ ...INSTANCE, optional: true }],
  act: shows(async (hopper, args) => {
    if (args.maybe("instance") !== undefined) return await wholeInstance(hopper, args.subject);
    const body = bodyOf(await hopper.stats());
    return { body, lines: (look) => dashboardLines(body, look), named: [] };
  }),
};

const DRAIN: readonly OptionSpec[] = [
  {
    name: "drain-timeout",
    field: "drainTimeoutMs",
    type: "duration",
    describe: "Wait at most this long for it, e.g. 10s (default 30s)",
  },
  {
    name: "no-wait",
    type: "flag",
    describe: "Answer at once, and say who still works there",
  },
];

/** `instance …`: the hierarchy and the lifecycle. Source: spec/domain.md 2.2. */
export const instanceCommands: readonly CommandSpec[] = [
  create,
  list,
  show,
  tree,
  status,
  ...verbCommands(
    INSTANCE,
    shownInstance,
    { name: "start", summary: "Start an instance" },
    {
      name: "stop",
      summary: "Stop an instance, when the work under way is done",
      options: DRAIN,
      announce: drains,
    },
    {
      name: "restart",
      summary: "Stop an instance and start it again",
      options: DRAIN,
      announce: drains,
    },
    { name: "pause", summary: "Take nothing new; what is under way goes on" },
    { name: "resume", summary: "Go on after a pause" },
    { name: "recover", summary: "Start an instance that is in error" },
    {
      name: "fail",
      summary: "Put an instance into error",
      options: [{ name: "error", required: true, describe: "What is wrong with it" }],
    },
    {
      name: "terminate",
      summary: "End an instance for good; its tasks go back to where they came from",
      options: [{ name: "cascade", type: "flag", describe: "And all below it, children first" }, YES],
      warn: ends,
    },
  ),
];
