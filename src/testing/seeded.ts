import type { Ids, Random } from "../../actors/engine/environment.ts";

/** Numbers 0 ≤ x < 1 that one seed decides (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** UUIDs of version 7 that count up: the same run gives the same ids. */
export function countingIds(start = 0): Ids {
  let count = start;
  return {
    uuid(now) {
      count += 1;
      const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, "0");
      const tail = count.toString(16).padStart(12, "0");
      return `${time.slice(0, 8)}-${time.slice(8, 12)}-7000-8000-${tail}`;
    },
  };
}
