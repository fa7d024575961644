import type { EntityManager } from "@mikro-orm/sqlite";
import type { Instance } from "../../../../machines/records/instance.ts";
import { InstanceRow } from "../../../entities/instance.ts";
import type { InstanceFilter, Page } from "../../../store.ts";
import { INSTANCE_STATUS, INSTANCE_TYPE, SCOPE } from "../codes.ts";
import type { Identity } from "../meta.ts";
import type { Tables } from "../tables.ts";
import { cursorsOf } from "./cursor.ts";
import { among, contains, within, type Condition } from "./filters.ts";
import { countAll, TOGETHER, walk, type Walk } from "./walk.ts";

function wantsTerminated({ all, status }: InstanceFilter): boolean {
  return all === true || status?.includes("terminated") === true;
}

function conditionsOf(filter: InstanceFilter): Condition[] {
  const { scope, status, type, q } = filter;
  const conditions: Condition[] = [];
  if (scope !== undefined)
    conditions.push(
      among(
        "scope",
        scope.map((one) => SCOPE[one]),
      ),
    );
  if (type !== undefined)
    conditions.push(
      among(
        "type",
        type.map((one) => INSTANCE_TYPE[one]),
      ),
    );
  if (status !== undefined)
    conditions.push(
      among(
        "status",
        status.map((one) => INSTANCE_STATUS[one]),
      ),
    );
  else if (filter.parent !== undefined && !wantsTerminated(filter)) {
    conditions.push({ sql: "+t.status <> 8", values: [] });
  }
  if (q !== undefined && q !== "") conditions.push(contains(["t.name", "t.description"], q));
  return conditions;
}

/** Lists of instances in order of creation, by MikroORM's query builder. */
export function instanceList(em: EntityManager, tables: Tables, identity: Identity) {
  const cursors = cursorsOf(identity, "instances");
  const numbers = async (rows: Promise<unknown>): Promise<number[]> =>
    ((await rows) as { no: number }[]).map(({ no }) => no);

  const walkOf = (filter: InstanceFilter): Walk => {
    const conditions = conditionsOf(filter);
    return {
      async candidates(after, count) {
        const query = em
          .createQueryBuilder(InstanceRow, "t")
          .select("no")
          .orderBy({ no: "asc" })
          .limit(count);
        if (filter.parent !== undefined) query.andWhere({ parent: filter.parent });
        else if (!wantsTerminated(filter)) query.andWhere("t.status <> 8");
        if (after !== null) query.andWhere({ no: { $gt: after.no } });
        return (await numbers(query.execute("all", false))).map((no) => ({ key: 0, no }));
      },
      passing:
        conditions.length === 0
          ? null
          : async (candidates) => {
              const query = em.createQueryBuilder(InstanceRow, "t").select("no");
              for (const { sql, values } of [within(candidates.map(({ no }) => no)), ...conditions]) {
                query.andWhere(sql, [...values]);
              }
              return new Set(await numbers(query.execute("all", false)));
            },
      windows: TOGETHER,
    };
  };

  return async (filter: InstanceFilter): Promise<Page<Instance>> => {
    const list = walkOf(filter);
    const { nos, next } = await walk({ walk: list, after: cursors.read(filter.cursor), limit: filter.limit });
    return {
      items: nos.map((no) => tables.instance.byNo(no)).filter((instance) => instance !== null),
      nextCursor: next === null ? null : cursors.write(next),
      total: filter.count ? await countAll(list) : null,
    };
  };
}
