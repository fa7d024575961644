import { Auditor } from "../actors/engine/auditor.ts";
import type { Clock, Ids, Log, Random } from "../actors/engine/environment.ts";
import { protocol } from "../actors/handlers/protocol.ts";
import type { Commits } from "../actors/engine/observers.ts";
import { System } from "../actors/engine/system.ts";
import type { LoopLimits } from "../actors/engine/system-params.ts";
import { HopperError, messageOf } from "../machines/errors.ts";
import type { Scope } from "../machines/records/instance.ts";
import type { Settings } from "../machines/settings.ts";
import type { ScopeBehavior } from "../machines/scopes/behavior.ts";
import type { ScopeRegistry } from "../machines/scopes/registry.ts";
import type { Upgrade } from "../store/open.ts";
import type { DoctorFinding, Store } from "../store/store.ts";
import { compose } from "./compose.ts";
import { scopesOf } from "./config/behaviors.ts";
import { loadConfiguration, type ConfigurationSources } from "./config/config.ts";
import type { ListEventsParams } from "./contracts/events.ts";
import { given } from "./contracts/given.ts";
import { Beside } from "./door/beside.ts";
import { Directory } from "./door/directory.ts";
import { Door } from "./door/door.ts";
import { errorOf } from "./door/error-of.ts";
import { Journal } from "./door/journal.ts";
import { Lifetime } from "./door/lifetime.ts";
import { letGo, openNamed, whyNotBegun } from "./door/store.ts";
import { tell } from "./door/told.ts";
import { stderrLog, systemClock, systemIds, systemRandom } from "./environment/real.ts";
import type { DeadLetters } from "./verbs/dead-letters.ts";
import type { Delegations } from "./verbs/delegations.ts";
import type { Instances } from "./verbs/instances.ts";
import { INTERNALS, type Internals, type OrphansEnded } from "./verbs/internals.ts";
import type { Route } from "./verbs/route.ts";
import type { Work } from "./verbs/work.ts";
import type { TaskIntake } from "./verbs/task-intake.ts";
import type { TaskMoves } from "./verbs/task-moves.ts";
import type { TaskQuestions } from "./verbs/task-questions.ts";
import type { TaskWork } from "./verbs/task-work.ts";
import type { EventView, Stats } from "./views/views.ts";

/** The verbs on tasks; each on one task (id or ref) throws `not_found`. */
export interface Tasks extends TaskIntake, TaskMoves, TaskWork, TaskQuestions {}

/**
 * A Hopper in this process: verbs by noun. Each verb throws a HopperError with a `code`: those that it names, and
 * `validation_failed` for parameters that are not right. What changes something throws `unavailable` on a store opened
 * for reading, `idempotency_key_reused`, `overloaded`, and `draining` once it is being closed.
 */
export interface Hopper extends AsyncDisposable {
  /** Instances: create, list, start, stop … terminate, and claim their tasks. */
  readonly instances: Instances;
  /** Tasks: add, list, delegate … complete, retry, wait for. */
  readonly tasks: Tasks;
  /** Delegations: list, accept, reject, complete, cancel. */
  readonly delegations: Delegations;
  /** Where a task would go. */
  readonly route: Route;
  /** Messages that failed twice. */
  readonly deadLetters: DeadLetters;
  /**
   * Committed events in order, from `since` on; ends after the newest unless `follow`.
   * Errors: `bad_filter`, `bad_cursor`, `cursor_gone`, `not_found`.
   */
  events(params?: ListEventsParams): AsyncIterable<EventView>;
  /** Calls once per event (`*` = each), after commit, in journal order; what a listener throws harms nothing. Returns the way to stop. */
  readonly on: Journal["on"];
  /**
   * Works for an instance (id or live name) in this process: claims its tasks, renews their leases, and completes each with what the
   * handler gives, or fails it with what that throws. Ends by `stop()`, its signal, or with this Hopper; `close()` lets what
   * is under way end first. Errors: `not_found`, `not_claimable`, `validation_failed`, `unavailable` (opened for reading).
   *
   * @example
   * const worker = await hopper.work<{ to: string }, string>("mailer", { concurrency: 4 }, async (task, { signal }) => {
   *   return await sendMail(task.payload.to, { signal });
   * });
   * await worker.done;
   */
  readonly work: Work;
  /** Everything counted, by scope and status. */
  stats(): Promise<Stats>;
  /** Every check of the store, with what it found broken. Reads the whole journal. */
  doctor(): Promise<DoctorFinding[]>;
  /** Resolves when nothing is due: every command answered, every message handled. */
  settle(): Promise<void>;
  /** Nothing new is taken, the running batch commits, the store is closed. May be called twice. */
  close(): Promise<void>;
}

