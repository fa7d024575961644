import { noteState, type Happening } from "./happening.ts";
import type { ModelHop, ModelTask } from "./model.ts";
import { CANCELLATIONS, mayDecide, mayHappen, REJECTIONS, whyNotOffer } from "./rules.ts";

/** What happens to a delegation, and to its task by it. */
export function happenToHop(happening: Happening): void {
  const { model, event, rule } = happening;
  const task = model.task(event.taskId as string);
  const id = event.delegationId as string;
  model.touched.tasks.add(task.id);
  model.touched.hops.add(id);
  if (event.event === "delegation.pending") {
    offer(happening, task, id);
    return;
  }
  if (!model.hops.has(id)) {
    insertEscalation(happening, task, id);
    return;
  }
  const hop = model.hop(id);
  rule(mayDecide(event.event, hop.status), "D7", `the hop was ${hop.status}`);
  rule(event.instanceId === hop.target, "T9", `decided by ${event.instanceId}, kept by ${hop.target}`);
  hop.status = event.event.slice("delegation.".length);
  hop.reason = (event.data["code"] as string | undefined) ?? null;
  hop.outcome = (event.data["outcome"] as string | undefined) ?? null;
  hop.version += 1;
  hop.statuses.set(hop.version, hop.status);
  CHANGES[event.event]?.(happening, task, hop);
}

function newHop(happening: Happening, task: ModelTask, id: string, status: string): ModelHop {
  const { model, event, rule } = happening;
  const { data } = event;
  const hop: ModelHop = {
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
  const others = [...model.hops.values()].filter((other) => other.task === task.id);
  rule(hop.seq === others.length + 1, "D1", `seq ${hop.seq} after ${others.length} hops`);
  rule(((data["round"] as number | undefined) ?? 1) === task.round, "D1", `round ${task.round}`);
  const why = whyNotOffer(hop.type, model.instance(hop.source), model.instance(hop.target));
  rule(
    why === null,
    "D2",
    `${hop.type} ${model.instance(hop.source).name}>${model.instance(hop.target).name}: ${why}`,
  );
  model.hops.set(id, hop);
  return hop;
}

function offer(happening: Happening, task: ModelTask, id: string): void {
  const { model, event, marks, rule } = happening;
  rule(mayHappen(event.event, task.status), "T2", `${task.ref} was ${task.status}`);
  rule(task.pendingHop === null, "D1", `${task.ref} is on offer already`);
  const hop = newHop(happening, task, id, "pending");
  rule(
    event.instanceId === hop.source && task.holder === hop.source,
    "T9",
    `${task.ref} is held by ${task.holder}`,
  );
  rule(
    !model.chain(task).includes(hop.target),
    "D9",
    `${model.instance(hop.target).name} is in the chain already`,
  );
  rule(hop.expiresAt !== null && hop.expiresAt > happening.at, "D10", `expires ${String(hop.expiresAt)}`);
  if (!hop.byCaller) {
    // Somebody asks for another search, whoever refused in the last one.
    if (event.cause?.startsWith("C-") === true) task.asked.clear();
    const asked = `${hop.source} ${hop.routingRound}>${hop.target}`;
    rule(
      !task.asked.has(asked),
      "D6",
      `${model.instance(hop.target).name} is asked again in round ${hop.routingRound}`,
    );
    if ([...task.asked].some((one) => one.startsWith(`${hop.source} ${hop.routingRound}>`))) {
      marks.note("offer refused, next candidate asked");
    }
    task.asked.add(asked);
    task.arrival = null;
  }
  if (task.heldBefore && !hop.byCaller) marks.note("held, then offered again");
  task.heldBefore = false;
  task.status = "pending";
  task.held = null;
  task.pendingHop = id;
  task.claimedBy = null;
  task.leaseUntil = null;
  task.version += 1;
  noteState(task);
}

/** An escalation that gives back is a hop that was never pending: accepted and completed in one turn. */
function insertEscalation(happening: Happening, task: ModelTask, id: string): void {
  const { event, marks, rule } = happening;
  rule(event.event === "delegation.accepted", "D1", `${id} begins with ${event.event}`);
  const hop = newHop(happening, task, id, "accepted");
  hop.version = 2;
  hop.statuses.set(2, "accepted");
  rule(hop.type === "escalate", "D2", `a ${hop.type} hop was never pending`);
  rule(
    event.instanceId === hop.target && task.holder === hop.source,
    "T9",
    `${task.ref} is held by ${task.holder}`,
  );
  marks.note("handed back by an escalation");
}

type Change = (happening: Happening, task: ModelTask, hop: ModelHop) => void;

const CHANGES: { readonly [event: string]: Change } = {
  "delegation.accepted": (happening, task, hop) => {
    const { model, marks, rule } = happening;
    const target = model.instance(hop.target);
    rule(target.status === "running", "I2", `${target.name} is ${target.status}`);
    rule(task.pendingHop === hop.id, "D7", `${task.ref} is not on this offer`);
    rule(
      model.room(target.id) > 0,
      "K1",
      `${target.name} is full (${model.used(target.id)} of ${model.limit(target.id)})`,
    );
    if (hop.type === "escalate") marks.note("escalated upward over a hop of its own");
    task.pendingHop = null;
    task.path.push(hop.id);
    task.holder = hop.target;
    task.held = null;
    task.arrival = null;
    task.wasReturned = false;
    task.asked.clear();
    task.version += 1;
    noteState(task);
  },
  "delegation.rejected": (happening, task, hop) => {
    const { event, at, rule } = happening;
    rule(REJECTIONS.has(event.data["code"]), "D2", `rejected for ${JSON.stringify(event.data["code"])}`);
    if (hop.reason === "expired") rule((hop.expiresAt ?? Infinity) <= at, "D10", "it expired too early");
    rule(task.pendingHop === hop.id, "D7", `${task.ref} is not on this offer`);
    letGo(task, hop);
  },
  "delegation.cancelled": (happening, task, hop) => {
    const { event, marks, rule } = happening;
    rule(CANCELLATIONS.has(event.data["code"]), "D2", `cancelled for ${JSON.stringify(event.data["code"])}`);
    if (task.path.includes(hop.id)) close(happening, task, hop);
    else letGo(task, hop);
    if (hop.reason === "reassigned") marks.note("given back for a sibling");
  },
  "delegation.completed": (happening, task, hop) => {
    const { rule } = happening;
    if (hop.outcome === "handed_back") return;
    if (hop.round === task.round) {
      const outcome = { done: "succeeded", failed: "failed" }[task.status];
      rule(hop.outcome === outcome, "D4", `${task.ref} is ${task.status}, the hop ${String(hop.outcome)}`);
    }
    close(happening, task, hop);
  },
};

/** The offer ended: the source keeps the task again. A task that is final has been let go before. */
function letGo(task: ModelTask, hop: ModelHop): void {
  if (task.pendingHop !== hop.id) return;
  task.pendingHop = null;
  task.held = null;
  task.version += 1;
  noteState(task);
}

/** Hops close from the holder upward. Those of an earlier round have left the path with the retry. */
function close({ rule, model }: Happening, task: ModelTask, hop: ModelHop): void {
  const below = [...model.hops.values()].filter(
    (one) =>
      one.task === task.id && one.round === hop.round && one.seq > hop.seq && one.status === "accepted",
  );
  rule(below.length === 0, "D4", `${below.length} hops below it are open`);
  if (hop.round === task.round) task.path = task.path.filter((id) => id !== hop.id);
}
