import { HopperError } from "../../machines/errors.ts";
import type { Issue } from "./check.ts";
import { quote } from "./common.ts";
import { nearest } from "./nearest.ts";
import { dependencyKeys, type CheckedTask } from "./task-input.ts";

type Item = Pick<CheckedTask, "key" | "dependsOn">;

/**
 * Checks what concerns several tasks of a batch: each key once, every `key:…` names one of the batch
 * (`validation_failed`), and nothing depends on itself in the end (`dependency_cycle`). Source: 2-domain.md 2.5.
 */
export function checkBatch(items: readonly Item[], field = "items"): void {
  const keys = new Map<string, number>();
  const issues: Issue[] = [];
  items.forEach(({ key }, index) => {
    if (key === null || key === undefined) return;
    const first = keys.get(key);
    if (first === undefined) keys.set(key, index);
    else
      issues.push({
        path: `${field}[${index}].key`,
        message: `is ${quote(key)}, which ${field}[${first}] has already`,
      });
  });
  items.forEach((item, index) => {
    for (const key of dependencyKeys(item)) {
      if (!keys.has(key))
        issues.push(unknownKey({ key, path: `${field}[${index}].dependsOn`, keys: keys.keys() }));
    }
  });
  const [first] = issues;
  if (first !== undefined) {
    throw new HopperError("validation_failed", `${first.path} ${first.message}`, {
      issues: issues.map((issue) => ({ ...issue })),
    });
  }
  const cycle = findCycle(items, keys);
  if (cycle !== null) {
    throw new HopperError("dependency_cycle", `the tasks wait for each other: ${cycle.join(" → ")}`, {
      cycle,
    });
  }
}

function unknownKey(params: { key: string; path: string; keys: Iterable<string> }): Issue {
  const { key, path, keys } = params;
  const [suggestion] = nearest(key, keys);
  const message = `names the key ${quote(key)}, which no task of the batch has`;
  return suggestion === undefined
    ? { path, message }
    : { path, message: `${message}; did you mean ${suggestion}?`, suggestion };
}

/** The keys of a cycle, its first one again at the end; null = none. */
function findCycle(items: readonly Item[], keys: ReadonlyMap<string, number>): string[] | null {
  const done = new Set<number>();
  for (let start = 0; start < items.length; start += 1) {
    // Depth first, with a list in place of the call stack: a batch may be one chain of a thousand.
    const way: { readonly index: number; readonly next: Iterator<string> }[] = [];
    const enter = (index: number): void => {
      way.push({ index, next: dependencyKeys(items[index] ?? { dependsOn: [] })[Symbol.iterator]() });
    };
    if (!done.has(start)) enter(start);
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const step = here.next.next();
      if (step.done === true) {
        done.add(here.index);
        way.pop();
        continue;
      }
      const index = keys.get(step.value) ?? -1;
      const at = way.findIndex((entry) => entry.index === index);
      if (at >= 0) return [...way.slice(at).map((entry) => items[entry.index]?.key ?? ""), step.value];
      if (!done.has(index)) enter(index);
    }
  }
  return null;
}
