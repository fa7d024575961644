import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { performanceChart } from "../../bench/chart.ts";
import { drawBars } from "../../bench/lib/chart/bars.ts";
import { linearScale, logScale } from "../../bench/lib/chart/scale.ts";
import { label } from "../../bench/lib/chart/svg.ts";
import { PEERS } from "../../bench/lib/peers.ts";
import { BEGIN, END } from "../../bench/lib/table.ts";
import { ceiling as ceilingRow } from "../../bench/rows/ceiling.ts";

const DOCS = `${dirname(dirname(import.meta.dirname))}/docs`;

const HOPPER = "Hopper (W3)";
const CEILING = ceilingRow.title;
const EMPTY = "W3, 1000 in flight, empty file";
const FULL = "W3, 1000 in flight, file full of finished tasks";

function throughput(
  title: string,
  what: string,
  range: readonly [min: number, median: number, max: number],
): string {
  const [min, median, max] = range.map((value) => `${value.toLocaleString("en-US")} tasks/s`);
  return `| ${title} | ${what} | throughput | ${median} | ${min} – ${max} | ≥ 1 tasks/s | 5 | abc1234 | 2026-01-02 |`;
}

function stored(what: string, tasks: string): string {
  return `| growth | ${what} | tasks in the file | ${tasks} | ${tasks} – ${tasks} |  | 5 | abc1234 | 2026-01-01 |`;
}

const LINES = [
  throughput(CEILING, "1000 in flight", [8_000, 9_000, 10_000]),
  throughput(CEILING, "one task alone", [700, 800, 820]),
  throughput(HOPPER, "1000 in flight", [3_000, 4_000, 4_300]),
  throughput(HOPPER, "1000 in flight, claims of 1", [1, 2, 3]),
  throughput(HOPPER, "32 in flight", [2_200, 2_400, 2_600]),
  throughput(HOPPER, "one task alone", [400, 500, 700]),
  throughput("growth", EMPTY, [4_100, 4_300, 4_400]),
  stored(EMPTY, "0"),
  throughput("growth", FULL, [4_000, 4_200, 4_600]),
  stored(FULL, "1,044,000"),
];

function chartOf(lines: readonly string[]): string {
  return performanceChart(`# Performance\n\n${BEGIN}\n\n${lines.join("\n")}\n\n${END}\n`);
}

interface Drawn {
  readonly x: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Where each point stands, by what it says of itself. */
function pointsOf(svg: string): Map<string, Drawn> {
  const number = (text: string, name: string): number =>
    Number(new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1]);
  const groups = [
    ...svg.matchAll(/<g>\n<title>([^<]*)<\/title>\n(<line [^>]*>)[^]*?(<(?:circle|rect)[^>]*>)\n<\/g>/g),
  ];
  return new Map(
    groups.map(([, words = "", whisker = "", mark = ""]) => {
      // A square is named by its corner.
      const median = mark.startsWith("<circle")
        ? number(mark, "cy")
        : number(mark, "y") + number(mark, "height") / 2;
      return [
        words,
        { x: number(whisker, "x1"), min: number(whisker, "y1"), median, max: number(whisker, "y2") },
      ];
    }),
  );
}

