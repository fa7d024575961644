/** Where values stand on an axis, in pixels. */
export interface Scale {
  at(value: number): number;
  /** Round values in its range. */
  readonly ticks: readonly number[];
}

/** The pixels of an axis: where its lowest value stands, and its highest. */
export interface Pixels {
  readonly from: number;
  readonly to: number;
}

const ROUND = [1, 2, 5];

/** 1, 2 and 5 times each power of ten from 1 to a billion. */
const STEPS = Array.from({ length: 10 }, (_, power) => ROUND.map((round) => round * 10 ** power)).flat();

/** From the lowest value to the highest, each ten times as far as the last. `ticks` enclose the values. */
export function logScale(values: readonly number[], { from, to }: Pixels, fit: "ticks" | "values"): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = STEPS.findLast((step) => step <= least) ?? 1;
  const high = STEPS.find((step) => step >= most && step > low) ?? most;
  const [first, last] = fit === "ticks" ? [low, high] : [least, most];
  const decades = Math.log10(last / first);
  return {
    at: (value) => (decades === 0 ? from : from + ((to - from) * Math.log10(value / first)) / decades),
    ticks: STEPS.filter((step) => step >= first && step <= last),
  };
}

const MOST_TICKS = 4;

/** From zero to the highest value, or to the tick above it. */
export function linearScale(values: readonly number[], { from, to }: Pixels, fit: "ticks" | "values"): Scale {
  const most = Math.max(...values);
  const step = STEPS.find((one) => most / one <= MOST_TICKS) ?? most;
  const count = Math.max(1, Math.ceil(most / step));
  const last = fit === "ticks" ? count * step : most;
  return {
    at: (value) => (last === 0 ? from : from + ((to - from) * value) / last),
    ticks: Array.from({ length: count + 1 }, (_, tick) => tick * step).filter((tick) => tick <= last),
  };
}
