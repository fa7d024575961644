import { expect, test } from "vitest";
import { HopperError } from "../../../machines/errors.ts";
import { DURATION_FORMS, parseDuration, readDuration } from "../../../src/contracts/duration.ts";

test.each<[unknown, number]>([
  ["250ms", 250],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["2d", 172_800_000],
  ["1d2h3m4s5ms", 93_784_005],
  [" 5M ", 300_000],
  ["0s", 0],
  ["1500", 1_500],
  [1_500, 1_500],
  [0, 0],
  [0.4, 0],
])("%j is %d milliseconds", (given, expected) => {
  expect(parseDuration(given)).toBe(expected);
});

test.each<[unknown, string]>([
  ["", '""'],
  ["soon", '"soon"'],
  ["5 m", '"5 m"'],
  ["-5s", '"-5s"'],
  ["5m1h", '"5m1h"'],
  ["5m5m", '"5m5m"'],
  ["5x", '"5x"'],
  ["1e3s", '"1e3s"'],
  ["99999999999999999d", '"99999999999999999d"'],
  [-1, "-1"],
  [Number.NaN, "NaN"],
  [Infinity, "Infinity"],
  [null, "null"],
  [true, "true"],
])("%j is refused, naming it", (given, found) => {
  const refused = expect.objectContaining({
    code: "validation_failed",
    detail: `--timeout is ${found}; ${DURATION_FORMS} is accepted`,
  }) as HopperError;
  expect(() => parseDuration(given, "--timeout")).toThrow(refused);
});

test("a bare number counts in the unit it is asked for", () => {
  expect(readDuration("5", 1_000)).toBe(5_000);
  expect(readDuration(2.5, 1_000)).toBe(2_500);
  expect(readDuration("5m", 1_000)).toBe(300_000);
  expect(readDuration({})).toBeNull();
});
