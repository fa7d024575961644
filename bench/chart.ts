import { BAR_STEP, drawBars, type Bar } from "./lib/chart/bars.ts";
import { drawPanel, mark, type Kind, type Series } from "./lib/chart/panel.ts";
import { linearScale, logScale } from "./lib/chart/scale.ts";
import { STYLE } from "./lib/chart/style.ts";
import { counted, element, label, words } from "./lib/chart/svg.ts";
import { labelOf } from "./lib/figures.ts";
import { PEERS, PEERS_SOURCE } from "./lib/peers.ts";
import { figuresIn, type TableFigure } from "./lib/table-figures.ts";
import { BY_IN_FLIGHT } from "./lib/w3-plans.ts";
import { ceiling } from "./rows/ceiling.ts";
import { EMPTY, FULL, growth } from "./rows/growth.ts";
import { w3 } from "./rows/w3.ts";

type Table = readonly TableFigure[];

/** undefined = the table has no such line. */
function lineOf(table: Table, title: string, what: string, figure: string): TableFigure | undefined {
  return table.find((line) => line.title === title && line.what === what && line.label === labelOf(figure));
}

function seriesOf(
  kind: Kind,
  name: string,
  found: readonly (readonly [x: number, line: TableFigure])[],
): Series {
  const points = found.map(([x, { spread }]) => ({ x, spread }));
  return { kind, name, points, origin: found[0]?.[1].origin ?? "" };
}

/** Throughput of a row by tasks in flight; plans that the table does not have are left out. */
function byInFlight(table: Table, kind: Kind, name: string, title: string): Series {
  const found = BY_IN_FLIGHT.flatMap(({ plan, inFlight }) => {
    const line = lineOf(table, title, plan, "tasksPerSecond");
    return line === undefined ? [] : [[inFlight, line] as const];
  });
  return seriesOf(kind, name, found);
}

/** Throughput by tasks in the file. */
function byStored(table: Table): Series {
  const found = [EMPTY, FULL].flatMap((what) => {
    const line = lineOf(table, growth.title, what, "tasksPerSecond");
    const stored = lineOf(table, growth.title, what, "storedTasks");
    return line === undefined || stored === undefined ? [] : [[stored.spread.median, line] as const];
  });
  return seriesOf("hopper", "Hopper", found);
}

const CEILING = "hand-written ceiling";

const [WIDTH, HEIGHT] = [880, 690];
const MARGIN = 24;
/** Where the plots begin and end, and where the bars beside them stand. */
const [PLOT_LEFT, PLOT_RIGHT, BARS_LEFT] = [84, 510, 548];
/** Of the first and the last point from the ends of their axis. */
const INSET = 30;
/** From a heading to the plot below it. */
const HEADING = 52;
/** The least is so far from the axis below that its value has room between. */
const ROOM = 1.5;
/** From the baseline of words to their middle. */
const MARK_RISE = 5;

/** A plot below a heading at `y`; `axes` says whether each step of an axis adds or multiplies. */
function plot(
  series: readonly Series[],
  place: {
    readonly y: number;
    readonly height: number;
    readonly axes: "linear" | "log";
    readonly xTitle: string;
  },
): string[] {
  const { y, height, axes, xTitle } = place;
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return [label("not measured", { x: MARGIN, y: y + 30 }, { class: "note" })];
  const [top, bottom] = [y + HEADING, y + HEADING + height];
  const scale = axes === "log" ? logScale : linearScale;
  const across = points.map((point) => point.x);
  const up = points.flatMap(({ spread }) => [spread.min / ROOM, spread.max]);
  return drawPanel(
    {
      left: PLOT_LEFT,
      right: PLOT_RIGHT,
      top,
      bottom,
      x: scale(across, { from: PLOT_LEFT + INSET, to: PLOT_RIGHT - INSET }, "values"),
      y: scale(up, { from: bottom, to: top }, "ticks"),
      xTitle,
      yTitle: "tasks/s",
      suffix: axes === "log" ? ", log scale" : "",
    },
    series,
  );
}

