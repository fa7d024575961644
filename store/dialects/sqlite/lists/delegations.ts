import type { DelegationFilter } from "../../../store.ts";
import { DELEGATION_STATUS } from "../../../tables/codes.ts";
import { DELEGATION } from "../../../tables/delegation.ts";
import { entityOf } from "../entities.ts";
import { among, conditionsOf, equals, type Condition, type Filters } from "./filters.ts";
import { pagesOf, type Asked } from "./list.ts";
import { countAll, SCATTERED, scan, TOGETHER, type Scan } from "./scan.ts";
import { scanOf } from "./source.ts";

export const DELEGATION_ROW = entityOf(DELEGATION);

const FILTERS: Filters<DelegationFilter> = {
  status: among("status", DELEGATION_STATUS),
  instance(no, { direction }) {
    if (direction === "incoming") return equals("target")(no);
    if (direction === "outgoing") return equals("source")(no);
    return [{ sql: "(+t.source = ? or +t.target = ?)", values: [no, no] }];
  },
};

/** The index that gives the rows; null = all of them, the newest first. */
function driverOf({ status, instance, direction }: DelegationFilter): Condition | null {
  if (status === undefined) return null;
  const pending = status.every((one) => one === "pending");
  if (pending && instance !== undefined && direction === "outgoing") {
    return { sql: "t.source = ? and t.status = 1", values: [instance] };
  }
  if (status.every((one) => one === "pending" || one === "accepted")) {
    if (instance !== undefined && direction === "incoming") {
      return { sql: "t.target = ? and t.status < 3", values: [instance] };
    }
    return { sql: pending ? "t.status = 1" : "t.status < 3", values: [] };
  }
  return null;
}

/** Lists of delegations, the newest first. */
export function delegationList({ em, tables, identity }: Asked) {
  const scanned = (filter: DelegationFilter, driver: Condition | null): Scan => {
    const driven =
      driver === null ? { windows: TOGETHER } : { where: [driver], unordered: true, windows: SCATTERED };
    return scanOf(em, DELEGATION_ROW, { direction: "desc", ...driven }, conditionsOf(FILTERS, filter));
  };
  return pagesOf(identity, {
    name: () => "delegations",
    async page(filter: DelegationFilter, place) {
      const driver = driverOf(filter);
      // The open ones of one instance are few. All open ones are worth sorting when they are not among the newest.
      const ofOne = driver !== null && driver.values.length > 0;
      const found = await scan(scanned(filter, ofOne ? driver : null), place);
      const short = found.next !== null && found.nos.length < place.limit;
      return driver !== null && !ofOne && short ? scan(scanned(filter, driver), place) : found;
    },
    total: (filter) => countAll(scanned(filter, driverOf(filter))),
    record: tables.delegation.byNo,
  });
}
