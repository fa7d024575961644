import type { InstanceFilter } from "../../../store.ts";
import { INSTANCE_STATUS, INSTANCE_TYPE, SCOPE } from "../../../tables/codes.ts";
import { INSTANCE } from "../../../tables/instance.ts";
import { entityOf } from "../entities.ts";
import { among, conditionsOf, contains, type Condition, type Filters } from "./filters.ts";
import { pagesOf, type Asked } from "./list.ts";
import { countAll, scan, TOGETHER, type Scan } from "./scan.ts";
import { scanOf } from "./source.ts";

export const INSTANCE_ROW = entityOf(INSTANCE);

const FILTERS: Filters<InstanceFilter> = {
  scope: among("scope", SCOPE),
  type: among("type", INSTANCE_TYPE),
  status: among("status", INSTANCE_STATUS),
  q: contains("t.name", "t.description"),
};

const LIVE = "t.status <> 8";

/** Lists of instances in order of creation; those that are terminated only when they are asked for. */
export function instanceList({ em, tables, identity }: Asked) {
  const scanned = (filter: InstanceFilter): Scan => {
    const { parent, all, status } = filter;
    const where: Condition[] = parent === undefined ? [] : [{ sql: "t.parent = ?", values: [parent] }];
    const conditions = conditionsOf(FILTERS, filter);
    if (all !== true && status?.includes("terminated") !== true) {
      if (parent === undefined) where.push({ sql: LIVE, values: [] });
      else conditions.push({ sql: `+${LIVE}`, values: [] });
    }
    return scanOf(em, INSTANCE_ROW, { where, direction: "asc", windows: TOGETHER }, conditions);
  };
  return pagesOf(identity, {
    name: () => "instances",
    page: (filter: InstanceFilter, place) => scan(scanned(filter), place),
    total: (filter) => countAll(scanned(filter)),
    record: tables.instance.byNo,
  });
}
