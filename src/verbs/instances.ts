import { HopperError } from "../../machines/errors.ts";
import type { Command, LifecycleVerb } from "../../machines/messages/command.ts";
import type { Actor } from "../../actors/engine/actor.ts";
import { DESK, type InstanceNo } from "../../machines/records/values.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import { effectiveConfig } from "../../machines/settings.ts";
import { apart } from "../contracts/abortable.ts";
import { check } from "../contracts/check.ts";
import { callerOf, plainCommand, type CommandOptions } from "../contracts/command-options.ts";
import { given } from "../contracts/given.ts";
import * as contract from "../contracts/instances.ts";
import type { DirectoryEntry } from "../../store/store.ts";
import type { Door } from "../door/door.ts";
import type { Routed } from "../door/repeats.ts";
import type { Admit } from "../door/new-work.ts";
import type { Journal } from "../door/journal.ts";
import { orAborted } from "../door/lifetime.ts";
import type { Polls } from "../door/polls.ts";
import { claim } from "./claim.ts";
import { listOf, pageOf } from "./pages.ts";
import { refuseTaken } from "../door/references.ts";
import { treeView } from "../views/view-of.ts";
import type { Claim, InstanceTreeView, InstanceView, ListView, QueueView } from "../views/views.ts";

/** The verbs on instances; each on one instance (id or live name) throws `not_found`. Source: spec/api.md 4.1. */
export interface Instances {
  /** Creates an instance; with `start` it resolves in `running`. Errors: `validation_failed`, `already_exists`, `invalid_parent`. */
  create(params: contract.CreateInstanceParams): Promise<InstanceView>;
  /**
   * The live instance of that name, scope and parent as it is, or a new one; with `start` one that was created or stopped is
   * started. So a program may begin with it each time it is started. Errors: those of `create`; `already_exists` where the name is another one's.
   */
  ensure(params: contract.CreateInstanceParams): Promise<InstanceView>;
  /** The instance of an id or live name; a terminated one by id only. */
  get(id: string): Promise<InstanceView>;
  /** A page of the instances that fit, 50 unless `limit` says otherwise. Errors: `bad_filter`, `bad_cursor`. */
  list(params?: contract.ListInstancesParams): Promise<ListView<InstanceView>>;
  /** From created, stopped or error; resolves in `running`. Errors: `illegal_transition`. */
  start(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** From running or paused; resolves when drained, or at once in `stopping` with `wait: false`. Errors: `illegal_transition`. */
  stop(id: string, params?: contract.StopInstanceParams): Promise<InstanceView>;
  /**
   * Drains, stops and starts again; resolves in `running`, or at once in `stopping` with `wait: false`.
   * Errors: `illegal_transition`; the reason of `signal`.
   */
  restart(id: string, params?: contract.StopInstanceParams): Promise<InstanceView>;
  /** Takes nothing new until `resume`; its queue keeps its order. Errors: `illegal_transition`. */
  pause(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** From paused back to running. Errors: `illegal_transition`. */
  resume(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** From error; resolves in `running`. Errors: `illegal_transition`. */
  recover(id: string, params?: CommandOptions): Promise<InstanceView>;
  /** Puts it in error, until `recover`. Errors: `illegal_transition`. */
  fail(id: string, params: contract.FailInstanceParams): Promise<InstanceView>;
  /** Ends it for good, its record stays; resolves when all below have reported. Errors: `has_live_children`, `illegal_transition`. */
  terminate(id: string, params?: contract.TerminateInstanceParams): Promise<InstanceView>;
  /** Its live children, in order of creation. */
  children(id: string): Promise<ListView<InstanceView>>;
  /** From its parent up to the root. */
  ancestors(id: string): Promise<ListView<InstanceView>>;
  /** The tree from an instance down; without one the whole forest. Terminated ones only with `all`. */
  hierarchy: Hierarchy;
  /** What waits there, in the order of claims; 50 of it unless `limit` says otherwise. Errors: `bad_filter`. */
  queue(id: string, params?: contract.InstanceQueueParams): Promise<QueueView>;
  /**
   * Takes tasks of its queue under leases, up to `max`; none = an empty list, at once or after `waitSeconds`.
   * Errors: `instance_not_running`, `not_claimable`, `validation_failed`.
   */
  claim(id: string, params: contract.ClaimParams): Promise<Claim[]>;
}

/** One tree for one instance, a list of trees for the forest. */
interface Hierarchy {
  (id: string, params?: contract.HierarchyParams): Promise<InstanceTreeView>;
  (id?: undefined, params?: contract.HierarchyParams): Promise<InstanceTreeView[]>;
}

export function instances(door: Door, journal: Journal, polls: Polls): Instances {
  return {
    create: (params) => door.newWork.ask(params, (admit) => create(door, params, admit)),
    ensure: (params) => door.newWork.ask(params, (admit) => ensure(door, params, admit)),
    get: async (id) => await door.instanceView(await rowOf(door, id)),
    async list(params = {}) {
      const checked = check(contract.listInstances, params);
      const parent = door.instanceNo(checked.parentId, "parentId");
      const page = await door.store.queries.instances(contract.toInstanceFilter(checked, { parent }));
      return await pageOf(page, (rows) => door.instanceViews(rows));
    },
    start: (id, params) => lifecycle(door, id, "start", params),
    restart: (id, params) => drain(door, id, "restart", params),
    pause: (id, params) => lifecycle(door, id, "pause", params),
    resume: (id, params) => lifecycle(door, id, "resume", params),
    recover: (id, params) => lifecycle(door, id, "recover", params),
    stop: (id, params) => drain(door, id, "stop", params),
    async fail(id, params) {
      const asked = check(contract.failInstance, params);
      return await send(door, id, { verb: "fail", error: asked.error }, { asked });
    },
    async terminate(id, params = {}) {
      const asked = check(contract.terminateInstance, params);
      return await send(door, id, { verb: "terminate", cascade: asked.cascade }, { asked });
    },
    children: async (id) => listOf(await viewsOf(door, door.directory.liveChildren(door.instance(id).no))),
    ancestors: async (id) => listOf(await viewsOf(door, door.directory.ancestors(door.instance(id).no))),
    hierarchy: (async (id?: string, params: contract.HierarchyParams = {}) => {
      const trees = await hierarchy(door, id, check(contract.instanceHierarchy, params).all);
      return id === undefined ? trees : trees[0];
    }) as Hierarchy,
    queue: (id, params = {}) => queue(door, journal, id, params),
    claim: (id, params) => claim({ door, polls }, id, params),
  };
}

async function create(
  door: Door,
  params: contract.CreateInstanceParams,
  admit: Admit,
): Promise<InstanceView> {
  const checked = check(contract.createInstance, params);
  return await door.askInstance({ verb: "instances.create", asked: checked }, () => {
    admit();
    const spec = contract.toInstanceSpec(checked);
    const to = door.instanceNo(checked.parentId ?? undefined, "parentId") ?? DESK;
    refuseTaken(door.directory, spec);
    return { to, command: { type: "instance.create", spec } };
  });
}

/** Two that ask at once get the same one: who comes second finds what the first has made. */
async function ensure(
  door: Door,
  params: contract.CreateInstanceParams,
  admit: Admit,
): Promise<InstanceView> {
  // What is asked again finds what there is: a key would find what there was.
  const checked = check(contract.createInstance, params);
  const { idempotencyKey: _key, ...asked } = params;
  const found = door.directory.byName(checked.name);
  if (found === undefined) {
    return await create(door, asked, admit).catch(async (error: unknown) => {
      const isTaken = error instanceof HopperError && error.code === "already_exists";
      if (isTaken && door.directory.byName(checked.name) !== undefined)
        return await ensure(door, params, admit);
      throw error;
    });
  }
  const parent = door.instanceNo(checked.parentId ?? undefined, "parentId") ?? null;
  if (found.scope !== checked.scope || found.parent !== parent) {
    const where = found.parent === null ? "without a parent" : `below ${door.directory.nameOf(found.parent)}`;
    const detail = `${found.name} exists already, as ${found.scope} ${where}; an instance of that name cannot be there twice.`;
    throw new HopperError("already_exists", detail, { name: found.name, instance_id: found.id });
  }
  const mayStart = found.status === "created" || found.status === "stopped";
  if (checked.start && mayStart) {
    await lifecycle(door, found.id, "start", given({ by: checked.by })).catch((error: unknown) => {
      // Somebody else has started it first.
      if (!(error instanceof HopperError) || error.code !== "illegal_transition") throw error;
    });
  }
  return await door.instanceView(await rowOf(door, found.id));
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
  return await send(door, id, { verb }, { asked: check(plainCommand, params) });
}

/** Ends the work there first, or at the drain timeout. */
async function drain(
  door: Door,
  id: string,
  verb: "stop" | "restart",
  params: contract.StopInstanceParams = {},
): Promise<InstanceView> {
  const [signal, rest] = apart(params);
  const asked = check(contract.stopInstance, rest);
  const { drainTimeoutMs, wait } = asked;
  signal?.throwIfAborted();
  const command = { verb, ...given({ drainTimeoutMs }), wait } as const;
  return await orAborted(send(door, id, command, { asked, signal }), signal);
}

async function send(
  door: Door,
  id: string,
  command: Omit<Extract<Command, { type: "instance.lifecycle" }>, "type">,
  { asked, signal }: { asked: CommandOptions; signal?: AbortSignal | undefined },
): Promise<InstanceView> {
  const route = (): Routed => {
    return { to: door.instance(id).no, command: { type: "instance.lifecycle", ...command } };
  };
  return await door.askInstance({ verb: `instances.${command.verb}`, id, asked }, route, signal);
}

async function viewsOf(door: Door, entries: readonly DirectoryEntry[]): Promise<InstanceView[]> {
  const { queries } = door.store;
  const rows = await Promise.all(entries.map(async ({ no }) => await queries.instance(no)));
  return await door.instanceViews(rows.flatMap((row) => row ?? []));
}

async function hierarchy(door: Door, id: string | undefined, all: boolean): Promise<InstanceTreeView[]> {
  const top = id === undefined ? null : door.instance(id);
  // One that has ended is asked for by its id; what is below it has ended, too.
  const isEnded = top?.status === "terminated";
  const among = all || isEnded ? await door.store.directory("all") : [...door.directory.live()];
  const shown = among.filter((entry) => {
    if (entry.no === top?.no) return true;
    if (entry.status === "terminated" && !all) return false;
    return top === null || door.directory.ancestors(entry.no).some((above) => above.no === top.no);
  });
  return treeView(await viewsOf(door, shown));
}

async function queue(
  door: Door,
  journal: Journal,
  id: string,
  params: contract.InstanceQueueParams,
): Promise<QueueView> {
  const { limit } = check(contract.instanceQueue, params);
  const { no } = door.instance(id);
  const { tasks, oldest } = await queueOf(door, no, limit);
  const [instance, tally] = [await rowOf(door, id), await door.store.queries.tally(no)];
  const config = effectiveConfig(instance, door.settings);
  const since = oldest === null ? null : await queuedSince(journal, oldest);
  return {
    items: await door.taskViews(tasks),
    queued: tally.queued,
    claimed: tally.claimed + tally.in_progress,
    maxConcurrentTasks: config.maxConcurrent,
    maxQueuedTasks: config.maxQueued,
    oldestWaitMs: since === null ? null : door.clock.now() - since,
  };
}

/** Its actor knows the order; beside an owner it is read from the rows. */
async function queueOf(door: Door, no: InstanceNo, limit: number): Promise<ReturnType<Actor["queued"]>> {
  if (door.writable)
    return await door.submit("queue", {
      to: no,
      command: { type: "instance.queue", limit },
      by: callerOf({}),
    });
  return (await door.actorAsRead(no)).queued(door.clock.now(), limit);
}

/** When it came into its queue: an edit changes the row and not its place there. */
async function queuedSince(journal: Journal, task: Task): Promise<number> {
  const rows = await journal.rowsOfTask(task.no);
  return rows.findLast(({ name }) => name === "task.queued")?.at ?? task.updatedAt;
}
