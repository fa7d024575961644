import fc from "fast-check";
import { expect, test } from "vitest";
import type { Place } from "../../store/dialects/sqlite/lists/cursor.ts";
import {
  countAll,
  scan,
  scanInTurn,
  type Scan,
  type Scanned,
} from "../../store/dialects/sqlite/lists/scan.ts";

/** Numbers 1…size, of which those that fit pass; remembers how many rows were looked at. */
function rowsOf(size: number, fits: ((no: number) => boolean) | null, windows: readonly number[]) {
  const looked = { rows: 0 };
  const over: Scan = {
    candidates: (after, count) => {
      const from = after?.no ?? 0;
      const length = Math.max(0, Math.min(count, size - from));
      looked.rows += length;
      return Promise.resolve(Array.from({ length }, (_, index) => ({ key: 0, no: from + index + 1 })));
    },
    passing: fits && ((seen) => Promise.resolve(new Set(seen.map(({ no }) => no).filter(fits)))),
    windows,
  };
  return { over, looked };
}

async function every(
  page: (after: Place | null) => Promise<Scanned>,
): Promise<{ nos: number[]; pages: number }> {
  const nos: number[] = [];
  let [after, pages]: [Place | null, number] = [null, 0];
  do {
    const scanned: Scanned = await page(after);
    nos.push(...scanned.nos);
    after = scanned.next;
    pages += 1;
  } while (after !== null && pages < 1_000);
  return { nos, pages };
}

test("a scan gives every row that fits once, in order, whatever the windows and pages", async () => {
  const shape = {
    size: fc.integer({ min: 0, max: 60 }),
    limit: fc.integer({ min: 1, max: 70 }),
    windows: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
    modulus: fc.integer({ min: 0, max: 20 }),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(shape), async ({ size, limit, windows, modulus }) => {
      const fits = modulus === 0 ? null : (no: number): boolean => no % modulus === 0;
      const { over, looked } = rowsOf(size, fits, windows);
      const found = await every(async (after) => {
        looked.rows = 0;
        const scanned = await scan(over, { after, limit });
        expect(scanned.nos.length).toBeLessThanOrEqual(limit);
        const most = fits === null ? limit + 1 : windows.reduce((sum, window) => sum + window, 0);
        expect(looked.rows).toBeLessThanOrEqual(most);
        return scanned;
      });
      const all = Array.from({ length: size }, (_, index) => index + 1);
      expect(found.nos).toEqual(fits === null ? all : all.filter(fits));
    }),
    { numRuns: 300 },
  );
});

test("a page that finds little is short and says where to go on", async () => {
  const { over, looked } = rowsOf(1_000, (no) => no === 900, [10, 50]);
  expect(await scan(over, { after: null, limit: 5 })).toEqual({ nos: [], next: { key: 0, no: 60 } });
  expect(looked.rows).toBe(60);
});

test("scans in turn give each part after the other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      async (sizes, limit) => {
        const parts = sizes.map((size, key) => ({
          key,
          part: rowsOf(size, (no) => no % 2 === 1, [3]).over,
        }));
        const { nos } = await every((after) => scanInTurn(parts, { after, limit }));
        const odd = (size: number): number[] =>
          Array.from({ length: Math.ceil(size / 2) }, (_, i) => 2 * i + 1);
        expect(nos).toEqual(sizes.flatMap(odd));
      },
    ),
    { numRuns: 300 },
  );
});

test("a list is counted up to what a page may look at", async () => {
  expect(await countAll(rowsOf(4_000, null, [1]).over)).toBe(4_000);
  expect(await countAll(rowsOf(4_000, (no) => no % 2 === 0, [1]).over)).toBe(2_000);
  expect(await countAll(rowsOf(6_000, null, [1]).over)).toBeNull();
});
