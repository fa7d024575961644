import { expect, test } from "vitest";
import { playDay } from "./day.ts";

/** Two seeds of six hours in the gate, others each day; ten of 24 hours by `npm run test:deep`. */
const { HOPPER_TEST_RUNS, HOPPER_TEST_SEED } = process.env;
const isDeep = HOPPER_TEST_RUNS !== undefined;
const today = Math.floor(Date.now() / 86_400_000);
const first = Number(HOPPER_TEST_SEED ?? (isDeep ? 1 : today));
const SEEDS = Array.from({ length: isDeep ? 10 : 2 }, (_, no) => first + no);
const HOURS = isDeep ? 24 : 6;

/** What two short days bring about, whatever their seeds; and what ten long ones do. */
const OFTEN = [
  "full disk",
  "crash",
  "clock jump",
  "late doorbells",
  "storage_full",
  "overloaded",
  "lease_lost",
];
const RARE = ["planned io", "unavailable", "draining", "timed_out", "wait", "long poll", "escalate", "fail"];

test("given days of faults of all kinds, when they are over, then all was answered and nothing is stuck", async () => {
  const met = new Set<string>();
  for (const seed of SEEDS) {
    const day = await playDay(seed, HOURS).catch((error: unknown) => {
      throw new Error(`again: HOPPER_TEST_SEED=${seed}`, { cause: error });
    });
    for (const what of day.keys()) met.add(what);
  }
  // Days that never bring about what they are for prove nothing.
  expect([...OFTEN, ...(isDeep ? RARE : [])].filter((what) => !met.has(what))).toEqual([]);
});
