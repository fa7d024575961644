import type { Hopper } from "../hopper.ts";
import type { PlanRenderFor } from "./render.ts";

/** `hopper run` and `hopper demo`, as the command line understood them. Source: spec/cli.md 5.1, 5.3. */
export interface PlanCommandArgs {
  /** The plan's file. */
  readonly plan: string;
  readonly once: boolean;
  readonly resume: boolean;
  /** Tells at the end what the commands have printed that failed. */
  readonly logFailed: boolean;
  /** Goes on, and tries again what has failed. */
  readonly retryFailed: boolean;
  readonly new: boolean;
  /** Shell workers at every instance that queues; null = as the plan says. */
  readonly workers: number | null;
  readonly dryRun: boolean;
  /** Leaves the temporary folder. */
  readonly keep: boolean;
  /** Data in a temporary folder instead of `data`. */
  readonly temp: boolean;
  /** The data folder. */
  readonly data: string;
  /** What a later command is told so that it finds the same data: `--data DIR` where that was named. */
  readonly reach: readonly string[];
  /** The content of hopper.yaml; undefined = there is none. */
  readonly config: unknown;
  /** json, jsonl or yaml for machines; anything else is for people. */
  readonly output: string;
  readonly quiet: boolean;
}

export interface PlanStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** What a run of a plan takes from outside. */
export interface PlanIo {
  readonly stdout: PlanStream;
  readonly stderr: PlanStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  openHopper(params: { data: string; mode: "own"; config: unknown }): Promise<Hopper>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How everything looks. */
  readonly render: PlanRenderFor;
}
