import type {
  ActorNo,
  CancellationCode,
  Delegation,
  DelegationNo,
  DelegationType,
  ErrorInfo,
  FinalTaskStatus,
  Instance,
  InstanceConfig,
  InstanceNo,
  InstanceType,
  Priority,
  ProcessMark,
  RejectionCode,
  Reply,
  RosterEntry,
  Scope,
  Task,
  TaskNo,
  TaskSource,
  TaskStatus,
} from "./records.ts";
import type { Refusal } from "./errors.ts";

/** What a caller asks for when creating an instance; already checked for shape by the door. */
export interface InstanceSpec {
  readonly id: string | null;
  readonly name: string;
  readonly scope: Scope;
  readonly type: InstanceType;
  readonly config: InstanceConfig;
  readonly description: string | null;
  readonly start: boolean;
}

/** What a caller asks for when creating a task; already checked for shape by the door. */
export interface TaskSpec {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly priority: Priority;
  readonly project: string | null;
  readonly key: string | null;
  readonly runId: string | null;
  /** Existing tasks it depends on; keys of the same batch are in `dependsOnKeys`. */
  readonly dependsOn: readonly TaskNo[];
  readonly dependsOnKeys: readonly string[];
  readonly onDependencyFailure: "fail" | "run";
  readonly deadlineAt: number | null;
  readonly notBefore: number | null;
  readonly timeoutSeconds: number | null;
  readonly maxAttempts: number | null;
  readonly run: string | null;
  readonly payload: string | null;
  readonly route: boolean;
  readonly source: TaskSource;
}

export type LifecycleVerb =
  | "start"
  | "stop"
  | "restart"
  | "pause"
  | "resume"
  | "recover"
  | "fail"
  | "terminate";

/** Fields of a task that an edit may change while it is not final; absent = unchanged. */
export interface TaskEdit {
  readonly title?: string;
  readonly description?: string | null;
  readonly tags?: readonly string[];
  readonly priority?: Priority;
  readonly project?: string | null;
  readonly dependsOn?: readonly TaskNo[];
  readonly deadlineAt?: number | null;
  readonly notBefore?: number | null;
  readonly timeoutSeconds?: number | null;
  readonly maxAttempts?: number;
  readonly payload?: string | null;
  readonly route?: boolean;
  readonly ifVersion?: number;
}

/** One instance of a plan's hierarchy; `parent` is an index into the same list, or an existing instance. */
export interface PlannedInstance {
  readonly spec: InstanceSpec;
  readonly parent: { readonly index: number } | { readonly no: InstanceNo } | null;
  /** What a child must know of an existing parent. */
  readonly above: Pick<Instance, "no" | "depth" | "root" | "inherited" | "config"> | null;
}

/** Commands: what the doors ask of a keeper. Each is answered exactly once. */
export type Command =
  | { readonly type: "instance.create"; readonly spec: InstanceSpec }
  | {
      readonly type: "instance.lifecycle";
      readonly verb: LifecycleVerb;
      readonly error?: ErrorInfo;
      readonly cascade?: boolean;
      readonly drainTimeoutMs?: number;
      /** false = answer at once, in `stopping`. */
      readonly wait?: boolean;
    }
  | {
      readonly type: "instance.claim";
      readonly workerId: string;
      readonly leaseMs: number;
      readonly max: number;
      readonly capabilities: readonly string[] | null;
      readonly kind: "worker" | "own";
    }
  | { readonly type: "task.create"; readonly spec: TaskSpec }
  /** To the desk: a batch of tasks, each for an instance or unassigned; and with a plan, its hierarchy. */
  | {
      readonly type: "tasks.enter";
      readonly items: readonly { readonly spec: TaskSpec; readonly instance: InstanceNo | null }[];
      readonly hierarchy: readonly PlannedInstance[];
    }
  | { readonly type: "task.assign"; readonly task: TaskNo; readonly to: InstanceNo }
  | {
      readonly type: "task.delegate";
      readonly task: TaskNo;
      /** null = let routing choose. */
      readonly to: InstanceNo | null;
      readonly delegationType: DelegationType;
      readonly notes: string | null;
      readonly autoAccept: boolean | null;
    }
  | { readonly type: "task.escalate"; readonly task: TaskNo; readonly reason: string | null }
  | {
      readonly type: "task.reassign";
      readonly task: TaskNo;
      /** Who holds it, as the door saw it. */
      readonly holder: InstanceNo;
      readonly to: InstanceNo;
      readonly reason: string | null;
      readonly autoAccept: boolean;
      /** Set by the holder's parent once its roster allowed the move; it is then the holder's to give back. */
      readonly passed: boolean;
    }
  | {
      readonly type: "task.complete";
      readonly task: TaskNo;
      /** JSON text; null = none given. */
      readonly result: string | null;
      readonly leaseToken: number | null;
      readonly force: boolean;
      /** Given when asked through a delegation: it must be the hop that brought the task to its holder. */
      readonly delegation?: DelegationNo;
    }
  | {
      readonly type: "task.fail";
      readonly task: TaskNo;
      readonly error: ErrorInfo;
      readonly retryable: boolean | null;
      readonly leaseToken: number | null;
    }
  | { readonly type: "task.cancel"; readonly task: TaskNo; readonly reason: string | null }
  | {
      readonly type: "task.retry";
      readonly task: TaskNo;
      readonly resetAttempts: boolean;
      readonly withDependents: boolean;
      /** Set by the origin, who will hold it: the keeper's turn then reopens it there. */
      readonly origin: ActorNo | null;
    }
  | { readonly type: "task.block"; readonly task: TaskNo; readonly reason: string | null }
  | { readonly type: "task.unblock"; readonly task: TaskNo }
  /** pending as a status: unblock, or release by an operator. */
  | { readonly type: "task.reopen"; readonly task: TaskNo }
  | {
      readonly type: "task.start";
      readonly task: TaskNo;
      /** With a lease: the worker marks the beginning of its command. Without: a person takes the task. */
      readonly leaseToken: number | null;
      readonly process: ProcessMark | null;
    }
  | {
      readonly type: "task.heartbeat";
      readonly task: TaskNo;
      readonly leaseToken: number;
      readonly leaseMs: number | null;
      readonly progress: number | null;
      readonly note: string | null;
    }
  | { readonly type: "task.release"; readonly task: TaskNo; readonly leaseToken: number }
  /** From the owner of the store at start: the worker that held this lease is known to be gone. */
  | { readonly type: "task.orphaned"; readonly task: TaskNo; readonly epoch: number }
  | { readonly type: "task.edit"; readonly task: TaskNo; readonly edit: TaskEdit }
  | {
      readonly type: "delegation.accept";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly note: string | null;
    }
  | {
      readonly type: "delegation.reject";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly reason: string;
    }
  | {
      readonly type: "delegation.withdraw";
      readonly task: TaskNo;
      readonly delegation: DelegationNo;
      readonly reason: string | null;
    }
  | { readonly type: "route.preview"; readonly spec: TaskSpec };

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
  /** Given back by its holder; the receiver holds and keeps it now. */
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
  /** A dependency that failed is retried with its dependents: the receiver reopens the one it keeps, if it failed for that alone. */
  | { readonly type: "dependency.reopened"; readonly task: TaskNo; readonly dependency: TaskNo }
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

