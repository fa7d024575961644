import { isFinal } from "../../machines/records/task.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import type { AttemptView, TaskView } from "../views/views.ts";
import { chooseRun, type ChosenRun } from "./choose-run.ts";
import { toCreateParams, type Plan } from "./plan-file.ts";
import { failuresOf, isCause, nextSteps, type Reach } from "./next-steps.ts";
import type { PlanOutput } from "./plan-output.ts";
import type { PlanHeader } from "./render.ts";
import { GRACE_MS } from "../workers/process-table.ts";
import { RunWatch } from "./run-watch.ts";
import { openTasks } from "./open-tasks.ts";
import { PlanRunner, type PlanRunnerParams, type RunEnd } from "./runner.ts";

export interface RunPlanParams {
  readonly hopper: Hopper;
  readonly plan: Plan;
  readonly flags: {
    readonly resume: boolean;
    readonly retryFailed: boolean;
    readonly logFailed: boolean;
    readonly startNew: boolean;
    readonly once: boolean;
  };
  readonly reach: Reach;
  readonly header: PlanHeader;
  readonly workers: PlanRunnerParams["workers"];
  readonly output: PlanOutput;
  readonly io: { readonly signal: AbortSignal; now(): number };
}

/** Who the journal says has asked for all this. */
const BY = "plan";

/** Enters a plan, or goes on with its run, and works until it has ended. */
export async function runPlan(params: RunPlanParams): Promise<{ how: RunEnd; allDone: boolean }> {
  const { hopper, plan, flags, output, io } = params;
  const startedAt = io.now();
  const begun = performance.now();
  const chosen = await chooseRun(hopper, plan, flags);
  if (chosen.toCancel.length > 0)
    await internalsOf(hopper).cancelAll(chosen.toCancel, { reason: "the plan was started afresh", by: BY });
  if (flags.retryFailed) await retryFailed(hopper, chosen.runId);
  const watch = new RunWatch(hopper, {
    onStep: (step) => output.step(step),
    onEvent: (event) => output.event(event),
    onChange: () => runner?.nudge(),
  });
  const interrupted = (): void => output.ending(watch.running(io.now()), GRACE_MS);
  let runner: PlanRunner | null = null;
  try {
    const { rootId, tasks } = await enter(params, chosen, startedAt);
    const forest = [await hopper.instances.hierarchy(rootId)];
    const how = chosen.fresh ? "started" : "resumed";
    output.begin({
      header: { ...params.header, how, runId: chosen.runId },
      forest,
      hopper,
      rootId,
      watch,
      reach: params.reach,
      startedAt,
    });
    await watch.follow({ tasks, forest, resumed: !chosen.fresh });
    await assignRest(hopper, { tasks, rootId });
    const { signal } = io;
    signal.addEventListener("abort", interrupted);
    runner = new PlanRunner({
      hopper,
      runId: chosen.runId,
      rootId,
      watch,
      once: flags.once,
      signal,
      workers: params.workers,
    });
    const end = await runner.run();
    return await conclude(params, { chosen, end, before: tasks, begun });
  } finally {
    io.signal.removeEventListener("abort", interrupted);
    await watch.stop();
    output.stop();
  }
}

/** Opens what has failed again, and what failed because of it. */
async function retryFailed(hopper: Hopper, runId: string): Promise<void> {
  const tasks = await internalsOf(hopper).runTasks(runId);
  for (const { id } of tasks.filter(isCause)) await hopper.tasks.retry(id, { withDependents: true, by: BY });
}

/**
 * The hierarchy and the tasks are one transaction; what goes on only finds (or makes again) its hierarchy.
 * The tasks are then assigned one by one: a run that is killed in between is given the rest on `--resume`.
 */
async function enter(
  { hopper, plan }: RunPlanParams,
  chosen: ChosenRun,
  now: number,
): Promise<{ rootId: string; tasks: readonly TaskView[] }> {
  const { runId, fresh } = chosen;
  const tasks = fresh ? toCreateParams(plan, { runId, now }) : [];
  const entered = await internalsOf(hopper).enterPlan({ runId, hierarchy: plan.hierarchy, tasks, by: BY });
  return fresh ? entered : { rootId: entered.rootId, tasks: await internalsOf(hopper).runTasks(runId) };
}

async function assignRest(
  hopper: Hopper,
  run: { tasks: readonly TaskView[]; rootId: string },
): Promise<void> {
  const rest = run.tasks.filter(({ instanceId, status }) => instanceId === null && !isFinal(status));
  await Promise.all(rest.map(({ id }) => hopper.tasks.assign(id, { instanceId: run.rootId, by: BY })));
}

async function conclude(
  { hopper, output, plan, flags, reach }: RunPlanParams,
  run: { chosen: ChosenRun; end: RunEnd; before: readonly TaskView[]; begun: number },
): Promise<{ how: RunEnd; allDone: boolean }> {
  const { chosen, end, before, begun } = run;
  const tasks = await internalsOf(hopper).runTasks(chosen.runId);
  const count = (status: TaskView["status"]): number => tasks.filter((task) => task.status === status).length;
  const open = tasks.filter(({ status }) => !isFinal(status)).length;
  const attemptOf = async ({ id }: TaskView): Promise<AttemptView | null> =>
    flags.logFailed ? ((await hopper.tasks.attempts(id)).items.at(-1) ?? null) : null;
  const summary = {
    done: count("done"),
    failed: count("failed"),
    cancelled: count("cancelled"),
    open,
    earlier: before.filter(({ status }) => isFinal(status)).length,
    // The wall clock may be set meanwhile.
    durationMs: Math.round(performance.now() - begun),
    interrupted: end === "interrupted",
    failures: await failuresOf(tasks, reach, attemptOf),
    next: nextSteps(tasks, open, reach),
  };
  const stillOpen = tasks.filter(({ status }) => !isFinal(status));
  const remaining = end === "stuck" ? await openTasks(hopper, stillOpen, reach) : [];
  output.end({ plan: plan.name, runId: chosen.runId, tasks, summary, remaining, reach });
  return { how: end, allDone: summary.done === tasks.length };
}
