import { counted, element, label } from "./svg.ts";

/** A bar with its name above it. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The class that fills it. */
  readonly kind: "hopper" | "ceiling" | "quoted";
}

/** Height of one bar with its name. */
export const BAR_STEP = 42;

const THICKNESS = 12;
/** Kept free right of the longest bar, for its value. */
const VALUE_WIDTH = 52;

/** Bars below each other, from zero; `most` is what the width stands for. */
export function drawBars(
  bars: readonly Bar[],
  place: { readonly x: number; readonly y: number; readonly width: number; readonly most: number },
): string[] {
  const { x, y, width, most } = place;
  return bars.flatMap(({ name, value, kind }, index) => {
    const top = y + index * BAR_STEP;
    const length = (value / most) * (width - VALUE_WIDTH);
    return [
      label(name, { x, y: top }, { class: "name" }),
      element("rect", { class: `fill ${kind}`, x, y: top + 6, width: length, height: THICKNESS }),
      label(counted(value), { x: x + length + 6, y: top + 6 + THICKNESS }, { class: `value ${kind}` }),
    ];
  });
}