export type Message = Command | Notice;

/** A message with its addressing. */
export interface Envelope {
  readonly to: ActorNo;
  /** null = from a door, a timer or the auditor. */
  readonly from: ActorNo | null;
  readonly message: Message;
  readonly reply: Reply | null;
  /** Who asked for what this message carries out; null = the runtime by itself. */
  readonly by: string | null;
  /** As {@link JournalEvent.cause}. */
  readonly cause: number;
  /** Row of the mailbox table, when it was stored; 0 = it never was. */
  readonly row: number;
  readonly attempt: number;
}

/** What a turn answers a command with. */
export type Answer =
  | { readonly ok: true; readonly value: AnswerValue }
  | { readonly ok: false; readonly refusal: Refusal };

/** Records in answers are copies as of the turn that answered. */
export type AnswerValue =
  | { readonly kind: "instance"; readonly instance: Instance }
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "tasks"; readonly tasks: readonly Task[]; readonly instances: readonly Instance[] }
  | { readonly kind: "delegation"; readonly delegation: Delegation }
  | {
      readonly kind: "claims";
      readonly claims: readonly { readonly task: Task; readonly token: number; readonly expiresAt: number }[];
      readonly nextAt: number | null;
    }
  | { readonly kind: "lease"; readonly expiresAt: number; readonly task: Task }
  | { readonly kind: "decision"; readonly decision: Decision };

/** Why a candidate did not win. */
export type LostBecause =
  | "not_running"
  | "scope"
  | "in_chain"
  | "refused_this_round"
  | "not_named"
  | "not_selected"
  | "full"
  | "backing_off"
  | "fewer_tags"
  | "lower_text_score"
  | "busier"
  | "more_open"
  | "name_order";

export interface Candidate {
  readonly instance: InstanceNo;
  /** Number of the task's tags among its capabilities. */
  readonly tags: number;
  /** BM25 score; null = not asked, the tags decided. */
  readonly textScore: number | null;
  /** (own open hops to it + open tasks it reports from elsewhere) / its max_concurrent_tasks. */
  readonly load: number;
  /** 1 = the winner; null = filtered out. */
  readonly rank: number | null;
  readonly lostBecause: LostBecause | null;
}

/** What a scope behavior decided for a task, with its reasons. Source: 2-domain.md 2.6, 2.10. */
export interface Decision {
  readonly action: "delegate" | "handle" | "create" | "hold";
  /** In words: `matched tag frontend`, `least busy (0/3)`, `no running child`. */
  readonly reason: string;
  readonly instance: InstanceNo;
  readonly target: InstanceNo | null;
  /** Set with hold. */
  readonly held: "manual" | "no_route" | "no_capacity" | "instance_not_running" | null;
  readonly rule: string | null;
  readonly unmatched: boolean;
  readonly routingRound: number;
  readonly candidates: readonly Candidate[];
}
