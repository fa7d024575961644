import type { EventName, JournalEvent } from "../../machines/events.ts";
import { createHop, evolveHop, evolveTaskByHop, type HopCreated } from "../../machines/evolve/delegation.ts";
import { createTask, type TaskCreated } from "../../machines/evolve/task-created.ts";
import { evolveInstance } from "../../machines/evolve/instance.ts";
import { evolveTask } from "../../machines/evolve/task.ts";
import type { Refusal } from "../../machines/errors.ts";
import { taskLifecycle, type TaskEvent } from "../../machines/lifecycles/task.ts";
import { emptyTally, type Instance, type RosterEntry } from "../../machines/records/instance.ts";
import { isFinal, type Task, type TaskStatus } from "../../machines/records/task.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { InstanceNo } from "../../machines/records/values.ts";
import { notAllowed, taskContext } from "../handlers/task-machine.ts";
import { TurnBase, type EventData } from "./turn-base.ts";
import { KeeperViolation } from "./turn-world.ts";

/** Events that change a column of what was asked. */
const WIDE_EVENTS: ReadonlySet<EventName> = new Set<EventName>([
  "task.updated",
  "task.retried",
  "task.requeued",
]);

/**
 * One actor handling one message. It reads its actor's working set, and everything it does goes
 * through here: events (which change the rows), messages, the answer. It never awaits, reads no
 * clock and makes no id of its own. Source: 3-runtime.md 3.1.
 */
export class Turn extends TurnBase {
  createTask(data: TaskCreated & { status: TaskStatus }): Task {
    const no = (this.batch.counters.task += 1);
    const event = this.note("task.created", data, { task: no });
    const task = createTask(no, this.world.ids.uuid(this.now), event);
    this.batch.touchTask(task, "added");
    if (task.holder === this.actor.no || (task.holder === null && this.actor.isDesk)) {
      this.#tally(task.status, 1);
      this.actor.tasks.set(no, task);
    }
    return task;
  }

  /** Records a task event and lets it change the task, its place in the queues, and the tally. */
  task(task: Task, name: EventName, data: EventData = null): JournalEvent {
    this.#mustKeep(task);
    const before = { holder: task.holder, status: task.status };
    const event = this.note(name, data, { task: task.no, delegation: null });
    evolveTask(task, event);
    this.#afterTask(task, before, WIDE_EVENTS.has(name));
    return event;
  }

  /** A change that is not journalled: a lease that a heartbeat extends, a result that stands in its own row. */
  quietly(task: Task, change: (task: Task) => void): void {
    this.#mustKeep(task);
    change(task);
    this.batch.touchTask(task, "moved");
  }

  /** Inserts a delegation with the event that creates it; a pending one takes the task along to its target. */
  createHop(
    task: Task,
    data: HopCreated,
    name: "delegation.pending" | "delegation.accepted" = "delegation.pending",
  ): Delegation {
    this.#mustKeep(task);
    const no = (this.batch.counters.delegation += 1);
    const before = { holder: task.holder, status: task.status };
    // A hop that is accepted as it is made (an escalation that gives back) is its target's, as all that follows (2.7).
    const about = { task: task.no, delegation: no };
    const place = name === "delegation.pending" ? about : { ...about, instance: data.target };
    const event = this.note(name, data as unknown as EventData, place);
    const hop = createHop(no, this.world.ids.uuid(this.now), task.no, event);
    this.batch.touchHop(hop, true);
    if (name === "delegation.pending") {
      evolveTaskByHop(task, hop, event);
      this.#afterTask(task, before, false);
    } else {
      evolveHop(hop, event);
    }
    return hop;
  }

  /** Records a delegation event and lets it change the hop, and the task where custody moves. */
  hop(hop: Delegation, name: EventName, data: EventData, task: Task | null): void {
    if (hop.target !== this.actor.no && !this.batch.hops.get(hop.no)?.added) {
      throw new KeeperViolation(
        `actor ${this.actor.no} changes delegation ${hop.no}, which ${hop.target} keeps`,
      );
    }
    const before = task === null ? null : { holder: task.holder, status: task.status };
    const moves = task !== null && task.pendingHop === hop.no;
    if (moves) this.#mustKeep(task);
    const event = this.note(name, data, { task: hop.task, delegation: hop.no, instance: hop.target });
    evolveHop(hop, event);
    this.batch.touchHop(hop, false);
    if (hop.status === "accepted" && hop.target === this.actor.no) this.actor.hops.set(hop.task, hop);
    else if (hop.target === this.actor.no) this.actor.hops.delete(hop.task);
    if (moves) {
      evolveTaskByHop(task, hop, event);
      this.#afterTask(task, before as { holder: InstanceNo | null; status: TaskStatus }, false);
    }
  }

  /** Records an event of this actor's own instance and lets it change the row. */
  lifecycle(name: EventName, data: EventData = null): void {
    const event = this.note(name, data);
    evolveInstance(this.instance, event);
    this.touchInstance();
    this.actor.newsDue = true;
  }

  /** Writes the actor's own instance row without an event: when it must wake, who waits. */
  touchInstance(): void {
    this.batch.touchInstance(this.instance, false);
  }

  insertInstance(instance: Instance, data: EventData): void {
    this.note("instance.created", data, { instance: instance.no });
    this.batch.touchInstance(instance, true);
    this.batch.touchTally(emptyTally(instance.no), true);
  }

  /** Takes a task that has come to this actor into its working set. */
  adopt(task: Task): void {
    this.actor.tasks.set(task.no, task);
    this.actor.file(task);
  }

  touchRoster(entry: RosterEntry): void {
    if (entry.parent !== this.actor.no) {
      throw new KeeperViolation(`actor ${this.actor.no} changes the roster of ${entry.parent}`);
    }
    this.batch.touchRoster(entry);
  }

  /** Counts a task of this actor that somebody else's turn made final, passed on or brought here. */
  count(status: TaskStatus, by: 1 | -1): void {
    this.#tally(status, by);
  }

  // ------------------------------------------------------------------ the machine

  /** The status the task would have, or null when its machine does not accept the event. */
  step(task: Task, event: TaskEvent): TaskStatus | null {
    return taskLifecycle.step(task.status, event, taskContext(task, this.settings));
  }

  /** The refusal for an event that the task's machine did not accept. */
  notAllowed(task: Task, verb: string): Refusal {
    return notAllowed(task, verb, this.settings);
  }

  // ------------------------------------------------------------------ inside

  #mustKeep(task: Task): void {
    if (task.keeper !== this.actor.no) {
      throw new KeeperViolation(`actor ${this.actor.no} changes task ${task.no}, which ${task.keeper} keeps`);
    }
  }

  #afterTask(task: Task, before: { holder: InstanceNo | null; status: TaskStatus }, edited: boolean): void {
    const { actor, batch } = this;
    batch.touchTask(task, edited ? "edited" : "moved");
    const mine = actor.isDesk ? null : actor.no;
    if (before.holder !== task.holder || before.status !== task.status) {
      if (before.holder === mine) this.#tally(before.status, -1);
      if (task.holder === mine) this.#tally(task.status, 1);
    }
    if (before.status === "queued" || before.status === "pending") actor.unfile(task.no);
    if (task.keeper !== actor.no || isFinal(task.status)) actor.tasks.delete(task.no);
    else {
      actor.tasks.set(task.no, task);
      actor.file(task);
    }
  }

  #tally(status: TaskStatus, by: 1 | -1): void {
    this.actor.tally[status] += by;
    this.batch.touchTally(this.actor.tally, false);
  }
}
