import { HopperError } from "../../machines/errors.ts";
import type { Issue } from "./check.ts";
import { quote } from "./common.ts";
import { findCycles } from "./cycles.ts";
import { suggest } from "./nearest.ts";
import { dependencyKeys, type CheckedTask } from "./task-input.ts";

type Item = Pick<CheckedTask, "key" | "dependsOn">;

/**
 * Checks what concerns several tasks of a batch: each key once, every `key:…` names one of the batch
 * (`validation_failed`), and nothing depends on itself in the end (`dependency_cycle`). Source: spec/domain.md 2.5.
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
      if (keys.has(key)) continue;
      const { help, ...near } = suggest(key, keys.keys());
      const message = `names the key ${quote(key)}, which no task of the batch has${help}`;
      issues.push({ path: `${field}[${index}].dependsOn`, message, ...near });
    }
  });
  const [first] = issues;
  if (first !== undefined) {
    throw new HopperError("validation_failed", `${first.path} ${first.message}`, {
      issues: issues.map((issue) => ({ ...issue })),
    });
  }
  for (const { way } of findCycles(items.length, (index) => dependenciesOf(items[index], keys))) {
    const cycle = way.map((index) => items[index]?.key ?? "");
    throw new HopperError("dependency_cycle", `the tasks wait for each other: ${cycle.join(" → ")}`, {
      cycle,
    });
  }
}

function dependenciesOf(item: Item | undefined, keys: ReadonlyMap<string, number>): (number | undefined)[] {
  return item === undefined ? [] : dependencyKeys(item).map((key) => keys.get(key));
}
