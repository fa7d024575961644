import type { CancellationCode, Delegation, DelegationType, ReasonCode } from "../records/delegation.ts";
import type { Instance, RosterEntry, Tally } from "../records/instance.ts";
import type { FinalTaskStatus, TaskStatus } from "../records/task.ts";
import type { OfferKind } from "../policies/acceptance.ts";
import type { News } from "../policies/held.ts";
import type { Ranked } from "../queues/rank.ts";
import type { ActorNo, InstanceNo, TaskNo } from "../records/values.ts";
import type { AnswerValue } from "./answer.ts";
import type { OfHop } from "./command.ts";

/** By the target of a hop, to its source. */
interface FromTarget extends OfHop {
  readonly target: InstanceNo;
}

/** Messages between actors. Source: spec/domain.md 2.8. */
export type Notice =
  /** An offer. The receiver keeps the task from here on. */
  | (OfHop & { readonly type: "task.delegation"; readonly decide: OfferKind })
  | (FromTarget & { readonly type: "delegation.acceptance" })
  /** The offer ended without acceptance; the receiver keeps the task again. */
  | (FromTarget & {
      readonly type: "delegation.rejection";
      readonly code: ReasonCode;
      readonly delegationType: DelegationType;
      /** No fallback: the task is back as it was. */
      readonly byCaller: boolean;
      /** Room the target has now. */
      readonly room: number;
    })
  /** The source withdraws its pending offer (it is being terminated). */
  | (OfHop & { readonly type: "delegation.cancellation"; readonly code: CancellationCode })
  /** The task is final below; the receiver closes the hop that brought it, and tells its own source. */
  | (FromTarget & {
      readonly type: "task.completion";
      readonly status: FinalTaskStatus;
      readonly completedAt: number;
      /** true = the hop was still pending, so the receiver is the holder of the final task. */
      readonly whileOffered: boolean;
      /** What to answer the waiting caller with, at the origin; null = nobody waits. */
      readonly answer: AnswerValue | null;
    })
  /** Returned by its holder; the receiver holds and keeps it now. */
  | (FromTarget & {
      readonly type: "task.return";
      readonly why: "escalated" | "reassigned" | "instance_terminated";
      /** Its status when it was sent: what the receiver counts. */
      readonly status: TaskStatus;
      /** reassign: offer it to this sibling. */
      readonly next: Readonly<{ to: InstanceNo; autoAccept: boolean; type: "reassign" }> | null;
      /** reassign: the hop that was given up for it, to answer with when there is nothing left to offer. */
      readonly given: Delegation | null;
    })
  /** A task for the receiver to keep: just entered or assigned at it, or reopened with it as the origin. */
  | {
      readonly type: "task.update";
      readonly task: TaskNo;
      readonly what: "entered" | "assigned" | "retried";
      readonly status: TaskStatus;
    }
  /** `more`: others that wait for it, too. */
  | {
      readonly type: "dependency.watch";
      readonly task: TaskNo;
      readonly dependent: TaskNo;
      readonly more?: readonly TaskNo[];
    }
  /**
   * To the keeper of a task that was waited for and is final, or was reopened for them: tell who waits. `after`: the last who was
   * told; absent = nobody yet.
   */
  | {
      readonly type: "dependency.announce";
      readonly task: TaskNo;
      readonly reopened?: true;
      readonly after?: TaskNo;
    }
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
  | (OfHop & { readonly type: "timer.delegation" })
  | { readonly type: "timer.instance" }
  /** The second half of a start or a drain, sent by an actor to itself. */
  | { readonly type: "instance.started" }
  | { readonly type: "instance.drained" }
  /** An actor goes on looking at its held tasks, behind this one. `left`: so many more may move; null = all. */
  | {
      readonly type: "instance.redecide";
      readonly news: News;
      readonly after: Ranked | null;
      readonly left: number | null;
    }
  /** An actor that ends, or has ended, goes on giving back what it holds. */
  | { readonly type: "instance.return"; readonly ended: boolean }
  /** An actor goes on queueing what it held for want of room. */
  | { readonly type: "instance.admit" }
  /** The auditor asks a keeper to look again at a task that nothing is under way for. */
  | { readonly type: "task.audit"; readonly task: TaskNo }
  /** The auditor asks an instance to go on with what it has begun, and to tell its parent how it stands. */
  | { readonly type: "instance.audit" };

export type RosterNews = Omit<RosterEntry, "parent" | "child" | "ownOpen"> & {
  readonly summary?: InstanceSummary;
};

/** Counts and durations of a terminated instance; the parent keeps totals and the last 20. */
export interface InstanceSummary extends Readonly<
  Pick<Instance, "id" | "name"> & Pick<Tally, FinalTaskStatus>
> {
  readonly lifetimeMs: number;
}
