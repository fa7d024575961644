import { HopperError, refuse, type Refusal } from "../../machines/errors.ts";
import type { Answer } from "../../machines/messages/answer.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { Reply } from "../../machines/records/values.ts";
import type { Counters } from "../../store/store.ts";
import { Answers, CLOSED, DRAINING } from "./answers.ts";
import { Batch } from "./batch.ts";
import { runBatch, type BatchContext, type BatchPlan } from "./run-batch.ts";
import { ClockWatch } from "./clock-watch.ts";
import { Inbox } from "./inbox.ts";
import { envelopeOf } from "./mailbox.ts";
import { Observers, type CommitListener } from "./observers.ts";
import { StoredMail } from "./stored-mail.ts";
import { recover, type RecoveryHost } from "./recovery.ts";
import {
  DEFAULT_LIMITS,
  type Key,
  type Metrics,
  type Submitted,
  type SystemParams,
} from "./system-params.ts";
import { WakeUp } from "./wake-up.ts";
import { WorkingSets } from "./working-sets.ts";

/** Moments that one batch handles. */
const DUE_AT_A_TIME = 256;

/**
 * The loop: takes what is due, runs turns in batches, commits each batch once, and only then answers
 * and tells. Drive it by hand with {@link System.tick}, or let it run with {@link System.start}.
 * Source: spec/runtime.md 3.1.
 */
export class System {
  readonly observers: Observers;
  readonly metrics: Metrics = { batches: 0, turns: 0, commits: 0, mailed: 0 };
  readonly #context: BatchContext;
  readonly #inbox = new Inbox();
  readonly #keys = new Map<number, Key>();
  readonly #answers = new Answers();
  #counters: Counters = { instance: 0, task: 0, delegation: 0, message: 0, position: 0, command: 0 };
  #running = false;
  #failure: Refusal | null = null;
  #driven = false;
  #scheduled: Promise<boolean> | null = null;
  /** The store had no room for the last batch, or was busy. */
  #isHeldUp = false;
  #ticking: Promise<boolean> | null = null;
  readonly #wakeUp: WakeUp;
  readonly #mail: StoredMail;
  readonly #clockWatch: ClockWatch;

  constructor(params: SystemParams) {
    const limits = { ...DEFAULT_LIMITS, ...params.limits };
    const sets = new WorkingSets(params.store, params, limits.actors);
    this.#context = { ...params, limits, sets, keys: this.#keys };
    this.#mail = new StoredMail(params.store, limits.admitted);
    this.#wakeUp = new WakeUp(params.clock);
    this.#clockWatch = new ClockWatch({ ...params, sets });
    this.observers = new Observers(params.log);
  }

  /** Reads where the store stands. Call once, before anything else. `owns`: false = another process owns it. */
  async open(owns = true): Promise<void> {
    this.#counters = { ...(await this.#context.store.counters()) };
    if (owns) await this.#clockWatch.open();
    this.#running = true;
  }

  /** Lets the loop run by itself whenever something is due. */
  start(): void {
    this.#driven = true;
    this.#schedule();
  }

  /** Takes nothing new, and resolves when the running batch has been committed. May be called twice, or first. */
  async stop(): Promise<void> {
    this.#driven = false;
    this.#wakeUp.cancel();
    await this.#ticking;
    this.#running = false;
    this.#answers.refuseAll(DRAINING);
  }

  onCommit(listener: CommitListener): () => void {
    return this.observers.add(listener);
  }

  /**
   * Hands a command to the actor it is for; resolves with its answer after the commit that holds its effect.
   * Throws overloaded for new work when too much waits for that actor, or in this process (M7).
   */
  submit({ to, command, by, key, signal }: Submitted): Promise<Answer> {
    this.mustRun();
    const no = this.#counters.command + 1;
    const reply: Reply = { command: no, keyed: key !== undefined };
    this.#enqueue(envelopeOf(to, command, { reply, by, cause: -no }));
    this.#counters.command = no;
    if (key !== undefined) this.#keys.set(no, key);
    this.#schedule();
    if (signal !== undefined) return this.#answers.until(signal, no, () => this.#schedule());
    return this.#answers.of(no);
  }

