import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { EVENT_NAMES } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import {
  CANCELLATION_CODES,
  DELEGATION_STATUSES,
  REJECTION_CODES,
  type Delegation,
} from "../../machines/records/delegation.ts";
import {
  HELD_REASONS,
  PRIORITIES,
  TASK_SOURCES,
  TASK_STATUSES,
  type Task,
  type TaskResult,
} from "../../machines/records/task.ts";
import {
  INSTANCE_STATUSES,
  INSTANCE_TYPES,
  SCOPES,
  type Instance,
  type RosterEntry,
  type Tally,
} from "../../machines/records/instance.ts";
import { givenHop, givenId, givenInstance, givenTask } from "./store-given.ts";

const maybe = <T>(value: Arbitrary<T>): Arbitrary<T | null> => fc.option(value, { nil: null });
/** Any text but lone surrogates, which are no text in UTF-8 (the doors refuse them). */
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const moment = fc.integer({ min: 0, max: 4_102_444_800_000 });
const count = fc.integer({ min: 0, max: 1_000_000 });
const number = fc.integer({ min: 1, max: 4_000_000_000 });
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const object = fc.dictionary(text, json, { maxKeys: 4, noNullPrototype: true });
const error = fc.record({ code: text, message: text, details: json }, { requiredKeys: ["code", "message"] });
const list = <T>(value: Arbitrary<T>): Arbitrary<T[]> => fc.array(value, { maxLength: 4 });

/** An instance of any content, without a parent: number, id and name are the caller's. */
export function anyInstance(no: number): Arbitrary<Instance> {
  return fc
    .record({
      id: fc.constant(`inst.${no}_X-1`),
      name: text.map((value) => `${value}#${no}`),
      type: fc.constantFrom(...INSTANCE_TYPES),
      config: object,
      inherited: object,
      runtimeMetadata: object,
      status: fc.constantFrom(...INSTANCE_STATUSES),
      description: maybe(text),
      createdBy: maybe(text),
      createdAt: moment,
      updatedAt: moment,
      startedAt: maybe(moment),
      stoppedAt: maybe(moment),
      version: count,
      intent: fc.constantFrom("restart", "terminate", null),
      wakeAt: maybe(moment),
      waiting: list(fc.record({ command: number, keyed: fc.boolean() })),
    })
    .map((over) => givenInstance(no, over as Partial<Instance>));
}

const asked = {
  title: text,
  description: maybe(text),
  tags: fc.uniqueArray(text, { maxLength: 4 }),
  priority: fc.constantFrom(...PRIORITIES),
  project: maybe(text),
  deadlineAt: maybe(moment),
  notBefore: maybe(moment),
  timeoutSeconds: maybe(fc.double({ min: 0, max: 1e6, noNaN: true })),
  maxAttempts: count,
  payload: maybe(json.map((value) => JSON.stringify(value))),
  route: fc.boolean(),
};

const fixed = {
  key: maybe(text),
  runId: maybe(text),
  onDependencyFailure: fc.constantFrom("fail" as const, "run" as const),
  run: maybe(text),
  source: fc.constantFrom(...TASK_SOURCES),
  createdBy: maybe(text),
  createdAt: moment,
};

const moving = {
  status: fc.constantFrom(...TASK_STATUSES.slice(0, 6)),
  heldReason: maybe(fc.constantFrom(...HELD_REASONS)),
  holder: fc.constantFrom(1, 2, 4),
  origin: fc.constantFrom(1, 2),
  keeper: fc.constantFrom(0, 1, 2, 4),
  pendingHop: maybe(number),
  delegatedFrom: maybe(number),
  delegatedTo: maybe(number),
  chain: list(number),
  delegationCount: count,
  lastDelegation: maybe(number),
  attempt: count,
  failures: count,
  leaseLosses: count,
  routingRound: count,
  refusedBy: list(number),
  returnedBy: list(number),
  waitsFor: list(number),
  watched: fc.boolean(),
  blockedByHand: fc.boolean(),
  arrival: maybe(count),
  claimedBy: maybe(text),
  leaseExpiresAt: maybe(moment),
  leaseKind: fc.constantFrom("worker", "hand", "own", null),
  attemptEndsAt: maybe(moment),
  process: maybe(fc.record({ pid: number, startedAt: text })),
  progress: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  error: maybe(error),
  firstError: maybe(error),
  updatedAt: moment,
  startedAt: maybe(moment),
  completedAt: maybe(moment),
} as const;

