import type { TracedCommit } from "../../actors/engine/batch.ts";
import type { Touch } from "../../actors/engine/trace.ts";
import { DESK, type ActorNo } from "../../machines/records/values.ts";
import type { Task } from "../../machines/records/task.ts";
import type { Commit, Store } from "../../store/store.ts";

/**
 * Checks every commit of a store against T9: each row is written by its keeper, the only actor whose turns change it
 * (spec/runtime.md 3.1). Tells what breaks it, and lets the commit happen. For stores that read at once, as SQLite does.
 */
export function keepersChecked(store: Store, tell: (broken: string) => void): Store {
  const layer = {
    commit(commit: Commit): void | Promise<void> {
      for (const line of strays(store, commit)) tell(`T9: ${line}`);
      return store.commit(commit);
    },
  };
  // Through the prototype, so that what else this store can do stays there.
  return Object.setPrototypeOf(layer, store) as Store;
}

function strays(store: Store, commit: TracedCommit): string[] {
  const { touches } = commit;
  if (touches === undefined) return ["the commit has no trace"];
  const found = (commit.strays ?? []).map((row) => `${row} was written by a turn that did not touch it`);
  const keepers = new Map<string, ActorNo>();
  const added = new Map<string, ActorNo>();
  for (const touch of touches) {
    const { actor, table, no, keeper } = touch;
    const row = `${table} ${no}`;
    // A row may be inserted by any turn, which may go on with it as long as that turn lasts.
    if (touch.added) added.set(row, actor);
    else {
      const keptBy = keepers.get(row) ?? keeperOf(store, touch);
      if (keptBy !== actor && added.get(row) !== actor)
        found.push(`actor ${actor} writes ${row}, kept by ${keptBy}`);
    }
    keepers.set(row, keeper);
  }
  return [...found, ...untraced(commit, keepers), ...misplaced(commit, keepers)];
}

/** Who keeps the row before this commit. */
function keeperOf(store: Store, { table, no, keeper }: Touch): ActorNo | null {
  if (table !== "task") return table === "instance" || table === "tally" ? no : keeper;
  const task = store.task(no) as Task | null;
  return task?.keeper ?? null;
}

/** Rows that are written though no turn says that it touched them. */
function untraced(commit: Commit, keepers: ReadonlyMap<string, ActorNo>): string[] {
  const { tasks, delegations, instances, roster, tallies } = commit;
  const isNew = new Set(instances.added.map(({ no }) => no));
  const rows = [
    ...[...tasks.added, ...tasks.moved, ...tasks.edited].map(({ no }) => `task ${no}`),
    ...[...delegations.added, ...delegations.changed].map(({ no }) => `delegation ${no}`),
    ...[...instances.added, ...instances.changed].map(({ no }) => `instance ${no}`),
    ...[...roster.kept, ...roster.ended].map(({ child }) => `roster ${child}`),
    // With a new instance comes its empty tally.
    ...tallies.filter(({ instance }) => !isNew.has(instance)).map(({ instance }) => `tally ${instance}`),
  ];
  return rows.filter((row) => !keepers.has(row)).map((row) => `${row} is written and nobody touched it`);
}

/** Tasks whose row names another keeper than the target of its pending hop, else its holder, else the desk. */
function misplaced(commit: Commit, keepers: ReadonlyMap<string, ActorNo>): string[] {
  const { tasks } = commit;
  return [...tasks.added, ...tasks.moved, ...tasks.edited]
    .filter((task) => {
      const isOffered = task.pendingHop !== null;
      const expected = isOffered ? task.delegatedTo : (task.holder ?? DESK);
      return task.keeper !== expected || keepers.get(`task ${task.no}`) !== task.keeper;
    })
    .map((task) => `task ${task.no} names the keeper ${task.keeper}`);
}
