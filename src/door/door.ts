import { Actor } from "../../actors/engine/actor.ts";
import type { System } from "../../actors/engine/system.ts";
import type { Clock, Log } from "../../actors/engine/environment.ts";
import { HopperError } from "../../machines/errors.ts";
import { instanceLifecycle, verbsOf } from "../../machines/lifecycles/instance.ts";
import type { Answer, AnswerValue } from "../../machines/messages/answer.ts";
import type { Command } from "../../machines/messages/command.ts";
import { DESK, type ActorNo, type InstanceNo, type TaskNo } from "../../machines/records/values.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import type { ScopeRegistry } from "../../machines/scopes/registry.ts";
import type { Settings } from "../../machines/settings.ts";
import { callerOf } from "../contracts/command-options.ts";
import { NewWork } from "./new-work.ts";
import type { DirectoryEntry, Store, TaskAddress } from "../../store/store.ts";
import { Cursors } from "./cursor.ts";
import type { Directory } from "./directory.ts";
import { errorOf } from "./error-of.ts";
import type { Lifetime } from "./lifetime.ts";
import { keyOf, Repeats, type Request, type Route, type Routed } from "./repeats.ts";
import { missingRecord, parseDelegationRef, parseTaskRef, resolveInstance } from "./references.ts";
import {
  delegationView,
  instanceView,
  leaseView,
  taskView,
  type DelegationContext,
} from "../views/view-of.ts";
import type { Claim, DelegationView, InstanceView, TaskView } from "../views/views.ts";

/** What every verb needs: the loop, the store behind it, and the way from references to records and back. */
export interface DoorParams {
  readonly store: Store;
  readonly system: System;
  readonly directory: Directory;
  readonly settings: Settings;
  readonly scopes: ScopeRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly lifetime: Lifetime;
  /** false = opened for reading: commands are refused. */
  readonly writable: boolean;
}

type AnswerOf<K extends AnswerValue["kind"]> = Extract<AnswerValue, { kind: K }>;

/** The in-process door: resolves references, hands commands to their keepers, and shows answers as views. */
export class Door {
  readonly store: Store;
  readonly system: System;
  readonly directory: Directory;
  readonly settings: Settings;
  readonly scopes: ScopeRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly lifetime: Lifetime;
  readonly cursors: Cursors;
  readonly newWork = new NewWork();
  readonly #repeats: Repeats;
  /** false = opened for reading: commands are refused. */
  readonly writable: boolean;

  constructor(params: DoorParams) {
    this.store = params.store;
    this.system = params.system;
    this.directory = params.directory;
    this.settings = params.settings;
    this.scopes = params.scopes;
    this.clock = params.clock;
    this.log = params.log;
    this.lifetime = params.lifetime;
    this.cursors = new Cursors(params.store);
    this.#repeats = new Repeats(params);
    this.writable = params.writable;
  }

  // ------------------------------------------------------------------ references

  instance(reference: string, field = "id"): DirectoryEntry {
    return resolveInstance(this.directory, reference, field);
  }

  /** The number of an instance that may be left out. */
  instanceNo(reference: string | undefined, field: string): InstanceNo | undefined {
    return reference === undefined ? undefined : this.instance(reference, field).no;
  }

  async task(reference: string, field = "id"): Promise<Task> {
    const { no } = await this.taskAddress(reference, field);
    const task = await this.store.queries.task(no);
    if (task === null) throw missingRecord("task", reference, field);
    return task;
  }

  /** All that a command about a task needs; a quarter of the time that reading the task takes. */
  async taskAddress(reference: string, field = "id"): Promise<TaskAddress> {
    const ref = parseTaskRef(reference, field);
    const address = await this.store.queries.taskAddress("no" in ref ? ref.no : ref.id);
    if (address === null) throw missingRecord("task", reference, field);
    return address;
  }

  async delegation(reference: string, field = "id"): Promise<Delegation> {
    const ref = parseDelegationRef(reference, field);
    const no = "no" in ref ? ref.no : await this.store.queries.delegationNo(ref.id);
    const delegation = no === null ? null : await this.store.queries.delegation(no);
    if (delegation === null) throw missingRecord("delegation", reference, field);
    return delegation;
  }

  /** The only live GLOBAL root; null when there is none, or more than one. */
  onlyRoot(): InstanceNo | null {
    const [root, ...others] = this.directory.liveRoots("GLOBAL");
    return root === undefined || others.length > 0 ? null : root.no;
  }

  /** The origin a retry goes to: its own, else the nearest live one above it, else the desk. */
  liveOriginOf(task: Task): ActorNo {
    const own = task.origin === null ? undefined : this.directory.byNo(task.origin);
    if (own === undefined) return DESK;
    const above = [own, ...this.directory.ancestors(own.no)];
    return above.find(({ status }) => status !== "terminated")?.no ?? DESK;
  }

  /** An actor as its rows say, for who reads beside its owner. */
  async actorAsRead(no: InstanceNo): Promise<Actor> {
    return new Actor(no, await this.store.actor(no), this);
  }

  // ------------------------------------------------------------------ commands

