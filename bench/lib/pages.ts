import type { Hopper } from "../../src/index.ts";
import { RARE_TAG, runName } from "./seed.ts";
import { PLACES, tagOf } from "./w3-world.ts";

/** One kind of page, with an ask that differs each time. */
export interface PageKind {
  readonly name: string;
  readonly ask: (turn: number) => Promise<unknown>;
}

const LIMIT = 50;

type TaskList = NonNullable<Parameters<Hopper["tasks"]["list"]>[0]>;
type DelegationList = NonNullable<Parameters<Hopper["delegations"]["list"]>[0]>;
type InstanceList = NonNullable<Parameters<Hopper["instances"]["list"]>[0]>;
type EventList = NonNullable<Parameters<Hopper["events"]>[0]>;

function taskPages(hopper: Hopper, tasks: number): PageKind[] {
  const place = (turn: number): string => PLACES[turn % PLACES.length] ?? "";
  const some = (turn: number): string => `T-${1 + ((turn * 7_919) % tasks)}`;
  const kinds: [string, (turn: number) => TaskList][] = [
    ["no filter", () => ({})],
    ["status done", () => ({ status: "done" })],
    ["status failed", () => ({ status: "failed" })],
    ["status cancelled", () => ({ status: "cancelled" })],
    ["status open", () => ({ status: "open" })],
    ["status queued", () => ({ status: "queued" })],
    ["status failed or cancelled", () => ({ status: ["failed", "cancelled"] })],
    ["instanceId", (turn) => ({ instanceId: place(turn) })],
    ["instanceId none", () => ({ instanceId: "none" })],
    ["instanceId, status done", (turn) => ({ instanceId: place(turn), status: "done" })],
    ["instanceId, status failed", (turn) => ({ instanceId: place(turn), status: "failed" })],
    ["instanceId, status open", (turn) => ({ instanceId: place(turn), status: "open" })],
    ["tag", (turn) => ({ tag: tagOf(turn % 8) })],
    ["tag, rare", () => ({ tag: RARE_TAG })],
    ["tag, unknown", () => ({ tag: "unknown" })],
    ["two tags", (turn) => ({ tag: [tagOf(turn % 8), RARE_TAG] })],
    ["notTag", (turn) => ({ notTag: tagOf(turn % 8) })],
    ["tag, status failed", (turn) => ({ tag: tagOf(turn % 8), status: "failed" })],
    ["priority urgent", () => ({ priority: "urgent" })],
    ["priority low or high", () => ({ priority: ["low", "high"] })],
    ["priority low, status cancelled", () => ({ priority: "low", status: "cancelled" })],
    ["project", (turn) => ({ project: `project-${turn % 8}` })],
    ["project, status failed", (turn) => ({ project: `project-${turn % 8}`, status: "failed" })],
    ["assignee", (turn) => ({ assignee: `worker-${turn % 32}` })],
    ["runId", (turn) => ({ runId: runName(turn % Math.max(1, Math.floor(tasks / 5_000))) })],
    ["parentTaskId", (turn) => ({ parentTaskId: some(turn) })],
    ["q, in many", () => ({ q: "task number" })],
    ["q, in one", (turn) => ({ q: `number ${1 + ((turn * 7_919) % tasks)}` })],
    ["q, in none", (turn) => ({ q: `nothing like it ${turn}` })],
    ["sort -created", () => ({ sort: "-created" })],
    ["sort created", () => ({ sort: "created" })],
    ["sort updated", () => ({ sort: "updated" })],
    ["sort -updated", () => ({ sort: "-updated" })],
    ["sort priority", () => ({ sort: "priority" })],
    ["sort priority, status failed", () => ({ sort: "priority", status: "failed" })],
    ["count", () => ({ count: true })],
    ["count, status done", () => ({ count: true, status: "done" })],
  ];
  return kinds.map(([name, params]) => ({
    name: `tasks, ${name}`,
    ask: (turn) => hopper.tasks.list({ ...params(turn), limit: LIMIT }),
  }));
}

