import type { Envelope, Message } from "../../machines/messages/envelope.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task } from "../../machines/records/task.ts";
import { DESK, type ActorNo, type DelegationNo, type TaskNo } from "../../machines/records/values.ts";
import type { Awaitable, DeadLetter, Store, TaskAddress } from "../../store/store.ts";
import type { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";
import { WATCHERS, type Entry, type Registry } from "./entry.ts";
import type { Preloaded } from "./turn-base.ts";

/**
 * Finds, before a turn, the rows its message is about, so that the turn itself reads nothing. A row may be
 * read here as an address (who keeps it); only its keeper's turn is given it as state.
 */
export interface Subject {
  /** The task, when this actor keeps it. */
  readonly task: Task | null;
  /** The delegation that the message names. */
  readonly delegation: Delegation | null;
}

/** The turn can run, the message belongs to another actor, or it names nothing. */
export type Found =
  | { readonly kind: "ready"; readonly subject: Subject; readonly preloaded: Preloaded }
  | { readonly kind: "elsewhere"; readonly keeper: ActorNo }
  | { readonly kind: "nothing" };

/** Where rows are looked for. */
export interface Sources {
  readonly store: Store;
  readonly batch: Batch;
  readonly actor: Actor;
}

const NO_SUBJECT: Subject = { task: null, delegation: null };
export const NOTHING_LOADED: Preloaded = { watchers: [], keeperOf: () => DESK };
const READY: Found = { kind: "ready", subject: NO_SUBJECT, preloaded: NOTHING_LOADED };

/** What a message names; its entry says that it does. */
interface Names {
  readonly task: TaskNo;
  readonly delegation: DelegationNo;
}

export function findSubject(sources: Sources, registry: Registry, { message }: Envelope): Awaitable<Found> {
  const entry = registry[message.type];
  const needs = needOf(entry, message);
  if (!isAddressed(entry, message)) {
    if (needs === "nothing") return READY;
    const found = atHand(sources, needs, message as unknown as Names);
    if (found !== null) return { kind: "ready", subject: found, preloaded: NOTHING_LOADED };
  }
  return find(sources, entry, needs, message);
}

function needOf(entry: Entry<Message>, message: Message): Entry<Message>["needs"] {
  return entry.needs === "task" && entry.visit?.when(message) === true ? "nothing" : entry.needs;
}

function isAddressed(entry: Entry<Message>, message: Message): boolean {
  if (entry.letter !== undefined || watchersAfter(entry, message) !== null) return true;
  return entry.addresses !== undefined && entry.addresses(message).length > 0;
}

/** The hot path: a task that the actor has in memory, or an offer of this very batch; null = it has to be looked for. */
function atHand({ actor, batch }: Sources, needs: Entry<Message>["needs"], names: Names): Subject | null {
  if (needs === "task") {
    const task = actor.tasks.get(names.task);
    return task === undefined ? null : { task, delegation: null };
  }
  if (needs !== "delegation") return null;
  const task = batch.tasks.get(names.task)?.task;
  const delegation = batch.delegations.get(names.delegation)?.delegation;
  if (task === undefined || delegation === undefined) return null;
  return { task: ifOffered(task, delegation, actor), delegation };
}

async function find(
  sources: Sources,
  entry: Entry<Message>,
  needs: Entry<Message>["needs"],
  message: Message,
): Promise<Found> {
  const { actor } = sources;
  const names = message as unknown as Names;
  const preloaded = isAddressed(entry, message)
    ? await loadAddresses(sources, entry, message, names.task)
    : NOTHING_LOADED;
  if (needs === "nothing") return { kind: "ready", subject: NO_SUBJECT, preloaded };
  const task = actor.tasks.get(names.task) ?? (await currentTask(sources, names.task));
  if (task === null) return { kind: "nothing" };
  const kept = task.keeper === actor.no ? task : null;
  if (needs === "arrival") return { kind: "ready", subject: { task: kept, delegation: null }, preloaded };
  if (needs === "task") {
    if (kept === null) return { kind: "elsewhere", keeper: task.keeper };
    const asksResult = entry.needs === "task" && entry.asksResult?.(task) === true;
    const result = asksResult ? { completedBy: await completedBy(sources, task) } : {};
    return { kind: "ready", subject: { task, delegation: null }, preloaded: { ...preloaded, ...result } };
  }
  const delegation = await currentDelegation(sources, names);
  if (delegation === null) return { kind: "nothing" };
  return { kind: "ready", subject: { task: ifOffered(task, delegation, actor), delegation }, preloaded };
}

/** The task, where it is on offer to this actor over this delegation. */
function ifOffered(task: Task, delegation: Delegation, actor: Actor): Task | null {
  return task.keeper === actor.no && task.pendingHop === delegation.no ? task : null;
}

/** The lease under which a done task was completed; null = by an operator. */
async function completedBy({ store, batch }: Sources, task: Task): Promise<number | null> {
  const fresh = batch.results.findLast((one) => one.task === task.no);
  if (fresh !== undefined) return fresh.epoch;
  const stored = await store.queries.resultsOf(task.no);
  return stored.find((one) => one.round === task.round)?.epoch ?? null;
}

/** The task as the batch has it, else as it is stored. */
export async function currentTask(
  { store, batch }: Omit<Sources, "actor">,
  no: TaskNo,
): Promise<Task | null> {
  return batch.tasks.get(no)?.task ?? (await store.task(no));
}

async function currentDelegation({ store, batch, actor }: Sources, { task, delegation }: Names) {
  const own = actor.hops.get(task);
  if (own?.no === delegation) return own;
  return batch.delegations.get(delegation)?.delegation ?? (await store.delegation(delegation));
}

async function loadAddresses(
  sources: Sources,
  entry: Entry<Message>,
  message: Message,
  task: TaskNo,
): Promise<Preloaded> {
  const letter = entry.letter === undefined ? {} : { letter: await letterOf(sources, entry.letter(message)) };
  const after = watchersAfter(entry, message);
  const watchers = after === null ? [] : await watchersOf(sources, task, after);
  const keepers = new Map<TaskNo, ActorNo>();
  for (const no of new Set([...watchers, ...(entry.addresses?.(message) ?? [])])) {
    keepers.set(no, (await currentAddress(sources, no))?.keeper ?? DESK);
  }
  return { watchers, keeperOf: (no) => keepers.get(no) ?? DESK, ...letter };
}

/** null = it is there no more. */
async function letterOf({ store, batch }: Sources, no: number): Promise<DeadLetter | null> {
  return batch.redriven.includes(no) ? null : await store.queries.deadLetter(no);
}

function watchersAfter(entry: Entry<Message>, message: Message): TaskNo | null {
  return entry.watchersAfter?.(message) ?? null;
}

/** The first of them behind `after`, with those that this batch has added. */
async function watchersOf(
  { store, batch }: Sources,
  task: TaskNo,
  after: TaskNo,
): Promise<readonly TaskNo[]> {
  const stored = await store.watches(task, after, WATCHERS);
  const added = (batch.newWatches.get(task) ?? []).filter((dependent) => dependent > after);
  const all = new Set([...stored.map((watch) => watch.dependent), ...added]);
  return [...all].toSorted((a, b) => a - b).slice(0, WATCHERS);
}

async function currentAddress({ store, batch }: Sources, no: TaskNo): Promise<TaskAddress | null> {
  return batch.tasks.get(no)?.task ?? (await store.queries.taskAddress(no));
}
