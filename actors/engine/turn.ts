import type { Refusal } from "../../machines/errors.ts";
import {
  ENTRIES,
  type DelegationEventName,
  type EventData,
  type InstanceEventName,
  type TaskEventName,
} from "../../machines/events/catalogue.ts";
import { createDelegation, type DelegationCreated } from "../../machines/events/delegation.ts";
import {
  answerOfDelegation,
  answerOfTask,
  evolveDelegation,
  evolveInstance,
  evolveTask,
  evolveTaskByDelegation,
} from "../../machines/events/evolve.ts";
import { createInstance, type InstanceCreated, type Place } from "../../machines/events/instance-created.ts";
import { createTask, type TaskCreated } from "../../machines/events/task-created.ts";
import { illegalTransition, taskContext } from "../../machines/lifecycles/task-context.ts";
import { taskLifecycle, type TaskContext, type TaskEvent } from "../../machines/lifecycles/task.ts";
import type { Delegation, DelegationStatus } from "../../machines/records/delegation.ts";
import {
  emptyTally,
  type Instance,
  type InstanceStatus,
  type RosterEntry,
} from "../../machines/records/instance.ts";
import { isFinal, type Task, type TaskStatus } from "../../machines/records/task.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { TurnBase, type DataArgument } from "./turn-base.ts";

/** Thrown when a turn writes a row that its actor does not keep: a fault of the program, never of a user. */
export class KeeperViolation extends Error {
  override readonly name = "KeeperViolation";
}

/** Where a task was before an event: what the tally is kept by. */
interface Before {
  readonly holder: InstanceNo | null;
  readonly status: TaskStatus;
}

/**
 * One actor handling one message. It reads its actor's working set, and everything it does goes
 * through here: events (which change the rows), messages, the answer. It never awaits, reads no
 * clock and makes no id of its own. Source: spec/runtime.md 3.1.
 *
 * What the machine of a record does not accept, throws; the `try…` form answers false instead, and nothing has happened.
 */
export class Turn extends TurnBase {
  // ------------------------------------------------------------------ tasks

  insertTask(name: TaskEventName, data: TaskCreated): Task {
    const no = (this.batch.counters.task += 1);
    const event = this.append(name, data, { task: no });
    const task = createTask(no, this.world.ids.uuid(this.now), data, event);
    this.batch.touchTask(task, "added");
    if (task.holder === this.actor.no || (task.holder === null && this.actor.isDesk)) {
      this.count(task.status, 1);
      this.actor.tasks.set(no, task);
    }
    return task;
  }

  /** Records a task event and lets it change the task, its place in the queues, and the tally. */
  task<N extends TaskEventName>(task: Task, name: N, ...[data]: DataArgument<N>): void {
    this.#recordTask(task, name, data ?? {});
  }

  tryTask<N extends TaskEventName>(task: Task, name: N, ...[data]: DataArgument<N>): boolean {
    const given = data ?? {};
    const answered = answerOfTask(task, { name, data: given });
    if (answered === null) return false;
    this.#recordTask(task, name, given, answered);
    return true;
  }

  /** Records the event that says what the machine has answered: where it chooses among outcomes, it is asked first. */
  answeredTask<N extends TaskEventName>(task: Task, answered: TaskStatus, name: N, data: EventData<N>): void {
    this.#recordTask(task, name, data, answered);
  }

