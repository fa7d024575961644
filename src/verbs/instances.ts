import type { Command, LifecycleVerb } from "../../machines/messages/command.ts";
import { DESK } from "../../machines/records/values.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import { effectiveConfig } from "../../machines/settings.ts";
import type { Claim, ClaimParams, Instances } from "../api/instances.ts";
import type { CommandOptions } from "../api/options.ts";
import { check } from "../contracts/check.ts";
import { plainCommand } from "../contracts/common.ts";
import {
  claimTasks,
  createInstance,
  failInstance,
  instanceHierarchy,
  listInstances,
  stopInstance,
  terminateInstance,
  toInstanceFilter,
  toInstanceSpec,
} from "../contracts/instances.ts";
import type { Door } from "../door/door.ts";
import type { Journal } from "../door/journal.ts";
import { pageOf } from "./pages.ts";
import { refuseTaken } from "../door/references.ts";
import { leaseView, treeView } from "../views/view-of.ts";
import type { InstanceTreeView, InstanceView, ListView } from "../views/views.ts";

/** The verbs on instances. Source: 4-http-api.md 4.1. */
export function instances(door: Door, journal: Journal): Instances {
  return {
    async create(params) {
      const checked = check(createInstance, params);
      const spec = toInstanceSpec(checked);
      const parent =
        checked.parentId === undefined || checked.parentId === null
          ? DESK
          : door.instance(checked.parentId, "parentId").no;
      const answer = await door.ask({
        to: parent,
        command: { type: "instance.create", spec },
        kind: "instance",
        asked: checked,
        precondition: () => refuseTaken(door.directory, spec),
      });
      return await door.instanceView(answer.instance);
    },
    get: async (id) => await door.instanceView(await rowOf(door, id)),
    async list(params = {}) {
      const checked = check(listInstances, params);
      const parent =
        checked.parentId === undefined ? undefined : door.instance(checked.parentId, "parentId").no;
      const page = await door.store.queries.instances(
        toInstanceFilter(checked, parent === undefined ? {} : { parent }),
      );
      return await pageOf(page, (instance) => door.instanceView(instance));
    },
    start: (id, params) => lifecycle(door, id, "start", params),
    restart: (id, params) => lifecycle(door, id, "restart", params),
    pause: (id, params) => lifecycle(door, id, "pause", params),
    resume: (id, params) => lifecycle(door, id, "resume", params),
    recover: (id, params) => lifecycle(door, id, "recover", params),
    async stop(id, params = {}) {
      const { drainTimeoutMs, wait, ...asked } = check(stopInstance, params);
      return await send(
        door,
        id,
        { verb: "stop", ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }), wait },
        asked,
      );
    },
    async fail(id, params) {
      const { error, ...asked } = check(failInstance, params);
      return await send(door, id, { verb: "fail", error }, asked);
    },
    async terminate(id, params = {}) {
      const { cascade, ...asked } = check(terminateInstance, params);
      return await send(door, id, { verb: "terminate", cascade }, asked);
    },
    async children(id) {
      const { no } = door.instance(id);
      return await listOf(
        door,
        [...door.directory.children(no)]
          .filter((child) => child.status !== "terminated")
          .map((child) => child.no),
      );
    },
    async ancestors(id) {
      return await listOf(
        door,
        [...door.directory.ancestors(door.instance(id).no)].map((entry) => entry.no),
      );
    },
    hierarchy: (id, params = {}) => hierarchy(door, id, check(instanceHierarchy, params).all),
    queue: (id) => queue(door, journal, id),
    claim: (id, params) => claim(door, journal, id, params),
  };
}

async function rowOf(door: Door, id: string): Promise<Instance> {
  return (await door.store.queries.instance(door.instance(id).no)) as Instance;
}

async function lifecycle(
  door: Door,
  id: string,
  verb: LifecycleVerb,
  params: CommandOptions = {},
): Promise<InstanceView> {
  return await send(door, id, { verb }, check(plainCommand, params));
}

async function send(
  door: Door,
  id: string,
  command: Omit<Extract<Command, { type: "instance.lifecycle" }>, "type">,
  asked: CommandOptions,
): Promise<InstanceView> {
  const to = door.instance(id).no;
  const answer = await door.ask({
    to,
    command: { type: "instance.lifecycle", ...command },
    kind: "instance",
    asked,
  });
  return await door.instanceView(answer.instance);
}

