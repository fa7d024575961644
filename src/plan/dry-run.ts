import { isFinal } from "../../machines/records/task.ts";
import type { Hopper } from "../hopper.ts";
import { internalsOf } from "../verbs/internals.ts";
import type { DecisionView, DelegationView, TaskView } from "../views/views.ts";
import { keysOf } from "./differences.ts";
import { toCreateParams, type Plan } from "./plan-file.ts";
import type { PlannedTask } from "./render.ts";

/**
 * Where each task of a plan would go, and why: the plan is entered into an empty store in memory and the
 * real decisions are read. No command runs; a task counts as done once it has been placed, so that the
 * ones that wait for it are decided too, wave by wave. Source: spec/cli.md 5.3.
 */
export async function dryRun(params: { hopper: Hopper; plan: Plan; now: number }): Promise<PlannedTask[]> {
  const { hopper, plan, now } = params;
  const runId = "dry-run";
  const tasks = toCreateParams(plan, { runId, now });
  const { rootId, tasks: entered } = await internalsOf(hopper).enterPlan({
    runId,
    hierarchy: plan.hierarchy,
    tasks,
  });
  await Promise.all(entered.map(({ id }) => hopper.tasks.assign(id, { instanceId: rootId })));
  const planned = new Map<string, PlannedTask>();
  for (;;) {
    await hopper.settle();
    const all = await internalsOf(hopper).runTasks(runId);
    const open = all.filter(
      (task) => !isFinal(task.status) && task.status !== "blocked" && !planned.has(task.id),
    );
    // What only waits for room gets it when the others are done, as it would in a real run.
    const placed = open.filter(({ heldReason }) => heldReason !== "no_capacity");
    const wave = placed.length > 0 ? placed : open;
    if (wave.length === 0) break;
    for (const task of wave) planned.set(task.id, await describe(hopper, task, all));
    await Promise.all(wave.map(({ id }) => hopper.tasks.complete(id)));
  }
  return entered.flatMap(({ id }) => planned.get(id) ?? []);
}

async function describe(hopper: Hopper, task: TaskView, all: readonly TaskView[]): Promise<PlannedTask> {
  const { items: hops } = await hopper.tasks.delegations(task.id);
  const { items: decisions } = await hopper.tasks.decisions(task.id);
  const holder = task.instanceId === null ? null : await hopper.instances.get(task.instanceId);
  const keys = keysOf(all);
  const offered = hops.find(({ status }) => status === "pending");
  return {
    key: task.key ?? task.ref,
    title: task.title,
    tags: task.tags,
    after: task.dependsOn.map((id) => keys.get(id) ?? id),
    hops: hops.map((hop) => ({
      from: hop.sourceName,
      to: hop.targetName,
      type: hop.delegationType,
      reason: reasonOf(hop, decisions),
    })),
    ends: endOf(task, holder?.name ?? null, offered),
    command: task.run,
  };
}

function reasonOf(hop: DelegationView, decisions: readonly DecisionView[]): string {
  const decision = decisions.find(
    ({ instanceId, targetId }) => instanceId === hop.sourceInstanceId && targetId === hop.targetInstanceId,
  );
  const words = decision?.reason ?? "";
  if (hop.status !== "rejected") return words;
  return `rejected: ${hop.reason?.text ?? hop.reason?.code ?? "no reason given"}`;
}

function endOf(task: TaskView, holder: string | null, offered: DelegationView | undefined): string {
  if (offered !== undefined) return `offered to ${offered.targetName}, which decides by hand`;
  if (holder === null) return "unassigned";
  return task.heldReason === null ? `${task.status} at ${holder}` : `held at ${holder}: ${task.heldReason}`;
}
