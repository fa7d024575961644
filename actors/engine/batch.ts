import { isKept, type Refusal } from "../../machines/errors.ts";
import type { TaskEventName } from "../../machines/events/catalogue.ts";
import type { JournalEvent } from "../../machines/events/journal-event.ts";
import type { Answer } from "../../machines/messages/answer.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { Delegation } from "../../machines/records/delegation.ts";
import type { DelegationNo, InstanceNo, Reply, TaskNo } from "../../machines/records/values.ts";
import type { Instance, RosterEntry, Tally } from "../../machines/records/instance.ts";
import type { Task, TaskResult, Watch } from "../../machines/records/task.ts";
import type { Commit, CommandAnswer, CommandKey, Counters, DeadLetter, MailRow } from "../../store/store.ts";
import type { Actor } from "./actor.ts";
import { Trace, type Touch } from "./trace.ts";

type RowKind = "added" | "edited" | "moved";

interface TaskRow {
  readonly task: Task;
  kind: RowKind;
  /** The event that has moved it; null = something else has, or more than that. */
  by: TaskEventName | null;
}

/** A commit with who wrote what; there where the loop traces (System's `trace`). */
export type TracedCommit = Commit & {
  readonly touches?: readonly Touch[];
  /** Rows that a turn wrote past its own doors. */
  readonly strays?: readonly string[];
};

/** An answer on its way out: given once the batch is committed. */
export interface Outcome {
  readonly reply: Reply;
  readonly answer: Answer;
}

/**
 * The unit of work of one batch: every row that its turns touched, each once, and what is to be said
 * after the commit. Source: spec/runtime.md 3.1.
 */
export class Batch {
  readonly now: number;
  readonly counters: Counters;
  readonly actors = new Set<Actor>();
  readonly tasks = new Map<TaskNo, TaskRow>();
  readonly delegations = new Map<
    DelegationNo,
    { readonly delegation: Delegation; readonly added: boolean }
  >();
  readonly instances = new Map<InstanceNo, { readonly instance: Instance; readonly added: boolean }>();
  readonly tallies = new Set<Tally>();
  readonly roster = new Set<RosterEntry>();
  /** Of children that have ended. */
  readonly struck: RosterEntry[] = [];
  readonly results: TaskResult[] = [];
  readonly watches: Watch[] = [];
  readonly events: JournalEvent[] = [];
  readonly mail: MailRow[] = [];
  readonly mailDone: number[] = [];
  readonly deadLetters: DeadLetter[] = [];
  /** Dead letters that were sent again, by their numbers. */
  readonly redriven: number[] = [];
  readonly keys: CommandKey[] = [];
  readonly answers: CommandAnswer[] = [];
  readonly outcomes: Outcome[] = [];
  /** Messages that turns of this batch sent and no turn has handled. */
  readonly sent: Envelope[] = [];
  /** Set when somebody listens (tests). */
  readonly trace: Trace | null;
  turns = 0;

  constructor(params: { now: number; counters: Counters; trace: boolean }) {
    this.now = params.now;
    this.counters = { ...params.counters };
    this.trace = params.trace ? new Trace() : null;
  }

  touchTask(task: Task, kind: RowKind, by: TaskEventName | null = null): void {
    const row = this.tasks.get(task.no);
    if (row === undefined) this.tasks.set(task.no, { task, kind, by });
    else {
      if (row.kind === "moved" && kind === "edited") row.kind = "edited";
      row.by = null;
    }
    this.trace?.touch({ table: "task", no: task.no, added: kind === "added", keeper: task.keeper }, task);
  }

  touchDelegation(delegation: Delegation, added: boolean): void {
    const { no, target } = delegation;
    if (!this.delegations.has(no)) this.delegations.set(no, { delegation, added });
    this.trace?.touch({ table: "delegation", no, added, keeper: target }, delegation);
  }

  /** Who has a name since this batch, by its number; 0 = nobody any more. */
  readonly #names = new Map<string, InstanceNo>();

  /** Whether this batch took or freed a name or an id; undefined = it did neither. */
  hasTaken(name: string): boolean | undefined {
    const no = this.#names.get(name);
    return no === undefined ? undefined : no !== 0;
  }

