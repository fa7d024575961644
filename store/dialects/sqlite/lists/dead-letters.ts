import type { EntityManager } from "@mikro-orm/sqlite";
import { DeadLetterRow } from "../../../entities/dead-letter.ts";
import type { DeadLetter, Page, PageRequest } from "../../../store.ts";
import type { Identity } from "../meta.ts";
import type { Tables } from "../tables.ts";
import { cursorsOf } from "./cursor.ts";
import { countAll, TOGETHER, walk, type Walk } from "./walk.ts";

/** Lists of dead letters, the newest first. */
export function deadLetterList(em: EntityManager, tables: Tables, identity: Identity) {
  const cursors = cursorsOf(identity, "dead-letters");
  const list: Walk = {
    async candidates(after, count) {
      const query = em
        .createQueryBuilder(DeadLetterRow, "t")
        .select("no")
        .orderBy({ no: "desc" })
        .limit(count);
      if (after !== null) query.andWhere({ no: { $lt: after.no } });
      const rows = (await query.execute("all", false)) as unknown as { no: number }[];
      return rows.map(({ no }) => ({ key: 0, no }));
    },
    passing: null,
    windows: TOGETHER,
  };
  return async (page: PageRequest): Promise<Page<DeadLetter>> => {
    const { nos, next } = await walk({ walk: list, after: cursors.read(page.cursor), limit: page.limit });
    return {
      items: nos.map((no) => tables.deadLetter.byNo(no)).filter((letter) => letter !== null),
      nextCursor: next === null ? null : cursors.write(next),
      total: page.count ? await countAll(list) : null,
    };
  };
}
