import type { Envelope, Message } from "../../machines/messages/envelope.ts";
import { DESK, type ActorNo, type DelegationNo, type TaskNo } from "../../machines/records/values.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Awaitable, Store } from "../../store/store.ts";
import type { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";
import { needOf, type Subject } from "../handlers/handle.ts";
import type { Preloaded } from "./turn-world.ts";

/**
 * Finds, before a turn, the rows its message is about, so that the turn itself reads nothing. A row may be
 * read here as an address (who keeps it); only its keeper's turn is given it as state.
 */

/** The turn can run, the message belongs to another actor, or it names nothing. */
export type Found =
  | { readonly kind: "ready"; readonly subject: Subject; readonly preloaded: Preloaded }
  | { readonly kind: "elsewhere"; readonly keeper: ActorNo }
  | { readonly kind: "nothing" };

const NO_SUBJECT: Subject = { task: null, hop: null };
const NOTHING_LOADED: Preloaded = {
  watchers: [],
  keeperOf() {
    return DESK;
  },
};
const READY: Found = { kind: "ready", subject: NO_SUBJECT, preloaded: NOTHING_LOADED };

export function findSubject(store: Store, batch: Batch, actor: Actor, envelope: Envelope): Awaitable<Found> {
  const { message } = envelope;
  const need = needOf(message);
  if (need === "none" && !needsAddresses(message)) return READY;
  if (need === "task" && !needsAddresses(message)) {
    // The hot path: the actor has the task in memory.
    const task = actor.tasks.get((message as { task: TaskNo }).task);
    if (task !== undefined) return { kind: "ready", subject: { task, hop: null }, preloaded: NOTHING_LOADED };
  }
  if (message.type === "task.delegation") {
    // An offer of this very batch: both rows are at hand.
    const task = batch.tasks.get(message.task)?.task;
    const hop = batch.hops.get(message.delegation)?.hop;
    if (task !== undefined && hop !== undefined) {
      const isPending = task.keeper === actor.no && task.pendingHop === hop.no;
      return { kind: "ready", subject: { task: isPending ? task : null, hop }, preloaded: NOTHING_LOADED };
    }
  }
  return find(store, batch, actor, message);
}

async function find(store: Store, batch: Batch, actor: Actor, message: Message): Promise<Found> {
  const need = needOf(message);
  const preloaded = needsAddresses(message) ? await loadAddresses(store, batch, message) : NOTHING_LOADED;
  if (need === "none") return { kind: "ready", subject: NO_SUBJECT, preloaded };
  const about = message as { task: TaskNo; delegation?: DelegationNo };
  const task = actor.tasks.get(about.task) ?? (await currentTask(store, batch, about.task));
  if (task === null) return { kind: "nothing" };
  const kept = task.keeper === actor.no ? task : null;
  if (need === "task") {
    if (kept === null) return { kind: "elsewhere", keeper: task.keeper };
    const isRepeat = message.type === "task.complete" && task.status === "done";
    const repeated = isRepeat ? { completedBy: await completedBy(store, batch, task) } : {};
    return { kind: "ready", subject: { task, hop: null }, preloaded: { ...preloaded, ...repeated } };
  }
  if (need === "came" && message.type !== "task.delegation") {
    return { kind: "ready", subject: { task: kept, hop: null }, preloaded };
  }
  const hop = await currentHop(store, batch, actor, about.task, about.delegation as DelegationNo);
  if (hop === null) return { kind: "nothing" };
  const pendingHere = kept !== null && kept.pendingHop === hop.no ? kept : null;
  return { kind: "ready", subject: { task: pendingHere, hop }, preloaded };
}

/** The lease under which a done task was completed; null = by an operator. */
async function completedBy(store: Store, batch: Batch, task: Task): Promise<number | null> {
  const fresh = batch.results.findLast((one) => one.task === task.no);
  if (fresh !== undefined) return fresh.epoch;
  const stored = await store.queries.resultsOf(task.no);
  return stored.find((one) => one.round === task.round)?.epoch ?? null;
}

/** The task as the batch has it, else as it is stored. */
export async function currentTask(store: Store, batch: Batch, no: TaskNo): Promise<Task | null> {
  return batch.tasks.get(no)?.task ?? (await store.task(no));
}

async function currentHop(
  store: Store,
  batch: Batch,
  actor: Actor,
  task: TaskNo,
  no: DelegationNo,
): Promise<Delegation | null> {
  const own = actor.hops.get(task);
  if (own?.no === no) return own;
  return batch.hops.get(no)?.hop ?? (await store.delegation(no));
}

function needsAddresses(message: Message): boolean {
  switch (message.type) {
    case "task.create":
      return message.spec.dependsOn.length > 0;
    case "tasks.enter":
    case "dependency.watch":
    case "dependency.announce":
    case "dependency.reopened":
    case "dependency.reopen":
    case "task.retry":
      return true;
    default:
      return false;
  }
}

async function loadAddresses(store: Store, batch: Batch, message: Message): Promise<Preloaded> {
  const watchers = await watchersFor(store, batch, message);
  const wanted = new Set<TaskNo>(watchers);
  switch (message.type) {
    case "task.create":
      for (const task of message.spec.dependsOn) wanted.add(task);
      break;
    case "tasks.enter":
      for (const { spec } of message.items) for (const task of spec.dependsOn) wanted.add(task);
      break;
    case "dependency.watch":
      wanted.add(message.dependent);
      break;
    case "dependency.reopened":
      wanted.add(message.dependency);
      break;
    case "dependency.reopen":
    case "task.retry":
      wanted.add(message.task);
      break;
    default:
  }
  const keepers = new Map<TaskNo, ActorNo>();
  for (const task of wanted) keepers.set(task, (await currentTask(store, batch, task))?.keeper ?? DESK);
  return { watchers, keeperOf: (task) => keepers.get(task) ?? DESK };
}

async function watchersFor(store: Store, batch: Batch, message: Message): Promise<readonly TaskNo[]> {
  const asks =
    message.type === "dependency.announce" ||
    (message.type === "dependency.reopened" && message.origin !== null) ||
    (message.type === "task.retry" && message.origin !== null && message.withDependents);
  if (!asks) return [];
  const stored = await store.watches(message.task);
  const added = batch.newWatches.get(message.task) ?? [];
  return [...new Set([...stored.map((watch) => watch.dependent), ...added])];
}