const BUSIEST = BY_IN_FLIGHT.at(-1)?.inFlight;

/** Hopper and the ceiling with the most in flight, and below them what others are said to reach. */
function beside(series: readonly Series[], y: number): string[] {
  const own = series.flatMap(({ kind, name, points }): Bar[] =>
    points.filter(({ x }) => x === BUSIEST).map(({ spread }) => ({ name, kind, value: spread.median })),
  );
  const quoted = PEERS.map(({ name, tasksPerSecond }): Bar => ({
    name,
    kind: "quoted",
    value: tasksPerSecond,
  }));
  const most = Math.max(...[...own, ...quoted].map(({ value }) => value));
  const place = { x: BARS_LEFT, width: WIDTH - MARGIN - BARS_LEFT, most };
  const below = y + 46 + own.length * BAR_STEP;
  return [
    label(`Measured here, ${BUSIEST} in flight`, { x: BARS_LEFT, y }, { class: "head" }),
    ...drawBars(own, { ...place, y: y + 28 }),
    label("Others: quoted, not run here", { x: BARS_LEFT, y: below }, { class: "head" }),
    ...PEERS_SOURCE.map((line, index) =>
      label(line, { x: BARS_LEFT, y: below + 22 + index * 18 }, { class: "note" }),
    ),
    ...drawBars(quoted, { ...place, y: below + 90 }),
  ];
}

function legend(y: number): string[] {
  const entry = (kind: Kind, x: number, text: string): string[] => [
    mark(kind, x, y - MARK_RISE),
    label(text, { x: x + 12, y }, { class: "name" }),
  ];
  return [...entry("hopper", 262, "Hopper"), ...entry("ceiling", 346, CEILING)];
}

/** What the chart says, for those who cannot see it. */
function described(inFlight: readonly Series[], stored: Series): string {
  const said = (series: Series, unit: string): string[] =>
    series.points.map(
      ({ x, spread }) => `${series.name} ${counted(spread.median)} with ${counted(x)} ${unit}`,
    );
  const quoted = PEERS.map(({ name, tasksPerSecond }) => `${name} ${counted(tasksPerSecond)}`);
  const measured = [
    ...inFlight.flatMap((one) => said(one, "in flight")),
    ...said(stored, "tasks in the file"),
  ];
  return `Tasks per second of the workload W3, medians: ${measured.join("; ")}. Quoted, not run here: ${quoted.join("; ")}.`;
}

/**
 * The picture of the table of docs/performance.md, as SVG: throughput by tasks in flight and by tasks in the file, and
 * beside them what others reach. A line that the table does not have is left out.
 *
 * @throws Error when the document lacks the two marker comments.
 */
export function performanceChart(document: string): string {
  const table = figuresIn(document);
  const series = [
    byInFlight(table, "ceiling", CEILING, ceiling.title),
    byInFlight(table, "hopper", "Hopper", w3.title),
  ];
  const stored = byStored(table);
  const [first, second] = [112, 468];
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-labelledby": "title desc",
    },
    words("title", { id: "title" }, "How many tasks Hopper carries in a second"),
    words("desc", { id: "desc" }, described(series, stored)),
    words("style", {}, STYLE),
    element("rect", { class: "paper", x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, rx: 8 }),
    label(
      "Tasks in a second: routed over three levels, done, reported back",
      { x: MARGIN, y: 42 },
      { class: "title" },
    ),
    label(
      "W3 with fsync on every commit; a mark is the median, whiskers are the least and the most of the runs",
      { x: MARGIN, y: 68 },
      { class: "note" },
    ),
    label("By tasks in flight", { x: MARGIN, y: first }, { class: "head" }),
    ...legend(first),
    ...plot(series, { y: first, height: 224, axes: "log", xTitle: "tasks in flight" }),
    label(`Hopper by tasks in the file, ${BUSIEST} in flight`, { x: MARGIN, y: second }, { class: "head" }),
    ...plot([stored], { y: second, height: 110, axes: "linear", xTitle: "tasks in the file" }),
    ...beside(series, first),
  )}\n`;
}
