import type { Delegation } from "../../../machines/records/delegation.ts";
import type { DelegationNo, InstanceNo, TaskNo } from "../../../machines/records/values.ts";
import { bytesOfUuid } from "../../tables/column.ts";
import { DELEGATION } from "../../tables/delegation.ts";
import type { Database } from "./library.ts";
import { present, prepared } from "./prepared.ts";
import { inserter, updater } from "./rows.ts";
import { selector } from "./select.ts";

/** Reads and writes of table `delegation`. */
export function delegationTable(db: Database) {
  const update = updater(db, DELEGATION);
  const select = selector(db, DELEGATION);
  const noById = prepared(db, "SELECT no FROM delegation WHERE id = ?").pluck();
  return {
    insert: inserter(db, DELEGATION),
    update: (delegation: Delegation): void => present(update(delegation), `delegation ${delegation.no}`),
    byNo: select<[no: DelegationNo]>("WHERE no = ?").get,
    noById(id: string): DelegationNo | null {
      const bytes = bytesOfUuid(id.toLowerCase());
      return bytes === null ? null : ((noById.get(bytes) as number | undefined) ?? null);
    },
    /** In order of seq. */
    ofTask: select<[task: TaskNo]>("WHERE task = ? ORDER BY seq").all,
    /** Pending and accepted ones with this target. */
    hops: select<[target: InstanceNo]>("WHERE target = ? AND status < 3 ORDER BY no").all,
    /** Pending ones with this source. */
    offers: select<[source: InstanceNo]>("WHERE source = ? AND status = 1 ORDER BY no").all,
  };
}
