import { refuse, type Refusal } from "../../machines/errors.ts";
import { allowedParents, allowedPlaces, mayParent } from "../../machines/legality.ts";
import type { PlannedInstance } from "../../machines/messages/command.ts";
import { DESK, type ActorNo, type TaskNo } from "../../machines/records/values.ts";
import type { Instance } from "../../machines/records/instance.ts";
import type { Task } from "../../machines/records/task.ts";
import { watchFor } from "./dependencies.ts";
import { insertInstance } from "./instances.ts";
import { hold } from "./routing.ts";
import type { Entries, Load, MessageOf } from "../engine/entry.ts";
import type { Turn } from "../engine/turn.ts";
import { charsOf, pastDeadline, taskCreated } from "./tasks.ts";

/** A batch of tasks, and with a plan its hierarchy: everything inserted in this one turn, or nothing. */
export const batches: Entries<"tasks.enter"> = {
  "tasks.enter": {
    needs: "nothing",
    admission: "work",
    load: loadOf,
    desk: true,
    addresses: ({ items }) => items.flatMap(({ spec }) => spec.dependsOn),
    handle: onEnter,
  },
};

/** What it has for an instance waits for that one as a task added to it alone does; the rest waits for the desk. */
function loadOf({ items, hierarchy }: MessageOf<"tasks.enter">): Load {
  const keepers = new Map<ActorNo, number>();
  const count = (keeper: ActorNo, more: number): void => {
    keepers.set(keeper, (keepers.get(keeper) ?? 0) + more);
  };
  for (const { instance } of items) count(instance ?? DESK, 1);
  if (hierarchy.length > 0) count(DESK, hierarchy.length);
  const chars = items.reduce((sum, { spec }) => sum + charsOf(spec), 0);
  return { records: items.length + hierarchy.length, keepers, chars };
}

function onEnter(turn: Turn, command: MessageOf<"tasks.enter">): void {
  for (const { spec } of command.items) {
    const refusal = pastDeadline(turn, spec);
    if (refusal !== null) return turn.refuse(refusal);
  }
  const refusal = checkHierarchy(command.hierarchy);
  if (refusal !== null) return turn.refuse(refusal);
  const instances = enterHierarchy(turn, command.hierarchy);
  const tasks = enterTasks(turn, command.items);
  turn.answer({ kind: "tasks", tasks: tasks.map((task) => ({ ...task })), instances });
}

function checkHierarchy(hierarchy: readonly PlannedInstance[]): Refusal | null {
  for (const { spec, parent } of hierarchy) {
    if (parent === null || !("index" in parent)) continue;
    const above = hierarchy[parent.index]?.spec;
    if (above === undefined || mayParent(spec.scope, above.scope)) continue;
    return refuse(
      "invalid_parent",
      `${above.name} is ${above.scope}, which cannot be the parent of ${spec.name} (${spec.scope}); it may stand ${allowedPlaces(spec.scope)}.`,
      {
        scope: spec.scope,
        allowed: allowedParents(spec.scope).map(String),
      },
    );
  }
  return null;
}

/** New instances of a plan, parents first; each is told to start, and tells its parent that it is there. */
function enterHierarchy(turn: Turn, hierarchy: readonly PlannedInstance[]): Instance[] {
  const made: Instance[] = [];
  for (const { spec, parent, above } of hierarchy) {
    const over = parent !== null && "index" in parent ? (made[parent.index] ?? null) : above;
    made.push(insertInstance(turn, spec, over));
  }
  // Leaves first, so that a parent that starts hears of children that run.
  for (const instance of made.toReversed())
    turn.send(instance.no, { type: "instance.command", verb: "start" });
  return made;
}

function enterTasks(turn: Turn, items: MessageOf<"tasks.enter">["items"]): Task[] {
  const byKey = new Map<string, TaskNo>();
  const first = turn.batch.counters.task + 1;
  items.forEach(({ spec }, index) => {
    if (spec.key !== null) byKey.set(spec.key, first + index);
  });
  const waiting = new Map<TaskNo, TaskNo[]>();
  const tasks = items.map(({ spec, instance }) => {
    const dependsOn = [...spec.dependsOn, ...spec.dependsOnKeys.map((key) => byKey.get(key) as TaskNo)];
    const task = turn.insertTask("task.created", taskCreated(turn, spec, { holder: instance, dependsOn }));
    for (const dependency of dependsOn) {
      const others = waiting.get(dependency);
      if (others === undefined) waiting.set(dependency, [task.no]);
      else others.push(task.no);
    }
    if (instance !== null)
      turn.send(instance, { type: "task.update", task: task.no, what: "entered", status: task.status });
    else if (task.status === "pending") hold(turn, task, "manual");
    return task;
  });
  for (const [dependency, dependents] of waiting) {
    const keeper =
      dependency >= first
        ? (items[dependency - first]?.instance ?? DESK)
        : turn.preloaded.keeperOf(dependency);
    watchFor(turn, keeper, dependency, dependents);
  }
  return tasks;
}
