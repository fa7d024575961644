import { PRIORITIES } from "../records/task.ts";
import type { TaskNo } from "../records/values.ts";
import { byRank, type Ranked } from "./rank.ts";
import { SortedBlocks } from "./sorted-blocks.ts";

/** A task's place in a queue, and what it asks of a worker. */
export interface QueueEntry extends Ranked {
  /** Not claimable before, in ms since the epoch; null = at once. */
  readonly notBefore: number | null;
  /** What a worker that says what it can do must be able to. */
  readonly tags: readonly string[];
  /** It has a command: a worker that runs commands takes it. */
  readonly runs: boolean;
}

/** What a worker takes. */
export interface Wanted {
  /** Tags in lower case, all of which a task may have; null = whatever it has. */
  readonly able: ReadonlySet<string> | null;
  /** true = only what has a command. */
  readonly runs: boolean;
}

/** Before all tasks of its priority. */
const FIRST = { no: 0, arrival: -1, notBefore: null, tags: [], runs: false };

const ANYTHING: Wanted = { able: null, runs: false };

/**
 * The tasks queued at one instance, in the order workers get them: priority, then arrival, then number.
 * A task whose `notBefore` lies ahead is passed over but keeps its place; once claimable it stays so (`now` is taken
 * never to go back).
 *
 * Tasks that ask the same of a worker are one *kind*; a worker that can do little looks at kinds, not at tasks, and only
 * at those filed under a tag that it has: each is filed under its rarest. So a step takes microseconds with 100,000 queued,
 * whatever else is in the queue. Source: spec/domain.md 2.6 (ORCHESTRATION), K3.
 */
