import { toWire } from "../../src/contracts/wire.ts";
import type { Args } from "../parse/args.ts";
import type { Context } from "../context.ts";
import { sentencesOf, type EventView, type Hopper, type ListEventsParams } from "../library/library.ts";
import type { EventBody } from "../render/bodies.ts";
import { eventTable, INSTANCE_FIELDS } from "../render/events.ts";
import type { CommandSpec } from "../parse/spec.ts";
import { delegationRefs, instanceNames, taskRefs } from "./names.ts";

const DEFAULT_LIMIT = 50;

/** `events`: the journal, oldest first. As jsonl it goes on to the newest; else a page, and how to get the next. */
export const eventsCommand: CommandSpec = {
  path: ["events"],
  summary: "Show what happened, oldest first",
  options: [
    {
      name: "since",
      type: "text",
      describe: "After this cursor, 0 = from the first (default), or a duration like 5m",
    },
    { name: "type", type: "list", describe: "Only events of this name; may be given several times" },
    { name: "instance", field: "instanceId", type: "text", describe: "Only of this instance" },
    { name: "task", field: "taskId", type: "text", describe: "Only of this task" },
    { name: "limit", type: "whole", describe: `At most so many (default ${DEFAULT_LIMIT}; -o jsonl: all)` },
  ],
  examples: ["hopper events --since 5m --type task.completed", "hopper events --task T-1"],
  act: async (context, args) => {
    await context.reads(async (hopper) => {
      if (context.format === "jsonl") await streamEvents(context, hopper, args);
      else await showPage(context, hopper, args);
    });
  },
};

async function streamEvents(context: Context, hopper: Hopper, args: Args): Promise<void> {
  for await (const event of hopper.events(args.params())) {
    if (context.io.stdout.closed === true) break;
    context.io.stdout.write(`${JSON.stringify(toWire(event))}\n`);
  }
}

async function showPage(context: Context, hopper: Hopper, args: Args): Promise<void> {
  const limit = args.number("limit") ?? DEFAULT_LIMIT;
  const params = args.params<ListEventsParams>();
  const shown: EventView[] = [];
  for await (const event of hopper.events({ ...params, limit })) shown.push(event);
  const since = shown.at(-1)?.cursor;
  const items = shown.map((event) => toWire(event) as EventBody);
  const cursor = items.at(-1)?.cursor ?? args.maybe("since") ?? "0";
  const people = context.format === "table" || context.format === "wide";
  let more = false;
  if (people && since !== undefined && shown.length === limit)
    for await (const _next of hopper.events({ ...params, since, limit: 1 })) more = true;
  const names = people && !context.quiet ? await namesOf(hopper, items) : {};
  const sentences = people ? await sentencesOf(shown, (id) => names[id] ?? id) : [];
  if (items.length === 0) context.remark("no events");
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
