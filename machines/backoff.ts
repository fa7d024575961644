/** More doublings than this change nothing: 2^52 ms are 142,000 years, and the product stays an exact number. */
const MAX_DOUBLINGS = 52;

/**
 * How long to wait before the n-th repetition: a random share of base × 2^(n−1), capped ("full jitter").
 * All lengths in ms; `n` counts from 1 (less is taken as 1); `random` gives [0, 1). Answers a whole number in
 * [0, min(maxMs, baseMs × 2^(n−1))]. Source: spec/domain.md 2.7; the jitter is the "full" one of Marc Brooker,
 * "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
 */
export function backoffMs(params: {
  readonly n: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly random: () => number;
}): number {
  const doublings = Math.min(Math.max(params.n - 1, 0), MAX_DOUBLINGS);
  const ceiling = Math.min(params.maxMs, params.baseMs * 2 ** doublings);
  return Math.floor(params.random() * (ceiling + 1));
}
