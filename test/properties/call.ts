import type { Claim } from "../../src/views/views.ts";
import type { Hopper } from "../../src/hopper.ts";
import type { DelegationView, InstanceView, TaskView } from "../../src/views/views.ts";
import type { Verb } from "./cases.ts";
import { isClaimed, type Model, type ModelDelegation, type ModelInstance } from "./model.ts";
import type { Prediction } from "./predict.ts";

/** A lease that a worker was once given. */
export interface Lease {
  readonly task: string;
  readonly epoch: number;
  readonly token: string;
}

export type Answer =
  | TaskView
  | DelegationView
  | InstanceView
  | readonly Claim[]
  | { readonly expiresAt: string };

/** A verb with whom it is about, ready to be asked, and asked again. */
export interface Call {
  readonly name: string;
  /** Who asks: nobody else does under this name, so what it did can be told from the journal. */
  readonly by: string;
  readonly keyed: boolean;
  readonly twice: boolean;
  readonly lead: number;
  readonly kind: "task" | "delegation" | "instance" | "claims" | "lease";
  readonly expected: Prediction;
  /** Under which a worker asks. */
  readonly lease?: Lease;
  ask(hopper: Hopper): Promise<Answer>;
  /** Why this answer does not fit; null = it does. `alone` = nothing else went on. */
  confirm?(answer: Answer, alone: boolean): string | null;
}

/** What planning a call looks at. */
export interface Plan {
  readonly model: Model;
  readonly leases: readonly Lease[];
  readonly now: number;
  readonly verb: Verb;
  /** A number that no other call has. */
  readonly no: number;
}

/** What every call has of its verb. */
export function head(params: Plan, about: string): Pick<Call, "name" | "by" | "keyed" | "twice" | "lead"> {
  const { verb } = params;
  const { by } = options(params);
  return { name: `${verb.verb} ${about}`, by, keyed: isKeyed(verb), twice: verb.twice, lead: verb.lead };
}

export function options({ verb, no }: Plan): { readonly by: string; readonly idempotencyKey?: string } {
  const by = `client-${no}`;
  return isKeyed(verb) ? { by, idempotencyKey: `key-${no}` } : { by };
}

const isKeyed = (verb: Verb): boolean => verb.keyed || verb.twice;

export function pick<T>(from: readonly T[], number: number): T | undefined {
  return from[number % Math.max(1, from.length)];
}

export const isLive = (instance: ModelInstance): boolean => instance.status !== "terminated";
export const mayHaveChildren = (instance: ModelInstance): boolean =>
  isLive(instance) && instance.scope !== "ORCHESTRATION";
export const isPending = (delegation: ModelDelegation): boolean => delegation.status === "pending";

export function hasWork({ model, now }: Pick<Plan, "model" | "now">): (instance: ModelInstance) => boolean {
  return (instance) => instance.status === "running" && model.runnable(instance.id, now).length > 0;
}

/** It brought its task to its holder, who has it to itself. */
export function isLast(model: Model, delegation: ModelDelegation): boolean {
  const task = model.task(delegation.task);
  return task.path.at(-1) === delegation.id && task.pendingOffer === null;
}

export function isHeld(model: Model, lease: Lease): boolean {
  const task = model.task(lease.task);
  return isClaimed(task) && task.epoch === lease.epoch;
}
