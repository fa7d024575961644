import type { Command, InstanceSpec, PlannedInstance } from "../../machines/messages/command.ts";
import { DESK, type InstanceNo } from "../../machines/records/values.ts";
import type { Instance, InstanceConfig } from "../../machines/records/instance.ts";
import { HopperError } from "../../machines/errors.ts";
import type { Claim } from "../api/instances.ts";
import type { Internals, OrphansEnded, PlanNode } from "../api/internals.ts";
import { checkBatch } from "../contracts/batch.ts";
import { check } from "../contracts/check.ts";
import { createInstance, toInstanceSpec } from "../contracts/instances.ts";
import { batchTask } from "../contracts/task-input.ts";
import type { Door } from "../door/door.ts";
import type { Journal } from "../door/journal.ts";
import { leaseEpoch, refuseTaken } from "../door/references.ts";
import { specOf } from "./task-intake.ts";
import { leaseView } from "../views/view-of.ts";

/** What Hopper's own plan runner and shell workers need beyond the public verbs. Source: 5-cli.md 5.3. */
export function internals(door: Door, journal: Journal, left: OrphansEnded): Internals {
  return {
    enterPlan: (params) => enterPlan(door, params),
    async claimOwn(id, { workerId, leaseSeconds }) {
      const command: Command = {
        type: "instance.claim",
        workerId,
        leaseMs: leaseSeconds * 1_000,
        max: 1,
        capabilities: null,
        kind: "own",
      };
      const answer = await door.ask({
        to: door.instance(id).no,
        command,
        kind: "claims",
        asked: { by: `worker:${workerId}` },
      });
      const claims: Claim[] = [];
      for (const { task, token, expiresAt } of answer.claims) {
        claims.push({ task: await door.taskView(task), lease: leaseView(task.no, token, expiresAt) });
      }
      return { claims, nextAt: answer.nextAt };
    },
    async started(taskId, { leaseToken, process }) {
      const task = await door.taskAddress(taskId);
      return await door.askTask(
        task,
        { type: "task.start", task: task.no, leaseToken: leaseEpoch(leaseToken, task.no), process },
        { by: "runner" },
      );
    },
    async orphans() {
      const found = [];
      for (const task of await door.store.ownLeases()) {
        found.push({ taskId: task.id, ref: `T-${task.no}`, epoch: task.epoch, process: task.process });
      }
      return found;
    },
    async orphaned(taskId, epoch) {
      const task = await door.taskAddress(taskId);
      await door.askTask(task, { type: "task.orphaned", task: task.no, epoch }, { by: "runner" });
    },
    left,
    metrics: () => door.system.metrics,
    runs: async (prefix) => [...(await door.store.queries.runs(prefix))],
    runTasks: async (runId) => await door.taskViews(await door.store.queries.runTasks(runId)),
    onClaimable: journal.onClaimable,
    nextDue: () => door.system.nextDue(),
  };
}

/** Hierarchy and tasks in one turn of the desk; instances that live already are matched by name, and started. */
async function enterPlan(
  door: Door,
  params: Parameters<Internals["enterPlan"]>[0],
): ReturnType<Internals["enterPlan"]> {
  const asked = { by: params.by ?? "plan" };
  const hierarchy: PlannedInstance[] = [];
  const idle: string[] = [];
  await place(door, params.hierarchy, null, { hierarchy, idle });
  const checked = params.tasks.map((task) => check(batchTask, { ...task, runId: params.runId }));
  checkBatch(checked, "tasks");
  const items = [];
  for (const task of checked) items.push({ spec: await specOf(door, task), instance: null });
  const answer = await door.ask({
    to: DESK,
    command: { type: "tasks.enter", items, hierarchy },
    kind: "tasks",
    asked,
  });
  for (const id of idle) {
    await door.ask({
      to: door.instance(id).no,
      command: { type: "instance.lifecycle", verb: "start" },
      kind: "instance",
      asked,
    });
  }
  await door.system.settle();
  return { rootId: door.instance(params.hierarchy.name).id, tasks: await door.taskViews(answer.tasks) };
}

interface Placing {
  readonly hierarchy: PlannedInstance[];
  /** Existing instances that are to be started. */
  readonly idle: string[];
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
      throw new HopperError(
        "already_exists",
        `${node.name} exists already as ${existing.scope}, somewhere else in the hierarchy; rename one of them.`,
        {
          name: node.name,
        },
      );
    }
    if (existing.status === "created" || existing.status === "stopped") placing.idle.push(existing.id);
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

function specOfNode(node: PlanNode): InstanceSpec {
  const { name, scope, config, description, instanceType } = node;
  return toInstanceSpec(
    check(createInstance, {
      name,
      scope,
      start: true,
      ...(config === undefined ? {} : { config: config satisfies InstanceConfig }),
      ...(description === undefined ? {} : { description }),
      ...(instanceType === undefined ? {} : { instanceType }),
    }),
  );
}
