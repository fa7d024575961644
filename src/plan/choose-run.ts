import { HopperError } from "../../machines/errors.ts";
import { isFinal } from "../../machines/records/task.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import type { TaskView } from "../views/views.ts";
import { differences } from "./differences.ts";
import { isRunOf, readRunId, runIdOf, runPrefix, type Plan } from "./plan-file.ts";
import { shellWord } from "../contracts/shell-word.ts";

/** Which run a start of the plan is about. */
export interface ChosenRun {
  readonly runId: string;
  /** false = it was entered before: it goes on. */
  readonly fresh: boolean;
  /** Open tasks of earlier runs, to be cancelled first (`--new`). */
  readonly toCancel: readonly TaskView[];
}

/** How many refs a message names. */
const REFS_SHOWN = 10;

interface RunFlags {
  readonly resume: boolean;
  /** The latest run goes on, also when it has ended. */
  readonly retryFailed?: boolean;
  readonly startNew: boolean;
}

/**
 * Decides by what is stored, and by `--resume`, `--retry-failed` or `--new`, whether a run is begun or goes on. Throws
 * `illegal_transition` when the plan has open tasks and none of them was said, when they are of another text of the
 * file, or when there is no run to be tried again; `fix` in its facts names the flags. Source: spec/cli.md 5.3.
 */
export async function chooseRun(hopper: Hopper, plan: Plan, flags: RunFlags): Promise<ChosenRun> {
  const stored = internalsOf(hopper);
  // What another process has begun is finished first: it may have been killed while it cancelled a run (`--new`).
  await hopper.settle();
  const runs = await stored.runs(runPrefix(plan));
  const open = new Map<string, TaskView[]>();
  for (const runId of runs) {
    const tasks = (await stored.runTasks(runId)).filter(({ status }) => !isFinal(status));
    if (tasks.length > 0) open.set(runId, tasks);
  }
  const last = Math.max(0, ...runs.map((runId) => readRunId(runId)?.number ?? 0));
  const fresh = { runId: runIdOf(plan, last + 1), fresh: true };
  const [newest] = runs;
  const [unfinished] = open.keys();
  if (flags.retryFailed) {
    const runId = unfinished ?? newest;
    if (runId === undefined) throw hasNoRun(plan);
    if (!isRunOf(plan, runId)) throw wasEdited(plan, runId, await stored.runTasks(runId));
    return { runId, fresh: false, toCancel: [] };
  }
  if (unfinished === undefined) {
    // Killed after its last task: there is nothing left to do but to say so.
    const goesOn = flags.resume && newest !== undefined && isRunOf(plan, newest);
    return goesOn ? { runId: newest, fresh: false, toCancel: [] } : { ...fresh, toCancel: [] };
  }
  if (flags.startNew) return { ...fresh, toCancel: [...open.values()].flat() };
  if (!flags.resume) throw hasOpenTasks(plan, unfinished, open.get(unfinished) ?? []);
  if (!isRunOf(plan, unfinished)) throw wasEdited(plan, unfinished, await stored.runTasks(unfinished));
  return { runId: unfinished, fresh: false, toCancel: [] };
}

function hasOpenTasks(plan: Plan, runId: string, open: readonly TaskView[]): HopperError {
  const detail = `the plan ${plan.name} has open tasks of an earlier run (${runId}): ${refs(open)}`;
  const fix = `hopper run ${shellWord(plan.file)} --resume    (goes on with that run; --new instead cancels its open tasks and starts afresh)`;
  return new HopperError("illegal_transition", detail, {
    run_id: runId,
    open: open.map(({ ref }) => ref),
    fix,
  });
}

function hasNoRun(plan: Plan): HopperError {
  const detail = `the plan ${plan.name} has no run whose failed tasks could be tried again`;
  return new HopperError("illegal_transition", detail, { fix: `hopper run ${shellWord(plan.file)}` });
}

function wasEdited(plan: Plan, runId: string, stored: readonly TaskView[]): HopperError {
  const found = differences(plan, stored);
  const what =
    found.length === 0
      ? "no task differs, but its hierarchy, workers, runtime, moments, comments or layout do"
      : found.map(({ key, how }) => `${key} (${how})`).join(", ");
  const detail = `${plan.file} was edited since the run ${runId} began: ${what}`;
  const fix = `hopper run ${shellWord(plan.file)} --new    (cancels that run's open tasks and starts afresh; --resume goes on with it once the file is as it was)`;
  return new HopperError("illegal_transition", detail, {
    run_id: runId,
    differs: found.map(({ key }) => key),
    fix,
  });
}

function refs(tasks: readonly TaskView[]): string {
  const shown = tasks.slice(0, REFS_SHOWN).map(({ ref }) => ref);
  const more = tasks.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
