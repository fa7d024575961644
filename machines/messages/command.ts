import type { Refusal } from "../errors.ts";
import type { DelegationType } from "../records/delegation.ts";
import type { Instance } from "../records/instance.ts";
import type { AskedTask, ProcessMark, Task } from "../records/task.ts";
import type { ActorNo, DelegationNo, ErrorInfo, InstanceNo, TaskNo } from "../records/values.ts";

/** What a caller asks for when creating an instance; already checked for shape by the door. */
export interface InstanceSpec extends Readonly<
  Pick<Instance, "name" | "scope" | "type" | "config" | "description">
> {
  readonly id: string | null;
  readonly start: boolean;
}

/** What a caller asks for when creating a task; already checked for shape by the door. */
export interface TaskSpec
  extends
    Readonly<Omit<AskedTask, "tags" | "dependsOn" | "maxAttempts">>,
    Pick<Task, "key" | "runId" | "onDependencyFailure" | "run" | "source"> {
  readonly tags: readonly string[];
  /** Existing tasks it depends on; keys of the same batch are in `dependsOnKeys`. */
  readonly dependsOn: readonly TaskNo[];
  readonly dependsOnKeys: readonly string[];
  readonly maxAttempts: number | null;
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
export interface TaskEdit extends Readonly<Partial<Omit<AskedTask, "tags" | "dependsOn">>> {
  readonly tags?: readonly string[];
  readonly dependsOn?: readonly TaskNo[];
  readonly ifVersion?: number;
}

/** One instance of a plan's hierarchy; `parent` is an index into the same list, or an existing instance. */
export interface PlannedInstance {
  readonly spec: InstanceSpec;
  readonly parent: { readonly index: number } | { readonly no: InstanceNo } | null;
  /** What a child must know of an existing parent. */
  readonly above: Pick<Instance, "no" | "scope" | "depth" | "root" | "inherited" | "config"> | null;
}

/** What is said of a delegation, and so of its task. */
export interface OfHop {
  readonly task: TaskNo;
  readonly delegation: DelegationNo;
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
      /** Of one that the owner itself runs: also tasks without a command. */
      readonly withoutCommand?: boolean;
      /** Who asks goes on waiting where there is nothing: that is not the answer, and keeps no key. */
      readonly waits: boolean;
    }
  | { readonly type: "task.create"; readonly spec: TaskSpec }
  /** To the receiver of a dead letter: handle it once more. */
  | { readonly type: "message.redrive"; readonly letter: number }
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
      /** Set by the holder's parent once its roster allowed the move; it is then the holder's to return. */
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
  /** To the desk: all of these that are still open, in this order. */
  | {
      readonly type: "tasks.cancel";
      readonly tasks: readonly TaskNo[];
      readonly reason: string | null;
      /** Set once it stands in the mailbox: from there on it is done to the end, whoever owns the store. */
      readonly noted: boolean;
    }
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
  | (OfHop & { readonly type: "delegation.accept"; readonly note: string | null })
  | (OfHop & { readonly type: "delegation.reject"; readonly reason: string })
  | (OfHop & { readonly type: "delegation.withdraw"; readonly reason: string | null })
  /** To the desk: what the door refuses, so that it is kept with the command's key. */
  | { readonly type: "command.refused"; readonly refusal: Refusal }
  | { readonly type: "route.preview"; readonly spec: TaskSpec }
  /** The first tasks of its queue, as they are. */
  | { readonly type: "instance.queue"; readonly limit: number };
