import * as z from "zod";
import { accepting, found, limited, quote, reject } from "./common.ts";
import { DURATION_FORMS, DURATION_PATTERN, readDuration } from "./duration.ts";

/** Moments and lengths of time. */

export const DAY_MS = 86_400_000;
/** Node's timers cannot wait longer. */
const LONGEST_WAIT_MS = 2_147_483_647;

/** A moment in ISO 8601 with its zone, as milliseconds since the epoch. */
export const moment = limited(
  z.string(accepting("a moment such as 2026-03-01T12:00:00Z")).transform((given, context) => {
    const ms = readMoment(given);
    return (
      ms ??
      reject(
        context,
        given,
        `is ${quote(given)}; a moment such as 2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00 is accepted`,
      )
    );
  }),
  { format: "date-time" },
);

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** null = not a moment: also 30 February, and what leaves the time zone open. */
export function readMoment(text: string): number | null {
  const parts = MOMENT.exec(text.trim());
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number);
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const ms = Date.parse(text.trim().toUpperCase());
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}

/** A length of time in milliseconds; a bare number counts in `unit` milliseconds. */
export function lengthOf(range: { readonly unit: number; readonly min?: number; readonly max?: number }) {
  const { unit, min = 0, max = LONGEST_WAIT_MS } = range;
  const what = `${min / unit} to ${max / unit} ${unit === 1 ? "milliseconds" : "seconds"}, or ${DURATION_FORMS},`;
  const text = limited(z.string(), { pattern: DURATION_PATTERN });
  const bare = limited(z.number(), { minimum: min / unit, maximum: max / unit });
  return z.union([text, bare], accepting(what)).transform((given, context) => {
    const ms = readDuration(given, unit);
    if (ms === null || ms < min || ms > max)
      return reject(context, given, `${found(given)}; ${what} is accepted`);
    return ms;
  });
}

/** A length up to `max` milliseconds; a bare number counts milliseconds. */
export const milliseconds = (max: number = LONGEST_WAIT_MS) => lengthOf({ unit: 1, max });
/** How long a lease is asked for: up to 7 days; a bare number counts seconds, the output milliseconds. */
export const leaseLength = lengthOf({ unit: 1_000, min: 1, max: 7 * DAY_MS });