/** An open task of any content. */
export function anyTask(no: number): Arbitrary<Task> {
  return fc.record({ ...asked, ...fixed, ...moving }).map((over) => givenTask(no, over as Partial<Task>));
}

/** The same task after any turn, or after any edit. */
export function anyNext(task: Task): Arbitrary<{ moved: Task; edited: Task }> {
  return fc.record({ asked: fc.record(asked), moving: fc.record(moving) }).map((next) => ({
    moved: { ...task, ...(next.moving as Partial<Task>), version: task.version + 1, epoch: task.epoch + 1 },
    edited: {
      ...task,
      ...next.asked,
      ...(next.moving as Partial<Task>),
      version: task.version + 2,
      epoch: task.epoch + 1,
    },
  }));
}

export function anyResult(task: number): Arbitrary<TaskResult> {
  return fc.record({
    task: fc.constant(task),
    round: fc.constant(1),
    outcome: fc.constantFrom("succeeded" as const, "failed" as const, "cancelled" as const),
    value: maybe(json.map((value) => JSON.stringify(value))),
    error: maybe(error),
    epoch: maybe(count),
    at: moment,
  }) as Arbitrary<TaskResult>;
}

/** A delegation of task 1 from PROJECT 2 to ORCHESTRATION 4 of any content. */
export function anyHop(no: number): Arbitrary<Delegation> {
  return fc
    .record({
      id: fc.constant(givenId(3, no)),
      type: fc.constantFrom("route" as const, "decompose" as const),
      status: fc.constantFrom(...DELEGATION_STATUSES.filter((status) => status !== "pending")),
      delegatedBy: maybe(text),
      delegatedAt: moment,
      decidedAt: maybe(moment),
      completedAt: maybe(moment),
      expiresAt: maybe(moment),
      reasonCode: maybe(fc.constantFrom(...REJECTION_CODES, ...CANCELLATION_CODES)),
      reasonText: maybe(text),
      outcome: fc.constantFrom("succeeded", "failed", "handed_back", null),
      taskStatus: maybe(fc.constantFrom(...TASK_STATUSES)),
      notes: maybe(text),
      previous: fc.constant(no === 1 ? null : no - 1),
      round: count,
      routingRound: count,
      byCaller: fc.boolean(),
      version: count,
    })
    .map((over) => givenHop(no, over as Partial<Delegation>));
}

export function anyEvent(position: number): Arbitrary<JournalEvent> {
  return fc.record({
    position: fc.constant(position),
    at: moment,
    name: fc.constantFrom(...EVENT_NAMES),
    instance: fc.integer({ min: 0, max: 5 }),
    task: maybe(number),
    delegation: maybe(number),
    actor: maybe(text),
    cause: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    data: fc.oneof(fc.constant({}), object),
  }) as Arbitrary<JournalEvent>;
}

export function anyRoster(parent: number, child: number): Arbitrary<RosterEntry> {
  return fc.record({
    parent: fc.constant(parent),
    child: fc.constant(child),
    name: text,
    scope: fc.constantFrom(...SCOPES),
    type: fc.constantFrom(...INSTANCE_TYPES),
    // Of a child that has ended there is none.
    status: fc.constantFrom(...INSTANCE_STATUSES.filter((status) => status !== "terminated")),
    description: maybe(text),
    capabilities: list(text),
    strictCapabilities: fc.boolean(),
    domains: list(text),
    maxConcurrent: count,
    room: count,
    openElsewhere: count,
    ownOpen: count,
    childVersion: count,
  });
}

export function anyTally(instance: number): Arbitrary<Tally> {
  const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, count]));
  return fc.record({ instance: fc.constant(instance), ...counts }) as unknown as Arbitrary<Tally>;
}
