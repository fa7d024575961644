import { backoffMs } from "../../machines/backoff.ts";
import { refuse, type Refusal } from "../../machines/errors.ts";
import { hasQueue } from "../../machines/legality.ts";
import type { Command } from "../../machines/messages/command.ts";
import { isFinal, type Task } from "../../machines/records/task.ts";
import type { ErrorInfo, TaskNo } from "../../machines/records/values.ts";
import { failTask } from "./completion.ts";
import { tryOthers } from "./moves.ts";
import { holdsLease, leaseLost, noteLateResult } from "./lease-token.ts";
import type { Turn } from "../engine/turn.ts";

/** Claims and leases: a token is the epoch of the claim; an old one changes nothing (L1). Source: 2-domain.md 2.5, 3-runtime.md 3.4. */

export function onClaim(turn: Turn, command: Extract<Command, { type: "instance.claim" }>): void {
  const { actor, config } = turn;
  const refusal = claimRefusal(turn);
  if (refusal !== null) {
    turn.refuse(refusal);
    return;
  }
  const able =
    command.capabilities === null ? null : new Set(command.capabilities.map((one) => one.toLowerCase()));
  const claims: { task: Task; token: number; expiresAt: number }[] = [];
  const wanted = (no: TaskNo): boolean => isFor(command, able, actor.tasks.get(no));
  while (claims.length < command.max && actor.claimed < config.maxConcurrent) {
    const no = actor.queue.first(turn.now, wanted);
    const task = no === null ? undefined : actor.tasks.get(no);
    if (task === undefined || turn.step(task, { type: "CLAIM" }) === null) break;
    const expiresAt = turn.now + command.leaseMs;
    turn.task(task, "task.claimed", {
      by: command.workerId,
      until: expiresAt,
      ...(command.kind === "own" ? { kind: "own" } : {}),
      ...(task.timeoutSeconds === null ? {} : { ends: turn.now + task.timeoutSeconds * 1_000 }),
    });
    claims.push({ task: { ...task }, token: task.epoch, expiresAt });
  }
  const nextAt = claims.length > 0 ? null : actor.queue.nextAt(turn.now, wanted);
  turn.answer({ kind: "claims", claims, nextAt });
}

/** A worker gets what it can do: the tags it names, and a shell worker only what has a command; the rest is a person's. */
function isFor(
  command: Extract<Command, { type: "instance.claim" }>,
  able: ReadonlySet<string> | null,
  task: Task | undefined,
): boolean {
  if (task === undefined || (command.kind === "own" && task.run === null)) return false;
  return able === null || task.tags.every((tag) => able.has(tag.toLowerCase()));
}

function claimRefusal(turn: Turn): Refusal | null {
  const { instance } = turn;
  if (!hasQueue(instance.scope)) {
    return refuse(
      "not_claimable",
      `${instance.name} is ${instance.scope}, which has no queue to claim from.`,
      {
        scope: instance.scope,
      },
    );
  }
  if (instance.status === "running") return null;
  return refuse(
    "instance_not_running",
    `${instance.name} is ${instance.status}; work is claimed where it runs.`,
    {
      instance: instance.name,
      status: instance.status,
    },
  );
}

export function onHeartbeat(
  turn: Turn,
  command: Extract<Command, { type: "task.heartbeat" }>,
  task: Task,
): void {
  if (!holdsLease(task, command.leaseToken)) {
    turn.refuse(leaseLost(task));
    return;
  }
  const expiresAt = turn.now + (command.leaseMs ?? turn.settings.workers.leaseMs);
  if (task.status === "claimed") turn.task(task, "task.in_progress");
  turn.quietly(task, (row) => {
    row.leaseExpiresAt = expiresAt;
  });
  if (command.progress !== null && mayNoteProgress(turn, task, command.progress)) {
    turn.task(task, "task.progress", {
      progress: command.progress,
      ...(command.note === null ? {} : { note: command.note }),
    });
  }
  turn.answer({ kind: "lease", expiresAt, task: { ...task } });
}

/** Progress is journalled at most once a second and task, and its end always. */
function mayNoteProgress(turn: Turn, task: Task, progress: number): boolean {
  if (progress === task.progress) return false;
  return progress >= 1 || task.progress === null || turn.now - task.updatedAt >= 1_000;
}

/** A worker marks the beginning of its command; or a person takes a queued task by hand. */
export function onStart(turn: Turn, command: Extract<Command, { type: "task.start" }>, task: Task): void {
  if (command.leaseToken !== null) {
    if (!holdsLease(task, command.leaseToken)) {
      turn.refuse(leaseLost(task));
      return;
    }
    turn.task(task, "task.in_progress", command.process === null ? null : { process: command.process });
    turn.answerTask(task);
    return;
  }
  if (turn.step(task, { type: "START" }) === null) {
    turn.refuse(turn.notAllowed(task, "start"));
    return;
  }
  if (task.status !== "queued") {
    if (task.status === "claimed") turn.task(task, "task.in_progress");
    turn.answerTask(task);
    return;
  }
  const refusal = turn.isRunning ? null : claimRefusal(turn);
  if (refusal !== null || turn.actor.claimed >= turn.config.maxConcurrent) {
    turn.refuse(
      refusal ??
        refuse(
          "at_capacity",
          `${turn.instance.name} has ${turn.actor.claimed} tasks in work, which is its limit.`,
          {
            limit: turn.config.maxConcurrent,
          },
        ),
    );
    return;
  }
  turn.task(task, "task.in_progress", {
    by: turn.envelope.by ?? "someone",
    until: turn.now + turn.settings.workers.handLeaseMs,
    kind: "hand",
    ...(task.timeoutSeconds === null ? {} : { ends: turn.now + task.timeoutSeconds * 1_000 }),
  });
  turn.answerTask(task);
}