export class WorkerQueue {
  readonly #entries = new Map<TaskNo, { readonly entry: QueueEntry; readonly kind: Kind }>();
  readonly #kinds = new Map<string, Kind>();
  /** By the tag they are filed under; "" = those without tags. */
  readonly #byTag = new Map<string, Set<Kind>>();
  /** Kinds by the first that is claimable, and by the first that will be: without a command, and with one. */
  readonly #orders = {
    ready: [new SortedBlocks(byFirst(byRank)), new SortedBlocks(byFirst(byRank))],
    parked: [new SortedBlocks(byFirst(byMoment)), new SortedBlocks(byFirst(byMoment))],
  } as const;

  /** Tasks queued, claimable or not. */
  get size(): number {
    return this.#entries.size;
  }

  has(no: TaskNo): boolean {
    return this.#entries.has(no);
  }

  /** Adds a task; one that is queued already moves to the place it is now given. */
  add(entry: QueueEntry): void {
    this.remove(entry.no);
    const kind = this.#kindOf(entry);
    this.#entries.set(entry.no, { entry, kind });
    this.#insert(kind, entry.notBefore === null ? "ready" : "parked", entry);
  }

  /** Takes a task out; false = it was not queued. */
  remove(no: TaskNo): boolean {
    const found = this.#entries.get(no);
    if (found === undefined) return false;
    const { entry, kind } = found;
    this.#entries.delete(no);
    const wasParked = entry.notBefore !== null && this.#delete(kind, "parked", entry);
    if (!wasParked) this.#delete(kind, "ready", entry);
    if (kind.ready.placed === null && kind.parked.placed === null) this.#forget(kind);
    return true;
  }

  /** The first task that is claimable at `now` and wanted; null = none. It stays queued. */
  first(now: number, wanted: Wanted = ANYTHING): TaskNo | null {
    this.#ripen(now);
    return this.#firstOf("ready", wanted)?.no ?? null;
  }

  /** When the soonest wanted task that is not claimable at `now` becomes claimable, in ms since the epoch; null = there is none. */
  nextAt(now: number, wanted: Wanted = ANYTHING): number | null {
    this.#ripen(now);
    return this.#firstOf("parked", wanted)?.notBefore ?? null;
  }

  /** The tasks as they would be claimed from `now` on: the claimable ones, then the others, the soonest first. */
  *inOrder(now: number): Generator<TaskNo, void, undefined> {
    this.#ripen(now);
    for (const which of ["ready", "parked"] as const) for (const { no } of this.#merged(which)) yield no;
  }

  /** The task that came first of all; null = none is queued. */
  oldest(): TaskNo | null {
    let oldest: QueueEntry | null = null;
    const consider = (entry: QueueEntry): void => {
      if (oldest === null || entry.arrival < oldest.arrival) oldest = entry;
    };
    for (const { ready, parked } of this.#kinds.values()) {
      for (const priority of PRIORITIES) {
        const first = ready.list.after({ ...FIRST, priority });
        if (first?.priority === priority) consider(first);
      }
      for (const entry of parked.list.values()) consider(entry);
    }
    return (oldest as QueueEntry | null)?.no ?? null;
  }

  /** All kinds as one, as far as it is walked. */
  *#merged(which: Which): Generator<QueueEntry, void, undefined> {
    const walks = new SortedBlocks<{ readonly kind: Kind; readonly entry: QueueEntry }>((a, b) =>
      COMPARE[which](a.entry, b.entry),
    );
    const orders = this.#orders[which].map((order) => order.values());
    const next = orders.map((order) => order.next());
    for (;;) {
      // Kinds join in the order of their first entries.
      for (const [at, order] of orders.entries()) {
        for (let one = next[at]; one?.done === false; one = next[at]) {
          const first = walks.first();
          if (first !== undefined && COMPARE[which](first.entry, one.value.first) < 0) break;
          walks.insert({ kind: one.value.kind, entry: one.value.first });
          next[at] = order.next();
        }
      }
      const walk = walks.first();
      if (walk === undefined) return;
      yield walk.entry;
      walks.delete(walk);
      const following = walk.kind[which].list.after(walk.entry);
      if (following !== undefined) walks.insert({ kind: walk.kind, entry: following });
    }
  }

  #firstOf(which: Which, { able, runs }: Wanted): QueueEntry | undefined {
    const [plain, runnable] = this.#orders[which];
    if (able === null) return sooner(which, runnable.first()?.first, runs ? undefined : plain.first()?.first);
    let best: QueueEntry | undefined;
    for (const tag of ["", ...able]) {
      for (const kind of this.#byTag.get(tag) ?? []) {
        if ((kind.runs || !runs) && kind.tags.every((one) => able.has(one)))
          best = sooner(which, best, kind[which].placed?.first);
      }
    }
    return best;
  }

  #kindOf({ tags, runs }: QueueEntry): Kind {
    const lower = tags.length < 2 ? tags.map(toLower) : [...new Set(tags.map(toLower))].sort();
    const name = `${runs ? "+" : "-"}${lower.join("\n")}`;
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind: Kind = {
      name,
      tags: lower,
      runs,
      filedUnder: this.#rarest(lower),
      ready: { list: new SortedBlocks<QueueEntry>(byRank), placed: null },
      parked: { list: new SortedBlocks(byMoment), placed: null },
    };
    this.#kinds.set(name, kind);
    const others = this.#byTag.get(kind.filedUnder) ?? new Set();
    this.#byTag.set(kind.filedUnder, others.add(kind));
    return kind;
  }

  /** The tag that fewest kinds are filed under: `java` says less of a task than the name of a customer. */
  #rarest(tags: readonly string[]): string {
    const filed = (tag: string): number => this.#byTag.get(tag)?.size ?? 0;
    let [rarest = ""] = tags;
    for (const tag of tags) if (filed(tag) < filed(rarest)) rarest = tag;
    return rarest;
  }

  #forget(kind: Kind): void {
    this.#kinds.delete(kind.name);
    const filed = this.#byTag.get(kind.filedUnder);
    filed?.delete(kind);
    if (filed?.size === 0) this.#byTag.delete(kind.filedUnder);
  }

  #insert(kind: Kind, which: Which, entry: QueueEntry): void {
    kind[which].list.insert(entry);
    this.#place(kind, which);
  }

  #delete(kind: Kind, which: Which, entry: QueueEntry): boolean {
    const wasThere = kind[which].list.delete(entry);
    this.#place(kind, which);
    return wasThere;
  }

  /** Gives a kind its place among the others, where its first entry is another one now. */
  #place(kind: Kind, which: Which): void {
    const { list, placed } = kind[which];
    const first = list.first();
    if (first === placed?.first) return;
    const order = this.#orders[which][kind.runs ? 1 : 0];
    if (placed !== null) order.delete(placed);
    kind[which].placed = first === undefined ? null : { kind, first };
    if (kind[which].placed !== null) order.insert(kind[which].placed);
  }

  /** Moves what has become claimable from the parked ones to its place in its kind. */
  #ripen(now: number): void {
    for (const order of this.#orders.parked) {
      for (let placed = order.first(); placed !== undefined; placed = order.first()) {
        const { kind, first } = placed;
        if (Number(first.notBefore) > now) break;
        this.#delete(kind, "parked", first);
        this.#insert(kind, "ready", first);
      }
    }
  }
}

/** Claimable, or not yet. */
type Which = "ready" | "parked";

/** Queued tasks that ask the same of a worker. */
interface Kind extends Readonly<
  Record<Which, { readonly list: SortedBlocks<QueueEntry>; placed: Placed | null }>
> {
  readonly name: string;
  /** In lower case, each once. */
  readonly tags: readonly string[];
  readonly runs: boolean;
  readonly filedUnder: string;
}

/** A kind's place among the others, by its first entry. */
interface Placed {
  readonly kind: Kind;
  readonly first: QueueEntry;
}

/** For the parked ones, which all have a moment. */
function byMoment(a: QueueEntry, b: QueueEntry): number {
  return Number(a.notBefore) - Number(b.notBefore) || byRank(a, b);
}

const COMPARE = { ready: byRank, parked: byMoment } as const;

/** The one that comes first; undefined where there is neither. */
function sooner(which: Which, a: QueueEntry | undefined, b: QueueEntry | undefined): QueueEntry | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return COMPARE[which](b, a) < 0 ? b : a;
}

function byFirst(compare: (a: QueueEntry, b: QueueEntry) => number): (a: Placed, b: Placed) => number {
  return (a, b) => compare(a.first, b.first);
}

function toLower(tag: string): string {
  return tag.toLowerCase();
}
