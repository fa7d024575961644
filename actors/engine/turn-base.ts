import type { Refusal } from "../../machines/errors.ts";
import type { EventData, EventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { AnswerValue } from "../../machines/messages/answer.ts";
import { UNCOUNTED, type Envelope, type Message } from "../../machines/messages/envelope.ts";
import type { ActorNo, DelegationNo, Reply, TaskNo } from "../../machines/records/values.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import type { EffectiveConfig, Settings } from "../../machines/settings.ts";
import type { DeadLetter } from "../../store/store.ts";
import type { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";
import type { TurnWorld } from "./environment.ts";
import { envelopeOf } from "./mailbox.ts";

/** The data of an event, to be left out where it may be empty. */
export type DataArgument<N extends EventName> =
  Partial<EventData<N>> extends EventData<N> ? [data?: EventData<N>] : [data: EventData<N>];

/** What an event is about, beside the actor whose turn it is. */
interface About {
  readonly task?: TaskNo | null;
  readonly delegation?: DelegationNo | null;
  readonly instance?: ActorNo;
}

/** Rows the runtime read for this turn because the actor does not keep them in memory. */
export interface Preloaded {
  /** Lease that completed the done task which is completed again; null = an operator. */
  readonly completedBy?: number | null;
  /** The dead letter that the message names; null = it is there no more. */
  readonly letter?: DeadLetter | null;
  /** Who waits for the task the message is about. */
  readonly watchers: readonly TaskNo[];
  /** Where messages about another task go: its keeper as last stored; whoever keeps it by then gets it. */
  keeperOf(task: TaskNo): ActorNo;
}

/** What a turn sees, and what it says: answers, messages, lines of the journal. What it writes is in turn.ts. */
export class TurnBase {
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
    this.batch.trace?.begin(this.actor.no);
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

  /** Has a live instance this as its name or its id, anywhere? */
  isNameTaken(name: string): boolean {
    return this.batch.hasTaken(name) ?? this.world.names.isTaken(name);
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

  /** Says how it stands: the command's key is not used up by it. */
  answerForNow(value: AnswerValue): void {
    const { reply } = this.envelope;
    if (reply !== null) this.batch.answer(reply, { ok: true, value }, false);
  }

  answerTo(reply: Reply | null, value: AnswerValue): void {
    if (reply !== null) this.batch.answer(reply, { ok: true, value }, true);
  }

  refuse(refusal: Refusal): void {
    if (this.envelope.reply !== null) this.batch.refuse(this.envelope.reply, refusal);
  }

  /** Answers with a copy of the task as it is now. */
  answerTask(task: Task): void {
    if (this.envelope.reply !== null) this.answer({ kind: "task", task: { ...task } });
  }

  answerDelegation(delegation: Delegation): void {
    if (this.envelope.reply !== null) this.answer({ kind: "delegation", delegation: { ...delegation } });
  }

  /** The reply travels with the message: whoever ends the command answers it. */
  send(to: ActorNo, message: Message, reply: Reply | null = null): void {
    const { by } = this.envelope;
    this.batch.sent.push(envelopeOf(to, message, { from: this.actor.no, reply, by, cause: this.#cause }));
  }

  /** Sends a dead letter to its receiver, this actor, once more. */
  redrive({ no, envelope, times }: DeadLetter): void {
    this.batch.redriven.push(no);
    const attempt = envelope.attempt === UNCOUNTED ? 0 : times;
    this.batch.sent.push({ ...envelope, row: 0, reply: null, cause: this.#cause, attempt });
  }

  // ------------------------------------------------------------------ events

  /** Appends to the journal and nothing else. */
  note<N extends EventName>(name: N, data: EventData<N>, about: About = {}): void {
    this.append(name, data, about);
  }

  protected append(name: EventName, data: object, about: About): JournalEvent {
    const { batch } = this;
    batch.counters.position += 1;
    const event = {
      position: batch.counters.position,
      at: batch.now,
      name,
      instance: about.instance ?? this.actor.no,
      task: about.task ?? null,
      delegation: about.delegation ?? null,
      actor: this.envelope.by,
      cause: this.envelope.cause,
      data,
    } as JournalEvent;
    batch.events.push(event);
    this.#cause = event.position;
    return event;
  }
}
