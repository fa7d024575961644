import { toWire } from "../../src/contracts/wire.ts";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import { usage } from "../failures/failure.ts";
import {
  checkInstance,
  configWarnings,
  type InstanceTreeView,
  type InstanceView,
} from "../library/library.ts";
import type { Shown } from "../output.ts";
import type { InstanceBody, StatsBody, TreeBody } from "../render/bodies.ts";
import { dashboardLines } from "../render/dashboard.ts";
import { instanceDetails, instanceTable } from "../render/instance.ts";
import { instanceLine, treeLines } from "../render/tree.ts";
import type { CommandSpec, PositionalSpec } from "../parse/spec.ts";
import { PAGE_OPTIONS, showList, withFilters } from "./listing.ts";
import { instanceNames } from "./names.ts";

export const INSTANCE: PositionalSpec = { name: "instance", describe: "Id or name of an instance" };

/** `webapp (PROJECT) [running]`, and the whole instance for machines. */
export function shownInstance(view: InstanceView): Shown {
  const body = toWire(view) as InstanceBody;
  return { body, lines: (look) => [instanceLine(body, look)], names: [body.name], ids: [body.id] };
}

const create: CommandSpec = {
  path: ["instance", "create"],
  summary: "Create an instance",
  positionals: [{ name: "name", describe: "Its name, unique among live instances" }],
  options: [
    {
      name: "scope",
      type: "text",
      required: true,
      describe: "global, project, orchestration, personal, family, event, federated",
    },
    { name: "parent", type: "text", describe: "Id or name of the instance above it" },
    { name: "config", type: "json", describe: "Its configuration as JSON (here not a file)" },
    { name: "type", type: "text", describe: "persistent (default), ephemeral or temporary" },
    { name: "id", type: "text", describe: "An id of your own" },
    { name: "description", type: "text", describe: "What it is for" },
    { name: "start", type: "flag", describe: "Start it, too" },
  ],
  examples: [
    "hopper instance create global --scope global --start",
    `hopper instance create webapp --scope project --parent global --config '{"capabilities": ["react"]}'`,
  ],
  act: async (context, args) => {
    const params = {
      name: args.text("name"),
      scope: args.text("scope"),
      parentId: args.maybe("parent"),
      id: args.maybe("id"),
      instanceType: args.maybe("type"),
      config: readConfig(args),
      description: args.maybe("description"),
      start: args.flag("start"),
      by: context.by,
    };
    await context.creates(
      async () => await checkInstance(params),
      async (hopper) => {
        const created = await hopper.instances.create(params);
        await hopper.settle();
        for (const warning of await configWarnings(params.config ?? {})) context.remark(`note: ${warning}`);
        await context.show(shownInstance(await hopper.instances.get(created.id)));
      },
    );
  },
};

/** A list would be taken for an object without keys further in: it is refused here, before a store is made. */
function readConfig(args: Args): InstanceView["config"] | undefined {
  const config = args.json("config");
  if (config === undefined) return undefined;
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw usage(
      `--config is ${JSON.stringify(config)}; an object such as {"capabilities": ["react"]} is accepted`,
      "hopper instance create --help",
    );
  return config as InstanceView["config"];
}

const FILTERS = ["scope", "status", "parent", "type", "search", "all"] as const;

const list: CommandSpec = {
  path: ["instance", "list"],
  summary: "List instances",
  options: [
    { name: "scope", type: "list", describe: "Only of this scope" },
    { name: "status", type: "list", describe: "Only in this status" },
    { name: "parent", type: "text", describe: "Only the children of this instance" },
    { name: "type", type: "list", describe: "Only of this type" },
    { name: "search", type: "text", describe: "Only with this text in the name or description" },
    { name: "all", type: "flag", describe: "Terminated ones, too" },
    ...PAGE_OPTIONS,
  ],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      await showList<InstanceView, InstanceBody>({
        context,
        hopper,
        args,
        page: async (page) =>
          await hopper.instances.list({
            ...page,
            scope: some(args.list("scope")),
            status: some(args.list("status")),
            parentId: args.maybe("parent"),
            instanceType: some(args.list("type")),
            q: args.maybe("search"),
            all: args.flag("all") ? true : undefined,
          }),
        table: async (items) => {
          const names = await instanceNames(
            hopper,
            items.map((item) => item.parent_id),
          );
          return (look) => instanceTable(items, names, look);
        },
        name: ({ name }) => name,
        empty: "no instances; create one: hopper instance create global --scope global",
        command: withFilters(["instance", "list"], args, FILTERS),
      });
    });
  },
};

const show: CommandSpec = {
  path: ["instance", "show"],
  summary: "Show an instance",
  positionals: [INSTANCE],
  act: showInstance,
};

async function showInstance(context: Context, args: Args): Promise<void> {
  await context.reads(async (hopper) => {
    const view = await hopper.instances.get(args.text("instance"));
    const names = await instanceNames(hopper, [view.parentId]);
    const shown = shownInstance(view);
    const body = shown.body as InstanceBody;
    await context.show({ ...shown, lines: (look) => instanceDetails(body, names, look) });
  });
}

const tree: CommandSpec = {
  path: ["instance", "tree"],
  summary: "Show the hierarchy, with the open tasks each instance holds",
  positionals: [{ ...INSTANCE, optional: true, describe: "Only what is below this one" }],
  options: [{ name: "all", type: "flag", describe: "Terminated ones, too" }],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      const from = args.maybe("instance");
      const views = await hopper.instances.hierarchy(from, { all: args.flag("all") });
      const forest = views.map((view) => toWire(view) as TreeBody);
      const flat = views.flatMap((view) => everyInstance(view));
      if (forest.length === 0)
        context.remark("no instances; create one: hopper instance create global --scope global");
      await context.show({
        // One tree for one instance, a list for the forest, as the API answers.
        body: from === undefined ? { items: forest, next_cursor: null, has_more: false } : forest[0],
        items: forest,
        lines: (look) => treeLines(forest, look),
        names: flat.map(({ name }) => name),
        ids: flat.map(({ id }) => id),
      });
    });
  },
};

function everyInstance(tree: InstanceTreeView): InstanceTreeView[] {
  return [tree, ...tree.children.flatMap((child) => everyInstance(child))];
}

const status: CommandSpec = {
  path: ["instance", "status"],
  summary: "Show how all instances are, or one of them",
  positionals: [{ ...INSTANCE, optional: true }],
  act: async (context, args) => {
    if (args.maybe("instance") !== undefined) return await showInstance(context, args);
    await context.reads(async (hopper) => {
      const body = toWire(await hopper.stats()) as StatsBody;
      await context.show({ body, lines: (look) => dashboardLines(body, look), names: [], ids: [] });
    });
  },
};

/** undefined for an empty list: no filter. */
export function some(values: string[]): string[] | undefined {
  return values.length === 0 ? undefined : values;
}

export const instanceCommands: readonly CommandSpec[] = [create, list, show, tree, status];
