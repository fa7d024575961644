import { backoffMs } from "../../machines/backoff.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { ErrorInfo } from "../../machines/records/values.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { endTask } from "./completion.ts";
import { tryOthers } from "./escalate.ts";
import { holdsLease, leaseLost, noteLateResult } from "./lease-token.ts";

/**
 * Attempts that end without a result: failures, leases that are lost, moments that have come. A lease's token is the
 * epoch of its claim; an old one changes nothing (L1). Source: spec/domain.md 2.5, 2.7, spec/runtime.md 3.4.
 */
export const leases: Entries<"task.fail" | "task.orphaned" | "timer.task"> = {
  "task.fail": { needs: "task", admission: "progress", desk: true, handle: onFail },
  "task.orphaned": { needs: "task", admission: "progress", handle: onOrphaned },
  "timer.task": { needs: "task", admission: "progress", desk: true, timer: true, handle: onTimer },
};

function onFail(turn: Turn, command: MessageOf<"task.fail">, task: Task): void {
  const { error, leaseToken } = command;
  if (leaseToken !== null && !holdsLease(task, leaseToken)) {
    noteLateResult(turn, task, leaseToken, "fail");
    return turn.refuse(leaseLost(task));
  }
  const byWorker = leaseToken !== null;
  const retryable = command.retryable ?? byWorker;
  if (!failAttempt(turn, task, { error, retryable, byWorker, epoch: leaseToken }))
    return turn.refuse(turn.notAllowed(task, retryable ? "fail (retryable)" : "fail"));
  // A task that ended is answered by whoever closes its last hop.
  if (!isFinal(task.status)) turn.answerTask(task);
}

interface FailedAttempt {
  readonly error: ErrorInfo;
  readonly retryable: boolean;
  readonly byWorker: boolean;
  readonly epoch: number | null;
}

/**
 * One failure: tried again after a backoff, else the holder's `on_failure` says what becomes of it (spec/domain.md 2.7). False = its
 * machine does not accept it, and nothing has happened.
 */
function failAttempt(turn: Turn, task: Task, failed: FailedAttempt): boolean {
  const { error, retryable, byWorker, epoch } = failed;
  const answered = turn.step(task, { type: "FAIL", retryable });
  if (answered === null) return false;
  const failures = task.failures + (retryable || byWorker ? 1 : 0);
  if (answered === "queued") {
    turn.answeredTask(task, answered, "task.requeued", {
      reason: "failed",
      error,
      failures,
      attempt: task.attempt + 1,
      notBefore: turn.now + Math.ceil(retryBackoffMs(turn, failures)),
    });
    return true;
  }
  if (byWorker && tryOthers(turn, task, error, failures)) return true;
  endTask(turn, task, answered, { error: task.firstError ?? error, epoch, failures });
  return true;
}

/** A moment of a task has come: its deadline, the end of its attempt, the end of its lease. */
function onTimer(turn: Turn, _message: MessageOf<"timer.task">, task: Task): void {
  const { now } = turn;
  if (task.deadlineAt !== null && task.deadlineAt <= now) {
    const answered = turn.step(task, { type: "DEADLINE" });
    if (answered !== null) {
      const error = { code: "deadline_exceeded", message: "its deadline passed while it was open" };
      return endTask(turn, task, answered, { error });
    }
  }
  if (task.status !== "claimed" && task.status !== "in_progress") return;
  if (task.attemptEndsAt !== null && task.attemptEndsAt <= now) {
    const error = { code: "timeout", message: `did not end within ${task.timeoutSeconds} s` };
    noteLeaseEnd(turn, task, "timeout");
    failAttempt(turn, task, { error, retryable: true, byWorker: true, epoch: task.epoch });
  } else if (task.leaseExpiresAt !== null && task.leaseExpiresAt <= now) loseLease(turn, task, "expired");
}

/** The worker that Hopper itself ran is gone with its former owner: its lease ends at once, without a backoff. */
function onOrphaned(turn: Turn, { epoch }: MessageOf<"task.orphaned">, task: Task): void {
  const isOrphan = holdsLease(task, epoch) && task.leaseKind === "own";
  if (isOrphan) loseLease(turn, task, "owner_gone");
  if (!isOrphan || !isFinal(task.status)) turn.answerTask(task);
}

function loseLease(turn: Turn, task: Task, reason: "expired" | "owner_gone"): void {
  const leaseLosses = task.leaseLosses + 1;
  const answered = turn.step(task, { type: "LEASE_EXPIRED" });
  noteLeaseEnd(turn, task, reason);
  if (answered !== "queued") {
    const error = { code: "lease_lost", message: `its lease was lost ${leaseLosses} times` };
    return endTask(turn, task, answered, { error: task.firstError ?? error, leaseLosses });
  }
  const waitMs = reason === "owner_gone" ? 0 : retryBackoffMs(turn, leaseLosses);
  turn.answeredTask(task, answered, "task.requeued", {
    reason: "lease_lost",
    leaseLosses,
    maxLeaseLosses: turn.settings.tasks.maxLeaseLosses,
    attempt: task.attempt + 1,
    ...(waitMs > 0 ? { notBefore: turn.now + Math.ceil(waitMs) } : {}),
  });
}

function noteLeaseEnd(turn: Turn, task: Task, reason: "expired" | "timeout" | "owner_gone"): void {
  turn.note("lease.expired", { by: task.claimedBy, epoch: task.epoch, reason }, { task: task.no });
}

function retryBackoffMs(turn: Turn, n: number): number {
  const { retryBackoffMs: baseMs, retryBackoffMaxMs: maxMs } = turn.settings.tasks;
  return backoffMs({ n, baseMs, maxMs, random: turn.world.random });
}
