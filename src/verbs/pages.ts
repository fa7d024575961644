import type { Page } from "../../store/store.ts";
import type { ListView } from "../views/views.ts";

/** A page of records as a page of views. */
export async function pageOf<T, V>(page: Page<T>, view: (record: T) => V | Promise<V>): Promise<ListView<V>> {
  const items: V[] = [];
  for (const record of page.items) items.push(await view(record));
  return {
    items,
    nextCursor: page.nextCursor,
    hasMore: page.nextCursor !== null,
    ...(page.total === null ? {} : { total: page.total }),
  };
}
