import { taskContext } from "../lifecycles/task-context.ts";
import type { HeldReason, ProcessMark, Task, TaskSource, TaskStatus } from "../records/task.ts";
import type { ErrorInfo } from "../records/values.ts";
import { event } from "./entry.ts";
import {
  delegation,
  flag,
  instance,
  json,
  list,
  moment,
  nullable,
  number,
  optional,
  task,
  text,
  word,
} from "./field.ts";
import { asked, counters, lease, leaseIfTaken, maxLeaseLosses } from "./task-fields.ts";
import {
  beginRound,
  count,
  END,
  endLease,
  endTask,
  failedBy,
  LEASE,
  limited,
  reopen,
  takeLease,
} from "./task-steps.ts";

const { title, tags, ...others } = asked;

/** Events of a task. Source: spec/domain.md 2.5. */
export const taskEvents = {
  "task.created": event({
    code: 11,
    data: {
      // First what nearly every task has: places that nothing is said for are left out at the end (coding.ts).
      title,
      status: optional(word<TaskStatus>()),
      holder: optional(nullable(instance)),
      by: optional(nullable(text)),
      tags,
      ...others,
      key: optional(nullable(text)),
      runId: optional(nullable(text)),
      onDependencyFailure: optional(word<Task["onDependencyFailure"]>()),
      run: optional(nullable(text)),
      source: optional(word<TaskSource>()),
      parentTask: optional(nullable(task)),
    },
    creates: "task",
    common: true,
  }),
  "task.assigned": event({
    code: 12,
    data: { holder: instance },
    task: {
      evolve(record, { holder }) {
        record.holder = holder;
        record.origin = holder;
        record.keeper = holder;
        record.chain = [holder];
        record.heldReason = null;
      },
    },
  }),
  "task.updated": event({
    code: 13,
    data: asked,
    task: {
      evolve(record, data) {
        Object.assign(record, data);
      },
    },
    edits: true,
    // Its tags and its moment may be others.
    offersWork: true,
  }),
  "task.queued": event({
    code: 14,
    data: {},
    task: {
      machine: () => [{ type: "QUEUE" }],
      to: "queued",
      evolve(record, _data, { position }) {
        record.heldReason = null;
        record.arrival ??= position;
      },
    },
    common: true,
    offersWork: true,
  }),
  "task.claimed": event({
    code: 15,
    data: lease,
    task: {
      machine: () => [{ type: "CLAIM" }],
      to: "claimed",
      changes: LEASE,
      evolve(record, data, { at }) {
        takeLease(record, data, at);
      },
    },
    common: true,
  }),
  /** By hand where it says who took it; else a worker's first sign of life, or the mark of its command. */
  "task.in_progress": event({
    code: 16,
    data: { ...leaseIfTaken, process: optional(json<ProcessMark>()) },
    task: {
      machine: (_record, { by, process }) => [
        { type: by === undefined && process === undefined ? "HEARTBEAT" : "START" },
      ],
      to: "in_progress",
      evolve(record, { by, until, process, ...rest }, { at }) {
        if (by !== undefined && until !== undefined) takeLease(record, { by, until, ...rest }, at);
        record.process = process ?? record.process;
      },
    },
    common: true,
  }),
  "task.progress": event({
    code: 17,
    data: { progress: number, note: optional(text) },
    task: {
      evolve(record, { progress }) {
        record.progress = progress;
      },
    },
    common: true,
  }),
  "task.requeued": event({
    code: 18,
    data: {
      reason: word<"released" | "drain_timeout" | "failed" | "lease_lost">(),
      error: optional(json<ErrorInfo>()),
      ...counters,
      maxLeaseLosses,
      notBefore: optional(moment),
    },
    task: {
      machine: (_record, { reason }) => REQUEUES[reason],
      context: limited,
      to: "queued",
      evolve(record, data) {
        record.notBefore = data.notBefore ?? null;
        count(record, data);
        endLease(record);
      },
    },
    edits: true,
    offersWork: true,
    endsAttempt: true,
  }),
  "task.returned": event({
    code: 19,
    data: {
      holder: instance,
      why: word<"escalated" | "reassigned" | "instance_terminated">(),
      returnedBy: optional(list(instance)),
      /** They, and who has refused it in this round. Absent = they alone. */
      refusedBy: optional(list(instance)),
      /** With an escalation: its seq and number, under the names that the journal has had for them. */
      hops: optional(number),
      lastHop: optional(delegation),
      firstError: optional(json<ErrorInfo>()),
      ...counters,
    },
    task: {
      machine: () => [{ type: "WITHDRAW" }],
      evolve(record, data) {
        const { holder, returnedBy = [] } = data;
        record.holder = holder;
        record.keeper = holder;
        record.chain = record.chain.slice(0, record.chain.indexOf(holder) + 1);
        record.heldReason = null;
        record.arrival = null;
        record.routingRound = 0;
        record.returnedBy = returnedBy;
        record.refusedBy = [...(data.refusedBy ?? returnedBy)];
        record.delegationCount = data.hops ?? record.delegationCount;
        record.lastDelegation = data.lastHop ?? record.lastDelegation;
        record.firstError = data.firstError ?? record.firstError;
        count(record, data);
        endLease(record);
      },
    },
    endsAttempt: true,
  }),
  "task.blocked": event({
    code: 20,
    data: { byHand: optional(flag), waitsFor: optional(list(task)), reason: optional(text) },
    task: {
      machine: () => [{ type: "BLOCK" }],
      to: "blocked",
      evolve(record, { byHand, waitsFor }) {
        record.blockedByHand = byHand === true;
        record.waitsFor = waitsFor ?? record.waitsFor;
        record.heldReason = null;
        record.arrival = null;
      },
    },
  }),
  "task.unblocked": event({
    code: 21,
    data: {},
    task: {
      machine: () => [{ type: "UNBLOCK" }],
      to: "pending",
      evolve(record) {
        record.blockedByHand = false;
        record.waitsFor = [];
      },
    },
  }),
  "task.waiting": event({
    code: 22,
    data: {},
    task: { machine: () => [{ type: "DECOMPOSE" }], to: "waiting", evolve: endLease },
    endsAttempt: true,
  }),
  "task.held": event({
    code: 23,
    data: { reason: word<HeldReason>(), routingRound: optional(number) },
    task: {
      machine: (_record, { reason }) => [{ type: reason === "awaiting_acceptance" ? "AWAIT" : "HOLD" }],
      to: "pending",
      evolve(record, { reason, routingRound }) {
        record.heldReason = reason;
        beginRound(record, routingRound ?? record.routingRound);
      },
    },
  }),
  "task.completed": event({
    code: 24,
    /** force: its open children are cancelled with it. */
    data: { epoch: optional(number), force: optional(flag) },
    task: {
      machine: (_record, { force }) => [{ type: "COMPLETE", force: force === true }],
      to: "done",
      changes: END,
      evolve: (record, _data, stamp) => endTask(record, "succeeded", {}, stamp),
    },
    common: true,
    offersWork: true,
    endsAttempt: true,
  }),
  "task.failed": event({
    code: 25,
    data: { error: json<ErrorInfo>(), epoch: optional(number), ...counters, maxLeaseLosses },
    task: {
      machine: (_record, data) => [failedBy(data)],
      context: limited,
      to: "failed",
      evolve: (record, data, stamp) => endTask(record, "failed", data, stamp),
    },
    offersWork: true,
    endsAttempt: true,
  }),
  "task.cancelled": event({
    code: 26,
    data: { error: optional(json<ErrorInfo>()), epoch: optional(number) },
    task: {
      machine: () => [{ type: "CANCEL" }],
      to: "cancelled",
      evolve: (record, data, stamp) => endTask(record, "cancelled", data, stamp),
    },
    offersWork: true,
    endsAttempt: true,
  }),
  "task.retried": event({
    code: 27,
    data: {
      origin: nullable(instance),
      waitsFor: optional(list(task)),
      deadlineAt: optional(nullable(moment)),
      ...counters,
    },
    task: {
      machine: () => [{ type: "RETRY" }],
      // What it waits for from now on decides, not what it waited for when it failed.
      context: (record, { waitsFor = record.waitsFor }) =>
        taskContext(record, { openDependencies: waitsFor.length }),
      to: "pending",
      evolve: reopen,
    },
    edits: true,
  }),
} as const;

const REQUEUES = {
  released: [{ type: "RELEASE" }],
  drain_timeout: [{ type: "RELEASE" }],
  failed: [{ type: "FAIL", retryable: true }],
  lease_lost: [{ type: "LEASE_EXPIRED" }],
} as const;
