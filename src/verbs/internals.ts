import type { Metrics } from "../../actors/engine/system-params.ts";
import type { Command, InstanceSpec, PlannedInstance } from "../../machines/messages/command.ts";
import { DESK, type InstanceNo, type TaskNo } from "../../machines/records/values.ts";
import type { Instance, InstanceConfig, InstanceType, Scope } from "../../machines/records/instance.ts";
import type { ProcessMark } from "../../machines/records/task.ts";
import { HopperError } from "../../machines/errors.ts";
import { checkBatch } from "../contracts/batch.ts";
import { check } from "../contracts/check.ts";
import { createInstance, toInstanceSpec, type CreateInstanceParams } from "../contracts/instances.ts";
import { batchTask, type BatchTaskParams, type CheckedTask } from "../contracts/task-input.ts";
import type { Door } from "../door/door.ts";
import type { Journal } from "../door/journal.ts";
import { leaseEpoch, refuseTaken, taskRef } from "../door/references.ts";
import { specOf } from "./task-intake.ts";
import type { Claim, TaskView } from "../views/views.ts";
import type { Employed } from "./work.ts";

/** Where a Hopper carries its {@link Internals}: out of the way of who only uses it. */
export const INTERNALS = Symbol("hopper.internals");

/** The internals of what `createHopper` made. */
export function internalsOf(hopper: object): Internals {
  return (hopper as { readonly [INTERNALS]: Internals })[INTERNALS];
}

/** For Hopper's own workers and plan runner: not part of the promise to library users. */
export interface Internals {
  /** Enter a hierarchy (created or matched by name, started) and tasks, in one transaction. Tasks are unassigned until {@link assign}. */
  enterPlan(params: PlanEntry): Promise<{ rootId: string; tasks: TaskView[] }>;
  claimOwn(
    id: string,
    params: { workerId: string; leaseSeconds: number },
  ): Promise<{ claims: Claim[]; nextAt: number | null }>;
  /** The mark of the process group that will run the command; resolves after its commit, before the command may start. */
  started(taskId: string, params: { leaseToken: string; process: ProcessMark }): Promise<TaskView>;
  /** Tasks that were under a lease of a worker of the former owner, with their processes. */
  orphans(): Promise<{ taskId: string; ref: string; epoch: number; process: ProcessMark | null }[]>;
  /** Ends such a lease at once: the process is known to be gone. */
  orphaned(taskId: string, epoch: number): Promise<void>;
  /** What a former owner had left running when this one opened the store; it was ended before the loop began. */
  readonly left: OrphansEnded;
  /** The workers of `hopper.work` that have not ended. */
  readonly workers: ReadonlySet<Employed>;
  /** One round of the auditor; how many tasks and instances it asked about. */
  audit(): Promise<number>;
  /** Batches, turns, commits and stored messages since the store was opened. */
  metrics(): Readonly<Metrics>;
  /** Runs of a plan by prefix of the run id, newest first. */
  runs(prefix: string): Promise<string[]>;
  runTasks(runId: string): Promise<TaskView[]>;
  /** Cancels those of these tasks that are open: once it is answered, or noted, all of them, also by the next process. */
  cancelAll(tasks: readonly TaskView[], params: { reason: string; by: string }): Promise<void>;
  /** Called after each commit, with the instance ids at which something became claimable (a hint; polling is the truth). */
  onClaimable(listener: () => void): () => void;
  /** Moment of the next timer; null = none. For "nothing is running, due or backing off". */
  nextDue(): Promise<number | null>;
}

/** A run of a plan that begins. */
export interface PlanEntry {
  readonly runId: string;
  readonly hierarchy: PlanNode;
  readonly tasks: readonly BatchTaskParams[];
  readonly by?: string | undefined;
}

/** What a former owner had left running, and what was done. */
export interface OrphansEnded {
  /** Refs of the tasks whose lease was ended. */
  readonly tasks: readonly string[];
  /** Process groups that were still running, and are not any more. */
  readonly groups: readonly number[];
}

export interface PlanNode {
  name: string;
  scope: Scope;
  config?: InstanceConfig | undefined;
  description?: string | undefined;
  instanceType?: InstanceType | undefined;
  children: PlanNode[];
}

