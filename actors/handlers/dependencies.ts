import { isFinal, type Task } from "../../machines/records/task.ts";
import type { ActorNo, TaskNo } from "../../machines/records/values.ts";
import { WATCHERS, type Entries, type MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { failTask } from "./completion.ts";
import { settleHere } from "./tasks.ts";

/** Waiting for other tasks: subscriptions, so that no wake-up is lost. Source: spec/domain.md 2.5, spec/runtime.md 3.1. */
export const dependencies: Entries<"dependency.watch" | "dependency.announce" | "dependency.settled"> = {
  "dependency.watch": {
    needs: "task",
    admission: "progress",
    desk: true,
    addresses: ({ dependent, more = [] }) => [dependent, ...more],
    handle: onWatch,
  },
  "dependency.announce": {
    needs: "task",
    admission: "progress",
    desk: true,
    watchersAfter: ({ after = 0 }) => after,
    later: ({ after }) => after !== undefined,
    handle: onAnnounce,
  },
  "dependency.settled": { needs: "task", admission: "progress", desk: true, handle: onSettled },
};

/** Those wait for a task, each asked for once; `keeperOf` as of the turn's batch. At most {@link WATCHERS} a message. */
export function watchFor(turn: Turn, keeper: ActorNo, task: TaskNo, dependents: readonly TaskNo[]): void {
  for (let at = 0; at < dependents.length; at += WATCHERS) {
    const [dependent, ...more] = dependents.slice(at, at + WATCHERS) as [TaskNo, ...TaskNo[]];
    const message = { type: "dependency.watch", task, dependent } as const;
    turn.send(keeper, more.length === 0 ? message : { ...message, more });
  }
}

/** Somebody waits for a task that this actor keeps; told at once when it is final (no wake-up is lost). */
function onWatch(turn: Turn, { dependent, more = [] }: MessageOf<"dependency.watch">, task: Task): void {
  const dependents = [dependent, ...more];
  for (const one of dependents) turn.batch.noteWatch(task.no, one);
  if (!task.watched) {
    turn.quietly(task, (row) => {
      row.watched = true;
    });
  }
  for (const one of dependents) tellDependent(turn, task, one);
}

/** Tells some of those who wait, and itself to go on with the others. */
function onAnnounce(turn: Turn, message: MessageOf<"dependency.announce">, task: Task): void {
  const { watchers } = turn.preloaded;
  for (const dependent of watchers) {
    if (message.reopened === true) tellReopened(turn, task, dependent);
    else tellDependent(turn, task, dependent);
  }
  const last = watchers.at(-1);
  if (last !== undefined && watchers.length === WATCHERS)
    turn.send(turn.actor.no, { ...message, after: last });
}

/** One that failed because this task did is asked to wait again. */
function tellReopened(turn: Turn, task: Task, dependent: TaskNo): void {
  turn.send(turn.preloaded.keeperOf(dependent), {
    type: "dependency.reopened",
    task: dependent,
    dependency: task.no,
    origin: null,
  });
}

function tellDependent(turn: Turn, task: Task, dependent: TaskNo): void {
  if (!isFinal(task.status)) return;
  turn.send(turn.preloaded.keeperOf(dependent), {
    type: "dependency.settled",
    task: dependent,
    dependency: task.no,
    status: task.status,
  });
}

/** Those that failed because this task did wait again, once it is told that they shall. */
export function reopenDependents(turn: Turn, task: Task): void {
  turn.send(turn.actor.no, { type: "dependency.announce", task: task.no, reopened: true });
}

/** A dependency is final: the last one lets the task go, a failed one fails it, unless it says `run`. */
function onSettled(turn: Turn, message: MessageOf<"dependency.settled">, task: Task): void {
  const { dependency, status } = message;
  if (!task.waitsFor.includes(dependency)) return;
  turn.task(task, "task.updated", { waitsFor: task.waitsFor.filter((one) => one !== dependency) });
  if (task.status !== "blocked") return;
  if (status !== "done" && task.onDependencyFailure === "fail") {
    const ended = status === "failed" ? "failed" : "was cancelled";
    failTask(turn, task, {
      code: "dependency_failed",
      message: `T-${dependency}, which it depends on, ${ended}`,
      details: { dependency: `T-${dependency}` },
    });
  } else unblock(turn, task);
}

/** Lets a blocked task go that waits for nothing any more; false = a person or a dependency still blocks it. */
export function unblock(turn: Turn, task: Task): boolean {
  if (task.status !== "blocked" || task.waitsFor.length > 0 || task.blockedByHand) return false;
  turn.task(task, "task.unblocked");
  settleHere(turn, task);
  return true;
}
