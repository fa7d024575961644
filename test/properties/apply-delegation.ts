import { noteState, type AppliedEvent } from "./applied-event.ts";
import type { ModelDelegation, ModelTask } from "./model.ts";
import { CANCELLATIONS, mayDecide, mayHappen, REJECTIONS, whyNotOffer } from "./rules.ts";

/** What an event does to a delegation, and to its task by it. */
export function applyToDelegation(applied: AppliedEvent): void {
  const { model, event, rule } = applied;
  const task = model.task(event.taskId as string);
  const id = event.delegationId as string;
  model.touched.tasks.add(task.id);
  model.touched.delegations.add(id);
  if (event.event === "delegation.pending") {
    offer(applied, task, id);
    return;
  }
  if (!model.delegations.has(id)) {
    insertEscalation(applied, task, id);
    return;
  }
  const delegation = model.delegation(id);
  rule(mayDecide(event.event, delegation.status), "D7", `the delegation was ${delegation.status}`);
  rule(
    event.instanceId === delegation.target,
    "T9",
    `decided by ${event.instanceId}, kept by ${delegation.target}`,
  );
  delegation.status = event.event.slice("delegation.".length);
  delegation.reason = (event.data["code"] as string | undefined) ?? null;
  delegation.outcome = (event.data["outcome"] as string | undefined) ?? null;
  delegation.version += 1;
  delegation.statuses.set(delegation.version, delegation.status);
  CHANGES[event.event]?.(applied, task, delegation);
}

function newDelegation(applied: AppliedEvent, task: ModelTask, id: string, status: string): ModelDelegation {
  const { model, event, rule } = applied;
  const { data } = event;
  const delegation: ModelDelegation = {
    id,
    task: task.id,
    source: data["source"] as string,
    target: data["target"] as string,
    type: data["type"] as string,
    seq: data["seq"] as number,
    round: task.round,
    routingRound: (data["routingRound"] as number | undefined) ?? 0,
    expiresAt: data["expiresAt"] === undefined ? null : Date.parse(data["expiresAt"] as string),
    byCaller: data["byCaller"] === true,
    status,
    reason: null,
    outcome: null,
    version: 1,
    statuses: new Map([[1, status]]),
  };
  const others = [...model.delegations.values()].filter((other) => other.task === task.id);
  rule(
    delegation.seq === others.length + 1,
    "D1",
    `seq ${delegation.seq} after ${others.length} delegations`,
  );
  rule(((data["round"] as number | undefined) ?? 1) === task.round, "D1", `round ${task.round}`);
  const why = whyNotOffer(
    delegation.type,
    model.instance(delegation.source),
    model.instance(delegation.target),
  );
  rule(
    why === null,
    "D2",
    `${delegation.type} ${model.instance(delegation.source).name}>${model.instance(delegation.target).name}: ${why}`,
  );
  model.delegations.set(id, delegation);
  return delegation;
}

function offer(applied: AppliedEvent, task: ModelTask, id: string): void {
  const { model, event, marks, rule } = applied;
  rule(mayHappen(event.event, task.status), "T2", `${task.ref} was ${task.status}`);
  rule(task.pendingOffer === null, "D1", `${task.ref} is on offer already`);
  const delegation = newDelegation(applied, task, id, "pending");
  rule(
    event.instanceId === delegation.source && task.holder === delegation.source,
    "T9",
    `${task.ref} is held by ${task.holder}`,
  );
  rule(
    !model.chain(task).includes(delegation.target),
    "D9",
    `${model.instance(delegation.target).name} is in the chain already`,
  );
  rule(
    delegation.expiresAt !== null && delegation.expiresAt > applied.at,
    "D10",
    `expires ${String(delegation.expiresAt)}`,
  );
  if (!delegation.byCaller) {
    // Somebody asks for another search, whoever refused in the last one.
    if (event.cause?.startsWith("C-") === true) task.asked.clear();
    const asked = `${delegation.source} ${delegation.routingRound}>${delegation.target}`;
    rule(
      !task.asked.has(asked),
      "D6",
      `${model.instance(delegation.target).name} is asked again in round ${delegation.routingRound}`,
    );
    if ([...task.asked].some((one) => one.startsWith(`${delegation.source} ${delegation.routingRound}>`))) {
      marks.note("offer refused, next candidate asked");
    }
    task.asked.add(asked);
    task.arrival = null;
  }
  if (task.heldBefore && !delegation.byCaller) marks.note("held, then offered again");
  task.heldBefore = false;
  task.status = "pending";
  task.held = null;
  task.pendingOffer = id;
  task.claimedBy = null;
  task.leaseUntil = null;
  task.version += 1;
  noteState(task);
}

