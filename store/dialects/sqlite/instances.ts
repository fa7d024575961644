import { emptyTally, type Instance, type Tally } from "../../../machines/records/instance.ts";
import type { ActorNo, InstanceNo } from "../../../machines/records/values.ts";
import { INSTANCE, TALLY } from "../../tables/instance.ts";
import type { Database } from "./library.ts";
import { present } from "./prepared.ts";
import { inserter, replacer, updater } from "./rows.ts";
import { selector } from "./select.ts";

const ADDRESS = ["no", "id", "name", "scope", "type", "status", "parent", "root"] as const;

/** Reads and writes of table `instance`. */
export function instanceTable(db: Database) {
  const update = updater(db, INSTANCE);
  return {
    insert: inserter(db, INSTANCE),
    update: (instance: Instance): void => present(update(instance), `instance ${instance.no}`),
    byNo: selector(db, INSTANCE)<[no: InstanceNo]>("WHERE no = ?").get,
    directory: selector(db, INSTANCE, { fields: ADDRESS })<[]>("ORDER BY no").all,
  };
}

/** Reads and writes of table `tally`. */
export function tallyTable(db: Database) {
  const select = selector(db, TALLY);
  const byNo = select<[no: ActorNo]>("WHERE instance = ?");
  return {
    replace: replacer(db, TALLY),
    /** All zero for an actor that never counted anything. */
    byNo: (no: ActorNo): Tally => byNo.get(no) ?? emptyTally(no),
    all: select<[]>("ORDER BY instance").all,
  };
}
