/** What one run of a case measured, by name of the figure (see figures.ts). */
export type Figures = { readonly [figure: string]: number };

/** How a case is to be run; the same for every case of a group, so that they can be compared. */
export interface RunOptions {
  /** A minute or two for everything: fewer tasks, fewer runs. */
  readonly quick: boolean;
  /** Of every random choice the benchmark makes. */
  readonly seed: number;
  /** 1 = the first run of this case. */
  readonly run: number;
  /** A folder of its own, empty, removed after the run. */
  readonly folder: string;
  /** A folder that stays, for files that take minutes to make (HOPPER_BENCH_DIR). */
  readonly keptFolder: string;
}

export interface Outcome {
  readonly figures: Figures;
  /** Rows that one task left in each table: equal in all cases of a group, or nothing is reported. */
  readonly rowsPerTask?: { readonly [table: string]: number };
}

/** One thing that is measured, in a process of its own. */
export interface Case {
  readonly name: string;
  run(options: RunOptions): Promise<Outcome>;
}

/** A figure made from those of several cases of the same run, e.g. a ratio. */
export interface Derived {
  readonly name: string;
  readonly figure: string;
  /** null = one of the cases was not run. */
  value(run: (caseName: string, figure: string) => number | null): number | null;
}

/** What a figure has to reach (spec/performance.md 9.2), judged by its median. */
export type Target = { readonly what: string; readonly figure: string } & (
  | { readonly atLeast: number }
  | { readonly atMost: number }
);

/** A benchmark: a file in bench/rows/. */
export interface Row {
  readonly name: string;
  /** What the table calls it. */
  readonly title: string;
  /** Rows of the same group alternate: A, B, A, B, … */
  readonly group: string;
  readonly cases: readonly Case[];
  /** Figures that stand in docs/performance.md; the rest is in the results only. */
  readonly shown: readonly string[];
  readonly derived?: readonly Derived[];
  readonly targets?: readonly Target[];
  /** Why it cannot be measured here and now, with the fix; null = it can. Asked before anything is run. */
  readonly obstacle?: () => string | null;
  /** Run by `--only` alone when the time is short. */
  readonly slow?: boolean;
  /** One run that takes longer is ended and fails. Default 120. */
  readonly timeoutSeconds?: number;
}
