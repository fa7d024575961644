import type { InstanceEvent } from "../../machines/lifecycles/instance.ts";
import type { RedrivenLetter } from "../../machines/messages/answer.ts";
import type { Decision } from "../../machines/messages/decision.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { DelegationNo, Json, TaskNo } from "../../machines/records/values.ts";
import type { Instance, Tally } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Directory } from "../door/directory.ts";
import { delegationRef, leaseToken, taskRef } from "../door/references.ts";
import type * as views from "./views.ts";

/** Views from records: ids for row numbers, ISO 8601 for moments. Source: spec/domain.md 2.1, 2.10. */

/** The id of a task or delegation by its number; undefined = not at hand, its ref is shown (a ref is taken wherever an id is). */
export type IdOf<No extends number> = (no: No) => string | undefined;

const MINUTE_MS = 60_000;
const TWO = Array.from({ length: 60 }, (_, second) => String(second).padStart(2, "0"));
const THREE = Array.from({ length: 1_000 }, (_, ms) => String(ms).padStart(3, "0"));
let minute = Number.NaN;
let minuteText = "";
let moment = Number.NaN;
let momentText = "";

/** A moment as ISO 8601 UTC with milliseconds: as Date.toISOString, but most moments are the one before, or of its minute. */
export function iso(ms: number): string {
  if (ms === moment) return momentText;
  const start = Math.floor(ms / MINUTE_MS);
  if (start !== minute) {
    minuteText = new Date(start * MINUTE_MS).toISOString().slice(0, -7);
    minute = start;
  }
  const rest = ms - start * MINUTE_MS;
  const second = Math.floor(rest / 1_000);
  moment = ms;
  momentText = `${minuteText}${TWO[second]}.${THREE[Math.floor(rest - second * 1_000)]}Z`;
  return momentText;
}

/** As {@link iso}; null stays null. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}

function parsed(json: string | null): Json {
  return json === null ? null : (JSON.parse(json) as Json);
}

/** Tasks by status, without the instance they are counted for. */
export function tallyView(tally: Tally): views.TallyView {
  const { pending, queued, claimed, in_progress, waiting, blocked, done, failed, cancelled } = tally;
  return { pending, queued, claimed, in_progress, waiting, blocked, done, failed, cancelled };
}

/** An instance as users see it. `allowed`: upper-case events that its machine would accept now. */
export function instanceView(
  instance: Instance,
  tally: Tally,
  allowed: readonly InstanceEvent["type"][],
  directory: Directory,
): views.InstanceView {
  return {
    id: instance.id,
    name: instance.name,
    scope: instance.scope,
    instanceType: instance.type,
    parentId: directory.idOf(instance.parent),
    config: instance.config,
    runtimeMetadata: instance.runtimeMetadata,
    status: instance.status,
    description: instance.description,
    createdBy: instance.createdBy,
    createdAt: iso(instance.createdAt),
    updatedAt: iso(instance.updatedAt),
    startedAt: isoOrNull(instance.startedAt),
    stoppedAt: isoOrNull(instance.stoppedAt),
    version: instance.version,
    counts: tallyView(tally),
    allowedEvents: [...allowed],
  };
}

/** Nests views by their parents, keeping their order; those whose parent is not among them are roots. */
export function treeView(instances: readonly views.InstanceView[]): views.InstanceTreeView[] {
  const nodes = new Map<string, views.InstanceTreeView>();
  for (const view of instances) nodes.set(view.id, { ...view, children: [] });
  const roots: views.InstanceTreeView[] = [];
  for (const node of nodes.values()) {
    const siblings = node.parentId === null ? roots : (nodes.get(node.parentId)?.children ?? roots);
    siblings.push(node);
  }
  return roots;
}

/** A task as users see it. */
export function taskView(task: Task, directory: Directory, idOfTask: IdOf<TaskNo>): views.TaskView {
  const idOf = (no: TaskNo): string => idOfTask(no) ?? taskRef(no);
  return {
    id: task.id,
    ref: taskRef(task.no),
    title: task.title,
    description: task.description,
    tags: task.tags,
    priority: task.priority,
    status: task.status,
    heldReason: task.heldReason,
    project: task.project,
    instanceId: directory.idOf(task.holder),
    originInstanceId: directory.idOf(task.origin),
    delegatedFromInstanceId: directory.idOf(task.delegatedFrom),
    delegatedToInstanceId: directory.idOf(task.delegatedTo),
    delegationChain: task.chain.map((no) => directory.idOf(no)),
    parentTaskId: task.parentTask === null ? null : idOf(task.parentTask),
    key: task.key,
    runId: task.runId,
    dependsOn: task.dependsOn.map(idOf),
    onDependencyFailure: task.onDependencyFailure,
    deadlineAt: isoOrNull(task.deadlineAt),
    notBefore: isoOrNull(task.notBefore),
    timeoutSeconds: task.timeoutSeconds,
    attempt: task.attempt,
    failures: task.failures,
    leaseLosses: task.leaseLosses,
    maxAttempts: task.maxAttempts,
    round: task.round,
    epoch: task.epoch,
    result: parsed(task.result),
    error: task.error,
    outcome: task.outcome,
    run: task.run,
    payload: parsed(task.payload),
    route: task.route,
    source: task.source,
    createdBy: task.createdBy,
    claimedBy: task.claimedBy,
    leaseExpiresAt: isoOrNull(task.leaseExpiresAt),
    progress: task.progress,
    version: task.version,
    createdAt: iso(task.createdAt),
    updatedAt: iso(task.updatedAt),
    startedAt: isoOrNull(task.startedAt),
    completedAt: isoOrNull(task.completedAt),
  };
}

