import type { ActorNo, InstanceNo } from "../../machines/records/values.ts";
import type { Instance, Scope } from "../../machines/records/instance.ts";
import type { DirectoryEntry, InstanceKey } from "../../store/store.ts";
import { nearest } from "../contracts/nearest.ts";

const SUGGESTIONS = 3;

/** Where an instance is looked for that is not at hand; undefined = there is none. */
export type Lookup = (by: InstanceKey) => DirectoryEntry | undefined;

const NOTHING: Lookup = () => undefined;

/** Ended instances that are remembered; any other is looked up again when a record names it. */
const ENDED = 1_024;

/**
 * The instances, found by number, id or live name: what the doors need to address and name one without a query. The live
 * ones are kept in memory and brought up to date with each commit; those that have ended are looked up.
 */
export class Directory {
  readonly #byNo = new Map<InstanceNo, DirectoryEntry>();
  readonly #byId = new Map<string, InstanceNo>();
  readonly #names = new Map<string, InstanceNo>();
  /** Live children in order of creation; those without a parent under 0. */
  readonly #children = new Map<ActorNo, Set<InstanceNo>>();
  /** Those that were asked for last, the newest at the end. */
  readonly #ended = new Map<InstanceNo, DirectoryEntry>();
  readonly #lookUp: Lookup;

  /** `entries`: the live ones. */
  constructor(entries: Iterable<DirectoryEntry> = [], lookUp: Lookup = NOTHING) {
    this.#lookUp = lookUp;
    for (const entry of entries) this.upsert(entry);
  }

  byNo(no: InstanceNo): DirectoryEntry | undefined {
    return this.#byNo.get(no) ?? this.#ended.get(no) ?? this.#found({ no });
  }

  /** A live one, or one that has ended. */
  byId(id: string): DirectoryEntry | undefined {
    const no = this.#byId.get(id);
    return no === undefined ? this.#found({ id }) : this.#byNo.get(no);
  }

  /** The instance of this id or live name; an ended one by id only, and where no live one is called so. */
  named(text: string): DirectoryEntry | undefined {
    const no = this.#byId.get(text) ?? this.#names.get(text);
    return no === undefined ? this.#found({ id: text }) : this.#byNo.get(no);
  }

  /** The newest that has ended and was called so. */
  endedNamed(name: string): DirectoryEntry | undefined {
    return this.#found({ ended: name });
  }

  #found(by: InstanceKey): DirectoryEntry | undefined {
    const entry = this.#lookUp(by);
    if (entry !== undefined) this.upsert(entry);
    return entry;
  }

  /** Has a live instance this as its name or its id? Names and ids are one space. */
  isTaken(text: string): boolean {
    return this.#names.has(text) || this.#byId.has(text);
  }

  /** Live instances only: a terminated one has given up its name. */
  byName(name: string): DirectoryEntry | undefined {
    const no = this.#names.get(name);
    return no === undefined ? undefined : this.#byNo.get(no);
  }

  /** The id that users see; null for the desk and for nobody. Throws for a number that no instance has. */
  idOf(no: InstanceNo): string;
  idOf(no: ActorNo | null): string | null;
  idOf(no: ActorNo | null): string | null {
    if (no === null || no === 0) return null;
    const entry = this.byNo(no);
    if (entry === undefined) throw new Error(`instance ${no} is not in the directory`);
    return entry.id;
  }

  /** Its name, or its number in words for one that is not known. */
  nameOf(no: InstanceNo): string {
    return this.byNo(no)?.name ?? `instance ${no}`;
  }

  /** Takes a new or changed row, in the order of the commit. */
  upsert(row: DirectoryEntry | Instance): void {
    const { no, name, status, parent } = row;
    const old = this.#byNo.get(no);
    if (old?.name === name && old.status === status) return;
    if (status === "terminated") {
      this.#drop(no);
      return this.#remember(entryOf(row));
    }
    // Another instance may have taken the old name in the same commit: only what is its own is given up.
    if (old !== undefined && this.#names.get(old.name) === no) this.#names.delete(old.name);
    if (old === undefined) {
      this.#byId.set(row.id, no);
      const siblings = this.#children.get(parent ?? 0) ?? new Set();
      this.#children.set(parent ?? 0, siblings.add(no));
    }
    this.#names.set(name, no);
    this.#byNo.set(no, entryOf(row));
  }

  /** What is live now: the others have ended. */
  renew(live: Iterable<DirectoryEntry>): void {
    const gone = new Set(this.#byNo.keys());
    for (const entry of live) {
      gone.delete(entry.no);
      this.upsert(entry);
    }
    for (const no of gone) this.#drop(no);
  }

  #drop(no: InstanceNo): void {
    const old = this.#byNo.get(no);
    if (old === undefined) return;
    this.#byNo.delete(no);
    this.#byId.delete(old.id);
    if (this.#names.get(old.name) === no) this.#names.delete(old.name);
    const siblings = this.#children.get(old.parent ?? 0);
    siblings?.delete(no);
    if (siblings?.size === 0) this.#children.delete(old.parent ?? 0);
  }

  #remember(entry: DirectoryEntry): void {
    this.#ended.delete(entry.no);
    this.#ended.set(entry.no, entry);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** In order of creation. */
  liveChildren(no: InstanceNo): readonly DirectoryEntry[] {
    return this.#liveBelow(no);
  }

  /** Live roots of a scope: a task without an instance goes to the only GLOBAL one. */
  liveRoots(scope: Scope): readonly DirectoryEntry[] {
    return this.#liveBelow(0).filter((entry) => entry.scope === scope);
  }

  /** From the parent up to the root. */
  ancestors(no: InstanceNo): readonly DirectoryEntry[] {
    const found: DirectoryEntry[] = [];
    let parent = this.byNo(no)?.parent ?? null;
    while (parent !== null) {
      const entry = this.byNo(parent);
      if (entry === undefined) break;
      found.push(entry);
      parent = entry.parent;
    }
    return found;
  }

  /** Every live instance. */
  live(): IterableIterator<DirectoryEntry> {
    return this.#byNo.values();
  }

  /** Names of live instances that were probably meant, best first. */
  nearestNames(text: string, limit: number = SUGGESTIONS): string[] {
    return nearest(text, this.#names.keys(), limit);
  }

  #liveBelow(parent: ActorNo): readonly DirectoryEntry[] {
    return [...(this.#children.get(parent) ?? [])].flatMap((no) => this.#byNo.get(no) ?? []);
  }
}

function entryOf(row: DirectoryEntry | Instance): DirectoryEntry {
  const { no, id, name, scope, type, status, parent, root } = row;
  return { no, id, name, scope, type, status, parent, root };
}
