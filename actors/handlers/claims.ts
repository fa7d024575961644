import { refuse, type Refusal } from "../../machines/errors.ts";
import { hasQueue } from "../../machines/legality.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { holdsLease, leaseLost } from "./lease-token.ts";

/** A worker takes tasks, says that it lives, and gives them up. Source: spec/domain.md 2.5, spec/runtime.md 3.4. */
export const claims: Entries<
  "instance.claim" | "instance.queue" | "task.heartbeat" | "task.start" | "task.release"
> = {
  "instance.queue": {
    needs: "nothing",
    admission: "progress",
    handle(turn, { limit }) {
      turn.answer({ kind: "queue", ...turn.actor.queued(turn.now, limit) });
    },
  },
  "instance.claim": { needs: "nothing", admission: "progress", handle: onClaim },
  "task.heartbeat": { needs: "task", admission: "progress", handle: onHeartbeat },
  "task.start": { needs: "task", admission: "progress", handle: onStart },
  "task.release": { needs: "task", admission: "progress", handle: onRelease },
};

function onClaim(turn: Turn, command: MessageOf<"instance.claim">): void {
  const { actor, config } = turn;
  const refusal = claimRefusal(turn);
  if (refusal !== null) return turn.refuse(refusal);
  const able =
    command.capabilities === null ? null : new Set(command.capabilities.map((one) => one.toLowerCase()));
  // A worker that runs commands takes only what has one; the rest is a person's.
  const wanted = { able, runs: command.kind === "own" && command.withoutCommand !== true };
  const hasPlace = (): boolean => actor.claimed < config.maxConcurrent;
  const taken: { task: Task; token: number; expiresAt: number }[] = [];
  while (taken.length < command.max && hasPlace()) {
    const no = actor.queue.first(turn.now, wanted);
    const task = no === null ? undefined : actor.tasks.get(no);
    const expiresAt = turn.now + command.leaseMs;
    const isTaken =
      task !== undefined &&
      turn.tryTask(task, "task.claimed", {
        by: command.workerId,
        until: expiresAt,
        ...(command.kind === "own" ? { kind: "own" } : {}),
        ...attemptEnd(turn, task),
      });
    if (!isTaken) break;
    taken.push({ task: { ...task }, token: task.epoch, expiresAt });
  }
  const nextAt = taken.length > 0 ? null : actor.queue.nextAt(turn.now, wanted);
  const answer = { kind: "claims", claims: taken, nextAt } as const;
  // Nothing is no answer that a key keeps.
  if (taken.length === 0) {
    const othersMay = hasPlace() && actor.queue.first(turn.now) !== null;
    turn.answerForNow({ ...answer, forNow: command.waits, othersMay });
  } else turn.answer(answer);
}

function attemptEnd(turn: Turn, { timeoutSeconds }: Task): { ends?: number } {
  return timeoutSeconds === null ? {} : { ends: turn.now + timeoutSeconds * 1_000 };
}

function claimRefusal(turn: Turn): Refusal | null {
  const { name, scope, status } = turn.instance;
  if (!hasQueue(scope))
    return refuse("not_claimable", `${name} is ${scope}, which has no queue to claim from.`, { scope });
  if (status === "running") return null;
  return refuse("instance_not_running", `${name} is ${status}; work is claimed where it runs.`, {
    instance: name,
    status,
  });
}

function onHeartbeat(turn: Turn, command: MessageOf<"task.heartbeat">, task: Task): void {
  if (!holdsLease(task, command.leaseToken)) return turn.refuse(leaseLost(task));
  const expiresAt = turn.now + (command.leaseMs ?? turn.settings.workers.leaseMs);
  // Only the first sign of life changes the status, and is told.
  const answered = turn.step(task, { type: "HEARTBEAT" });
  if (answered !== null && answered !== task.status) {
    turn.answeredTask(task, answered, "task.in_progress", {});
  }
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
function onStart(turn: Turn, command: MessageOf<"task.start">, task: Task): void {
  const { leaseToken, process } = command;
  if (leaseToken !== null) {
    if (!holdsLease(task, leaseToken)) return turn.refuse(leaseLost(task));
    turn.task(task, "task.in_progress", process === null ? {} : { process });
    return turn.answerTask(task);
  }
  const answered = turn.step(task, { type: "START" });
  if (answered === null) return turn.refuse(turn.notAllowed(task, "start"));
  if (task.status !== "queued") {
    if (answered !== task.status) turn.answeredTask(task, answered, "task.in_progress", {});
    return turn.answerTask(task);
  }
  const refusal = handRefusal(turn);
  if (refusal !== null) return turn.refuse(refusal);
  turn.answeredTask(task, answered, "task.in_progress", {
    by: turn.envelope.by ?? "someone",
    until: turn.now + turn.settings.workers.handLeaseMs,
    kind: "hand",
    ...attemptEnd(turn, task),
  });
  turn.answerTask(task);
}

function handRefusal(turn: Turn): Refusal | null {
  if (!turn.isRunning) return claimRefusal(turn);
  const { maxConcurrent: limit } = turn.config;
  const { claimed } = turn.actor;
  if (claimed < limit) return null;
  return refuse("at_capacity", `${turn.instance.name} has ${claimed} tasks in work, which is its limit.`, {
    limit,
  });
}

function onRelease(turn: Turn, { leaseToken }: MessageOf<"task.release">, task: Task): void {
  if (!holdsLease(task, leaseToken)) return turn.refuse(leaseLost(task));
  turn.task(task, "task.requeued", { reason: "released" });
  turn.answerTask(task);
}
