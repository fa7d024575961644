import { usage } from "../failures/failure.ts";
import { toWire } from "../../src/contracts/wire.ts";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import { sentencesOf, type EventView, type Hopper, type ListEventsParams } from "../library/library.ts";
import type { EventBody } from "../render/bodies.ts";
import { eventLine, eventTable, INSTANCE_FIELDS } from "../render/events.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { delegationRefs, instanceNames, taskRefs } from "./names.ts";

const DEFAULT_LIMIT = 50;

/**
 * `events`: the last of the journal, the newest below; with `--since` a page from there on, and how to get the next. As jsonl
 * all there is, and with `-f` what comes.
 */
export const eventsCommand: CommandSpec = {
  path: ["events"],
  summary: "Show what happened last, the newest below",
  options: [
    {
      name: "since",
      type: "text",
      describe: "From this cursor on, 0 = from the first, or a duration like 5m (default: the last ones)",
    },
    {
      name: "type",
      type: "list",
      describe: "Only events of these names: task.queued,lease.* (* = all of a kind)",
    },
    { name: "instance", field: "instanceId", type: "text", describe: "Only of this instance" },
    { name: "task", field: "taskId", type: "text", describe: "Only of this task" },
    { name: "limit", type: "whole", describe: `At most so many (default ${DEFAULT_LIMIT}; -o jsonl: all)` },
    { name: "follow", alias: "f", type: "flag", describe: "Go on with what happens, until Ctrl-C" },
  ],
  examples: ["hopper events -f --type 'task.*'", "hopper events --since 5m", "hopper events --task T-1"],
  act: async (context, args) => {
    const { format } = context;
    if (args.flag("follow") && !["table", "wide", "jsonl"].includes(format))
      throw usage(`-f has no end, and ${format} is one whole`, "hopper events -f -o jsonl");
    await context.reads(async (hopper) => {
      if (context.format === "jsonl") await streamEvents(context, hopper, args);
      else await showPage(context, hopper, args);
    });
  },
};

async function streamEvents(context: Context, hopper: Hopper, args: Args): Promise<void> {
  const { limit, ...params } = args.params<ListEventsParams>();
  // Followed, a limit says how far back it begins.
  const begins = params.follow === true && params.since === undefined && limit !== undefined;
  const asked = { ...params, ...(begins ? { last: limit } : { limit }) };
  for await (const event of hopper.events({ ...asked, signal: context.io.signal })) {
    if (context.io.stdout.closed === true) break;
    context.io.stdout.write(`${JSON.stringify(toWire(event))}\n`);
  }
}

async function showPage(context: Context, hopper: Hopper, args: Args): Promise<void> {
  const limit = args.number("limit") ?? DEFAULT_LIMIT;
  const { follow, limit: _shown, ...params } = args.params<ListEventsParams>();
  const isLast = params.since === undefined;
  const shown: EventView[] = [];
  for await (const event of hopper.events({
    ...params,
    ...(isLast && limit > 0 ? { last: limit } : {}),
    limit,
  }))
    shown.push(event);
  const since = shown.at(-1)?.cursor;
  const items = shown.map((event) => toWire(event) as EventBody);
  const cursor = items.at(-1)?.cursor ?? args.maybe("since") ?? "0";
  const people = context.format === "table" || context.format === "wide";
  let more = false;
  if (people && !isLast && since !== undefined && shown.length === limit)
    for await (const _next of hopper.events({ ...params, since, limit: 1 })) more = true;
  const names = people && !context.quiet ? await namesOf(hopper, items) : {};
  const sentences = people ? await sentencesOf(shown, (id) => names[id] ?? id) : [];
  if (items.length === 0) context.remark("no events");
  if (follow === true && people) {
    await showEach(context, hopper, { shown, params: { ...params, since: since ?? (await newest(hopper)) } });
    return;
  }
  await context.show({
    body: { items, cursor },
    items,
    lines: (look) => [
      ...eventTable({ events: items, sentences, names }, look),
      ...(more
        ? [
            `${items.length} shown (more: ${context.again(["events", ...args.words(["since"]), "--since", cursor])})`,
          ]
        : []),
    ],
    named: items.map((item) => ({ id: item.cursor })),
  });
}

/** Those of a page, then each as it comes, a line each, until the command is interrupted. */
async function showEach(
  context: Context,
  hopper: Hopper,
  { shown, params }: { readonly shown: readonly EventView[]; readonly params: ListEventsParams },
): Promise<void> {
  const { io } = context;
  const show = async (event: EventView): Promise<void> => {
    const items = [toWire(event) as EventBody];
    const names = await namesOf(hopper, items);
    const sentences = await sentencesOf([event], (id) => names[id] ?? id);
    io.stdout.write(`${eventLine({ events: items, sentences, names }, context.look)}\n`);
  };
  for (const event of shown) await show(event);
  for await (const event of hopper.events({ ...params, follow: true, signal: io.signal })) {
    if (io.stdout.closed === true) return;
    await show(event);
  }
}

async function newest(hopper: Hopper): Promise<string> {
  for await (const { cursor } of hopper.events({ last: 1, limit: 1 })) return cursor;
  return "0";
}

async function namesOf(hopper: Hopper, items: readonly EventBody[]) {
  const instances = ({ instance_id, data }: EventBody): unknown[] => [
    instance_id,
    ...INSTANCE_FIELDS.map((field) => data[field]),
  ];
  return {
    ...(await instanceNames(hopper, items, instances)),
    ...(await taskRefs(hopper, items, ({ task_id }) => [task_id])),
    ...(await delegationRefs(hopper, items, ({ delegation_id }) => [delegation_id])),
  };
}
