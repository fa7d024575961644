import type { AnyEvent } from "../support/any-event.ts";

/**
 * What a client can know of Hopper from its journal and its answers, in plain maps: the independent model of the
 * property. Nothing of the runtime is used; what is legal stands in rules.ts, what each event does in apply.ts.
 */

export interface ModelInstance {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly type: string;
  readonly parent: string | null;
  readonly config: { readonly [key: string]: unknown };
  status: string;
  /** A cascade is under way. */
  terminating: boolean;
  /** When a drain gives up. */
  drainUntil: number | null;
  version: number;
  /** Status by version. */
  readonly statuses: Map<number, string>;
}

export interface ModelDelegation {
  readonly id: string;
  readonly task: string;
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly seq: number;
  readonly round: number;
  readonly routingRound: number;
  readonly expiresAt: number | null;
  readonly byCaller: boolean;
  status: string;
  reason: string | null;
  outcome: string | null;
  version: number;
  readonly statuses: Map<number, string>;
}

/** What a task's view must show at one version of it. */
export interface TaskState {
  readonly status: string;
  readonly heldReason: string | null;
  readonly instanceId: string | null;
  readonly originInstanceId: string | null;
  readonly attempt: number;
  readonly failures: number;
  readonly leaseLosses: number;
  readonly round: number;
  readonly epoch: number;
  readonly claimedBy: string | null;
}

export interface ModelTask {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
  readonly priority: string;
  readonly maxAttempts: number;
  readonly dependsOn: readonly string[];
  /** Those it still waits for: one that ended otherwise no longer counts, even when it is reopened. */
  waitsFor: string[];
  readonly runsAnyway: boolean;
  readonly project: string | null;
  status: string;
  held: string | null;
  holder: string | null;
  origin: string | null;
  /** Ids of its open accepted delegations, origin to holder. */
  path: string[];
  pendingOffer: string | null;
  /** Place in the holder's queue; null = never queued there. */
  arrival: number | null;
  notBefore: number | null;
  attempt: number;
  failures: number;
  leaseLosses: number;
  round: number;
  epoch: number;
  claimedBy: string | null;
  leaseUntil: number | null;
  /** The lease under which it was completed; null = none. */
  endedBy: number | null;
  blockedByHand: boolean;
  /** It was returned or declined in this round: who had it may not be asked again. */
  wasReturned: boolean;
  version: number;
  /** By version. */
  readonly states: Map<number, TaskState>;
  /** `routing round > candidate`, offered by routing in this round of the task. */
  readonly asked: Set<string>;
  /** It was held for want of room or of a taker, and nobody has had it since. */
  heldBefore: boolean;
}

type Asked = "id" | "ref" | "title" | "priority" | "maxAttempts" | "dependsOn" | "runsAnyway" | "project";

/** A task that nothing has happened to. */
export function newTask(given: Pick<ModelTask, Asked | "status" | "holder">): ModelTask {
  return {
    ...given,
    waitsFor: [...given.dependsOn],
    held: null,
    origin: given.holder,
    path: [],
    pendingOffer: null,
    arrival: null,
    notBefore: null,
    attempt: 1,
    failures: 0,
    leaseLosses: 0,
    round: 1,
    epoch: 0,
    claimedBy: null,
    leaseUntil: null,
    endedBy: null,
    blockedByHand: false,
    wasReturned: false,
    version: 1,
    states: new Map(),
    asked: new Set(),
    heldBefore: false,
  };
}

const FINAL = new Set(["done", "failed", "cancelled"]);
const RANK: { readonly [priority: string]: number } = { urgent: 0, high: 1, medium: 2, low: 3 };

export const isFinal = (task: ModelTask): boolean => FINAL.has(task.status);
export const isOpen = (task: ModelTask): boolean => !FINAL.has(task.status);
export const isClaimed = (task: ModelTask): boolean =>
  task.status === "claimed" || task.status === "in_progress";

