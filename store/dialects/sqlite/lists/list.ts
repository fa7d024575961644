import type { EntityManager } from "@mikro-orm/sqlite";
import type { Page, PageRequest } from "../../../store.ts";
import type { Identity } from "../meta.ts";
import type { Tables } from "../tables.ts";
import { cursorsOf, type Place } from "./cursor.ts";
import type { Scanned } from "./scan.ts";

/** What lists are read with. */
export interface Asked {
  readonly em: EntityManager;
  readonly tables: Tables;
  readonly identity: Identity;
}

/** A list that is read page by page. */
export interface List<F, R> {
  /** Its cursors are those of no other list. */
  readonly name: (filter: F) => string;
  readonly page: (
    filter: F,
    place: { readonly after: Place | null; readonly limit: number },
  ) => Promise<Scanned>;
  readonly total: (filter: F) => Promise<number | null>;
  readonly record: (no: number) => R | null;
}

/** Answers a filter with a page. */
export function pagesOf<F extends PageRequest, R>(identity: Identity, list: List<F, R>) {
  return async (filter: F): Promise<Page<R>> => {
    const cursors = cursorsOf(identity, list.name(filter));
    const after = cursors.read(filter.cursor);
    const { nos, next } = await list.page(filter, { after, limit: filter.limit });
    return {
      items: nos.map((no) => list.record(no)).filter((record) => record !== null),
      nextCursor: next === null ? null : cursors.write(next),
      total: filter.count ? await list.total(filter) : null,
    };
  };
}
