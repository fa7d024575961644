import { createTask } from "../../machines/events/task-created.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import { emptyTally, type Instance, type RosterEntry, type Tally } from "../../machines/records/instance.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Task, TaskResult } from "../../machines/records/task.ts";
import { DESK } from "../../machines/records/values.ts";
import type { Commit, Counters, MailRow } from "../../store/store.ts";

/** 2025-06-15: the moment every record of these tests begins at. */
export const NOW = 1_750_000_000_000;

/** A UUID that says what it is of: kind 2, number 42. */
export function givenId(kind: number, no: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  return `0190${hex(kind, 4)}-0000-7000-8000-${hex(no, 12)}`;
}

export function givenInstance(no: number, over: Partial<Instance> = {}): Instance {
  const parent = over.parent ?? null;
  return {
    no,
    id: givenId(1, no),
    name: `instance-${no}`,
    scope: "GLOBAL",
    type: "persistent",
    parent,
    depth: parent === null ? 1 : 2,
    root: parent ?? no,
    config: {},
    inherited: {},
    runtimeMetadata: {},
    status: "running",
    description: null,
    createdBy: "cli:ada",
    createdAt: NOW,
    updatedAt: NOW,
    startedAt: NOW,
    stoppedAt: null,
    version: 1,
    intent: null,
    wakeAt: null,
    waiting: [],
    ...over,
  };
}

/** GLOBAL 1 above PROJECTs 2 and 3; ORCHESTRATIONs 4 and 5 below 2. */
export function givenTree(): Instance[] {
  const below = (parent: number, depth: number): Partial<Instance> => ({ parent, depth, root: 1 });
  return [
    givenInstance(1),
    givenInstance(2, { scope: "PROJECT", ...below(1, 2) }),
    givenInstance(3, { scope: "PROJECT", ...below(1, 2) }),
    givenInstance(4, { scope: "ORCHESTRATION", ...below(2, 3) }),
    givenInstance(5, { scope: "ORCHESTRATION", ...below(2, 3) }),
  ];
}

/** A task queued at instance 4 after one round of routing; `over` says what is otherwise. */
export function givenTask(no: number, over: Partial<Task> = {}): Task {
  const holder = over.holder === undefined ? 4 : over.holder;
  const at = NOW + no;
  const created = createTask(
    no,
    givenId(2, no),
    { title: `task ${no}`, source: "cli", by: "cli:ada", ...(holder === null ? {} : { holder }) },
    { position: no, at, instance: holder ?? DESK },
  );
  return { ...created, status: "queued", routingRound: 1, ...over };
}

/** A task that succeeded, as its row; its result is {@link givenResult}. */
export function givenDone(no: number, over: Partial<Task> = {}): Task {
  return givenTask(no, {
    status: "done",
    outcome: "succeeded",
    result: '{"ok":true}',
    completedAt: NOW,
    ...over,
  });
}

export function givenResult(task: number, over: Partial<TaskResult> = {}): TaskResult {
  return {
    task,
    round: 1,
    outcome: "succeeded",
    value: '{"ok":true}',
    error: null,
    epoch: 1,
    at: NOW,
    ...over,
  };
}

export function givenHop(no: number, over: Partial<Delegation> = {}): Delegation {
  return {
    no,
    id: givenId(3, no),
    task: 1,
    source: 2,
    target: 4,
    type: "route",
    seq: no,
    status: "pending",
    delegatedBy: null,
    delegatedAt: NOW,
    decidedAt: null,
    completedAt: null,
    expiresAt: null,
    reasonCode: null,
    reasonText: null,
    outcome: null,
    taskStatus: null,
    notes: null,
    previous: null,
    round: 1,
    routingRound: 1,
    byCaller: false,
    version: 1,
    ...over,
  };
}

export function givenEvent(position: number, over: Partial<GivenEvent> = {}): JournalEvent {
  return {
    position,
    at: NOW + position,
    name: "task.created",
    instance: 4,
    task: null,
    delegation: null,
    actor: null,
    cause: 0,
    data: {},
    ...over,
  } as JournalEvent;
}

/** An event with any data. */
type GivenEvent = Omit<JournalEvent, "data"> & { readonly data: object };

export function givenMail(no: number, over: Partial<Envelope> = {}, row: Partial<MailRow> = {}): MailRow {
  const envelope: Envelope = {
    to: 4,
    from: 2,
    message: { type: "task.audit", task: 1 },
    reply: null,
    by: null,
    cause: 0,
    row: no,
    attempt: 1,
    ...over,
  };
  return { no, envelope, deliverAt: 0, enqueuedAt: NOW, ...row };
}

export function givenRoster(parent: number, child: number, over: Partial<RosterEntry> = {}): RosterEntry {
  return {
    parent,
    child,
    name: `instance-${child}`,
    scope: "ORCHESTRATION",
    type: "persistent",
    status: "running",
    description: null,
    capabilities: [],
    strictCapabilities: false,
    domains: [],
    maxConcurrent: 10,
    room: 5,
    openElsewhere: 0,
    ownOpen: 0,
    childVersion: 1,
    ...over,
  };
}

export function givenTally(instance: number, over: Partial<Tally> = {}): Tally {
  return { ...emptyTally(instance), ...over };
}

/** Far above every number of these tests. */
const COUNTERS: Counters = {
  instance: 1_000,
  task: 100_000,
  delegation: 100_000,
  message: 1_000,
  position: 1_000_000,
  command: 1_000,
};

type Part<T> = { readonly [K in keyof T]?: Partial<T[K]> | T[K] };

/** A commit of what a test is about; the rest is empty. */
export function givenCommit(part: Part<Commit> = {}): Commit {
  return {
    at: NOW,
    tallies: [],
    roster: { kept: [], ended: [] },
    results: [],
    watches: [],
    events: [],
    deadLetters: [],
    redriven: [],
    keys: [],
    answers: [],
    ...part,
    counters: { ...COUNTERS, ...part.counters },
    instances: { added: [], changed: [], ...part.instances },
    tasks: { added: [], moved: [], edited: [], ...part.tasks },
    delegations: { added: [], changed: [], ...part.delegations },
    mail: { added: [], done: [], ...part.mail },
  } as Commit;
}

/** What a store needs of the outside, the same in every run. */
export function givenEnvironment() {
  let count = 0;
  return { clock: { now: () => NOW }, ids: { uuid: () => givenId(9, ++count) } };
}
