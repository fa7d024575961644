import { HopperError } from "../../machines/errors.ts";

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What {@link parseDuration} takes, for JSON Schema. */
export const DURATION_PATTERN = String.raw`^\s*(\d+(\.\d+)?|(\d+(\.\d+)?(ms|[smhd]))+)\s*$`;

/** What {@link parseDuration} takes, in words. */
export const DURATION_FORMS = "a duration such as 250ms, 30s, 5m or 1h30m";

/**
 * The length in milliseconds of `250ms`, `30s`, `5m`, `1h30m`, `1.5h` or `2d`; a number, also as text,
 * is milliseconds. Throws `validation_failed`, naming what was found.
 */
export function parseDuration(input: unknown, field = "duration"): number {
  const ms = readDuration(input);
  if (ms !== null) return ms;
  const found = typeof input === "string" ? JSON.stringify(input.slice(0, 40)) : String(input);
  const message = `is ${found}; ${DURATION_FORMS} is accepted`;
  throw new HopperError("validation_failed", `${field} ${message}`, { issues: [{ path: field, message }] });
}

/** As {@link parseDuration}; null = not a duration. A bare number in a text counts in `unit` milliseconds. */
export function readDuration(input: unknown, unit = 1): number | null {
  if (typeof input === "number") return asLength(input * unit);
  if (typeof input !== "string") return null;
  const text = input.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(text)) return asLength(Number(text) * unit);
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return null;
  let total = 0;
  let smallest = Infinity;
  for (const [, amount = "", name = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    const size = UNITS[name] ?? Infinity;
    // Each unit once and the bigger ones first: "5m1h" is more likely a slip than an hour and five minutes.
    if (size >= smallest) return null;
    smallest = size;
    total += Number(amount) * size;
  }
  return asLength(total);
}

function asLength(ms: number): number | null {
  const whole = Math.round(ms);
  return whole >= 0 && Number.isSafeInteger(whole) ? whole : null;
}
