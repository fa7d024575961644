import { systemClock, systemIds } from "../../../../src/environment/real.ts";
import type { RosterEntry } from "../../../../machines/records/instance.ts";
import type { SqliteStore } from "../../../../store/dialects/sqlite/sqlite-store.ts";
import { openStore } from "../../../../store/open.ts";
import type { Store } from "../../../../store/store.ts";
import { urlOf } from "../../w3-world.ts";
import { CeilingEngine, type OpenedCeiling } from "../engine.ts";
import type { Place } from "../state.ts";
import { SameRowsWriter } from "./writer.ts";

/** The hierarchy of a store, read through its port. */
async function loadPlaces(store: Store): Promise<Map<string, Place>> {
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

/** The ceiling on a store of Hopper's that has no tasks yet. */
export async function openSameRows(file: string): Promise<OpenedCeiling> {
  const ids = { uuid: () => systemIds.uuid(Date.now()) };
  const store = (await openStore({ url: urlOf(file), clock: systemClock, ids })) as SqliteStore;
  const places = await loadPlaces(store);
  const counters = { ...(await store.counters()) };
  const { database } = store;
  const writer = new SameRowsWriter(database, counters);
  const engine = new CeilingEngine({ database, places, counters, writer });
  return { engine, close: async () => await store.close() };
}