export function onRelease(turn: Turn, command: Extract<Command, { type: "task.release" }>, task: Task): void {
  if (!holdsLease(task, command.leaseToken)) {
    turn.refuse(leaseLost(task));
    return;
  }
  endLease(turn, task, "released");
  turn.answerTask(task);
}

/** RELEASE: queued again at once, at its place, with the same attempt. */
export function endLease(turn: Turn, task: Task, reason: "released" | "drain_timeout"): void {
  turn.task(task, "task.requeued", { reason });
}

export function onFail(turn: Turn, command: Extract<Command, { type: "task.fail" }>, task: Task): void {
  if (command.leaseToken !== null && !holdsLease(task, command.leaseToken)) {
    noteLateResult(turn, task, command.leaseToken, "fail");
    turn.refuse(leaseLost(task));
    return;
  }
  const retryable = command.retryable ?? command.leaseToken !== null;
  if (turn.step(task, { type: "FAIL", retryable }) === null) {
    turn.refuse(turn.notAllowed(task, retryable ? "fail (retryable)" : "fail"));
    return;
  }
  failAttempt(turn, task, {
    error: command.error,
    retryable,
    byWorker: command.leaseToken !== null,
    epoch: command.leaseToken,
  });
  // A task that ended is answered by whoever closes its last hop.
  if (!isFinal(task.status)) turn.answerTask(task);
}

interface FailedAttempt {
  readonly error: ErrorInfo;
  readonly retryable: boolean;
  readonly byWorker: boolean;
  readonly epoch: number | null;
}

/** One failure: tried again after a backoff, else the holder's `on_failure` says what becomes of it (2.7). */
function failAttempt(turn: Turn, task: Task, failed: FailedAttempt): void {
  const next = turn.step(task, { type: "FAIL", retryable: failed.retryable });
  const failures = task.failures + (failed.retryable || failed.byWorker ? 1 : 0);
  if (next === "queued") {
    const { retryBackoffMs, retryBackoffMaxMs } = turn.settings.tasks;
    const waitMs = backoffMs({
      n: failures,
      baseMs: retryBackoffMs,
      maxMs: retryBackoffMaxMs,
      random: turn.world.random,
    });
    turn.task(task, "task.requeued", {
      reason: "failed",
      error: failed.error,
      failures,
      attempt: task.attempt + 1,
      notBefore: turn.now + Math.ceil(waitMs),
    });
    return;
  }
  if (failed.byWorker && tryOthers(turn, task, failed.error, failures)) return;
  failTask(turn, task, {
    error: task.firstError ?? failed.error,
    epoch: failed.epoch,
    counted: { failures },
  });
}

/** A moment of a task has come: its deadline, the end of its attempt, the end of its lease. */
export function onTaskTimer(turn: Turn, task: Task): void {
  if (
    task.deadlineAt !== null &&
    task.deadlineAt <= turn.now &&
    turn.step(task, { type: "DEADLINE" }) !== null
  ) {
    failTask(turn, task, {
      error: { code: "deadline_exceeded", message: "its deadline passed while it was open" },
    });
    return;
  }
  if (task.status !== "claimed" && task.status !== "in_progress") return;
  if (task.attemptEndsAt !== null && task.attemptEndsAt <= turn.now) {
    const error = { code: "timeout", message: `did not end within ${task.timeoutSeconds} s` };
    turn.note(
      "lease.expired",
      { by: task.claimedBy, epoch: task.epoch, reason: "timeout" },
      { task: task.no },
    );
    failAttempt(turn, task, { error, retryable: true, byWorker: true, epoch: task.epoch });
    return;
  }
  if (task.leaseExpiresAt !== null && task.leaseExpiresAt <= turn.now) loseLease(turn, task, "expired");
}

/** The worker that Hopper itself ran is gone with its former owner: its lease ends at once, without a backoff. */
export function onOrphaned(
  turn: Turn,
  command: Extract<Command, { type: "task.orphaned" }>,
  task: Task,
): void {
  const isOrphan = holdsLease(task, command.epoch) && task.leaseKind === "own";
  if (isOrphan) loseLease(turn, task, "owner_gone");
  if (!isOrphan || !isFinal(task.status)) turn.answerTask(task);
}

function loseLease(turn: Turn, task: Task, reason: "expired" | "owner_gone"): void {
  const leaseLosses = task.leaseLosses + 1;
  const next = turn.step(task, { type: "LEASE_EXPIRED" });
  turn.note("lease.expired", { by: task.claimedBy, epoch: task.epoch, reason }, { task: task.no });
  if (next !== "queued") {
    const error = { code: "lease_lost", message: `its lease was lost ${leaseLosses} times` };
    failTask(turn, task, { error: task.firstError ?? error, counted: { leaseLosses } });
    return;
  }
  const { retryBackoffMs, retryBackoffMaxMs } = turn.settings.tasks;
  const waitMs =
    reason === "owner_gone"
      ? 0
      : backoffMs({
          n: leaseLosses,
          baseMs: retryBackoffMs,
          maxMs: retryBackoffMaxMs,
          random: turn.world.random,
        });
  turn.task(task, "task.requeued", {
    reason: "lease_lost",
    leaseLosses,
    attempt: task.attempt + 1,
    ...(waitMs > 0 ? { notBefore: turn.now + Math.ceil(waitMs) } : {}),
  });
}