/** An escalation that returns a task was never pending: accepted and completed in one turn. */
function insertEscalation(applied: AppliedEvent, task: ModelTask, id: string): void {
  const { event, marks, rule } = applied;
  rule(event.event === "delegation.accepted", "D1", `${id} begins with ${event.event}`);
  const delegation = newDelegation(applied, task, id, "accepted");
  delegation.version = 2;
  delegation.statuses.set(2, "accepted");
  rule(delegation.type === "escalate", "D2", `a ${delegation.type} delegation was never pending`);
  rule(
    event.instanceId === delegation.target && task.holder === delegation.source,
    "T9",
    `${task.ref} is held by ${task.holder}`,
  );
  marks.note("returned by an escalation");
}

type Change = (applied: AppliedEvent, task: ModelTask, delegation: ModelDelegation) => void;

const CHANGES: { readonly [event: string]: Change } = {
  "delegation.accepted": (applied, task, delegation) => {
    const { event, model, marks, rule } = applied;
    const target = model.instance(delegation.target);
    rule(target.status === "running", "I2", `${target.name} is ${target.status}`);
    rule(task.pendingOffer === delegation.id, "D7", `${task.ref} is not on this offer`);
    rule(
      model.room(target.id) > 0,
      "K1",
      `${target.name} is full (${model.used(target.id)} of ${model.limit(target.id)})`,
    );
    if (delegation.type === "escalate") marks.note("escalated upward over a delegation of its own");
    task.pendingOffer = null;
    task.path.push(delegation.id);
    task.holder = delegation.target;
    task.held = null;
    task.arrival = null;
    // Who had it before or declined it is remembered on the way.
    task.wasReturned = ["returnedBy", "refusedBy"].some((field) => event.data[field] !== undefined);
    task.asked.clear();
    task.version += 1;
    noteState(task);
  },
  "delegation.rejected": (applied, task, delegation) => {
    const { event, at, rule } = applied;
    rule(REJECTIONS.has(event.data["code"]), "D2", `rejected for ${JSON.stringify(event.data["code"])}`);
    if (delegation.reason === "expired")
      rule((delegation.expiresAt ?? Infinity) <= at, "D10", "it expired too early");
    rule(task.pendingOffer === delegation.id, "D7", `${task.ref} is not on this offer`);
    letGo(task, delegation);
  },
  "delegation.cancelled": (applied, task, delegation) => {
    const { event, marks, rule } = applied;
    rule(CANCELLATIONS.has(event.data["code"]), "D2", `cancelled for ${JSON.stringify(event.data["code"])}`);
    if (task.path.includes(delegation.id)) close(applied, task, delegation);
    else letGo(task, delegation);
    if (delegation.reason === "reassigned") marks.note("returned for a sibling");
  },
  "delegation.completed": (applied, task, delegation) => {
    const { rule } = applied;
    if (delegation.outcome === "handed_back") return;
    if (delegation.round === task.round) {
      const outcome = { done: "succeeded", failed: "failed" }[task.status];
      rule(
        delegation.outcome === outcome,
        "D4",
        `${task.ref} is ${task.status}, the delegation ${String(delegation.outcome)}`,
      );
    }
    close(applied, task, delegation);
  },
};

/** The offer ended: the source keeps the task again. A task that is final has been let go before. */
function letGo(task: ModelTask, delegation: ModelDelegation): void {
  if (task.pendingOffer !== delegation.id) return;
  task.pendingOffer = null;
  task.held = null;
  task.version += 1;
  noteState(task);
}

/** Delegations close from the holder upward. Those of an earlier round have left the path with the retry. */
function close({ rule, model }: AppliedEvent, task: ModelTask, delegation: ModelDelegation): void {
  const below = [...model.delegations.values()].filter(
    (one) =>
      one.task === task.id &&
      one.round === delegation.round &&
      one.seq > delegation.seq &&
      one.status === "accepted",
  );
  rule(below.length === 0, "D4", `${below.length} delegations below it are open`);
  if (delegation.round === task.round) task.path = task.path.filter((id) => id !== delegation.id);
}