/** What {@link createHopper} makes, with what workers, plans and tests need beyond the promise to users. */
export interface HopperWithInternals extends Hopper {
  readonly [INTERNALS]: Internals;
}

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
  /** What time it is, and timers. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Numbers for backoffs. Default: Math.random. */
  readonly random?: Random | undefined;
  /** Ids of new records. Default: UUIDs of version 7. */
  readonly ids?: Ids | undefined;
  /** Where the operator is told what goes on. Default: warnings and errors on stderr, a line each. */
  readonly log?: Log | undefined;
  /**
   * Told once when the store has failed, with the error that every verb throws from then on: close this Hopper, look at
   * the disk, open the store anew.
   */
  readonly onFatal?: ((error: HopperError) => void) | undefined;
  /** Other behaviors for scopes (spec/domain.md 2.6). */
  readonly scopes?: Partial<Record<Scope, ScopeBehavior>> | undefined;
  /** Told before a file of an older schema is brought up to date, a minute for 1.5 GB. Default: a warning of the log. */
  readonly onUpgrade?: ((upgrade: Upgrade) => void) | undefined;
  /** How long to wait for another owner of the store, in ms. Default 5,000. */
  readonly lockWaitMs?: number | undefined;
  /** A store that is open already (tests); it is closed with the Hopper. */
  readonly opened?: Store | undefined;
  /** How much one batch takes, and how many actors are kept in memory. */
  readonly limits?: Partial<LoopLimits> | undefined;
  /** Picks the next actor among n (simulator). Default: in turn. */
  readonly choose?: ((actors: number) => number) | undefined;
  /** Record who wrote what (tests). Default false. */
  readonly trace?: boolean | undefined;
  /** Told of each commit, with what tells the others: it calls that, at once or later (tests). Default: at once. */
  readonly doorbell?: ((ring: () => void) => void) | undefined;
  /** false = the loop runs only by `settle()` (tests). */
  readonly running?: boolean | undefined;
}

/**
 * Opens a store and runs Hopper on it in this process. Throws StoreError when the store cannot be opened,
 * `bad_configuration` for a bad configuration. Source: spec/cli.md 5.5.
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
  const scopes = scopesOf(params.scopes);
  const mode: unknown = params.mode ?? "own";
  if (mode !== "own" && mode !== "read")
    throw new HopperError("bad_configuration", `mode is ${String(mode)}; own and read are accepted.`);
  const clock = params.clock ?? systemClock;
  const ids = params.ids ?? systemIds;
  const { log = stderrLog } = params;
  const { onUpgrade: told = (upgrade) => log.warn(upgrade, "the store is brought up to date") } = params;
  const onUpgrade = (upgrade: Upgrade): void => tellOwner(log, "onUpgrade", () => told(upgrade));
  const store =
    params.opened ??
    (await openNamed({ ...params, store: params.store ?? configured, onUpgrade, clock, ids }));
  try {
    return await runOn(store, { ...params, scopes, settings, clock, ids, log });
  } catch (error) {
    await letGo(store, log);
    throw whyNotBegun(store, error);
  }
}

/** What the owner does about it is its own; a fault of it is said. */
function tellOwner(log: Log, who: "onFatal" | "onUpgrade", call: () => unknown): void {
  tell(call, (thrown) => log.error({ error: messageOf(thrown) }, `${who} threw`));
}

interface RunParams extends Omit<CreateHopperParams, "scopes"> {
  readonly scopes: ScopeRegistry;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

async function runOn(store: Store, params: RunParams): Promise<Hopper> {
  const { scopes, settings, clock, ids, log, mode = "own" } = params;
  const directory = await directoryOf(store);
  const beside = mode === "read" ? new Beside({ store, directory, clock }) : null;
  const lifetime = new Lifetime({
    clock,
    before: beside === null ? null : () => beside.catchUp(),
    damageBehind: (error) => store.damageBehind(error),
  });
  const system = new System({
    store,
    clock,
    ids,
    settings,
    scopes,
    protocol,
    random: params.random ?? systemRandom,
    names: directory,
    log,
    onFatal(refusal) {
      auditor.stop();
      lifetime.fail(refusal);
      tellOwner(log, "onFatal", () => params.onFatal?.(errorOf(refusal)));
    },
    ...given({ limits: params.limits, choose: params.choose, trace: params.trace }),
  });
  // First of all listeners: views of new instances need their names.
  system.onCommit(({ instances: changed }) => {
    for (const instance of changed) directory.upsert(instance);
  });
  await system.open(mode === "own");
  const auditor = new Auditor({ system, store, clock, log, protocol });
  const writable = mode === "own";
  const door = new Door({ store, system, directory, settings, scopes, clock, log, lifetime, writable });
  const left = { tasks: [], groups: [] };
  const { doorbell = (ring) => ring() } = params;
  const commits: Commits = {
    onCommit: (listener) => system.onCommit((committed) => doorbell(() => listener(committed))),
  };
  const hopper = compose(door, { mode, commits, beside, auditor, left });
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

/** The live instances; one that has ended, or that came beside a reader after they were read, is looked up. */
async function directoryOf(store: Store): Promise<Directory> {
  return new Directory(await store.directory(), (by) => {
    const entry = store.directoryEntry(by);
    return entry instanceof Promise ? undefined : (entry ?? undefined);
  });
}

/** What cannot be ended may run on: then this owner lets go of the store. */
async function takeOver(hopper: HopperWithInternals, begin: () => void): Promise<OrphansEnded> {
  const { endOrphans } = await import("./workers/orphans.ts");
  try {
    return await endOrphans(hopper[INTERNALS], begin);
  } catch (error) {
    await hopper.close();
    throw error;
  }
}
