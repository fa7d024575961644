/**
 * The one place where the command line touches the library. Types cost nothing; code is loaded
 * when it is used, so that `--help` stays fast.
 */
import type {
  Configuration,
  ConfigurationSources,
  DoctorFinding,
  EventView,
  Hopper,
  HopperError,
  InstanceView,
  runPlan,
  Upgrade,
} from "../../src/index.ts";

export type {
  AttemptView,
  ChainView,
  Configuration,
  ConfigurationSources,
  CreateInstanceParams,
  CreateTaskParams,
  DeadLetterView,
  DecisionView,
  DelegationView,
  DoctorFinding,
  EventView,
  Hopper,
  HopperError,
  InstanceTreeView,
  InstanceView,
  ListEventsParams,
  ListView,
  Stats,
  StoreError,
  TaskView,
  WaitView,
  Upgrade,
} from "../../src/index.ts";
/** `hopper run` and `hopper demo`, as they are understood. */
export type PlanCommandArgs = Parameters<typeof runPlan>[0];
/** How a command wants the store: `read` works while another process owns it, `own` makes this process the owner. */
export interface OpenParams {
  /** As `createHopper` takes it. */
  readonly store: string;
  readonly mode: "read" | "own";
  /** Where settings come from: the library reads and checks them (src/config/config.ts). */
  readonly config: ConfigurationSources;
  /** Told before a file of an older schema is brought up to date. */
  readonly onUpgrade?: ((upgrade: Upgrade) => void) | undefined;
  /** Told when the store has failed: the command is to end. */
  readonly onFatal?: ((error: Error) => void) | undefined;
}

/** What a command has to say it says itself. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Opens a store. Does not wait for another owner: that would block the process; who calls this tries again. */
export async function openStore({ store, mode, config, onUpgrade, onFatal }: OpenParams): Promise<Hopper> {
  const { createHopper, StoreError } = await import("../../src/index.ts");
  const path = store.replace(/^sqlite:/, "");
  const failed = ({ detail }: HopperError): void =>
    onFatal?.(new StoreError("failed", path, `${path}: ${detail}`));
  return await createHopper({
    store,
    mode,
    sources: config,
    lockWaitMs: 0,
    onUpgrade,
    onFatal: failed,
    log: QUIET,
  });
}

/** What each event says to a person; null = nothing. `nameOf`: of what an id belongs to. */
export async function sentencesOf(
  events: readonly EventView[],
  nameOf: (id: string) => string,
): Promise<(string | null)[]> {
  const { sentenceOf } = await import("../../src/narration/narration.ts");
  const named = (id: string | null): string => (id === null ? "the desk" : nameOf(id));
  return events.map((event) => {
    const { instanceId, delegationId } = event;
    const shown = delegationId === null ? event : { ...event, delegationId: nameOf(delegationId) };
    return sentenceOf({ event: shown, here: named(instanceId), nameOf: named });
  });
}

/** What of a damaged store can be checked without opening it. Throws where nothing of it can be read. */
export async function examineDamaged(path: string): Promise<DoctorFinding[]> {
  const library = await import("../../src/index.ts");
  return await library.examineDamaged(path);
}

/** Reads the settings. Throws what is wrong with them. */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const library = await import("../../src/index.ts");
  return library.loadConfiguration(sources);
}

/** Checks what `instances.create` or `tasks.add` takes, without a store. Throws as that does. */
export async function checkInput(of: "instance" | "task", params: unknown): Promise<void> {
  const { checkUnknown } = await import("../../src/contracts/check.ts");
  if (of === "task") checkUnknown((await import("../../src/contracts/task-input.ts")).createTask, params);
  else checkUnknown((await import("../../src/contracts/instances.ts")).createInstance, params);
}

/** What of an instance's config does nothing, in words: the same as in a plan. */
export async function configWarnings(config: InstanceView["config"]): Promise<string[]> {
  const { warnings } = await import("../../src/contracts/instance-config.ts");
  return warnings(config).map(({ path, message }) => `config.${path} ${message}`);
}