  touchInstance(instance: Instance, added: boolean): void {
    const { no, id, name, status } = instance;
    for (const text of [name, id]) {
      if (status !== "terminated") this.#names.set(text, no);
      else if ((this.#names.get(text) ?? no) === no) this.#names.set(text, 0);
    }
    if (!this.instances.has(instance.no)) this.instances.set(instance.no, { instance, added });
    this.trace?.touch({ table: "instance", no: instance.no, added, keeper: instance.no }, instance);
  }

  touchRoster(entry: RosterEntry): void {
    this.roster.add(entry);
    this.trace?.touch({ table: "roster", no: entry.child, added: false, keeper: entry.parent }, entry);
  }

  strike(entry: RosterEntry): void {
    this.roster.delete(entry);
    this.struck.push(entry);
    this.trace?.touch({ table: "roster", no: entry.child, added: false, keeper: entry.parent }, entry);
  }

  touchTally(tally: Tally, added: boolean): void {
    this.tallies.add(tally);
    this.trace?.touch({ table: "tally", no: tally.instance, added, keeper: tally.instance }, tally);
  }

  /** Watches that this batch added, by the task waited for. */
  readonly newWatches = new Map<TaskNo, TaskNo[]>();

  noteWatch(task: TaskNo, dependent: TaskNo): void {
    this.watches.push({ task, dependent });
    const watchers = this.newWatches.get(task);
    if (watchers === undefined) this.newWatches.set(task, [dependent]);
    else watchers.push(dependent);
  }

  addMail(envelope: Envelope): void {
    this.counters.message += 1;
    this.mail.push({ no: this.counters.message, envelope, deliverAt: 0, enqueuedAt: this.now });
  }

  /**
   * `kept`: with the command's key. One that is not, though its caller had a key, counts as never asked: a repeat is a
   * first one, unless an earlier turn of it is committed. Source: spec/api.md 4.4.
   */
  answer(reply: Reply, answer: Answer, kept: boolean): void {
    this.outcomes.push({ reply, answer });
    if (!reply.keyed) return;
    const at = kept ? -1 : this.keys.findIndex(({ command }) => command === reply.command);
    if (at === -1) this.answers.push({ command: reply.command, body: JSON.stringify(answer), at: this.now });
    else this.keys.splice(at, 1);
  }

  refuse(reply: Reply, refusal: Refusal): void {
    this.answer(reply, { ok: false, refusal }, isKept(refusal.code));
  }

  get isEmpty(): boolean {
    return (
      this.events.length === 0 &&
      this.tasks.size === 0 &&
      this.delegations.size === 0 &&
      this.instances.size === 0 &&
      this.roster.size === 0 &&
      this.struck.length === 0 &&
      this.tallies.size === 0 &&
      this.mail.length === 0 &&
      this.mailDone.length === 0 &&
      this.deadLetters.length === 0 &&
      this.redriven.length === 0 &&
      this.keys.length === 0 &&
      this.answers.length === 0
    );
  }

  toCommit(): TracedCommit {
    const tasks = {
      added: [] as Task[],
      moved: [] as Task[],
      edited: [] as Task[],
      movedBy: new Map<TaskNo, TaskEventName>(),
    };
    for (const { task, kind, by } of this.tasks.values()) {
      tasks[kind].push(task);
      if (kind === "moved" && by !== null) tasks.movedBy.set(task.no, by);
    }
    const delegations: { added: Delegation[]; changed: Delegation[] } = { added: [], changed: [] };
    for (const { delegation, added } of this.delegations.values()) {
      delegations[added ? "added" : "changed"].push(delegation);
    }
    const instances: { added: Instance[]; changed: Instance[] } = { added: [], changed: [] };
    for (const { instance, added } of this.instances.values()) {
      instances[added ? "added" : "changed"].push(instance);
    }
    return {
      at: this.now,
      counters: this.counters,
      instances,
      tallies: [...this.tallies],
      roster: { kept: [...this.roster], ended: this.struck },
      tasks,
      delegations,
      results: this.results,
      watches: this.watches,
      events: this.events,
      mail: { added: this.mail, done: this.mailDone },
      deadLetters: this.deadLetters,
      redriven: this.redriven,
      keys: this.keys,
      answers: this.answers,
      ...(this.trace === null ? {} : { touches: this.trace.touches, strays: this.trace.strays() }),
    };
  }
}
