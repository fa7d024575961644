import type { ConfigurationSources, Hopper, OpenParams, PlanCommandArgs } from "./library/library.ts";
import type { StorePlace } from "./place/store-place.ts";

/** Where text goes. A terminal says so, and how wide it is. */
export interface CliStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** The reader has gone (`| head`): nothing more needs to be written. */
  readonly closed?: boolean | undefined;
}

/** What the plan runner gets, before anything is loaded; see `hopper run --help`. */
export interface PlanArgs extends Omit<PlanCommandArgs, "data" | "config"> {
  /** Where the store is; not used with `temp`. */
  place: StorePlace;
  config: ConfigurationSources;
}

/** Everything the command line takes from outside, so that it can be run inside a test. */
export interface CliIo {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  readonly stdin?: NodeJS.ReadableStream | undefined;
  /** Asks the person at the terminal, and resolves with the line; absent = there is nobody to ask. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Name of the user where the environment does not say it. */
  readonly user?: string | undefined;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  openHopper(params: OpenParams): Promise<Hopper>;
  runPlan(args: PlanArgs, io: CliIo): Promise<number>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when `signal` aborts. */
  sleep(ms: number): Promise<void>;
}