  /**
   * Sends what a request comes to to its keeper; resolves with the answer, throws the refusal. With an idempotency key
   * it has one effect: a repeat gets the first one's answer, stored or still to come, and `route` is not called for it,
   * whatever has become of the records since. Source: spec/runtime.md 3.4.
   */
  async ask<K extends AnswerValue["kind"]>(
    kind: K,
    request: Request,
    route: Route,
    signal?: AbortSignal,
  ): Promise<AnswerOf<K>> {
    this.mustWrite();
    const key = keyOf(request.asked);
    if (key !== null) return valueOf(kind, await this.#repeats.answer({ request, route, ...key }));
    const { to, command } = await route();
    return valueOf(kind, await this.system.submit({ to, command, by: callerOf(request.asked), signal }));
  }

  /** As {@link ask}, for what has no key: questions that only a keeper can answer, and what Hopper asks itself. */
  async submit<K extends AnswerValue["kind"]>(
    kind: K,
    { to, command, by }: Routed & { readonly by: string },
  ): Promise<AnswerOf<K>> {
    this.mustWrite();
    return valueOf(kind, await this.system.submit({ to, command, by }));
  }

  /** Throws `unavailable` where the store was opened for reading. */
  mustWrite(): void {
    if (this.writable) return;
    const detail = "The store was opened for reading only; nothing can be changed through it.";
    throw new HopperError("unavailable", detail);
  }

  /** A command about the task of the request, to whoever keeps it; resolves with the task as it is then. */
  async askTask(
    request: Request & { readonly id: string },
    command: (task: TaskNo) => Command,
  ): Promise<TaskView> {
    const answer = await this.ask("task", request, async () => {
      const { no, keeper } = await this.taskAddress(request.id);
      return { to: keeper, command: command(no) };
    });
    return await this.taskView(answer.task);
  }

  /** As {@link ask}, for what is answered with a delegation; resolves with its view. */
  async askDelegation(request: Request, route: () => Promise<Routed>): Promise<DelegationView> {
    const answer = await this.ask("delegation", request, route);
    return await this.delegationView(answer.delegation);
  }

  /** As {@link ask}, for what is answered with an instance; resolves with its view. */
  async askInstance(request: Request, route: () => Routed, signal?: AbortSignal): Promise<InstanceView> {
    const answer = await this.ask("instance", request, route, signal);
    return await this.instanceView(answer.instance);
  }

  // ------------------------------------------------------------------ views

  async taskView(task: Task): Promise<TaskView> {
    return (await this.taskViews([task]))[0] as TaskView;
  }

  async taskViews(tasks: readonly Task[]): Promise<TaskView[]> {
    const named: TaskNo[] = [];
    for (const { dependsOn, parentTask } of tasks) {
      named.push(...dependsOn);
      if (parentTask !== null) named.push(parentTask);
    }
    const ids = named.length === 0 ? NO_IDS : await this.store.queries.idsOf("task", named);
    return tasks.map((task) => taskView(task, this.directory, (no) => ids.get(no)));
  }

  async claimViews(claims: Extract<AnswerValue, { kind: "claims" }>["claims"]): Promise<Claim[]> {
    const tasks = await this.taskViews(claims.map(({ task }) => task));
    return claims.map(({ task, token, expiresAt }, index) => ({
      task: tasks[index] as TaskView,
      lease: leaseView(task.no, token, expiresAt),
    }));
  }

  async instanceView(instance: Instance): Promise<InstanceView> {
    const tally = await this.store.queries.tally(instance.no);
    const accepted = instanceLifecycle.allowed(instance.status, {
      liveChildren: this.directory.liveChildren(instance.no).length,
      terminating: instance.intent === "terminate",
    });
    return instanceView(instance, tally, verbsOf(accepted), this.directory);
  }

  async instanceViews(instances: readonly Instance[]): Promise<InstanceView[]> {
    return await Promise.all(instances.map((instance) => this.instanceView(instance)));
  }

  async delegationView(delegation: Delegation): Promise<DelegationView> {
    return (await this.delegationViews([delegation]))[0] as DelegationView;
  }

  async delegationViews(delegations: readonly Delegation[]): Promise<DelegationView[]> {
    const { queries } = this.store;
    const completed = new Set(delegations.flatMap(({ task, outcome }) => (outcome === null ? [] : task)));
    const [tasks, previous, results] = await Promise.all([
      queries.idsOf(
        "task",
        delegations.map(({ task }) => task),
      ),
      queries.idsOf(
        "delegation",
        delegations.flatMap(({ previous }) => previous ?? []),
      ),
      Promise.all([...completed].map(async (task) => await queries.resultsOf(task))),
    ]);
    const outputs = new Map(results.flat().map(({ task, round, value }) => [`${task} ${round}`, value]));
    const context: DelegationContext = {
      directory: this.directory,
      idOfTask: (no) => tasks.get(no),
      idOfDelegation: (no) => previous.get(no),
      outputOf: (task, round) => outputs.get(`${task} ${round}`) ?? null,
    };
    return delegations.map((delegation) => delegationView(delegation, context));
  }
}

function valueOf<K extends AnswerValue["kind"]>(kind: K, answer: Answer): AnswerOf<K> {
  if (!answer.ok) throw errorOf(answer.refusal);
  if (answer.value.kind !== kind) throw new Error(`a ${answer.value.kind} came where ${kind} was asked for`);
  return answer.value as AnswerOf<K>;
}

const NO_IDS: ReadonlyMap<number, string> = new Map();
