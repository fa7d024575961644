import type { Refusal } from "../machines/errors.ts";
import type { EventName, JournalEvent } from "../machines/events.ts";
import {
  createHop,
  createTask,
  evolveHop,
  evolveInstance,
  evolveTask,
  evolveTaskByHop,
  type HopCreated,
  type TaskCreated,
} from "../machines/evolve.ts";
import { taskLifecycle, type TaskEvent } from "../machines/lifecycles/task.ts";
import type { AnswerValue, Envelope, Message } from "../machines/messages.ts";
import {
  emptyTally,
  isFinal,
  type ActorNo,
  type Delegation,
  type Instance,
  type InstanceNo,
  type Reply,
  type RosterEntry,
  type Task,
  type TaskNo,
  type TaskStatus,
} from "../machines/records.ts";
import type { EffectiveConfig, Settings } from "../machines/settings.ts";
import type { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";
import { notAllowed, taskContext } from "./task-machine.ts";
import { KeeperViolation, type Preloaded, type TurnWorld } from "./turn-world.ts";

/** Events that change a column of what was asked. */
const WIDE_EVENTS: ReadonlySet<EventName> = new Set<EventName>([
  "task.updated",
  "task.retried",
  "task.requeued",
]);

type EventData = { [key: string]: unknown } | null;

/**
 * One actor handling one message. It reads its actor's working set, and everything it does goes
 * through here: events (which change the rows), messages, the answer. It never awaits, reads no
 * clock and makes no id of its own. Source: 3-runtime.md 3.1.
 */
export class Turn {
  readonly actor: Actor;
  readonly envelope: Envelope;
  readonly world: TurnWorld;
  readonly batch: Batch;
  readonly preloaded: Preloaded;
  /** Position of this turn's newest event: the cause of what it sends. */
  #cause: number;

  constructor(params: {
    actor: Actor;
    envelope: Envelope;
    world: TurnWorld;
    batch: Batch;
    preloaded: Preloaded;
  }) {
    this.actor = params.actor;
    this.envelope = params.envelope;
    this.world = params.world;
    this.batch = params.batch;
    this.preloaded = params.preloaded;
    this.#cause = params.envelope.cause;
  }

  get now(): number {
    return this.batch.now;
  }

  get settings(): Settings {
    return this.world.settings;
  }

  get instance(): Instance {
    if (this.actor.instance === null) throw new Error("the desk is no instance");
    return this.actor.instance;
  }

  get config(): EffectiveConfig {
    return this.actor.config(this.world.settings);
  }

  /** True when this actor keeps open tasks and gives them to workers or children now. */
  get isRunning(): boolean {
    return this.actor.instance?.status === "running";
  }

  get isTerminated(): boolean {
    return this.actor.instance?.status === "terminated";
  }

  // ------------------------------------------------------------------ answers and messages

  answer(value: AnswerValue): void {
    this.answerTo(this.envelope.reply, value);
  }

  answerTo(reply: Reply | null, value: AnswerValue): void {
    if (reply !== null) this.batch.answer(reply, { ok: true, value });
  }

  refuse(refusal: Refusal): void {
    if (this.envelope.reply !== null) this.batch.answer(this.envelope.reply, { ok: false, refusal });
  }

  /** Answers with a copy of the task as it is now. */
  answerTask(task: Task): void {
    if (this.envelope.reply !== null) this.answer({ kind: "task", task: { ...task } });
  }

  answerHop(hop: Delegation): void {
    if (this.envelope.reply !== null) this.answer({ kind: "delegation", delegation: { ...hop } });
  }

  /** The reply travels with the message: whoever ends the command answers it. */
  send(to: ActorNo, message: Message, reply: Reply | null = null): void {
    this.batch.sent.push({
      to,
      from: this.actor.no,
      message,
      reply,
      by: this.envelope.by,
      cause: this.#cause,
      row: 0,
      attempt: 0,
    });
  }

  // ------------------------------------------------------------------ events

  /** Appends to the journal and nothing else. */
  note(
    name: EventName,
    data: EventData,
    about: { task?: TaskNo | null; delegation?: number | null } = {},
  ): JournalEvent {
    const { batch } = this;
    batch.counters.position += 1;
    const event: JournalEvent = {
      position: batch.counters.position,
      at: batch.now,
      name,
      instance: this.actor.no,
      task: about.task ?? null,
      delegation: about.delegation ?? null,
      actor: this.envelope.by,
      cause: this.envelope.cause,
      data: data as JournalEvent["data"],
    };
    batch.events.push(event);
    this.#cause = event.position;
    return event;
  }

  createTask(data: TaskCreated & { status: TaskStatus }): Task {
    const no = (this.batch.counters.task += 1);
    const event = this.note("task.created", data, { task: no });
    const task = createTask(no, this.world.ids.uuid(this.now), event);
    this.batch.touchTask(task, "added");
    this.#trace("task", task.no, true, task.keeper);
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
    this.#trace("task", task.no, false, task.keeper);
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
    const event = this.note(name, data as unknown as EventData, { task: task.no, delegation: no });
    const hop = createHop(no, this.world.ids.uuid(this.now), task.no, event);
    this.batch.touchHop(hop, true);
    this.#trace("delegation", hop.no, true, hop.target);
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
    const event = this.note(name, data, { task: hop.task, delegation: hop.no });
    evolveHop(hop, event);
    this.batch.touchHop(hop, false);
    this.#trace("delegation", hop.no, false, hop.target);
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
    this.#trace("instance", this.instance.no, false, this.instance.no);
  }

  insertInstance(instance: Instance, data: EventData): void {
    const event = this.note("instance.created", data);
    (event as { instance: ActorNo }).instance = instance.no;
    this.batch.touchInstance(instance, true);
    this.#trace("instance", instance.no, true, instance.no);
    this.batch.tallies.add(emptyTally(instance.no));
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
    this.batch.roster.add(entry);
    this.#trace("roster", entry.child, false, entry.parent);
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
    this.#trace("task", task.no, false, task.keeper);
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
    this.batch.tallies.add(this.actor.tally);
    this.#trace("tally", this.actor.no, false, this.actor.no);
  }

  #trace(
    table: "instance" | "task" | "delegation" | "roster" | "tally",
    no: number,
    added: boolean,
    keeper: ActorNo,
  ): void {
    this.batch.touches?.push({ actor: this.actor.no, table, no, added, keeper });
  }
}
