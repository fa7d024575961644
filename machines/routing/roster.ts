import type { RosterEntry, Scope } from "../records/instance.ts";
import type { InstanceNo } from "../records/values.ts";

/** `open` = running, with room by the last news · `full` = running without · `down` = not running. */
export type Standing = "open" | "full" | "down";

/** The live children of an instance as it knows them, for who looks and does not write. */
export interface RosterView extends ReadonlyMap<InstanceNo, RosterEntry> {
  /** Children of this standing, by scope: a scope without any may be absent. */
  standing(standing: Standing): ReadonlyMap<Scope, ReadonlyMap<InstanceNo, RosterEntry>>;
  named(name: string): RosterEntry | undefined;
}

/** Where an entry was filed when it was last looked at. */
interface Filed {
  readonly standing: Standing;
  ownOpen: number;
}

/**
 * The live children of an instance, filed by what they can take, so that a decision looks at those with room and counts the
 * others. An entry that has changed is set again; one that has ended is deleted. Source: spec/runtime.md 3.1.
 */
export class Roster extends Map<InstanceNo, RosterEntry> implements RosterView {
  readonly #filed = new Map<InstanceNo, Filed>();
  readonly #names = new Map<string, InstanceNo>();
  readonly #standing: Readonly<Record<Standing, Map<Scope, Map<InstanceNo, RosterEntry>>>> = {
    open: new Map(),
    full: new Map(),
    down: new Map(),
  };
  #ownOpen = 0;

  static of(entries: Iterable<RosterEntry>): Roster {
    const roster = new Roster();
    for (const entry of entries) roster.set(entry.child, entry);
    return roster;
  }

  /** Open hops of the parent to any child. */
  get ownOpen(): number {
    return this.#ownOpen;
  }

  override set(child: InstanceNo, entry: RosterEntry): this {
    const filed = this.#filed.get(child);
    const standing = standingOf(entry);
    if (filed?.standing === standing && super.get(child) === entry) {
      this.#ownOpen += entry.ownOpen - filed.ownOpen;
      filed.ownOpen = entry.ownOpen;
      return this;
    }
    this.delete(child);
    super.set(child, entry);
    this.#names.set(entry.name, child);
    const scopes = this.#standing[standing];
    const others = scopes.get(entry.scope) ?? new Map<InstanceNo, RosterEntry>();
    scopes.set(entry.scope, others.set(child, entry));
    this.#ownOpen += entry.ownOpen;
    this.#filed.set(child, { standing, ownOpen: entry.ownOpen });
    return this;
  }

  override delete(child: InstanceNo): boolean {
    const [entry, filed] = [super.get(child), this.#filed.get(child)];
    if (entry === undefined || filed === undefined) return false;
    this.#filed.delete(child);
    this.#ownOpen -= filed.ownOpen;
    if (this.#names.get(entry.name) === child) this.#names.delete(entry.name);
    this.#standing[filed.standing].get(entry.scope)?.delete(child);
    return super.delete(child);
  }

  standing(standing: Standing): ReadonlyMap<Scope, ReadonlyMap<InstanceNo, RosterEntry>> {
    return this.#standing[standing];
  }

  named(name: string): RosterEntry | undefined {
    const child = this.#names.get(name);
    return child === undefined ? undefined : this.get(child);
  }

  /** How many live children it has, of this scope. */
  count(scope: Scope): number {
    const { open, full, down } = this.#standing;
    return [open, full, down].reduce((sum, scopes) => sum + (scopes.get(scope)?.size ?? 0), 0);
  }
}

function standingOf({ status, room }: RosterEntry): Standing {
  if (status !== "running") return "down";
  return room > 0 ? "open" : "full";
}