describe("the chart of the table", () => {
  const svg = chartOf(LINES);
  const points = pointsOf(svg);
  const named = (words: string): Drawn => {
    const found = [...points].find(([said]) => said.startsWith(words));
    expect(found, words).toBeDefined();
    return (found as [string, Drawn])[1];
  };

  it("has the points of every series, with what they are in words", () => {
    expect([...points.keys()]).toEqual([
      "hand-written ceiling, tasks in flight: 1, tasks/s: 800 (700 – 820)",
      "hand-written ceiling, tasks in flight: 1,000, tasks/s: 9,000 (8,000 – 10,000)",
      "Hopper, tasks in flight: 1, tasks/s: 500 (400 – 700)",
      "Hopper, tasks in flight: 32, tasks/s: 2,400 (2,200 – 2,600)",
      "Hopper, tasks in flight: 1,000, tasks/s: 4,000 (3,000 – 4,300)",
      "Hopper, tasks in the file: 0, tasks/s: 4,300 (4,100 – 4,400)",
      "Hopper, tasks in the file: 1,044,000, tasks/s: 4,200 (4,000 – 4,600)",
    ]);
  });

  it("puts what is more higher, and further to the right", () => {
    const inFlight = (name: string, tasks: string): Drawn => named(`${name}, tasks in flight: ${tasks}, `);
    const [alone, some, many] = [
      inFlight("Hopper", "1"),
      inFlight("Hopper", "32"),
      inFlight("Hopper", "1,000"),
    ];
    expect(alone.x).toBeLessThan(some.x);
    expect(some.x).toBeLessThan(many.x);
    expect(alone.median).toBeGreaterThan(some.median);
    expect(some.median).toBeGreaterThan(many.median);
    const ceiling = inFlight("hand-written ceiling", "1,000");
    expect(ceiling.x).toBe(many.x);
    expect(ceiling.median).toBeLessThan(many.median);
    const [empty, full] = [
      named("Hopper, tasks in the file: 0, "),
      named("Hopper, tasks in the file: 1,044,000, "),
    ];
    expect(empty.x).toBeLessThan(full.x);
    expect(empty.median).toBeLessThan(full.median);
  });

  it("draws whiskers from the least to the most around the median", () => {
    for (const { min, median, max } of points.values()) {
      expect(min).toBeGreaterThan(median);
      expect(median).toBeGreaterThan(max);
    }
  });

  it("says when each plot was measured, and what is quoted", () => {
    expect(svg).toContain(">abc1234, 2026-01-02<");
    expect(svg).toContain(">Others: quoted, not run here<");
    for (const { name, tasksPerSecond } of PEERS) {
      expect(svg).toContain(`>${name}<`);
      expect(svg).toContain(`>${tasksPerSecond.toLocaleString("en-US")}<`);
    }
  });

  it("has a title, a description and colours for the dark", () => {
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="desc">[^<]+<\/desc>/);
    expect(svg).toContain("prefers-color-scheme: dark");
  });
});

describe("a table that lacks lines", () => {
  const without = (words: string): string[] => LINES.filter((line) => !line.includes(words));
  const noNumbers = LINES.map((line) => line.replaceAll(/[\d,]+ tasks\/s/g, "soon"));

  it.each([
    ["all", { lines: [], points: 0, empty: 2 }],
    ["the ceiling", { lines: without(CEILING), points: 5, empty: 0 }],
    ["Hopper", { lines: without(HOPPER), points: 4, empty: 0 }],
    ["growth", { lines: without("| growth |"), points: 5, empty: 1 }],
    ["how full the files are", { lines: without("tasks in the file"), points: 5, empty: 1 }],
    ["all but one", { lines: LINES.slice(0, 1), points: 1, empty: 1 }],
    ["figures that are numbers", { lines: noNumbers, points: 0, empty: 2 }],
  ])("gives a chart without them: %s", (_what, { lines, points, empty }) => {
    const svg = chartOf(lines);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(pointsOf(svg).size).toBe(points);
    expect(svg.split(">not measured<")).toHaveLength(1 + empty);
  });

  it("is refused when it has no place in the document", () => {
    expect(() => performanceChart("# Performance\n")).toThrow("lacks <!-- bench:begin");
  });
});

describe("parts of the chart", () => {
  it("escapes words", () => {
    expect(label('a < b & "c"', { x: 1, y: 2.345 }, { class: "note" })).toBe(
      '<text class="note" x="1" y="2.3">a &lt; b &amp; &quot;c&quot;</text>',
    );
  });

  it("draws a bar as long as its value, with its value behind it", () => {
    const bars = [
      { name: "all", value: 1_000, kind: "hopper" as const },
      { name: "half", value: 500, kind: "quoted" as const },
    ];
    const widths = drawBars(bars, { x: 0, y: 0, width: 252, most: 1_000 })
      .join("\n")
      .matchAll(/ width="(\d+)"/g);
    expect([...widths].map(([, width]) => Number(width))).toEqual([200, 100]);
  });

  it("has ticks that enclose the values, also where they are one", () => {
    const pixels = { from: 100, to: 0 };
    expect(linearScale([4_600], pixels, "ticks").ticks).toEqual([0, 2_000, 4_000, 6_000]);
    expect(linearScale([0], pixels, "values").at(0)).toBe(100);
    expect(logScale([403, 10_910], pixels, "ticks").ticks).toEqual([
      200, 500, 1_000, 2_000, 5_000, 10_000, 20_000,
    ]);
    expect(logScale([1_000], pixels, "values").at(1_000)).toBe(100);
    expect(logScale([10, 1_000], pixels, "values").at(100)).toBe(50);
  });
});

it("docs/performance.svg is what the table of docs/performance.md gives (-u draws it anew)", async () => {
  const svg = performanceChart(readFileSync(`${DOCS}/performance.md`, "utf8"));
  await expect(svg).toMatchFileSnapshot(`${DOCS}/performance.svg`);
});
