/** A dependency that leads back to who waits for it. */
export interface Cycle {
  /** Indices of the tasks on the way, the first one again at the end. */
  readonly way: readonly number[];
  /** The task that closes it, and which of its dependencies does. */
  readonly task: number;
  readonly place: number;
}

/**
 * Every dependency that closes a cycle, depth first. `dependencies`: those of a task, as indices; undefined = on none of
 * these tasks. With a list in place of the call stack: a batch may be one chain of a thousand.
 */
export function* findCycles(
  count: number,
  dependencies: (task: number) => readonly (number | undefined)[],
): Generator<Cycle> {
  const done = new Set<number>();
  for (let start = 0; start < count; start += 1) {
    const way: { readonly task: number; readonly next: ArrayIterator<[number, number | undefined]> }[] = [];
    const enter = (task: number): void => void way.push({ task, next: dependencies(task).entries() });
    if (!done.has(start)) enter(start);
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const step = here.next.next();
      if (step.done === true) {
        done.add(here.task);
        way.pop();
        continue;
      }
      const [place, task] = step.value;
      if (task === undefined || done.has(task)) continue;
      const at = way.findIndex((entry) => entry.task === task);
      if (at === -1) enter(task);
      else yield { way: [...way.slice(at).map((entry) => entry.task), task], task: here.task, place };
    }
  }
}
