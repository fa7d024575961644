import { emptyTally } from "../../../../machines/records/instance.ts";
import { openFile } from "../../../../store/dialects/sqlite/connection.ts";
import { WORLD } from "../../w3-world.ts";
import { CeilingEngine, type OpenedCeiling } from "../engine.ts";
import type { Place } from "../state.ts";
import { LeastRowsWriter } from "./writer.ts";

/** The hierarchy of W3, with nothing in it. */
function newPlaces(): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [index, { name, parentId, config = {} }] of WORLD.entries()) {
    const no = index + 1;
    const place: Place = { no, name, tally: emptyTally(no), children: [], queue: [] };
    places.set(name, place);
    const parent = places.get(parentId ?? "");
    const { capabilities = [], max_concurrent_tasks: maxConcurrent = 0 } = config;
    const said = {
      child: no,
      name,
      status: "running" as const,
      capabilities: [...capabilities],
      maxConcurrent,
    };
    const atFirst = { room: maxConcurrent, openElsewhere: 0, ownOpen: 0 };
    parent?.children.push({ place, entry: { ...said, ...atFirst, parent: parent.no } });
  }
  return places;
}

/** The ceiling on a new file of its own. */
export function openLeastRows(file: string): OpenedCeiling {
  const database = openFile(file);
  const counters = { task: 0, delegation: 0, position: 0, command: 0 };
  const writer = new LeastRowsWriter(database, counters);
  const engine = new CeilingEngine({ database, places: newPlaces(), counters, writer });
  return { engine, close: async () => void database.close() };
}
