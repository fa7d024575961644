import { refuse } from "../../machines/errors.ts";
import { CommitError } from "../../store/store.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import type { TaskNo } from "../../machines/records/values.ts";
import { keepAccounts } from "../handlers/accounts.ts";
import type { Batch } from "./batch.ts";
import type { BatchContext } from "./run-batch.ts";
import { currentTask } from "./subjects.ts";
import { Turn } from "./turn.ts";

/**
 * What becomes of a message whose turn failed twice: its caller is answered, or it becomes one dead letter and
 * the task it was about is held `message_failed`; the mailbox goes on (M8). Source: 3-runtime.md 3.1.
 */
export async function poisoned(params: {
  batch: Batch;
  envelope: Envelope;
  failure: Error;
  context: BatchContext;
  /** false = keeping the accounts failed as well. */
  withAccounts: boolean;
}): Promise<void> {
  const { batch, envelope, failure, context } = params;
  if (envelope.row > 0) batch.mailDone.push(envelope.row);
  if (envelope.from === null && envelope.reply !== null) {
    batch.answer(envelope.reply, { ok: false, refusal: refusalOf(failure, envelope) });
    return;
  }
  batch.counters.message += 1;
  batch.deadLetters.push({
    no: batch.counters.message,
    envelope,
    error: failure.message,
    at: batch.now,
    times: 2,
  });
  const actor = await context.sets.get(envelope.to, batch);
  if (actor === null) return;
  batch.actors.add(actor);
  const turn = new Turn({
    actor,
    envelope: { ...envelope, reply: null },
    world: context.world,
    batch,
    preloaded: { watchers: [], keeperOf: () => 0 },
  });
  const no = (envelope.message as { task?: TaskNo }).task ?? null;
  if (params.withAccounts) keepAccounts(turn, envelope.message);
  turn.note("message.dead_lettered", { type: envelope.message.type, error: failure.message }, { task: no });
  const task = no === null ? null : (actor.tasks.get(no) ?? (await currentTask(context.store, batch, no)));
  if (task !== null && task.keeper === actor.no && task.status === "pending" && task.pendingHop === null) {
    actor.tasks.set(task.no, task);
    turn.task(task, "task.held", { reason: "message_failed" });
  }
  if (envelope.reply !== null) {
    batch.answer(envelope.reply, { ok: false, refusal: refusalOf(failure, envelope) });
  }
  for (const sent of batch.sent.splice(0)) batch.addMail(sent);
}

function refusalOf(failure: Error, envelope: Envelope): ReturnType<typeof refuse> {
  if (failure instanceof CommitError && failure.kind === "unique") {
    return refuse("already_exists", `That name or id is taken (${failure.rule}).`, { rule: failure.rule });
  }
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
