import { expect } from "vitest";
import type { Page, PageRequest, Store } from "../../store/store.ts";
import type { givenCommit } from "./store-given.ts";

/** What a chapter of the suite works with. */
export interface Given {
  /** A store with the tree of five instances. */
  readonly store: Store;
  commit(part: Parameters<typeof givenCommit>[0]): Promise<void>;
  /** Closes it as a crash would and opens it again. */
  reopen(): Promise<void>;
}

/** The kind and rule a commit is refused with; fails when it is not. */
export async function refusal(commit: Promise<void>): Promise<{ kind: string; rule: string }> {
  try {
    await commit;
  } catch (error) {
    const { kind, rule } = error as { kind: string; rule: string };
    return { kind, rule };
  }
  throw new Error("the commit was not refused");
}

/** One page with everything on it. */
export const WHOLE: PageRequest = { limit: 100, cursor: null, count: false };

/** Every item of a list, page by page; no page is longer than asked. */
export async function walkAll<T>(ask: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await ask({ limit, cursor, count: false });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}
