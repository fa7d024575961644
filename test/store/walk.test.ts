import fc from "fast-check";
import { expect, test } from "vitest";
import type { Place } from "../../store/dialects/sqlite/lists/cursor.ts";
import {
  countAll,
  walk,
  walkInTurn,
  type Walk,
  type Walked,
} from "../../store/dialects/sqlite/lists/walk.ts";

/** Numbers 1…size, of which those that fit pass; remembers how many rows were looked at. */
function walkOver(size: number, fits: ((no: number) => boolean) | null, windows: readonly number[]) {
  const looked = { rows: 0 };
  const over: Walk = {
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
  page: (after: Place | null) => Promise<Walked>,
): Promise<{ nos: number[]; pages: number }> {
  const nos: number[] = [];
  let [after, pages]: [Place | null, number] = [null, 0];
  do {
    const walked: Walked = await page(after);
    nos.push(...walked.nos);
    after = walked.next;
    pages += 1;
  } while (after !== null && pages < 1_000);
  return { nos, pages };
}

test("a walk gives every row that fits once, in order, whatever the windows and pages", async () => {
  const shape = {
    size: fc.integer({ min: 0, max: 60 }),
    limit: fc.integer({ min: 1, max: 70 }),
    windows: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
    modulus: fc.integer({ min: 0, max: 20 }),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(shape), async ({ size, limit, windows, modulus }) => {
      const fits = modulus === 0 ? null : (no: number): boolean => no % modulus === 0;
      const { over, looked } = walkOver(size, fits, windows);
      const found = await every(async (after) => {
        looked.rows = 0;
        const walked = await walk({ walk: over, after, limit });
        expect(walked.nos.length).toBeLessThanOrEqual(limit);
        const most = fits === null ? limit + 1 : windows.reduce((sum, window) => sum + window, 0);
        expect(looked.rows).toBeLessThanOrEqual(most);
        return walked;
      });
      const all = Array.from({ length: size }, (_, index) => index + 1);
      expect(found.nos).toEqual(fits === null ? all : all.filter(fits));
    }),
    { numRuns: 300 },
  );
});

test("a page that finds little is short and says where to go on", async () => {
  const { over, looked } = walkOver(1_000, (no) => no === 900, [10, 50]);
  expect(await walk({ walk: over, after: null, limit: 5 })).toEqual({ nos: [], next: { key: 0, no: 60 } });
  expect(looked.rows).toBe(60);
});

test("walks in turn give each part after the other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      async (sizes, limit) => {
        const walks = sizes.map((size, key) => ({
          key,
          walk: walkOver(size, (no) => no % 2 === 1, [3]).over,
        }));
        const { nos } = await every((after) => walkInTurn({ walks, after, limit }));
        const odd = (size: number): number[] =>
          Array.from({ length: Math.ceil(size / 2) }, (_, i) => 2 * i + 1);
        expect(nos).toEqual(sizes.flatMap(odd));
      },
    ),
    { numRuns: 300 },
  );
});

test("a list is counted up to what a page may look at", async () => {
  expect(await countAll(walkOver(4_000, null, [1]).over)).toBe(4_000);
  expect(await countAll(walkOver(4_000, (no) => no % 2 === 0, [1]).over)).toBe(2_000);
  expect(await countAll(walkOver(6_000, null, [1]).over)).toBeNull();
});
