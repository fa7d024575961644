import type { ActorNo, InstanceNo } from "../../machines/records/values.ts";
import type { Instance, Scope } from "../../machines/records/instance.ts";
import type { DirectoryEntry } from "../../store/store.ts";
import { nearest } from "../contracts/nearest.ts";

const SUGGESTIONS = 3;
const NOBODY: readonly DirectoryEntry[] = [];

/**
 * Every instance of the store, found by number, id or live name: what the doors need to address and
 * name one without a query. Kept in memory and brought up to date with each commit.
 */
export class Directory {
  readonly #byNo = new Map<InstanceNo, DirectoryEntry>();
  readonly #byId = new Map<string, InstanceNo>();
  readonly #liveNames = new Map<string, InstanceNo>();
  /** Children in order of creation; those without a parent under 0. */
  readonly #children = new Map<ActorNo, InstanceNo[]>();

  constructor(entries: Iterable<DirectoryEntry> = []) {
    for (const entry of entries) this.upsert(entry);
  }

  get size(): number {
    return this.#byNo.size;
  }

  byNo(no: InstanceNo): DirectoryEntry | undefined {
    return this.#byNo.get(no);
  }

  byId(id: string): DirectoryEntry | undefined {
    const no = this.#byId.get(id);
    return no === undefined ? undefined : this.#byNo.get(no);
  }

  /** Live instances only: a terminated one has given up its name. */
  byName(name: string): DirectoryEntry | undefined {
    const no = this.#liveNames.get(name);
    return no === undefined ? undefined : this.#byNo.get(no);
  }

  /** The id that users see; null for the desk and for nobody. Throws for a number that no instance has. */
  idOf(no: InstanceNo): string;
  idOf(no: ActorNo | null): string | null;
  idOf(no: ActorNo | null): string | null {
    if (no === null || no === 0) return null;
    const entry = this.#byNo.get(no);
    if (entry === undefined) throw new Error(`instance ${no} is not in the directory`);
    return entry.id;
  }

  /** Its name, or its number in words for one that is not known. */
  nameOf(no: InstanceNo): string {
    return this.#byNo.get(no)?.name ?? `instance ${no}`;
  }

  /** Takes a new or changed row, in the order of the commit. */
  upsert(row: DirectoryEntry | Instance): void {
    const old = this.#byNo.get(row.no);
    if (old === undefined) {
      this.#byId.set(row.id, row.no);
      this.#addChild(row.parent ?? 0, row.no);
    } else if (old.name === row.name && old.status === row.status) {
      return;
    }
    // Another instance may have taken the old name in the same commit: only what is its own is given up.
    if (old !== undefined && this.#liveNames.get(old.name) === row.no) this.#liveNames.delete(old.name);
    if (row.status !== "terminated") this.#liveNames.set(row.name, row.no);
    this.#byNo.set(row.no, entryOf(row));
  }

  /** In order of creation, terminated ones too. */
  children(no: InstanceNo): readonly DirectoryEntry[] {
    return this.#entries(no);
  }

  /** In order of creation. */
  liveChildren(no: InstanceNo): readonly DirectoryEntry[] {
    return this.#entries(no).filter((entry) => entry.status !== "terminated");
  }

  /** Instances without a parent, in order of creation, terminated ones too. */
  roots(): readonly DirectoryEntry[] {
    return this.#entries(0);
  }

  /** Live roots of a scope: a task without an instance goes to the only GLOBAL one. */
  liveRoots(scope: Scope): readonly DirectoryEntry[] {
    return this.roots().filter((entry) => entry.scope === scope && entry.status !== "terminated");
  }

  /** From the parent up to the root. */
  ancestors(no: InstanceNo): readonly DirectoryEntry[] {
    const found: DirectoryEntry[] = [];
    let parent = this.#byNo.get(no)?.parent ?? null;
    while (parent !== null) {
      const entry = this.#byNo.get(parent);
      if (entry === undefined) break;
      found.push(entry);
      parent = entry.parent;
    }
    return found;
  }

  /** Every instance, in order of creation. */
  all(): IterableIterator<DirectoryEntry> {
    return this.#byNo.values();
  }

  /** Names of live instances that were probably meant, best first. */
  nearestNames(text: string, limit: number = SUGGESTIONS): string[] {
    return nearest(text, this.#liveNames.keys(), limit);
  }

  #addChild(parent: ActorNo, child: InstanceNo): void {
    const known = this.#children.get(parent);
    if (known === undefined) this.#children.set(parent, [child]);
    else known.push(child);
  }

  #entries(parent: ActorNo): readonly DirectoryEntry[] {
    const children = this.#children.get(parent);
    if (children === undefined) return NOBODY;
    return children.flatMap((no) => this.#byNo.get(no) ?? []);
  }
}

function entryOf(row: DirectoryEntry | Instance): DirectoryEntry {
  const { no, id, name, scope, type, status, parent, root } = row;
  return { no, id, name, scope, type, status, parent, root };
}