  /** What the machine answers to an event whose outcome it chooses; null = it does not accept it. */
  step(task: Task, event: TaskEvent): TaskStatus | null {
    return taskLifecycle.step(task.status, event, this.#context(task));
  }

  /** The refusal for an event that the task's machine did not accept. */
  notAllowed(task: Task, verb: string): Refusal {
    return illegalTransition(task, verb, this.#context(task));
  }

  /** A change that is not journalled: a lease that a heartbeat extends, a result that stands in its own row. */
  quietly(task: Task, change: (task: Task) => void): void {
    this.#mustKeep(task);
    change(task);
    this.batch.touchTask(task, "moved");
  }

  /** Takes a task that has come to this actor into its working set. */
  adopt(task: Task): void {
    this.actor.tasks.set(task.no, task);
    this.actor.file(task);
  }

  // ------------------------------------------------------------------ delegations

  /** Inserts a delegation with the event that creates it; one that is on offer takes the task along to its target. */
  insertDelegation(task: Task, name: DelegationEventName, data: DelegationCreated): Delegation {
    this.#mustKeep(task);
    const no = (this.batch.counters.delegation += 1);
    // One that is accepted as it is made (an escalation that returns the task) is its target's, as all that follows
    // (spec/domain.md 2.7).
    const isOffer = ENTRIES[name].creates === "delegation";
    const instance = isOffer ? this.actor.no : data.target;
    const event = this.append(name, data, { task: task.no, delegation: no, instance });
    const place = { no, id: this.world.ids.uuid(this.now), task: task.no };
    const delegation = createDelegation(place, data, event);
    this.batch.touchDelegation(delegation, true);
    evolveDelegation(delegation, event);
    const before = { holder: task.holder, status: task.status };
    evolveTaskByDelegation(task, delegation, event);
    if (isOffer) this.#afterTask(task, before, null);
    return delegation;
  }

  /** Records a delegation event and lets it change the delegation, and the task where its holder changes. */
  delegation<N extends DelegationEventName>(
    delegation: Delegation,
    task: Task | null,
    name: N,
    ...[data]: DataArgument<N>
  ): void {
    this.#recordDelegation(delegation, task, name, data ?? {});
  }

  tryDelegation<N extends DelegationEventName>(
    delegation: Delegation,
    task: Task | null,
    name: N,
    ...[data]: DataArgument<N>
  ): boolean {
    const given = data ?? {};
    const answered = answerOfDelegation(delegation, { name, data: given });
    if (answered === null) return false;
    this.#recordDelegation(delegation, task, name, given, answered);
    return true;
  }

  // ------------------------------------------------------------------ instances and what they know

  /** `id` null = one is made; `root` null = its own. */
  insertInstance(
    name: InstanceEventName,
    data: InstanceCreated,
    place: Pick<Place, "depth" | "inherited"> & {
      readonly id: string | null;
      readonly root: InstanceNo | null;
    },
  ): Instance {
    const no = (this.batch.counters.instance += 1);
    const id = place.id ?? this.world.ids.uuid(this.now);
    const event = this.append(name, data, { instance: no });
    const whole = { ...place, no, id, root: place.root ?? no };
    const instance = createInstance(whole, data, event, this.envelope.by);
    this.batch.touchInstance(instance, true);
    this.batch.touchTally(emptyTally(no), true);
    return instance;
  }

  /** Records an event of this actor's own instance and lets it change the row; `answered` as in {@link answeredTask}. */
  lifecycle<N extends InstanceEventName>(name: N, data: EventData<N>, answered?: InstanceStatus): void {
    const event = this.append(name, data, {});
    evolveInstance(this.instance, event, answered);
    this.touchInstance();
    this.actor.newsDue = true;
  }

  /** Writes the actor's own instance row without an event: when it must wake, who waits. */
  touchInstance(): void {
    this.batch.touchInstance(this.instance, false);
  }

  /** Puts a child on the roster, or what it has become. */
  enrol(entry: RosterEntry): void {
    this.actor.enrol(entry);
    this.touchRoster(entry);
  }

  /** What the actor knows of a child has changed. */
  touchRoster(entry: RosterEntry): void {
    this.#mustBeOwn(entry);
    this.actor.roster.set(entry.child, entry);
    this.batch.touchRoster(entry);
  }

  /** A child has ended: it leaves the roster, and its entry the store. */
  strike(entry: RosterEntry): void {
    this.#mustBeOwn(entry);
    this.actor.strike(entry);
    this.batch.strike(entry);
  }

  #mustBeOwn(entry: RosterEntry): void {
    if (entry.parent === this.actor.no) return;
    throw new KeeperViolation(`actor ${this.actor.no} changes the roster of ${entry.parent}`);
  }

  /** Counts a task of this actor; by itself where somebody else's turn made it final, passed it on or brought it here. */
  count(status: TaskStatus, by: 1 | -1): void {
    this.actor.tally[status] += by;
    this.batch.touchTally(this.actor.tally, false);
  }

  // ------------------------------------------------------------------ inside

  #context(task: Task): TaskContext {
    return taskContext(task, { maxLeaseLosses: this.settings.tasks.maxLeaseLosses });
  }

  #mustKeep(task: Task): void {
    if (task.keeper !== this.actor.no) {
      throw new KeeperViolation(`actor ${this.actor.no} changes task ${task.no}, which ${task.keeper} keeps`);
    }
  }

  #recordTask(task: Task, name: TaskEventName, data: object, answered?: TaskStatus): void {
    this.#mustKeep(task);
    const before = { holder: task.holder, status: task.status };
    evolveTask(task, this.append(name, data, { task: task.no }), answered);
    this.#afterTask(task, before, name);
  }

  #recordDelegation(
    delegation: Delegation,
    task: Task | null,
    name: DelegationEventName,
    data: object,
    answered?: DelegationStatus,
  ): void {
    const { actor, batch } = this;
    const { no, target } = delegation;
    if (target !== actor.no && !batch.delegations.get(no)?.added) {
      throw new KeeperViolation(`actor ${actor.no} changes delegation ${no}, which ${target} keeps`);
    }
    const moved = task !== null && task.pendingHop === no ? task : null;
    if (moved !== null) this.#mustKeep(moved);
    const event = this.append(name, data, { task: delegation.task, delegation: no, instance: target });
    evolveDelegation(delegation, event, answered);
    batch.touchDelegation(delegation, false);
    if (target === actor.no) {
      if (delegation.status === "accepted") actor.hops.set(delegation.task, delegation);
      else actor.hops.delete(delegation.task);
    }
    if (moved === null) return;
    const before = { holder: moved.holder, status: moved.status };
    evolveTaskByDelegation(moved, delegation, event);
    this.#afterTask(moved, before, null);
  }

  /** `by`: the event, where it is one of the task. */
  #afterTask(task: Task, before: Before, by: TaskEventName | null): void {
    const { actor, batch } = this;
    const edited = by !== null && ENTRIES[by].edits === true;
    batch.touchTask(task, edited ? "edited" : "moved", by);
    const mine = actor.isDesk ? null : actor.no;
    if (before.holder !== task.holder || before.status !== task.status) {
      if (before.holder === mine) this.count(before.status, -1);
      if (task.holder === mine) this.count(task.status, 1);
    }
    actor.unfile(task.no, before.status);
    if (task.keeper !== actor.no || isFinal(task.status)) actor.tasks.delete(task.no);
    else {
      actor.tasks.set(task.no, task);
      actor.file(task);
    }
  }
}
