import { raw } from "@mikro-orm/core";
import type { EntityManager } from "@mikro-orm/sqlite";
import type { Delegation } from "../../../../machines/records/delegation.ts";
import { DelegationRow } from "../../../entities/delegation.ts";
import type { DelegationFilter, Page } from "../../../store.ts";
import { DELEGATION_STATUS } from "../codes.ts";
import type { Identity } from "../meta.ts";
import type { Tables } from "../tables.ts";
import { cursorsOf } from "./cursor.ts";
import { among, SORTED_NUMBER, within, type Condition } from "./filters.ts";
import { countAll, SCATTERED, TOGETHER, walk, type Walk } from "./walk.ts";

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

function conditionsOf({ status, instance, direction }: DelegationFilter): Condition[] {
  const conditions: Condition[] = [];
  if (status !== undefined)
    conditions.push(
      among(
        "status",
        status.map((one) => DELEGATION_STATUS[one]),
      ),
    );
  if (instance === undefined) return conditions;
  if (direction === "incoming") conditions.push({ sql: "+t.target = ?", values: [instance] });
  else if (direction === "outgoing") conditions.push({ sql: "+t.source = ?", values: [instance] });
  else conditions.push({ sql: "(+t.source = ? or +t.target = ?)", values: [instance, instance] });
  return conditions;
}

/** Lists of delegations, the newest first, by MikroORM's query builder. */
export function delegationList(em: EntityManager, tables: Tables, identity: Identity) {
  const cursors = cursorsOf(identity, "delegations");
  const numbers = async (rows: Promise<unknown>): Promise<number[]> =>
    ((await rows) as { no: number }[]).map(({ no }) => no);

  const walkOf = (filter: DelegationFilter, driver: Condition | null): Walk => {
    const conditions = conditionsOf(filter);
    return {
      async candidates(after, count) {
        const query = em
          .createQueryBuilder(DelegationRow, "t")
          .select("no")
          .orderBy(driver === null ? { no: "desc" } : { [raw(SORTED_NUMBER)]: "desc" })
          .limit(count);
        if (driver !== null) query.andWhere(driver.sql, [...driver.values]);
        if (after !== null) query.andWhere({ no: { $lt: after.no } });
        return (await numbers(query.execute("all", false))).map((no) => ({ key: 0, no }));
      },
      passing:
        conditions.length === 0
          ? null
          : async (candidates) => {
              const query = em.createQueryBuilder(DelegationRow, "t").select("no");
              for (const { sql, values } of [within(candidates.map(({ no }) => no)), ...conditions]) {
                query.andWhere(sql, [...values]);
              }
              return new Set(await numbers(query.execute("all", false)));
            },
      windows: driver === null ? TOGETHER : SCATTERED,
    };
  };

  return async (filter: DelegationFilter): Promise<Page<Delegation>> => {
    const { limit } = filter;
    const after = cursors.read(filter.cursor);
    const driver = driverOf(filter);
    const newest = walkOf(filter, null);
    // The open ones of one instance are few. All open ones are worth sorting when they are not among the newest.
    const ofOne = driver !== null && driver.values.length > 0;
    let walked = await walk({ walk: ofOne ? walkOf(filter, driver) : newest, after, limit });
    if (driver !== null && !ofOne && walked.next !== null && walked.nos.length < limit) {
      walked = await walk({ walk: walkOf(filter, driver), after, limit });
    }
    return {
      items: walked.nos.map((no) => tables.delegation.byNo(no)).filter((delegation) => delegation !== null),
      nextCursor: walked.next === null ? null : cursors.write(walked.next),
      total: filter.count ? await countAll(driver === null ? newest : walkOf(filter, driver)) : null,
    };
  };
}
