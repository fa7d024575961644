import type { ActorNo, InstanceNo } from "../../machines/records/values.ts";
import type { Instance, Scope } from "../../machines/records/instance.ts";
import type { DirectoryEntry } from "../../store/store.ts";
import { nearest } from "../contracts/nearest.ts";

const SUGGESTIONS = 3;

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

  readonly #more: () => Iterable<DirectoryEntry>;

  /** `more`: all there are by now, asked when a row names an instance that is not known (beside an owner). */
  constructor(entries: Iterable<DirectoryEntry> = [], more: () => Iterable<DirectoryEntry> = () => []) {
    this.#more = more;
    for (const entry of entries) this.upsert(entry);
  }

  byNo(no: InstanceNo): DirectoryEntry | undefined {
    const known = this.#byNo.get(no);
    if (known !== undefined) return known;
    for (const entry of this.#more()) this.upsert(entry);
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
    const old = this.#byNo.get(row.no);
    if (old === undefined) {
      this.#byId.set(row.id, row.no);
      const siblings = this.#children.get(row.parent ?? 0) ?? [];
      siblings.push(row.no);
      this.#children.set(row.parent ?? 0, siblings);
    } else if (old.name === row.name && old.status === row.status) {
      return;
    }
    // Another instance may have taken the old name in the same commit: only what is its own is given up.
    if (old !== undefined && this.#liveNames.get(old.name) === row.no) this.#liveNames.delete(old.name);
    if (row.status !== "terminated") this.#liveNames.set(row.name, row.no);
    this.#byNo.set(row.no, entryOf(row));
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

  #liveBelow(parent: ActorNo): readonly DirectoryEntry[] {
    const children = this.#children.get(parent) ?? [];
    return children.flatMap((no) => this.#byNo.get(no) ?? []).filter(({ status }) => status !== "terminated");
  }
}

function entryOf(row: DirectoryEntry | Instance): DirectoryEntry {
  const { no, id, name, scope, type, status, parent, root } = row;
  return { no, id, name, scope, type, status, parent, root };
}
