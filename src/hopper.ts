import { Auditor } from "../actors/engine/auditor.ts";
import type { Clock, Ids, Log, Random } from "../actors/engine/environment.ts";
import { protocol } from "../actors/handlers/protocol.ts";
import { System } from "../actors/engine/system.ts";
import type { LoopLimits } from "../actors/engine/system-params.ts";
import type { Scope } from "../machines/records/instance.ts";
import type { TaskStatus } from "../machines/records/task.ts";
import { createScopeRegistry } from "../machines/scopes/registry.ts";
import type { ScopeBehavior } from "../machines/scopes/behavior.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import type { Hopper, Stats } from "./api/hopper.ts";
import type { OrphansEnded } from "./api/internals.ts";
import { loadConfiguration, type ConfigurationSources } from "./config/config.ts";
import { check } from "./contracts/check.ts";
import { plainPage } from "./contracts/filters.ts";
import { createTask } from "./contracts/task-input.ts";
import { delegations } from "./verbs/delegations.ts";
import { Directory } from "./door/directory.ts";
import { examine } from "./verbs/doctor.ts";
import { Door } from "./door/door.ts";
import { HopperError } from "../machines/errors.ts";
import { instances } from "./verbs/instances.ts";
import { internals } from "./verbs/internals.ts";
import { Journal } from "./door/journal.ts";
import { pageOf } from "./verbs/pages.ts";
import { silentLog, systemClock, systemIds, systemRandom } from "./environment/real.ts";
import { specOf } from "./verbs/task-intake.ts";
import { tasks } from "./verbs/tasks.ts";
import { deadLetterView, decisionView } from "./views/view-of.ts";

/** How to create a Hopper. */
export interface CreateHopperParams {
  /** `sqlite:PATH` or `sqlite::memory:`; else what the configuration says. */
  readonly store?: string | undefined;
  /** own = the one process that writes (default); read = look beside an owner. */
  readonly mode?: "own" | "read" | undefined;
  /** The content of hopper.yaml, with its keys. */
  readonly config?: unknown;
  /** Where configuration is read from instead of `config`. */
  readonly sources?: ConfigurationSources | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly ids?: Ids | undefined;
  readonly log?: Log | undefined;
  /** Other behaviors for scopes (2-domain.md 2.6). */
  readonly scopes?: Partial<Record<Scope, ScopeBehavior>> | undefined;
  /** How long to wait for another owner of the store, in ms. Default 5,000. */
  readonly lockWaitMs?: number | undefined;
  /** A store that is open already (tests); it is closed with the Hopper. */
  readonly opened?: Store | undefined;
  readonly limits?: Partial<LoopLimits> | undefined;
  readonly choose?: ((actors: number) => number) | undefined;
  readonly trace?: boolean | undefined;
  /** false = the loop runs only by `settle()` (tests). */
  readonly running?: boolean | undefined;
}

/**
 * Opens a store and runs Hopper on it in this process. Throws StoreError when the store cannot be opened,
 * `bad_configuration` for a bad configuration. Source: 5-cli.md 5.5.
 *
 * @example
 * await using hopper = await createHopper({ store: "sqlite::memory:" });
 * await hopper.instances.create({ name: "global", scope: "GLOBAL", start: true });
 * const task = await hopper.tasks.add({ title: "Build login page" });
 * await hopper.tasks.complete(task.id, { result: "done" });
 */
export async function createHopper(params: CreateHopperParams = {}): Promise<Hopper> {
  const { settings, store: configured } = loadConfiguration(
    params.sources ?? { content: params.config ?? {} },
  );
  const clock = params.clock ?? systemClock;
  const ids = params.ids ?? systemIds;
  const mode = params.mode ?? "own";
  const store = params.opened ?? (await open(params, configured, clock, ids));
  const scopes = createScopeRegistry();
  for (const [scope, behavior] of Object.entries(params.scopes ?? {}))
    scopes.register(scope as Scope, behavior);
  const system = new System({
    store,
    clock,
    ids,
    settings,
    scopes,
    protocol,
    random: params.random ?? systemRandom,
    log: params.log ?? silentLog,
    onFatal: () => undefined,
    ...(params.limits === undefined ? {} : { limits: params.limits }),
    ...(params.choose === undefined ? {} : { choose: params.choose }),
    ...(params.trace === undefined ? {} : { trace: params.trace }),
  });
  const directory = new Directory(await store.directory());
  // First of all listeners: views of new instances need their names.
  system.onCommit(({ instances: changed }) => {
    for (const instance of changed) directory.upsert(instance);
  });
  await system.open();
  const log = params.log ?? silentLog;
  const auditor = new Auditor({ system, store, clock, log, protocol });
  const door = new Door({ store, system, directory, settings, clock, writable: mode === "own" });
  const left = { tasks: [], groups: [] };
  const hopper = compose(door, { mode, auditor, left });
  if (mode === "own" && params.running !== false) {
    const begin = (): void => {
      system.start();
      auditor.start();
    };
    const orphaned = (await store.ownLeases()).length > 0;
    if (orphaned) Object.assign(left, await takeOver(hopper, begin));
    else begin();
  }
  return hopper;
}