async function listOf(door: Door, numbers: readonly number[]): Promise<ListView<InstanceView>> {
  const items: InstanceView[] = [];
  for (const no of numbers) {
    const instance = await door.store.queries.instance(no);
    if (instance !== null) items.push(await door.instanceView(instance));
  }
  return { items, nextCursor: null, hasMore: false };
}

async function hierarchy(door: Door, id: string | undefined, all: boolean): Promise<InstanceTreeView[]> {
  const top = id === undefined ? null : door.instance(id);
  const views: InstanceView[] = [];
  for (const entry of door.directory.all()) {
    if (entry.status === "terminated" && !all && entry.no !== top?.no) continue;
    if (
      top !== null &&
      entry.no !== top.no &&
      ![...door.directory.ancestors(entry.no)].some((above) => above.no === top.no)
    )
      continue;
    const instance = await door.store.queries.instance(entry.no);
    if (instance !== null) views.push(await door.instanceView(instance));
  }
  return treeView(views);
}

async function queue(
  door: Door,
  journal: Journal,
  id: string,
): Promise<Awaited<ReturnType<Instances["queue"]>>> {
  const instance = await rowOf(door, id);
  const config = effectiveConfig(instance, door.settings);
  const rows = await door.store.actor(instance.no);
  const rank = { urgent: 0, high: 1, medium: 2, low: 3 } as const;
  const queued = (rows?.tasks ?? [])
    .filter((task) => task.status === "queued")
    .toSorted((a, b) => rank[a.priority] - rank[b.priority] || (a.arrival ?? 0) - (b.arrival ?? 0));
  const tally = await door.store.queries.tally(instance.no);
  const [oldest] = queued.toSorted((a, b) => (a.arrival ?? 0) - (b.arrival ?? 0));
  const since = oldest === undefined ? null : await queuedSince(journal, oldest);
  return {
    items: await door.taskViews(queued),
    queued: queued.length,
    claimed: tally.claimed + tally.in_progress,
    maxConcurrentTasks: config.maxConcurrent,
    maxQueuedTasks: config.maxQueued,
    oldestWaitMs: since === null ? null : door.clock.now() - since,
  };
}

/** When it came into its queue: an edit changes the row and not its place there. */
async function queuedSince(journal: Journal, task: Task): Promise<number> {
  const rows = await journal.rowsOfTask(task.no);
  return rows.findLast(({ name }) => name === "task.queued")?.at ?? task.updatedAt;
}

/** Claims now, or, with `waitSeconds`, as soon as there is something to claim. */
async function claim(door: Door, journal: Journal, id: string, params: ClaimParams): Promise<Claim[]> {
  const checked = check(claimTasks, params);
  const to = door.instance(id).no;
  const until = door.clock.now() + checked.waitMs;
  const command: Command = {
    type: "instance.claim",
    workerId: checked.workerId,
    leaseMs: checked.leaseMs ?? door.settings.workers.leaseMs,
    max: checked.max,
    capabilities: checked.capabilities,
    kind: "worker",
  };
  for (;;) {
    const woken = wakeUp(door, (wake) => journal.onClaimableAt(to, wake));
    const answer = await door.ask({ to, command, kind: "claims", asked: checked });
    if (answer.claims.length > 0 || door.clock.now() >= until) {
      woken.cancel();
      const claims: Claim[] = [];
      for (const { task, token, expiresAt } of answer.claims) {
        claims.push({ task: await door.taskView(task), lease: leaseView(task.no, token, expiresAt) });
      }
      return claims;
    }
    await woken.at(Math.min(until, answer.nextAt ?? until));
  }
}

/** Resolves when something becomes claimable, or at a moment. Listens from its creation, so that no news is missed. */
function wakeUp(
  door: Door,
  onClaimable: (wake: () => void) => () => void,
): { at(moment: number): Promise<void>; cancel(): void } {
  let wake = (): void => undefined;
  const news = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const off = onClaimable(wake);
  return {
    async at(moment) {
      const alarm = door.clock.at(moment, wake, "awaited");
      await news;
      alarm.cancel();
      off();
    },
    cancel: off,
  };
}