  #enqueue(envelope: Envelope): void {
    const { message } = envelope;
    const entry = this.#context.protocol.messages[message.type];
    this.#inbox.add(envelope, entry.admission, entry.load?.(message));
  }

  /** The answer of a command that came before, also in an earlier process (an idempotent repeat). */
  answerOf(command: number, stored: () => Promise<Answer | null>): Promise<Answer> {
    return this.#answers.again(command, stored);
  }

  /** Throws `unavailable` once the loop has been closed or has failed. */
  mustRun(): void {
    if (this.#running) return;
    const { code, detail } = this.#failure ?? CLOSED;
    throw new HopperError(code, detail);
  }

  /** Has the store failed? Then nothing touches it any more. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /**
   * Stops everything for good: what the store has done with the last commit, or would do with the next one, is not known.
   * Whoever waits is answered `unavailable`. May be called twice.
   */
  fail(error: Error): void {
    if (this.failed) return;
    const { message } = this.#context.store.damageBehind(error) ?? error;
    this.#running = false;
    this.#driven = false;
    this.#wakeUp.cancel();
    this.#context.log.error(
      { error: String(error.stack ?? error) },
      "the loop stops: what the store holds is the truth",
    );
    this.#failure = refuse(
      "unavailable",
      `The store failed (${message}); whether the last changes happened is known once it is opened again. Repeat them with the same idempotency keys.`,
    );
    this.#answers.refuseAll(this.#failure);
    this.#context.onFatal(this.#failure);
  }

  /** A message of the runtime itself: the auditor's, the owner's at start. */
  post(envelope: Pick<Envelope, "to" | "message">): void {
    this.#enqueue(envelopeOf(envelope.to, envelope.message));
    this.#schedule();
  }

  /** One batch; false when nothing was due, the store had no room for it, or it has failed. */
  tick(): Promise<boolean> {
    this.#ticking ??= this.#tick()
      .catch((error: unknown) => {
        this.fail(error as Error);
        return false;
      })
      .finally(() => {
        this.#ticking = null;
      });
    return this.#ticking;
  }

  /** Batches until nothing is due now. */
  async settle(): Promise<void> {
    // Where it runs by itself, others of this process get their turn between two batches.
    while (await (this.#driven ? this.#pass() : this.tick())) continue;
  }

  /** The next moment at which something is due by itself; null = never. */
  async nextDue(): Promise<number | null> {
    return this.#context.store.nextDue();
  }

  // ------------------------------------------------------------------ inside

  #schedule(): void {
    if (this.#driven && this.#running) void this.#pass();
  }

  /** The batch that is run next, once others have had their turn; false when nothing was due. One for all who ask. */
  #pass(): Promise<boolean> {
    this.#scheduled ??= this.#runSoon();
    return this.#scheduled;
  }

  async #runSoon(): Promise<boolean> {
    await new Promise<void>((resolve) => this.#context.clock.soon(resolve));
    this.#scheduled = null;
    if (!this.#driven || !this.#running) return false;
    // What it throws has failed the loop already.
    const wasDue = await this.tick();
    if (wasDue) this.#schedule();
    else await this.#setAlarm().catch((error: unknown) => this.fail(error as Error));
    return wasDue;
  }

  async #setAlarm(): Promise<void> {
    const wake = (): void => this.#schedule();
    if (this.#isHeldUp) return this.#wakeUp.setHeldUp(wake);
    if (this.#inbox.size > 0) return wake();
    const dueAt = await this.#context.store.nextDue();
    this.#wakeUp.set(dueAt, this.#answers.waiting > 0, wake);
  }

  async #tick(): Promise<boolean> {
    if (!this.#running) return false;
    const jump = await this.#clockWatch.jumped();
    this.#isHeldUp = jump === null;
    if (jump === null) return false;
    if (jump !== 0) this.observers.clockSet();
    const plan = await this.#plan();
    if (plan.first.length === 0 && (plan.inbox.size === 0 || !plan.overtaking)) return false;
    this.metrics.batches += 1;
    const batch = this.#newBatch();
    try {
      await runBatch(batch, plan, this.#context);
      await this.#commit(batch);
    } catch (error) {
      const outcome = await recover({ batch, plan, error: error as Error, host: this.#host() });
      this.#isHeldUp = outcome === "held up";
    }
    return !this.#isHeldUp;
  }

  #newBatch(): Batch {
    return new Batch({
      now: this.#context.clock.now(),
      counters: this.#counters,
      trace: this.#context.trace === true,
    });
  }

  /** What this batch may take: stored messages first, then what is due, then the doors' commands. */
  async #plan(): Promise<BatchPlan> {
    const { store, clock, protocol, limits } = this.#context;
    const now = clock.now();
    const first: Envelope[] = [...(await this.#mail.waiting(now))];
    // More may wait than was read: nothing may overtake it.
    const overtaking = !this.#mail.hasMore;
    const due = overtaking ? await store.due(now, DUE_AT_A_TIME) : [];
    // A sign of life that came before the loop saw the moment counts.
    if (due.length > 0) first.push(...this.#inbox.takeProgress(limits.admitted));
    for (const one of due) first.push(envelopeOf(one.actor, protocol.due(one)));
    return { first, inbox: this.#inbox, overtaking, admitted: [] };
  }

  async #commit(batch: Batch): Promise<void> {
    if (!batch.isEmpty) {
      await this.#context.store.commit(batch.toCommit());
      this.metrics.commits += 1;
    }
    this.#afterCommit(batch);
  }

  /** Answers go out, events are told: nothing of it before the commit. */
  #afterCommit(batch: Batch): void {
    const command = Math.max(this.#counters.command, batch.counters.command);
    this.#counters = { ...batch.counters, command };
    this.metrics.turns += batch.turns;
    this.metrics.mailed += batch.mail.length;
    this.#mail.committed(batch);
    for (const key of batch.keys) this.#keys.delete(key.command);
    for (const { reply } of batch.outcomes) if (reply.keyed) this.#keys.delete(reply.command);
    this.#context.sets.committed(batch);
    if (batch.events.length > 0 || batch.instances.size > 0) {
      this.observers.tell({
        at: batch.now,
        events: batch.events,
        instances: [...batch.instances.values()].map(({ instance }) => instance),
        turns: batch.turns,
        task: (no) => batch.tasks.get(no)?.task,
      });
    }
    for (const { reply, answer } of batch.outcomes) this.#answers.give(reply.command, answer);
  }

  #host(): RecoveryHost {
    return {
      context: this.#context,
      answers: this.#answers,
      newBatch: () => this.#newBatch(),
      commit: (batch) => this.#commit(batch),
      fail: (error) => this.fail(error),
      putBack: (envelope) => this.#putBack(envelope),
      isRunning: () => this.#running,
    };
  }

  /** Not handled: commands go back to the inbox; stored messages and timers, which are still in their rows, are read again. */
  #putBack(envelope: Envelope): void {
    const { messages } = this.#context.protocol;
    if (envelope.row === 0 && messages[envelope.message.type].timer !== true)
      this.#inbox.add(envelope, "progress");
  }
}
