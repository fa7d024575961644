import { refuse } from "../../machines/errors.ts";
import type { RedrivenLetter } from "../../machines/messages/answer.ts";
import { CommitError, type DeadLetter } from "../../store/store.ts";
import { UNCOUNTED, type Envelope } from "../../machines/messages/envelope.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import type { Batch } from "./batch.ts";
import type { BatchContext } from "./run-batch.ts";
import { currentTask, NOTHING_LOADED } from "./subjects.ts";
import { Turn } from "./turn.ts";

/** How often a turn is tried before its message is given up. */
export const TRIES = 2;

/**
 * What becomes of a message whose turn failed twice: its caller is answered, or it becomes one dead letter and
 * the task it was about is held `message_failed`; the mailbox goes on (M8). Source: spec/runtime.md 3.1.
 */
export async function deadLetter(params: {
  batch: Batch;
  envelope: Envelope;
  failure: Error;
  context: BatchContext;
  /** false = its bookkeeping failed as well. */
  withBookkeeping: boolean;
}): Promise<void> {
  const { batch, envelope, failure, context, withBookkeeping } = params;
  const { message, reply } = envelope;
  const attempts = envelope.attempt + TRIES;
  const isCounted = withBookkeeping || envelope.attempt > 0;
  if (envelope.row > 0) batch.mailDone.push(envelope.row);
  if (reply !== null) batch.refuse(reply, refusalOf(failure, envelope));
  // A caller who has been answered may ask again.
  if (reply !== null && envelope.from === null) return;
  batch.counters.message += 1;
  batch.deadLetters.push({
    no: batch.counters.message,
    envelope: { ...envelope, row: 0, reply: null, attempt: isCounted ? attempts : UNCOUNTED },
    error: failure.message,
    at: batch.now,
    times: attempts,
  });
  const actor = await context.sets.get(envelope.to, batch);
  if (actor === null) return;
  batch.actors.add(actor);
  const turn = new Turn({
    actor,
    envelope: { ...envelope, reply: null },
    world: context,
    batch,
    preloaded: NOTHING_LOADED,
  });
  const { protocol, store } = context;
  const about = (message as { task?: TaskNo }).task ?? null;
  if (withBookkeeping && envelope.attempt === 0) protocol.messages[message.type].bookkeeping?.(turn, message);
  const task =
    about === null ? null : (actor.tasks.get(about) ?? (await currentTask({ store, batch }, about)));
  protocol.deadLetter(turn, failure.message, about, task?.keeper === actor.no ? task : null);
  for (const sent of batch.sent.splice(0)) batch.addMail(sent);
}

/** What of a dead letter is shown. */
export function shownLetter({ no, envelope, error, at, times }: DeadLetter): RedrivenLetter {
  const { to, from, message } = envelope;
  const task = "task" in message ? message.task : null;
  return { no, to, from, type: message.type, task, error, at, times };
}

function refusalOf(failure: Error, envelope: Envelope): ReturnType<typeof refuse> {
  if (failure instanceof CommitError && failure.kind === "unique")
    return refuse("already_exists", `That name or id is taken (${failure.rule}).`, { rule: failure.rule });
  if (failure instanceof CommitError) {
    return refuse("illegal_transition", `The store refused it: ${failure.rule}.`, {
      rule: failure.rule,
      allowed: [],
    });
  }
  const request = `C-${envelope.reply?.command ?? 0}`;
  // What another actor sent was sent by a turn that is committed.
  const changed =
    envelope.from === null ? "nothing was changed" : "a part of it is done, so look before you repeat it";
  return refuse("internal", `Hopper failed on this request; ${changed}. It is ${request} in the log.`, {
    request,
  });
}
