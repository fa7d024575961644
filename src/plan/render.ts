import type { AttemptView, InstanceTreeView } from "../views/views.ts";
import type { PlanStep } from "../narration/step.ts";

/**
 * What the plan runner asks of whoever draws for it (cli/render/plan.ts): facts in, lines out. The runner
 * decides what is told and when; how it looks is decided there.
 */
export interface PlanRender {
  /** What is running, and where its data is. */
  header(facts: PlanHeader): string[];
  /** Instances with the number of open tasks they hold. */
  tree(forest: readonly InstanceTreeView[]): string[];
  /** A step as it happens, each line beginning with the task's ref. */
  step(step: PlanStep): string[];
  /** All steps of one task, from its title to its end. */
  block(steps: readonly PlanStep[]): string[];
  summary(facts: PlanSummary): string[];
  /** Tasks that stay open, and why. */
  remaining(tasks: readonly OpenTask[]): string[];
  /** Where each task would go, and why. */
  dryRun(tasks: readonly PlannedTask[]): string[];
  /** The run was interrupted: which commands are being ended, and when they are killed. */
  ending(tasks: readonly RunningTask[], graceMs: number): string[];
  /** What is going on now, for a terminal: redrawn whenever it changes. */
  live(state: LiveState): string[];
}

/** What the lines may look like depends on where they go. */
export type PlanRenderFor = (params: {
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };
  env: Readonly<Record<string, string | undefined>>;
}) => PlanRender;

export interface PlanHeader {
  readonly version: string;
  /** Major version of the running Node. */
  readonly node: string;
  readonly plan: string;
  readonly runId: string | null;
  /** resumed: finished tasks of an earlier start are not run again. */
  readonly how: "started" | "resumed" | "dry";
  /** `kept` = a temporary folder that stays. */
  readonly data: { readonly folder: string; readonly kind: "own" | "temporary" | "kept" };
}

export interface PlanSummary {
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly open: number;
  /** Finished in an earlier start of the same run; counted in the others as well. */
  readonly earlier: number;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly failures: readonly FailedTask[];
  /** What may be done about it, each a command and what it does; none = the data are gone. */
  readonly next: readonly { readonly command: string; readonly what: string }[];
}

export interface FailedTask {
  readonly ref: string;
  readonly title: string;
  /** In words: `exit 3: no such file`. */
  readonly why: string;
  /** The command that shows more of it; null = it failed only because another one did, or the data are gone. */
  readonly show: string | null;
  /** Its last attempt, where what it printed is to be told (`--log-failed`). */
  readonly attempt: AttemptView | null;
}

export interface OpenTask {
  readonly ref: string;
  readonly title: string;
  readonly status: string;
  /** In words: `waits for T-2 (queued at webapp)`. */
  readonly why: string;
  /** The command that ends the wait or shows more; null = it ends by itself, or the data are gone. */
  readonly fix: string | null;
}

/** What a dry run found out about a task. */
export interface PlannedTask {
  readonly key: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly after: readonly string[];
  readonly hops: readonly {
    readonly from: string;
    readonly to: string;
    readonly type: string;
    readonly reason: string;
  }[];
  /** `queued at webapp-worker-1`, `held at hopper-global: no_route`. */
  readonly ends: string;
  readonly command: string | null;
}

export interface RunningTask {
  readonly ref: string;
  readonly title: string;
  readonly instance: string;
  readonly elapsedMs: number;
  /** From 1. */
  readonly attempt: number;
}

export interface LiveState {
  readonly forest: readonly InstanceTreeView[];
  readonly running: readonly RunningTask[];
  /** What somebody must do something for. */
  readonly waiting: readonly OpenTask[];
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Lines of the terminal; what does not fit is left out. */
  readonly rows: number;
}
