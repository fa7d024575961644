import { refuse } from "../../machines/errors.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { Actor } from "./actor.ts";
import type { Batch } from "./batch.ts";
import type { Inbox } from "./inbox.ts";
import { envelopeOf, FairQueue } from "./mailbox.ts";
import { dispatch } from "./dispatch.ts";
import type { Protocol } from "./protocol.ts";
import { findSubject, type Found } from "./subjects.ts";
import type { Key, LoopLimits, SystemParams } from "./system-params.ts";
import { Turn } from "./turn.ts";
import type { WorkingSets } from "./working-sets.ts";

/** What a batch takes. */
export interface BatchPlan {
  /** Taken first, each behind those before it: stored messages, then what is due, and before that what may still prevent it. */
  readonly first: readonly Envelope[];
  /** Commands of the doors, taken while there is time; the rest stays where it is. */
  readonly inbox: Inbox;
  /** false = older stored messages wait: what this batch sends must queue behind them, in the mailbox. */
  readonly overtaking: boolean;
  /** Envelopes taken so far; they are run again, each alone, should the batch fail. */
  readonly admitted: Envelope[];
}

/** What the batches of a system share. */
export interface BatchContext extends SystemParams {
  readonly limits: LoopLimits;
  readonly sets: WorkingSets;
  readonly keys: ReadonlyMap<number, Key>;
}

/**
 * Runs turns until the batch is full or nothing is left: each envelope from outside, then all that it
 * caused, so that what happens together is committed together, and stands together in the journal. Source: spec/runtime.md 3.1.
 */
export async function runBatch(batch: Batch, plan: BatchPlan, context: BatchContext): Promise<void> {
  const inside = new FairQueue();
  const run: Run = { batch, plan, context, inside };
  const { admitted } = plan;
  // Stored messages stand in their receivers' queues before any turn of this batch sends another (M3).
  for (const envelope of plan.first) inside.add(take(envelope));
  const begin = context.clock.monotonic();
  const deadline = begin + context.limits.batchMs;
  const end = begin + context.limits.longestMs;
  while (batch.turns < context.limits.turns) {
    const envelope = inside.take(context.choose) ?? admit();
    if (envelope === undefined) {
      // News is told once per batch, when all else has been done.
      if (tellNews(run)) continue;
      break;
    }
    if (envelope.row > 0) batch.mailDone.push(envelope.row);
    // What is in memory is not waited for.
    const running = runTurn(run, envelope);
    if (running !== undefined) await running;
    if (batch.turns % context.limits.look === 0 && context.clock.monotonic() > end) break;
  }
  // A full batch ends before its news was told: it goes through the mailbox with the rest.
  tellNews(run);
  for (const envelope of inside.drain())
    if (!isReadAgain(envelope, context.protocol)) batch.addMail(envelope);

  function admit(): Envelope | undefined {
    if (!plan.overtaking || admitted.length >= context.limits.admitted) return undefined;
    if (admitted.length > 0 && context.clock.monotonic() > deadline) return undefined;
    const envelope = plan.inbox.take(context.choose);
    return envelope === undefined ? undefined : take(envelope);
  }

  function take(envelope: Envelope): Envelope {
    admitted.push(envelope);
    // A command may have come after the batch began: its number must be used up with it.
    batch.counters.command = Math.max(batch.counters.command, -envelope.cause);
    noteKey(batch, context, envelope);
    return envelope;
  }
}

/** A stored message keeps its row, and with it its place before all that was sent later (M3); a timer is due again. */
function isReadAgain({ row, message }: Envelope, { messages }: Protocol): boolean {
  return row > 0 || messages[message.type].timer === true;
}

/** The key of a command is a row inserted with its first turn. */
function noteKey(batch: Batch, context: BatchContext, envelope: Envelope): void {
  if (envelope.reply?.keyed !== true || envelope.from !== null) return;
  const key = context.keys.get(envelope.reply.command);
  if (key !== undefined) batch.keys.push({ ...key, command: envelope.reply.command, at: batch.now });
}

/** A batch that is being run. */
interface Run {
  readonly batch: Batch;
  readonly plan: BatchPlan;
  readonly context: BatchContext;
  readonly inside: FairQueue;
}

/** One envelope: its actor and its rows are found, then its turn is run. A promise only where something has to be read. */
function runTurn(run: Run, envelope: Envelope): Promise<void> | undefined {
  const actor = run.context.sets.get(envelope.to, run.batch);
  if (actor instanceof Promise) return actor.then((read) => findThenRun(run, envelope, read));
  return findThenRun(run, envelope, actor);
}

function findThenRun(run: Run, envelope: Envelope, actor: Actor | null): Promise<void> | undefined {
  if (actor === null) {
    refuseEnvelope(run.batch, envelope);
    return undefined;
  }
  run.batch.actors.add(actor);
  const { store, protocol } = run.context;
  const found = findSubject({ store, batch: run.batch, actor }, protocol.messages, envelope);
  if (found instanceof Promise) return found.then((read) => turnOf(run, envelope, actor, read));
  turnOf(run, envelope, actor, found);
  return undefined;
}

function turnOf(run: Run, envelope: Envelope, actor: Actor, found: Found): void {
  const { batch, context } = run;
  if (found.kind === "elsewhere") return pass(run, { ...envelope, to: found.keeper, row: 0 });
  if (found.kind === "nothing") return refuseEnvelope(batch, envelope);
  const turn = new Turn({ actor, envelope, world: context, batch, preloaded: found.preloaded });
  batch.turns += 1;
  dispatch(turn, context.protocol, found.subject);
  context.protocol.afterTurn(turn);
  for (const sent of batch.sent) pass(run, sent);
  batch.sent.length = 0;
}

/** In this batch where nothing older waits; else through the mailbox. What an actor tells itself comes first. */
function pass({ batch, plan, context, inside }: Run, envelope: Envelope): void {
  const entry = context.protocol.messages[envelope.message.type];
  if (!plan.overtaking || entry.later?.(envelope.message) === true) batch.addMail(envelope);
  else if (entry.first === true) inside.addFirst(envelope);
  else inside.add(envelope, "soon");
}

function refuseEnvelope(batch: Batch, envelope: Envelope): void {
  if (envelope.reply === null) return;
  batch.refuse(envelope.reply, refuse("not_found", "There is no such record any more.", {}));
}

/** Sends the news that is due; false when there was none. */
function tellNews(run: Run): boolean {
  const { batch, context } = run;
  let told = false;
  for (const actor of batch.actors) {
    const news = context.protocol.news(actor, context.settings, batch.now);
    if (news === null) continue;
    told = true;
    pass(run, envelopeOf(news.to, news.message, { from: actor.no, cause: batch.counters.position }));
  }
  return told;
}
