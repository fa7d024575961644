import type { CancellationCode, Delegation, DelegationType, RejectionCode } from "../records/delegation.ts";
import type { RosterEntry } from "../records/instance.ts";
import type { FinalTaskStatus, TaskStatus } from "../records/task.ts";
import type { ActorNo, DelegationNo, InstanceNo, TaskNo } from "../records/values.ts";
import type { AnswerValue } from "./answer.ts";

/** Messages between actors. Source: 2-domain.md 2.8. */
export type Notice =
  /** An offer. The receiver keeps the task from here on. */
  | {
      readonly type: "task.delegation";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      /**
       * routed = by routing: decided at once unless the target's `acceptance` is manual; caller = a named
       * target: pending unless its `acceptance` is auto; forced = decided at once whatever it says.
       */
      readonly decide: "routed" | "caller" | "forced";
    }
  | {
      readonly type: "delegation.acceptance";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly target: InstanceNo;
    }
  /** The offer ended without acceptance; the receiver keeps the task again. */
  | {
      readonly type: "delegation.rejection";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly target: InstanceNo;
      readonly code: RejectionCode | CancellationCode;
      readonly delegationType: DelegationType;
      /** No fallback: the task is back as it was. */
      readonly byCaller: boolean;
      /** Room the target has now. */
      readonly room: number;
    }
  /** The source withdraws its pending offer (it is being terminated). */
  | {
      readonly type: "delegation.cancellation";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly code: CancellationCode;
    }
  /** The task is final below; the receiver closes the hop that brought it, and tells its own source. */
  | {
      readonly type: "task.completion";
      readonly task: TaskNo;
      /** The hop from the receiver that is closed; its target. */
      readonly delegation: DelegationNo;
      readonly target: InstanceNo;
      readonly status: FinalTaskStatus;
      readonly completedAt: number;
      /** true = the hop was still pending, so the receiver is the holder of the final task. */
      readonly whileOffered: boolean;
      /** What to answer the waiting caller with, at the origin; null = nobody waits. */
      readonly answer: AnswerValue | null;
    }
  /** Returned by its holder; the receiver holds and keeps it now. */
  | {
      readonly type: "task.return";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly target: InstanceNo;
      readonly why: "escalated" | "reassigned" | "instance_terminated";
      /** Its status when it was sent: what the receiver counts. */
      readonly status: TaskStatus;
      /** reassign: offer it to this sibling. */
      readonly next: {
        readonly to: InstanceNo;
        readonly autoAccept: boolean;
        readonly type: "reassign";
      } | null;
      /** reassign: the hop that was given up for it, to answer with when there is nothing left to offer. */
      readonly given: Delegation | null;
    }
  /** A task for the receiver to keep: just entered or assigned at it, or reopened with it as the origin. */
  | {
      readonly type: "task.update";
      readonly task: TaskNo;
      readonly what: "entered" | "assigned" | "retried";
      readonly status: TaskStatus;
    }
  | { readonly type: "dependency.watch"; readonly task: TaskNo; readonly dependent: TaskNo }
  /** To the keeper of a task that is final and was waited for: tell who waits. */
  | { readonly type: "dependency.announce"; readonly task: TaskNo }
  | {
      readonly type: "dependency.settled";
      readonly task: TaskNo;
      readonly dependency: TaskNo;
      readonly status: FinalTaskStatus;
    }
  /**
   * A dependency that failed is retried with its dependents: the receiver reopens the one it keeps, if it failed for
   * that alone, with `origin` as its origin; null = its origin is asked first, who may be terminated by now.
   */
  | {
      readonly type: "dependency.reopened";
      readonly task: TaskNo;
      readonly dependency: TaskNo;
      readonly origin: ActorNo | null;
    }
  /** To the origin of a task that is to be reopened for that reason: it asks the keeper, or passes this up once it is terminated. */
  | { readonly type: "dependency.reopen"; readonly task: TaskNo; readonly dependency: TaskNo }
  /** News from a child: everything the roster holds of it. */
  | { readonly type: "instance.status"; readonly child: InstanceNo; readonly news: RosterNews }
  /** From a parent: start a child that was just created, or end with the cascade. */
  | { readonly type: "instance.command"; readonly verb: "start" | "terminate" }
  /** A moment has come: of a task or delegation that the receiver keeps, or of the receiver itself. */
  | { readonly type: "timer.task"; readonly task: TaskNo }
  | { readonly type: "timer.delegation"; readonly task: TaskNo; readonly delegation: DelegationNo }
  | { readonly type: "timer.instance" }
  /** The second half of a start or a drain, sent by an actor to itself. */
  | { readonly type: "instance.started" }
  | { readonly type: "instance.drained" }
  /** The auditor asks a keeper to look again at a task that nothing is under way for. */
  | { readonly type: "task.audit"; readonly task: TaskNo };

export type RosterNews = Omit<RosterEntry, "parent" | "child" | "ownOpen" | "backoffUntil" | "refusals"> & {
  readonly summary?: InstanceSummary;
};

/** Counts and durations of a terminated instance; the parent keeps totals and the last 20. */
export interface InstanceSummary {
  readonly id: string;
  readonly name: string;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly lifetimeMs: number;
}