/** What cannot be ended may run on: then this owner lets go of the store. */
async function takeOver(hopper: Hopper, begin: () => void): Promise<OrphansEnded> {
  const { endOrphans } = await import("./workers/orphans.ts");
  try {
    return await endOrphans(hopper, begin);
  } catch (error) {
    await hopper.close();
    throw error;
  }
}

async function open(
  params: CreateHopperParams,
  configured: string | null,
  clock: Clock,
  ids: Ids,
): Promise<Store> {
  const url = params.store ?? configured;
  if (url === null || url === undefined) {
    throw new HopperError(
      "bad_configuration",
      "No store is named; give `store`, e.g. sqlite:work.db or sqlite::memory:.",
      {},
    );
  }
  return await openStore({
    url,
    mode: params.mode ?? "own",
    clock,
    ids: { uuid: () => ids.uuid(clock.now()) },
    ...(params.lockWaitMs === undefined ? {} : { lockWaitMs: params.lockWaitMs }),
  });
}

function compose(door: Door, parts: { mode: "own" | "read"; auditor: Auditor; left: OrphansEnded }): Hopper {
  const journal = new Journal(door);
  const { store, system, directory } = door;
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    parts.auditor.stop();
    await system.stop();
    await journal.delivered();
    if (parts.mode === "own") await store.checkpoint();
    await store.close();
  };
  return {
    instances: instances(door, journal),
    tasks: tasks(door, journal),
    delegations: delegations(door),
    route: {
      async preview(params) {
        const checked = check(createTask, params);
        const spec = await specOf(door, checked);
        const to = checked.instanceId ? door.instance(checked.instanceId, "instanceId").no : door.onlyRoot();
        if (to === null)
          throw new HopperError(
            "not_found",
            "There is no single GLOBAL root to route from; name an instance.",
            { field: "instanceId" },
          );
        const answer = await door.ask({
          to,
          command: { type: "route.preview", spec },
          kind: "decision",
          asked: checked,
        });
        return decisionView(answer.decision, directory);
      },
    },
    deadLetters: {
      async list(params = {}) {
        const checked = check(plainPage, params);
        const page = await store.queries.deadLetters({
          limit: checked.limit,
          cursor: checked.cursor ?? null,
          count: checked.count,
        });
        return await pageOf(page, (letter) => deadLetterView(letter, directory, () => undefined));
      },
    },
    events: (params) => journal.read(params),
    on: journal.on,
    stats: () => stats(door),
    doctor: () => examine(store),
    async settle() {
      if (parts.mode === "own") await system.settle();
      await journal.delivered();
    },
    close() {
      closing ??= close();
      return closing;
    },
    async [Symbol.asyncDispose]() {
      closing ??= close();
      await closing;
    },
    internals: internals(door, journal, parts.left),
  };
}

async function stats(door: Door): Promise<Stats> {
  const groups = new Map<string, Stats["instances"][number]>();
  for (const { scope, status, name } of door.directory.all()) {
    const group = groups.get(`${scope} ${status}`) ?? { scope, status, count: 0, names: [] };
    groups.set(`${scope} ${status}`, group);
    group.count += 1;
    if (group.names.length < 100) group.names.push(name);
  }
  const byStatus = {
    pending: 0,
    blocked: 0,
    queued: 0,
    claimed: 0,
    in_progress: 0,
    waiting: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const tally of await door.store.queries.tallies()) {
    for (const status of Object.keys(byStatus) as TaskStatus[]) byStatus[status] += tally[status];
  }
  const { done, failed, cancelled } = byStatus;
  const total = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  const letters = await door.store.queries.deadLetters({ limit: 1, cursor: null, count: true });
  return {
    instances: [...groups.values()],
    tasks: {
      total,
      open: total - done - failed - cancelled,
      inProgress: byStatus.claimed + byStatus.in_progress,
      byStatus,
      held: byStatus.pending,
    },
    deadLetters: letters.total ?? 0,
  };
}
