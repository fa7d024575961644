import { delegationLifecycle } from "../lifecycles/delegation.ts";
import type { TaskEvent } from "../lifecycles/task.ts";
import type {
  CancellationCode,
  Delegation,
  DelegationType,
  DelegationOutcome,
  ReasonCode,
  RejectionCode,
} from "../records/delegation.ts";
import type { Task, TaskStatus } from "../records/task.ts";
import type { DelegationNo, TaskNo } from "../records/values.ts";
import { event, type Stamp } from "./entry.ts";
import {
  list,
  delegation,
  flag,
  instance,
  moment,
  number,
  optional,
  text,
  word,
  type DataOf,
} from "./field.ts";
import { beginRound, endLease } from "./task-steps.ts";

/** What a delegation is from its first event on; absent = the default. */
const created = {
  source: instance,
  target: instance,
  type: word<DelegationType>(),
  seq: number,
  expiresAt: optional(moment),
  routingRound: optional(number),
  by: optional(text),
  previous: optional(delegation),
  round: optional(number),
  byCaller: optional(flag),
  notes: optional(text),
};

const createdOrNot = {
  ...created,
  source: optional(instance),
  target: optional(instance),
  type: optional(word<DelegationType>()),
  seq: optional(number),
};

/** Data of the event that creates a delegation. */
export type DelegationCreated = DataOf<typeof created>;

/** A delegation as its first event makes it; what that event says beyond it being offered comes after. */
export function createDelegation(
  place: { readonly no: DelegationNo; readonly id: string; readonly task: TaskNo },
  data: DelegationCreated,
  { at }: Stamp,
): Delegation {
  return {
    ...place,
    source: data.source,
    target: data.target,
    type: data.type,
    seq: data.seq,
    status: delegationLifecycle.initial,
    delegatedBy: data.by ?? null,
    delegatedAt: at,
    decidedAt: null,
    completedAt: null,
    expiresAt: data.expiresAt ?? null,
    reasonCode: null,
    reasonText: null,
    outcome: null,
    taskStatus: null,
    notes: data.notes ?? null,
    previous: data.previous ?? null,
    round: data.round ?? 1,
    routingRound: data.routingRound ?? 0,
    byCaller: data.byCaller ?? false,
    version: 1,
  };
}

/** Why it ended without a result. */
function explain(record: Delegation, data: { readonly code: ReasonCode; readonly text?: string }): void {
  record.reasonCode = data.code;
  record.reasonText = data.text ?? null;
}

const OFFER: readonly TaskEvent[] = [{ type: "OFFER" }];
const WITHDRAW_AND_OFFER: readonly TaskEvent[] = [{ type: "WITHDRAW" }, { type: "OFFER" }];

/** The offer ended without acceptance: its source has the task to itself again. */
const offerEnded = {
  evolve(record: Task, ended: Delegation): void {
    record.pendingHop = null;
    record.keeper = ended.source;
    record.heldReason = null;
    if (!ended.byCaller) record.refusedBy = [...record.refusedBy, ended.target];
  },
};

/** Events of a delegation, and what each does to its task. Source: spec/domain.md 2.4. */
export const delegationEvents = {
  "delegation.pending": event({
    code: 28,
    data: created,
    creates: "delegation",
    offer: {
      machine: ({ status }) => (status === "pending" ? OFFER : WITHDRAW_AND_OFFER),
      to: "pending",
      evolve(record, offered) {
        record.heldReason = null;
        record.pendingHop = offered.no;
        record.keeper = offered.target;
        record.delegatedFrom = offered.source;
        record.delegatedTo = offered.target;
        record.delegationCount = offered.seq;
        record.lastDelegation = offered.no;
        beginRound(record, offered.routingRound);
        endLease(record);
        // A caller's offer that is refused puts the task back in its old place.
        if (!offered.byCaller) record.arrival = null;
      },
    },
    common: true,
    endsAttempt: true,
  }),
  /**
   * Also the first event of a delegation that is accepted as it is made: an escalation that gives the task back
   * (spec/domain.md 2.4).
   */
  "delegation.accepted": event({
    code: 29,
    data: {
      ...createdOrNot,
      note: optional(text),
      /** Who has had the task and given it back: none of them is asked again before all others were. */
      returnedBy: optional(list(instance)),
      /** They, and who has refused it in this round. Absent = they alone. */
      refusedBy: optional(list(instance)),
    },
    delegation: {
      machine: () => [{ type: "ACCEPT" }],
      to: "accepted",
      evolve(record, _data, { at }) {
        record.decidedAt = at;
      },
    },
    offer: {
      machine: () => [{ type: "ACCEPT" }],
      to: "pending",
      evolve(record, accepted, { returnedBy = [], refusedBy }) {
        record.pendingHop = null;
        record.holder = accepted.target;
        record.chain = [...record.chain, accepted.target];
        record.heldReason = null;
        record.arrival = null;
        record.routingRound = 0;
        // While others are tried after a failure, who has had it is remembered: each is tried once
        // (spec/domain.md 2.7).
        if (record.firstError === null) record.returnedBy = [...returnedBy];
        record.refusedBy = [...(refusedBy ?? record.returnedBy)];
      },
    },
    common: true,
  }),
  "delegation.rejected": event({
    code: 30,
    data: { code: word<RejectionCode>(), text: optional(text) },
    delegation: {
      machine: (_record, { code }) => [{ type: code === "expired" ? "EXPIRE" : "REJECT" }],
      to: "rejected",
      evolve(record, data, { at }) {
        record.decidedAt = at;
        explain(record, data);
      },
    },
    offer: offerEnded,
  }),
  "delegation.completed": event({
    code: 31,
    data: { outcome: word<DelegationOutcome>(), taskStatus: word<TaskStatus>() },
    delegation: {
      machine: () => [{ type: "COMPLETE" }],
      to: "completed",
      evolve(record, { outcome, taskStatus }, { at }) {
        record.completedAt = at;
        record.outcome = outcome;
        record.taskStatus = taskStatus;
      },
    },
    common: true,
  }),
  "delegation.cancelled": event({
    code: 32,
    data: { code: word<CancellationCode>(), text: optional(text) },
    delegation: {
      machine: () => [{ type: "CANCEL" }],
      to: "cancelled",
      evolve(record, data, { at }) {
        record.decidedAt ??= at;
        explain(record, data);
      },
    },
    offer: offerEnded,
  }),
} as const;
