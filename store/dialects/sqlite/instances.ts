import { emptyTally, type Instance, type Tally } from "../../../machines/records/instance.ts";
import type { ActorNo, InstanceNo } from "../../../machines/records/values.ts";
import type { DirectoryEntry, InstanceKey } from "../../store.ts";
import { INSTANCE_STATUS } from "../../tables/codes.ts";
import { INSTANCE, TALLY } from "../../tables/instance.ts";
import type { Database } from "./library.ts";
import { present } from "./prepared.ts";
import { inserter, replacer, updater } from "./rows.ts";
import { selector } from "./select.ts";

const ADDRESS = ["no", "id", "name", "scope", "type", "status", "parent", "root"] as const;

/** Reads and writes of table `instance`. */
export function instanceTable(db: Database) {
  const update = updater(db, INSTANCE);
  const address = selector(db, INSTANCE, { fields: ADDRESS });
  const addressByNo = address<[no: InstanceNo]>("WHERE no = ?").get;
  const addressById = address<[id: string]>("WHERE id = ?").get;
  const addressOfEnded = address<[name: string]>(
    `WHERE name = ? AND status = ${INSTANCE_STATUS.terminated} ORDER BY no DESC LIMIT 1`,
  ).get;
  return {
    insert: inserter(db, INSTANCE),
    update: (instance: Instance): void => present(update(instance), `instance ${instance.no}`),
    byNo: selector(db, INSTANCE)<[no: InstanceNo]>("WHERE no = ?").get,
    live: address<[]>(`WHERE status <> ${INSTANCE_STATUS.terminated} ORDER BY no`).all,
    directory: address<[]>("ORDER BY no").all,
    entry(by: InstanceKey): DirectoryEntry | null {
      if ("no" in by) return addressByNo(by.no);
      return "id" in by ? addressById(by.id) : addressOfEnded(by.ended);
    },
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