function delegationPages(hopper: Hopper): PageKind[] {
  const place = (turn: number): string => PLACES[turn % PLACES.length] ?? "";
  const kinds: [string, (turn: number) => DelegationList][] = [
    ["no filter", () => ({})],
    ...(["pending", "accepted", "completed", "rejected", "cancelled"] as const).map(
      (status): [string, () => DelegationList] => [`status ${status}`, () => ({ status })],
    ),
    ["instanceId", (turn) => ({ instanceId: place(turn) })],
    ["instanceId, incoming", (turn) => ({ instanceId: place(turn), direction: "incoming" })],
    ["instanceId, outgoing", (turn) => ({ instanceId: `project-${turn % 8}`, direction: "outgoing" })],
    ["instanceId of a leaf, outgoing", (turn) => ({ instanceId: place(turn), direction: "outgoing" })],
    ["instanceId of an idle one", (turn) => ({ instanceId: `idle-${turn}` })],
    [
      "instanceId, incoming, cancelled",
      (turn) => ({ instanceId: place(turn), direction: "incoming", status: "cancelled" }),
    ],
  ];
  return kinds.map(([name, params]) => ({
    name: `delegations, ${name}`,
    ask: (turn) => hopper.delegations.list({ ...params(turn), limit: LIMIT }),
  }));
}

function instancePages(hopper: Hopper): PageKind[] {
  const kinds: [string, (turn: number) => InstanceList][] = [
    ["no filter", () => ({})],
    ["scope PERSONAL", () => ({ scope: "PERSONAL" })],
    ["scope ORCHESTRATION", () => ({ scope: "ORCHESTRATION" })],
    ["status running", () => ({ status: "running" })],
    ["status terminated", () => ({ status: "terminated" })],
    ["parentId", (turn) => ({ parentId: `project-${turn % 8}` })],
    ["instanceType", () => ({ instanceType: "persistent" })],
    ["q, in many", () => ({ q: "idle" })],
    ["q, in one", (turn) => ({ q: `idle-${100 + turn}` })],
    ["q, in none", (turn) => ({ q: `nothing like it ${turn}` })],
    ["all", () => ({ all: true })],
    ["count", () => ({ count: true })],
  ];
  return kinds.map(([name, params]) => ({
    name: `instances, ${name}`,
    ask: (turn) => hopper.instances.list({ ...params(turn), limit: LIMIT }),
  }));
}

async function cursorAt(hopper: Hopper, task: string): Promise<string> {
  for await (const event of hopper.events({ taskId: task, limit: 1 })) return event.cursor;
  throw new Error(`${task} has no events`);
}

async function eventPages(hopper: Hopper, tasks: number): Promise<PageKind[]> {
  const middle = await cursorAt(hopper, `T-${Math.floor(tasks / 2)}`);
  const some = (turn: number): string => `T-${1 + ((turn * 7_919) % tasks)}`;
  const kinds: [string, (turn: number) => EventList][] = [
    ["from the beginning", () => ({})],
    ["since the middle", () => ({ since: middle })],
    ["since an hour ago", () => ({ since: "1h" })],
    ["taskId", (turn) => ({ taskId: some(turn) })],
    ["type", () => ({ type: "task.completed" })],
    ["instanceId", (turn) => ({ instanceId: PLACES[turn % PLACES.length] })],
    ["type, instanceId", (turn) => ({ type: "task.failed", instanceId: PLACES[turn % PLACES.length] })],
    ["instanceId of an idle one", (turn) => ({ instanceId: `idle-${turn}` })],
    ["type, instanceId of an idle one", (turn) => ({ type: "task.completed", instanceId: `idle-${turn}` })],
  ];
  return kinds.map(([name, params]) => ({
    name: `events, ${name}`,
    ask: async (turn) => {
      for await (const event of hopper.events({ ...params(turn), limit: LIMIT })) void event;
    },
  }));
}

/** Every filter that the lists document, alone, and the combinations most likely to hurt. */
export const PAGES = {
  tasks: taskPages,
  delegations: delegationPages,
  instances: instancePages,
  events: eventPages,
} as const satisfies Record<string, (hopper: Hopper, tasks: number) => PageKind[] | Promise<PageKind[]>>;