/** What Hopper's own plan runner and shell workers need beyond the public verbs. Source: spec/cli.md 5.3. */
export function internals(
  door: Door,
  journal: Journal,
  { left, audit, workers }: Pick<Internals, "left" | "audit" | "workers">,
): Internals {
  const ofTask = async (id: string, command: (task: TaskNo) => Command): Promise<TaskView> => {
    const { no, keeper } = await door.taskAddress(id);
    const answer = await door.submit("task", { to: keeper, command: command(no), by: "runner" });
    return await door.taskView(answer.task);
  };
  const verbs: Omit<Internals, "left" | "audit" | "workers" | "metrics" | "onClaimable"> = {
    enterPlan: (params) => enterPlan(door, params),
    async claimOwn(id, { workerId, leaseSeconds }) {
      const command: Command = {
        type: "instance.claim",
        workerId,
        leaseMs: leaseSeconds * 1_000,
        max: 1,
        capabilities: null,
        kind: "own",
        waits: false,
      };
      const to = door.instance(id).no;
      const answer = await door.submit("claims", { to, command, by: `worker:${workerId}` });
      return { claims: await door.claimViews(answer.claims), nextAt: answer.nextAt };
    },
    async started(taskId, { leaseToken, process }) {
      return await ofTask(taskId, (task) => {
        return { type: "task.start", task, leaseToken: leaseEpoch(leaseToken, task), process };
      });
    },
    async orphans() {
      const tasks = await door.store.ownLeases();
      return tasks.map(({ id, no, epoch, process }) => ({ taskId: id, ref: taskRef(no), epoch, process }));
    },
    async orphaned(taskId, epoch) {
      await ofTask(taskId, (task) => ({ type: "task.orphaned", task, epoch }));
    },
    runs: async (prefix) => [...(await door.store.queries.runs(prefix))],
    runTasks: async (runId) => await door.taskViews(await door.store.queries.runTasks(runId)),
    async cancelAll(tasks, { reason, by }) {
      // Who depends on another was added after it: cancelled first, it does not fail for that.
      const numbers = tasks.map(({ ref }) => Number(ref.slice(2))).toSorted((a, b) => b - a);
      const command: Command = { type: "tasks.cancel", tasks: numbers, reason, noted: false };
      await door.submit("cancelled", { to: DESK, command, by });
    },
    nextDue: () => door.system.nextDue(),
  };
  return {
    ...door.lifetime.verbs(verbs),
    left,
    audit,
    workers,
    metrics: () => door.system.metrics,
    onClaimable: (listener) => journal.onClaimable(listener),
  };
}

/** Hierarchy and tasks in one turn of the desk; instances that live already are matched by name, and started. */
async function enterPlan(door: Door, params: PlanEntry): ReturnType<Internals["enterPlan"]> {
  const by = params.by ?? "plan";
  const hierarchy: PlannedInstance[] = [];
  const idle: InstanceNo[] = [];
  await place(door, params.hierarchy, null, { hierarchy, idle });
  const tasks = params.tasks.map((task): BatchTaskParams => ({ ...task, runId: params.runId }));
  const checked = tasks.map((task): CheckedTask => check(batchTask, task));
  checkBatch(checked, "tasks");
  const items = [];
  for (const task of checked) items.push({ spec: await specOf(door, task), instance: null });
  const enter: Command = { type: "tasks.enter", items, hierarchy };
  const answer = await door.submit("tasks", { to: DESK, command: enter, by });
  const command: Command = { type: "instance.lifecycle", verb: "start" };
  for (const to of idle) await door.submit("instance", { to, command, by });
  await door.system.settle();
  return { rootId: door.instance(params.hierarchy.name).id, tasks: await door.taskViews(answer.tasks) };
}

interface Placing {
  readonly hierarchy: PlannedInstance[];
  /** Existing instances that are to be started. */
  readonly idle: InstanceNo[];
}

type Above = { readonly index: number } | { readonly existing: Instance } | null;

async function place(door: Door, node: PlanNode, above: Above, placing: Placing): Promise<void> {
  const spec = specOfNode(node);
  const live = door.directory.byName(node.name);
  let here: Above;
  if (live !== undefined) {
    const existing = (await door.store.queries.instance(live.no)) as Instance;
    const parent: InstanceNo | null = above === null ? null : "existing" in above ? above.existing.no : -1;
    if (existing.scope !== spec.scope || existing.parent !== parent) {
      const detail = `${node.name} exists already as ${existing.scope}, somewhere else in the hierarchy; rename one of them.`;
      throw new HopperError("already_exists", detail, { name: node.name });
    }
    if (existing.status === "created" || existing.status === "stopped") placing.idle.push(existing.no);
    here = { existing };
  } else {
    refuseTaken(door.directory, spec);
    here = { index: placing.hierarchy.length };
    placing.hierarchy.push({ spec, ...parentFor(above) });
  }
  for (const child of node.children) await place(door, child, here, placing);
}

function parentFor(above: Above): Pick<PlannedInstance, "parent" | "above"> {
  if (above === null) return { parent: null, above: null };
  if ("index" in above) return { parent: above, above: null };
  const { no, scope, depth, root, inherited, config } = above.existing;
  return { parent: { no }, above: { no, scope, depth, root, inherited, config } };
}

function specOfNode({ name, scope, config, description, instanceType }: PlanNode): InstanceSpec {
  const params: CreateInstanceParams = { name, scope, config, description, instanceType, start: true };
  return toInstanceSpec(check(createInstance, params));
}
