/** One that sleeps, and what it can do. */
export interface Sleeper {
  /** Tags in lower case; null = whatever a task has. */
  readonly able: ReadonlySet<string> | null;
  /** When it fell asleep, among all others. */
  readonly since: number;
}

/**
 * Who sleeps at one instance, the longest asleep first: found by what they can do, in a time that does not grow with how
 * many they are, nor with how much they differ.
 */
export class Sleepers<S extends Sleeper> {
  readonly #all = new Set<S>();
  readonly #byTag = new Map<string, Set<S>>();
  readonly #ableToAll = new Set<S>();

  get size(): number {
    return this.#all.size;
  }

  /** It falls asleep now. */
  add(sleeper: S): void {
    this.#all.add(sleeper);
    if (sleeper.able === null) this.#ableToAll.add(sleeper);
    for (const tag of sleeper.able ?? []) {
      const filed = this.#byTag.get(tag);
      if (filed === undefined) this.#byTag.set(tag, new Set([sleeper]));
      else filed.add(sleeper);
    }
  }

  delete(sleeper: S): void {
    if (!this.#all.delete(sleeper)) return;
    this.#ableToAll.delete(sleeper);
    for (const tag of sleeper.able ?? []) {
      const filed = this.#byTag.get(tag);
      filed?.delete(sleeper);
      if (filed?.size === 0) this.#byTag.delete(tag);
    }
  }

  /** The longest asleep that can do a task with these tags. */
  longestFor(tags: readonly string[]): S | undefined {
    if (tags.length === 0) return first(this.#all);
    const filed = tags.map((tag) => this.#byTag.get(tag.toLowerCase()) ?? NONE) as ReadonlySet<S>[];
    const fewest = filed.reduce((a, b) => (b.size < a.size ? b : a));
    const skilled = first(fewest, ({ able }) => canDo(able, tags));
    const anybody = first(this.#ableToAll);
    if (skilled === undefined || anybody === undefined) return skilled ?? anybody;
    return skilled.since < anybody.since ? skilled : anybody;
  }

  /** All of them, also those who fall asleep before it has come to its end. */
  [Symbol.iterator](): SetIterator<S> {
    return this.#all.values();
  }
}

/** Can one who can do this do a task with these tags? null = it can do all. */
export function canDo(able: ReadonlySet<string> | null, tags: readonly string[]): boolean {
  return able === null || tags.every((tag) => able.has(tag.toLowerCase()));
}

function first<S>(sleepers: ReadonlySet<S>, fits: (sleeper: S) => boolean = () => true): S | undefined {
  for (const sleeper of sleepers) if (fits(sleeper)) return sleeper;
  return undefined;
}

const NONE: ReadonlySet<never> = new Set();
