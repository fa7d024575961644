import { refuse } from "../../machines/errors.ts";
import type { Envelope } from "../../machines/messages/envelope.ts";
import { CommitError, hasFailed, pathOf } from "../../store/store.ts";
import type { Answers } from "./answers.ts";
import type { Batch } from "./batch.ts";
import { Inbox } from "./inbox.ts";
import { deadLetter, TRIES } from "./dead-letters.ts";
import { runBatch, type BatchContext, type BatchPlan } from "./run-batch.ts";

/** What recovering from a failed batch needs of the loop. */
export interface RecoveryHost {
  readonly answers: Answers;
  readonly context: BatchContext;
  newBatch(): Batch;
  commit(batch: Batch): Promise<void>;
  /** Stops everything. */
  fail(error: Error): void;
  putBack(envelope: Envelope): void;
  isRunning(): boolean;
}

/**
 * A batch that failed is dropped with its working set. A turn that threw, or a row that broke a rule, costs
 * only itself: every envelope of the batch is run again in a batch of its own. A commit whose fate is
 * unknown stops everything. `held up` = the store has no room, or is busy: what waits is tried again later. Source: spec/runtime.md 3.1 "One bad turn harms nobody else", 3.3.
 */
export async function recover(params: {
  batch: Batch;
  plan: BatchPlan;
  error: Error;
  host: RecoveryHost;
}): Promise<"recovered" | "held up"> {
  const { batch, plan, error, host } = params;
  host.context.sets.drop(batch);
  if (hasFailed(host.context.store, error)) host.fail(error);
  else if (error instanceof CommitError && (error.kind === "full" || error.kind === "busy")) {
    refuseAll(host, plan.admitted, error.kind);
    return "held up";
  } else {
    for (const envelope of plan.admitted) {
      if (!host.isRunning()) break;
      await alone(host, envelope);
    }
  }
  return "recovered";
}

const TRY_AGAIN = {
  full: {
    code: "storage_full",
    detail: (place: string) =>
      `The disk of ${place} is full; nothing was changed. Free 1 MiB or more and ask again.`,
  },
  busy: { code: "unavailable", detail: () => "The store is busy; nothing was changed. Ask again." },
} as const;

/** Rolled back for want of space or of the lock: callers are told, the rest waits. */
function refuseAll(host: RecoveryHost, envelopes: readonly Envelope[], kind: "full" | "busy"): void {
  const { code, detail } = TRY_AGAIN[kind];
  const place = pathOf(host.context.store);
  for (const envelope of envelopes) {
    // Of what is stored, an earlier part is committed: it is not refused but done later, and answered then.
    if (envelope.reply === null || envelope.row > 0) host.putBack(envelope);
    else
      host.answers.give(envelope.reply.command, {
        ok: false,
        refusal: refuse(code, detail(place), { retry_after: 1, ...(kind === "full" ? { path: place } : {}) }),
      });
  }
}

/** One envelope in a batch of its own: what it sends goes through the mailbox. Tried twice, then given up. */
async function alone(host: RecoveryHost, envelope: Envelope): Promise<void> {
  let failure: Error = new Error("never tried");
  for (let tried = 0; tried < TRIES; tried += 1) {
    const batch = host.newBatch();
    try {
      const plan = { first: [envelope], inbox: new Inbox(), overtaking: false, admitted: [] };
      await runBatch(batch, plan, host.context);
      return await host.commit(batch);
    } catch (error) {
      host.context.sets.drop(batch);
      failure = error as Error;
      if (hasFailed(host.context.store, failure)) return host.fail(failure);
      // What broke a rule breaks it again.
      if (failure instanceof CommitError) break;
    }
  }
  await giveUp(host, envelope, failure);
}

/** The committed outcome of a message that nobody can handle: answered or dead-lettered, exactly once (M8). */
async function giveUp(host: RecoveryHost, envelope: Envelope, failure: Error): Promise<void> {
  host.context.log.error(
    { type: envelope.message.type, to: envelope.to, error: String(failure.stack ?? failure) },
    "a turn failed twice",
  );
  let last: Error = failure;
  for (const withBookkeeping of [true, false]) {
    const batch = host.newBatch();
    try {
      await deadLetter({ batch, envelope, failure, context: host.context, withBookkeeping });
      return await host.commit(batch);
    } catch (error) {
      host.context.sets.drop(batch);
      last = error as Error;
      if (last instanceof CommitError && last.kind === "io") break;
    }
  }
  host.fail(last);
}
