/** How a figure is written. */
interface Shape {
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
}

const SHAPES: { readonly [figure: string]: Shape } = {
  tasksPerSecond: { label: "throughput", unit: "tasks/s", digits: 0 },
  slowest: { label: "slowest process", unit: "tasks/s", digits: 0 },
  fastest: { label: "fastest process", unit: "tasks/s", digits: 0 },
  overlap: { label: "measured by all at once", unit: "%", digits: 0 },
  rowsPerSecond: { label: "throughput", unit: "rows/s", digits: 0 },
  commitsPerSecond: { label: "throughput", unit: "commits/s", digits: 0 },
  perSecond: { label: "throughput", unit: "per s", digits: 0 },
  ratio: { label: "ratio", unit: "%", digits: 1 },
  latencyP50: { label: "add → final, p50", unit: "ms", digits: 2 },
  latencyP99: { label: "add → final, p99", unit: "ms", digits: 2 },
  p50: { label: "p50", unit: "ms", digits: 2 },
  p99: { label: "p99", unit: "ms", digits: 2 },
  p50Outside: { label: "p50 without the commit", unit: "ms", digits: 2 },
  p99Outside: { label: "p99 without the commit", unit: "ms", digits: 2 },
  storedTasks: { label: "tasks in the file", unit: "", digits: 0 },
  commitShare: { label: "time inside commits", unit: "%", digits: 0 },
  fsyncsPerSecond: { label: "commits (one fsync each)", unit: "per s", digits: 0 },
  tasksPerCommit: { label: "tasks per commit", unit: "", digits: 1 },
  turnsPerCommit: { label: "turns per commit", unit: "", digits: 1 },
  cpuPerTask: { label: "CPU time", unit: "µs/task", digits: 0 },
  bytesPerTask: { label: "file", unit: "bytes/task", digits: 0 },
  rssMb: { label: "memory (RSS)", unit: "MB", digits: 0 },
  heapMb: { label: "heap after collection", unit: "MB", digits: 0 },
  loopDelayP99: { label: "event loop delay, p99", unit: "ms", digits: 1 },
  few: { label: "beside few, p50", unit: "ms", digits: 2 },
  many: { label: "beside many, p50", unit: "ms", digits: 2 },
  times: { label: "many to few", unit: "×", digits: 2 },
  fewBlock: { label: "of few, longest block", unit: "ms", digits: 0 },
  manyBlock: { label: "of many, longest block", unit: "ms", digits: 0 },
  bytesEach: { label: "heap", unit: "bytes each", digits: 0 },
  waiting: { label: "many are", unit: "", digits: 0 },
  ms: { label: "wall clock", unit: "ms", digits: 0 },
};

function shapeOf(figure: string): Shape {
  const known = SHAPES[figure];
  if (known !== undefined) return known;
  // `p99 of …`: one figure of many of the same kind.
  return { label: figure, unit: /^p\d+ of /.test(figure) ? "ms" : "", digits: 2 };
}

export function labelOf(figure: string): string {
  return shapeOf(figure).label;
}

/** `12,345 tasks/s`. */
export function written(figure: string, value: number): string {
  const { unit, digits } = shapeOf(figure);
  const number = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === "" ? number : `${number} ${unit}`;
}
