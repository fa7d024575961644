import type { Place } from "./cursor.ts";

/**
 * Rows a page may look at, in windows that grow: the first is enough for common filters, all of them take some 10 ms.
 * A page that is not full after the last one is short and has a cursor, so that no filter makes a page slow however
 * many rows the store holds (spec/performance.md 9.2). Rows an index names lie on a page of the file each.
 */
export const SCATTERED: readonly number[] = [200, 800, 2_000];
/** The same for rows that lie side by side. */
export const TOGETHER: readonly number[] = [200, 1_000, 4_000];
/** A list is counted, when that is asked, up to so many rows. */
const COUNTED = 5_000;

/** How a list is read: rows in order from an index, then those of them that pass the other filters. */
export interface Scan {
  /** The first `count` places after this one, in order, from an index alone. */
  readonly candidates: (after: Place | null, count: number) => Promise<readonly Place[]>;
  /** Numbers of those that pass; null = there is nothing else to check. */
  readonly passing: ((candidates: readonly Place[]) => Promise<ReadonlySet<number>>) | null;
  /** {@link SCATTERED} or {@link TOGETHER}. */
  readonly windows: readonly number[];
}

/** The numbers of one page, and the place where the next one begins after; null = this was the last. */
export interface Scanned {
  readonly nos: readonly number[];
  readonly next: Place | null;
}

function cut(found: readonly Place[], limit: number): Scanned {
  const page = found.slice(0, limit);
  return { nos: page.map((place) => place.no), next: found.length > limit ? (page.at(-1) ?? null) : null };
}

export async function scan(
  { candidates, passing, windows }: Scan,
  { after: from, limit }: { readonly after: Place | null; readonly limit: number },
): Promise<Scanned> {
  if (passing === null) return cut(await candidates(from, limit + 1), limit);
  const found: Place[] = [];
  let after = from;
  for (const window of windows) {
    const seen = await candidates(after, window);
    const pass = await passing(seen);
    found.push(...seen.filter((place) => pass.has(place.no)));
    if (found.length > limit || seen.length < window) return cut(found, limit);
    after = seen.at(-1) ?? after;
  }
  return { nos: found.map((place) => place.no), next: after };
}

/** How many rows the whole list has; null when that cannot be said by looking at as many rows as a page may. */
export async function countAll({ candidates, passing }: Scan): Promise<number | null> {
  const seen = await candidates(null, COUNTED + 1);
  if (seen.length > COUNTED) return null;
  return passing === null ? seen.length : (await passing(seen)).size;
}

/** Several scans one after the other, e.g. one per priority; the key of a place says in which it is. */
export async function scanInTurn(
  parts: readonly { readonly key: number; readonly part: Scan }[],
  page: { readonly after: Place | null; readonly limit: number },
): Promise<Scanned> {
  const nos: number[] = [];
  let { after } = page;
  for (const [index, { key, part }] of parts.entries()) {
    if (after !== null && key < after.key) continue;
    const limit = page.limit - nos.length;
    const scanned = await scan(part, { after: after?.key === key ? after : null, limit });
    nos.push(...scanned.nos);
    if (scanned.next !== null) return { nos, next: { key, no: scanned.next.no } };
    after = null;
    const last = nos.at(-1);
    const more = index < parts.length - 1;
    // A full page that ended with its part: the next page begins with the next part.
    if (more && nos.length === page.limit && last !== undefined) return { nos, next: { key, no: last } };
  }
  return { nos, next: null };
}
