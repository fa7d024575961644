import { refuse, type Refusal } from "../../machines/errors.ts";
import { saidOf, type TaskCreated } from "../../machines/events/task-created.ts";
import type { TaskSpec } from "../../machines/messages/command.ts";
import type { InstanceNo, TaskNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import { initialTaskStatus } from "../../machines/lifecycles/task.ts";
import { isUndecided, needsLiveInstance } from "../../machines/policies/departure.ts";
import { decideTask, hold } from "./routing.ts";
import type { Entries, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";

/** How tasks come into being and into somebody's keeping. Source: spec/domain.md 2.5, spec/api.md 4.2. */
export const tasks: Entries<"task.create" | "task.assign" | "task.update" | "task.audit"> = {
  "task.create": {
    needs: "nothing",
    admission: "work",
    load: ({ spec }) => ({ records: 1, chars: charsOf(spec) }),
    desk: true,
    addresses: ({ spec }) => spec.dependsOn,
    handle: onCreate,
  },
  "task.assign": { needs: "task", admission: "progress", desk: true, handle: onAssign },
  "task.update": {
    needs: "arrival",
    admission: "progress",
    desk: true,
    bookkeeping(turn, { status }) {
      // Reopened by its own origin, it has been counted with the change of its row.
      if (turn.envelope.from !== turn.actor.no) turn.count(status, 1);
    },
    handle: onUpdate,
  },
  "task.audit": {
    needs: "task",
    admission: "progress",
    desk: true,
    // The auditor found nothing under way for it.
    handle(turn, _message, task) {
      if (isUndecided(task)) settleHere(turn, task);
    },
  },
};

/** Of the texts of a task that may be long. */
export function charsOf({ title, description, payload, run }: TaskSpec): number {
  return title.length + (description?.length ?? 0) + (payload?.length ?? 0) + (run?.length ?? 0);
}

/** What `task.created` says of a task that begins here. */
export function taskCreated(
  turn: Turn,
  spec: TaskSpec,
  place: { holder: InstanceNo | null; dependsOn: readonly TaskNo[] },
): TaskCreated {
  const { settings, envelope } = turn;
  const { holder, dependsOn } = place;
  const said = saidOf(spec.title, spec, {
    tags: [...spec.tags],
    dependsOn: [...dependsOn],
    waitsFor: [...dependsOn],
    maxAttempts: spec.maxAttempts ?? settings.tasks.maxAttempts,
  });
  const status = initialTaskStatus(dependsOn.length);
  return { ...said, status, holder, ...(envelope.by === null ? {} : { by: envelope.by }) };
}

/** One task, created here: this instance is its origin and holder; at the desk it is unassigned. */
function onCreate(turn: Turn, { spec }: MessageOf<"task.create">): void {
  const refusal = turn.isTerminated ? needsLiveInstance(turn.instance) : pastDeadline(turn, spec);
  if (refusal !== null) return turn.refuse(refusal);
  const holder = turn.actor.isDesk ? null : turn.actor.no;
  const task = turn.insertTask(
    "task.created",
    taskCreated(turn, spec, { holder, dependsOn: spec.dependsOn }),
  );
  watchDependencies(turn, task);
  if (task.status === "pending") settleHere(turn, task);
  turn.answerTask(task);
}

export function settleHere(turn: Turn, task: Task): void {
  if (turn.actor.isDesk) hold(turn, task, "manual");
  else decideTask(turn, task);
}

export function pastDeadline(turn: Turn, spec: TaskSpec): Refusal | null {
  if (spec.deadlineAt === null || spec.deadlineAt > turn.now) return null;
  return refuse("validation_failed", `The deadline of "${spec.title}" has passed already.`, {
    issues: [{ path: "deadline_at", message: "is in the past" }],
  });
}

function watchDependencies(turn: Turn, task: Task): void {
  for (const dependency of task.dependsOn) {
    turn.send(turn.preloaded.keeperOf(dependency), {
      type: "dependency.watch",
      task: dependency,
      dependent: task.no,
    });
  }
}

/** A task is put into this actor's keeping by the desk, or reopened with it as the origin. */
function onUpdate(turn: Turn, message: MessageOf<"task.update">, task: Task | null): void {
  if (task === null) return;
  turn.adopt(task);
  if (isUndecided(task)) settleHere(turn, task);
  // A task that was entered in a batch has been answered by the desk.
  if (message.what !== "entered") turn.answerTask(task);
}

/** An unassigned task gets its origin and holder: a turn of the desk. */
function onAssign(turn: Turn, command: MessageOf<"task.assign">, task: Task): void {
  if (task.holder !== null || !turn.actor.isDesk) {
    return turn.refuse(
      refuse(
        "illegal_transition",
        `T-${task.no} has a holder already; use delegate, reassign or escalate to move it.`,
        {
          status: task.status,
          allowed: [],
        },
      ),
    );
  }
  if (task.status !== "pending" && task.status !== "blocked")
    return turn.refuse(turn.notAllowed(task, "assign"));
  turn.task(task, "task.assigned", { holder: command.to });
  turn.send(
    command.to,
    { type: "task.update", task: task.no, what: "assigned", status: task.status },
    turn.envelope.reply,
  );
}
