import { DEAD_LETTER } from "../../../tables/message.ts";
import { entityOf } from "../entities.ts";
import { pagesOf, type Asked } from "./list.ts";
import { countAll, scan, TOGETHER } from "./scan.ts";
import { scanOf } from "./source.ts";

export const DEAD_LETTER_ROW = entityOf(DEAD_LETTER);

/** Lists of dead letters, the newest first. */
export function deadLetterList({ em, tables, identity }: Asked) {
  const all = scanOf(em, DEAD_LETTER_ROW, { direction: "desc", windows: TOGETHER }, []);
  return pagesOf(identity, {
    name: () => "dead-letters",
    page: (_filter, place) => scan(all, place),
    total: () => countAll(all),
    record: tables.deadLetter.byNo,
  });
}
