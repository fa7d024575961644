import type { Counters } from "../../store.ts";
import type { Database } from "./library.ts";
import { prepared } from "./prepared.ts";

/** Reads and writes of the one row of table `counter`. */
export function counterTable(db: Database) {
  const update = prepared(
    db,
    "UPDATE counter SET instance = ?, task = ?, delegation = ?, message = ?, position = ?, command = ? WHERE id = 1",
  );
  const read = prepared(
    db,
    "SELECT instance, task, delegation, message, position, command FROM counter WHERE id = 1",
  );
  return {
    update(c: Counters): void {
      update.run(c.instance, c.task, c.delegation, c.message, c.position, c.command);
    },
    read(): Counters {
      return read.get() as Counters;
    },
  };
}