export class Model {
  readonly instances = new Map<string, ModelInstance>();
  readonly tasks = new Map<string, ModelTask>();
  readonly delegations = new Map<string, ModelDelegation>();
  readonly refs = new Map<string, string>();
  /** Events by who asked. */
  readonly byActor = new Map<string, AnyEvent[]>();
  /** Tasks and delegations that events have touched since somebody looked. */
  readonly touched = {
    tasks: new Set<string>(),
    delegations: new Set<string>(),
    instances: new Set<string>(),
  };
  events = 0;
  readonly broken: string[] = [];

  task(id: string): ModelTask {
    return found(this.tasks.get(id), `task ${id}`);
  }

  delegation(id: string): ModelDelegation {
    return found(this.delegations.get(id), `delegation ${id}`);
  }

  instance(id: string): ModelInstance {
    return found(this.instances.get(id), `instance ${id}`);
  }

  /** Who alone may change the task: the target of its pending delegation, else its holder, else the desk. */
  keeper(task: ModelTask): string | null {
    return task.pendingOffer === null ? task.holder : this.delegation(task.pendingOffer).target;
  }

  heldBy(instance: string): ModelTask[] {
    return [...this.tasks.values()].filter((task) => task.holder === instance);
  }

  children(instance: string): ModelInstance[] {
    return [...this.instances.values()].filter((one) => one.parent === instance);
  }

  liveChildren(instance: string): ModelInstance[] {
    return this.children(instance).filter((one) => one.status !== "terminated");
  }

  scopeOf(task: ModelTask): string {
    return task.holder === null ? "" : this.instance(task.holder).scope;
  }

  /** Children of its holder, live or not. */
  childrenOf(task: ModelTask): ModelInstance[] {
    return task.holder === null ? [] : this.children(task.holder);
  }

  /** Live siblings of its holder. */
  siblings(task: ModelTask): ModelInstance[] {
    const parent = task.holder === null ? null : this.instance(task.holder).parent;
    return parent === null ? [] : this.liveChildren(parent).filter((one) => one.id !== task.holder);
  }

  /** Instances from its origin to its holder. */
  chain(task: ModelTask): string[] {
    const targets = task.path.map((id) => this.delegation(id).target);
    return task.origin === null ? targets : [task.origin, ...targets];
  }

  claimed(instance: string): number {
    return this.heldBy(instance).filter((task) => isClaimed(task)).length;
  }

  /** Queued and claimed. */
  used(instance: string): number {
    return this.heldBy(instance).filter((task) => task.status === "queued" || isClaimed(task)).length;
  }

  mostClaimed(instance: string): number {
    return (this.instance(instance).config["max_concurrent_tasks"] as number | undefined) ?? 10;
  }

  limit(instance: string): number {
    const { config } = this.instance(instance);
    return this.mostClaimed(instance) + ((config["max_queued_tasks"] as number | undefined) ?? 1_000);
  }

  /** How many more offers it takes: GLOBAL any; an ORCHESTRATION by its queue; the others by what they hold as well. */
  room(instance: string): number {
    const { scope } = this.instance(instance);
    if (scope === "GLOBAL") return Number.POSITIVE_INFINITY;
    const held = this.heldBy(instance).filter(
      (task) => task.status === "pending" && task.pendingOffer === null && task.held !== null,
    ).length;
    return this.limit(instance) - this.used(instance) - (scope === "ORCHESTRATION" ? 0 : held);
  }

  /** What may be claimed at an instance, in the order in which it must be. */
  runnable(instance: string, now: number): ModelTask[] {
    return this.heldBy(instance)
      .filter((task) => task.status === "queued" && (task.notBefore ?? 0) <= now)
      .toSorted(
        (a, b) => (RANK[a.priority] ?? 9) - (RANK[b.priority] ?? 9) || (a.arrival ?? 0) - (b.arrival ?? 0),
      );
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the journal has not told of ${what}`);
  return value;
}
