import type { Awaited } from "../policies/held.ts";
import type { TaskNo } from "../records/values.ts";
import { byRank, type Ranked } from "./rank.ts";
import { SortedBlocks } from "./sorted-blocks.ts";

/**
 * The tasks held at one instance, grouped by what they wait for, each group in the order in which it is looked at:
 * priority, then first in first out. News looks at the groups it can move and at no others, whatever else is held: a step
 * takes microseconds with 100,000 held. Source: spec/domain.md 2.6.
 */
export class HeldQueue {
  readonly #entries = new Map<TaskNo, { readonly entry: Ranked; readonly awaited: Awaited }>();
  readonly #groups = new Map<Awaited, SortedBlocks<Ranked>>();

  get size(): number {
    return this.#entries.size;
  }

  has(no: TaskNo): boolean {
    return this.#entries.has(no);
  }

  awaits(no: TaskNo): Awaited | undefined {
    return this.#entries.get(no)?.awaited;
  }

  /** Files a task; one that is here already moves to the group it is now given. */
  add(entry: Ranked, awaited: Awaited): void {
    const known = this.#entries.get(entry.no);
    if (known?.awaited === awaited && byRank(known.entry, entry) === 0) return;
    this.remove(entry.no);
    this.#entries.set(entry.no, { entry, awaited });
    const group = this.#groups.get(awaited) ?? new SortedBlocks(byRank);
    this.#groups.set(awaited, group);
    group.insert(entry);
  }

  remove(no: TaskNo): void {
    const found = this.#entries.get(no);
    if (found === undefined) return;
    const { entry, awaited } = found;
    this.#entries.delete(no);
    const group = this.#groups.get(awaited);
    group?.delete(entry);
    if (group?.first() === undefined) this.#groups.delete(awaited);
  }

  /** The first task behind `after` that one of these groups has; null = none. `after` null = from the beginning. */
  next(awaited: Iterable<Awaited>, after: Ranked | null): Ranked | null {
    let next: Ranked | null = null;
    for (const one of awaited) {
      const group = this.#groups.get(one);
      const first = after === null ? group?.first() : group?.after(after);
      if (first !== undefined && (next === null || byRank(first, next) < 0)) next = first;
    }
    return next;
  }

  /** Those of one group wait for what those of another one wait for. */
  merge(awaited: Awaited, into: Awaited): void {
    const group = this.#groups.get(awaited);
    for (let first = group?.first(); first !== undefined; first = group?.first()) this.add(first, into);
  }

  /** Everything that something is waited for. */
  groups(): Iterable<Awaited> {
    return this.#groups.keys();
  }
}