/** A lease as its worker sees it. */
export function leaseView(task: TaskNo, epoch: number, expiresAt: number): views.LeaseView {
  return { token: leaseToken(task, epoch), expiresAt: iso(expiresAt) };
}

/** What a delegation's view needs beyond its row. */
export interface DelegationContext {
  readonly directory: Directory;
  readonly idOfTask: IdOf<TaskNo>;
  readonly idOfDelegation: IdOf<DelegationNo>;
  /** The result of that round of the task as JSON text; null = none. Asked for completed delegations only. */
  readonly outputOf: (task: TaskNo, round: number) => string | null;
}

/** A delegation as users see it. */
export function delegationView(delegation: Delegation, context: DelegationContext): views.DelegationView {
  const { directory } = context;
  const { previous } = delegation;
  return {
    id: delegation.id,
    ref: delegationRef(delegation.no),
    taskId: context.idOfTask(delegation.task) ?? taskRef(delegation.task),
    sourceInstanceId: directory.idOf(delegation.source),
    targetInstanceId: directory.idOf(delegation.target),
    sourceName: directory.nameOf(delegation.source),
    targetName: directory.nameOf(delegation.target),
    delegationType: delegation.type,
    status: delegation.status,
    seq: delegation.seq,
    delegatedBy: delegation.delegatedBy,
    delegatedAt: iso(delegation.delegatedAt),
    decidedAt: isoOrNull(delegation.decidedAt),
    completedAt: isoOrNull(delegation.completedAt),
    expiresAt: isoOrNull(delegation.expiresAt),
    reason:
      delegation.reasonCode === null ? null : { code: delegation.reasonCode, text: delegation.reasonText },
    result: resultOf(delegation, context),
    notes: delegation.notes,
    previousId: previous === null ? null : (context.idOfDelegation(previous) ?? delegationRef(previous)),
    round: delegation.round,
    routingRound: delegation.routingRound,
    version: delegation.version,
  };
}

function resultOf(delegation: Delegation, context: DelegationContext): views.DelegationView["result"] {
  const { outcome, taskStatus, completedAt } = delegation;
  if (outcome === null || taskStatus === null || completedAt === null) return null;
  const output = outcome === "handed_back" ? null : context.outputOf(delegation.task, delegation.round);
  return { outcome, taskStatus, completedAt: iso(completedAt), output: parsed(output) };
}

/** The history of a task: its delegations in order of seq, and where it is now. */
export function chainView(
  task: Task,
  delegations: readonly Delegation[],
  context: Pick<DelegationContext, "directory" | "outputOf">,
): views.ChainView {
  const ids = new Map(delegations.map((delegation) => [delegation.no, delegation.id]));
  const full: DelegationContext = {
    ...context,
    idOfTask: () => task.id,
    idOfDelegation: (no) => ids.get(no),
  };
  return {
    taskId: task.id,
    originInstanceId: context.directory.idOf(task.origin),
    currentInstanceId: context.directory.idOf(task.holder),
    depth: Math.max(0, task.chain.length - 1),
    items: delegations.map((delegation) => delegationView(delegation, full)),
  };
}

/** A decision as users see it. */
export function decisionView(full: Decision, directory: Directory): views.DecisionView {
  return {
    action: full.action,
    reason: full.reason,
    instanceId: directory.idOf(full.instance),
    targetId: directory.idOf(full.target),
    rule: full.rule,
    unmatched: full.unmatched,
    routingRound: full.routingRound,
    candidates: full.candidates.map(({ instance, ...rest }) => ({
      instanceId: directory.idOf(instance),
      name: directory.nameOf(instance),
      ...rest,
    })),
  };
}

/** A dead letter as users see it. */
export function deadLetterView(letter: RedrivenLetter, directory: Directory): views.DeadLetterView {
  const { no, to, from, type, task, error, at, times } = letter;
  return {
    id: String(no),
    toInstanceId: directory.idOf(to),
    fromInstanceId: directory.idOf(from),
    type: type as views.DeadLetterView["type"],
    taskId: task === null ? null : taskRef(task),
    error,
    at: iso(at),
    times,
  };
}
