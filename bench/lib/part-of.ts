import type { Derived } from "./case.ts";

/** A case by its row, as {@link Derived} asks for it: `w3 · 32 in flight`. */
type CaseKey = `${string} · ${string}`;

/** The figure of one case as a part of another one's in the same run. */
export function partOf(name: string, figure: string, [part, whole]: readonly [CaseKey, CaseKey]): Derived {
  return {
    name,
    figure: "ratio",
    value(of) {
      const [one, all] = [of(part, figure), of(whole, figure)];
      return one === null || all === null ? null : (one / all) * 100;
    },
  };
}
