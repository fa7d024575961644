import { raw, type EntitySchema } from "@mikro-orm/core";
import type { EntityManager } from "@mikro-orm/sqlite";
import type { Row } from "../entities.ts";
import type { Place } from "./cursor.ts";
import { within, type Condition } from "./filters.ts";
import type { Scan } from "./scan.ts";

export type Direction = "asc" | "desc";

/** Where the rows of a list come from, in its order. */
export interface Source {
  /** Another table that names them; default the list's own. */
  readonly entity?: EntitySchema<Row>;
  /** The column with the numbers of the list's rows; default `no`. */
  readonly number?: string;
  /** Conditions on `t`, each the beginning of an index; more than one are read one by one and merged. Default all rows. */
  readonly where?: readonly Condition[];
  /** A column that is sorted by before the number. */
  readonly key?: string;
  readonly direction: Direction;
  /** The rows come from an index that is not in order of number, and are sorted: few enough. */
  readonly unordered?: boolean;
  readonly windows: Scan["windows"];
}

/** Numbers of rows, with what else they are sorted by. */
export async function places(rows: Promise<unknown>): Promise<Place[]> {
  return ((await rows) as { no: number; key?: number }[]).map(({ no, key }) => ({ no, key: key ?? 0 }));
}

function candidates(em: EntityManager, own: EntitySchema<Row>, source: Source): Scan["candidates"] {
  const { entity = own, number = "no", where = [], key, direction, unordered = false } = source;
  const [sign, further] = direction === "desc" ? [-1, "<"] : [1, ">"];
  const place = key === undefined ? `t.${number}` : `(t.${key}, t.${number})`;
  const read = (condition: Condition | undefined, after: Place | null, count: number): Promise<Place[]> => {
    const query = em.createQueryBuilder(entity, "t").select(`t.${number} as no`).limit(count);
    if (key !== undefined) query.addSelect(`t.${key} as key`).orderBy({ [key]: direction });
    query.andOrderBy({ [unordered ? raw(`+t.${number}`) : number]: direction });
    if (condition !== undefined) query.andWhere(condition.sql, [...condition.values]);
    if (after !== null) {
      const values = key === undefined ? [after.no] : [after.key, after.no];
      query.andWhere(`${place} ${further} (${values.map(() => "?").join(", ")})`, values);
    }
    return places(query.execute("all", false));
  };
  return async (after, count) => {
    const [first, ...others] = where;
    const found = await read(first, after, count);
    if (others.length === 0) return found;
    for (const condition of others) found.push(...(await read(condition, after, count)));
    return found.sort((a, b) => sign * (a.no - b.no)).slice(0, count);
  };
}

/** Rows of a source, of which those pass that meet the conditions, asked of the list's own table. */
export function scanOf(
  em: EntityManager,
  entity: EntitySchema<Row>,
  source: Source,
  conditions: readonly Condition[],
): Scan {
  const passing = async (found: readonly Place[]): Promise<ReadonlySet<number>> => {
    const query = em.createQueryBuilder(entity, "t").select("no");
    for (const { sql, values } of [within(found.map(({ no }) => no)), ...conditions]) {
      query.andWhere(sql, [...values]);
    }
    return new Set((await places(query.execute("all", false))).map(({ no }) => no));
  };
  return {
    candidates: candidates(em, entity, source),
    passing: conditions.length === 0 ? null : passing,
    windows: source.windows,
  };
}
