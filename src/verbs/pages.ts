import type { Page } from "../../store/store.ts";
import type { ListView } from "../views/views.ts";

/** A page of records as a page of views. */
export async function pageOf<T, V>(
  { items, nextCursor, total }: Page<T>,
  views: (records: readonly T[]) => V[] | Promise<V[]>,
): Promise<ListView<V>> {
  return {
    items: await views(items),
    nextCursor,
    hasMore: nextCursor !== null,
    ...(total === null ? {} : { total }),
  };
}

/** All there is, as a page. */
export function listOf<V>(items: V[]): ListView<V> {
  return { items, nextCursor: null, hasMore: false };
}
