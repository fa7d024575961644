import type { Message } from "../../machines/messages/envelope.ts";
import type { Task } from "../../machines/records/task.ts";
import { DESK, type ActorNo } from "../../machines/records/values.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { reopenDependents } from "./dependencies.ts";

/** A final task begins a new round at its origin. Source: spec/domain.md 2.5. */
export const retries: Entries<"task.retry" | "dependency.reopened" | "dependency.reopen"> = {
  "task.retry": {
    needs: "task",
    admission: "progress",
    desk: true,
    visit: { when: ({ origin }) => origin === null, handle: askKeeper },
    addresses: ({ task }) => [task],
    handle: onRetry,
  },
  "dependency.reopened": {
    needs: "task",
    admission: "progress",
    desk: true,
    addresses: ({ dependency }) => [dependency],
    handle: onDependencyReopened,
  },
  "dependency.reopen": {
    needs: "nothing",
    admission: "progress",
    desk: true,
    addresses: ({ task }) => [task],
    handle: askKeeper,
  },
};

/**
 * A task that is to be reopened is first asked of its origin, who will hold it: that asks the keeper. Once it is
 * terminated, its parent is asked in its place, and above a root the desk is the origin.
 */
function askKeeper(turn: Turn, message: MessageOf<"task.retry" | "dependency.reopen">): void {
  const { reply } = turn.envelope;
  const parent = turn.isTerminated ? turn.instance.parent : null;
  if (parent !== null) return turn.send(parent, message, reply);
  const origin = turn.isTerminated ? DESK : turn.actor.no;
  const asked: Message =
    message.type === "task.retry"
      ? { ...message, origin }
      : { ...message, type: "dependency.reopened", origin };
  turn.send(turn.preloaded.keeperOf(message.task), asked, reply);
}

/** The keeper reopens a task at its origin. */
function onRetry(turn: Turn, command: MessageOf<"task.retry">, task: Task): void {
  const receiver = command.origin ?? DESK;
  const reopened = turn.tryTask(task, "task.retried", {
    origin: originOf(receiver),
    attempt: 1,
    ...(command.resetAttempts ? { failures: 0, leaseLosses: 0 } : {}),
    ...(task.deadlineAt !== null && task.deadlineAt <= turn.now ? { deadlineAt: null } : {}),
  });
  if (!reopened) return turn.refuse(turn.notAllowed(task, "retry"));
  if (command.withDependents) reopenDependents(turn, task);
  sendBack(turn, task, receiver);
}

/** A dependency is retried with its dependents: one that failed for that alone waits again. */
function onDependencyReopened(turn: Turn, message: MessageOf<"dependency.reopened">, task: Task): void {
  const { dependency, origin } = message;
  if (task.status !== "failed" || task.error?.code !== "dependency_failed") return;
  const details = task.error.details as { dependency?: string } | undefined;
  if (details?.dependency !== `T-${dependency}`) return;
  if (origin === null)
    return turn.send(task.origin ?? DESK, { type: "dependency.reopen", task: task.no, dependency });
  turn.task(task, "task.retried", {
    origin: originOf(origin),
    attempt: 1,
    waitsFor: [...new Set([...task.waitsFor, dependency])],
  });
  turn.send(turn.preloaded.keeperOf(dependency), {
    type: "dependency.watch",
    task: dependency,
    dependent: task.no,
  });
  reopenDependents(turn, task);
  sendBack(turn, task, origin);
}

function sendBack(turn: Turn, task: Task, to: ActorNo): void {
  const { status } = task;
  turn.send(to, { type: "task.update", task: task.no, what: "retried", status }, turn.envelope.reply);
}

/** A task of the desk has no origin. */
function originOf(actor: ActorNo): ActorNo | null {
  return actor === DESK ? null : actor;
}
