import type { RosterEntry, Tally } from "../../../machines/records/instance.ts";
import type { Store } from "../../../store/store.ts";

/** A child as its parent knows it. */
export interface Child {
  readonly entry: RosterEntry;
  readonly place: Place;
}

/** An instance in memory. */
export interface Place {
  readonly no: number;
  readonly name: string;
  readonly tally: Tally;
  readonly children: Child[];
  /** Tasks to claim, the oldest first. */
  readonly queue: CeilingTask[];
}

/** A task in memory: what varies in W3. */
export interface CeilingTask {
  readonly no: number;
  readonly title: string;
  readonly tag: string;
  readonly toProject: Child;
  readonly toPlace: Child;
  /** Its two delegations. */
  readonly hops: readonly [first: number, second: number];
  readonly createdAt: number;
  readonly arrival: number;
  worker: string | null;
  until: number;
}

/** The hierarchy of a store, read through its port. */
export async function loadPlaces(store: Store): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  const rosters: { place: Place; roster: readonly RosterEntry[] }[] = [];
  for (const { no, name } of await store.directory()) {
    const rows = await store.actor(no);
    if (rows === null) continue;
    const place: Place = { no, name, tally: rows.tally, children: [], queue: [] };
    places.set(name, place);
    rosters.push({ place, roster: rows.roster });
  }
  for (const { place, roster } of rosters) {
    for (const entry of roster) {
      const child = places.get(entry.name);
      if (child !== undefined) place.children.push({ entry, place: child });
    }
  }
  return places;
}
