import type { Spread } from "../stats.ts";
import type { Scale } from "./scale.ts";
import { counted, element, label, words } from "./svg.ts";

/** Whose figures they are; also the class that colours them. */
export type Kind = "hopper" | "ceiling";

export interface Point {
  readonly x: number;
  readonly spread: Spread;
}

export interface Series {
  readonly kind: Kind;
  readonly name: string;
  readonly points: readonly Point[];
  /** Where and when it was measured; "" when it has no points. */
  readonly origin: string;
}

/** A rectangle with an axis on its left and one below. */
export interface Panel {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
  /** What the axes count. */
  readonly xTitle: string;
  readonly yTitle: string;
  /** Said behind both, e.g. `, log scale`. */
  readonly suffix: string;
}

const CAP = 5;
const MARK = 5;

/** Round for Hopper, square for the ceiling: colour is not all that tells them apart. */
export function mark(kind: Kind, x: number, y: number): string {
  if (kind === "hopper") return element("circle", { class: `fill ${kind}`, cx: x, cy: y, r: MARK });
  const side = MARK * 2;
  return element("rect", { class: `fill ${kind}`, x: x - MARK, y: y - MARK, width: side, height: side });
}

/** The median with its least and most, and both in words for whoever points at it. */
function pointOf({ x, y, xTitle, yTitle }: Panel, { kind, name }: Series, point: Point): string {
  const { min, median, max } = point.spread;
  const across = x.at(point.x);
  const line = (half: number, from: number, to: number): string =>
    element("line", {
      class: `line ${kind}`,
      x1: across - half,
      x2: across + half,
      y1: y.at(from),
      y2: y.at(to),
    });
  return element(
    "g",
    {},
    words(
      "title",
      {},
      `${name}, ${xTitle}: ${counted(point.x)}, ${yTitle}: ${counted(median)} (${counted(min)} – ${counted(max)})`,
    ),
    line(0, min, max),
    line(CAP, min, min),
    line(CAP, max, max),
    mark(kind, across, y.at(median)),
  );
}

const GAP = 8;
const DIGITS = 11;

/** The median beside its point: above the whisker where no other series is higher, else below it. */
function valueOf({ x, y }: Panel, series: readonly Series[], one: Series, point: Point): string {
  const { min, median, max } = point.spread;
  const isHighest = series.every(({ points }) =>
    points.every((other) => other.x !== point.x || other.spread.median <= median),
  );
  const place = { x: x.at(point.x), y: isHighest ? y.at(max) - GAP : y.at(min) + GAP + DIGITS };
  return label(counted(median), place, { class: `value ${one.kind}`, anchor: "middle" });
}

function lineOf({ x, y }: Panel, { kind, points }: Series): string {
  const places = points.map((point) => `${x.at(point.x).toFixed(1)},${y.at(point.spread.median).toFixed(1)}`);
  return element("polyline", { class: `line ${kind}`, points: places.join(" ") });
}

/** How far above a plot its words stand: the value of the highest point has room between. */
const ABOVE = 24;
/** Left of a plot, for the figures of its ticks; the title above them begins there. */
const BESIDE = 60;

function axes({ left, right, top, bottom, y, yTitle, xTitle, suffix }: Panel, origin: string): string[] {
  const ticks = y.ticks.flatMap((tick) => [
    element("line", { class: "grid", x1: left, x2: right, y1: y.at(tick), y2: y.at(tick) }),
    label(counted(tick), { x: left - GAP, y: y.at(tick) + MARK }, { class: "tick", anchor: "end" }),
  ]);
  return [
    ...ticks,
    element("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
    label(`${yTitle}${suffix}`, { x: left - BESIDE, y: top - ABOVE }, { class: "tick" }),
    label(origin, { x: right, y: top - ABOVE }, { class: "tick", anchor: "end" }),
    label(`${xTitle}${suffix}`, { x: right, y: bottom + 42 }, { class: "tick", anchor: "end" }),
  ];
}

/** The axes and every series; the axis below has its ticks where points are, and what was measured when stands above. */
export function drawPanel(panel: Panel, series: readonly Series[]): string[] {
  const { x, bottom } = panel;
  const origins = new Set(series.filter(({ points }) => points.length > 0).map(({ origin }) => origin));
  const measured = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
  return [
    ...axes(panel, [...origins].join("; ")),
    ...measured.map((at) =>
      label(counted(at), { x: x.at(at), y: bottom + 21 }, { class: "tick", anchor: "middle" }),
    ),
    ...series.map((one) => lineOf(panel, one)),
    ...series.flatMap((one) => one.points.map((point) => pointOf(panel, one, point))),
    ...series.flatMap((one) => one.points.map((point) => valueOf(panel, series, one, point))),
  ];
}
