import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs } from "../../machines/backoff.ts";

const RUNS = Number(process.env["HOPPER_TEST_RUNS"] ?? 400);
/** The largest number a random source gives. */
const ALMOST_ONE = 1 - 2 ** -53;

describe("the wait before the n-th repetition", () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [9, 256_000],
    [10, 300_000],
    [5_000, 300_000],
  ])("before number %i it is at most %i ms", (n, most) => {
    const params = { n, baseMs: 1_000, maxMs: 300_000 };
    expect(backoffMs({ ...params, random: () => ALMOST_ONE })).toBe(most);
    expect(backoffMs({ ...params, random: () => 0 })).toBe(0);
  });

  test("a number below 1 counts as the first", () => {
    expect(backoffMs({ n: 0, baseMs: 10, maxMs: 100, random: () => ALMOST_ONE })).toBe(10);
  });

  test("no base, no wait, however often", () => {
    expect(backoffMs({ n: 2_000, baseMs: 0, maxMs: 100, random: () => ALMOST_ONE })).toBe(0);
  });

  test("is a whole number within its bounds, and grows with the random number", () => {
    const params = fc.record({
      n: fc.integer({ min: 1, max: 3_000 }),
      baseMs: fc.integer({ min: 0, max: 600_000 }),
      maxMs: fc.integer({ min: 0, max: 86_400_000 }),
    });
    const random = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
    fc.assert(
      fc.property(params, random, random, (given, one, other) => {
        const low = backoffMs({ ...given, random: () => Math.min(one, other) });
        const high = backoffMs({ ...given, random: () => Math.max(one, other) });
        expect(Number.isSafeInteger(low)).toBe(true);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(low);
        expect(high).toBeLessThanOrEqual(given.maxMs);
        expect(high).toBeLessThanOrEqual(given.baseMs * 2 ** Math.min(given.n - 1, 60));
      }),
      { numRuns: RUNS },
    );
  });
});
