/** A bug that was or might be made: a text of the sources, and what stands in its place. */
export interface Mutant {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** Stands there once. */
  readonly text: string;
  readonly replacement: string;
  /** What it breaks. */
  readonly rule: string;
  /** Where it must be found: files of tests, from `test/`. */
  readonly tests: readonly string[];
}

/** A mutant as it is written down: file, text, replacement, rule, then the files of tests. */
export type Line = readonly [
  file: string,
  text: string,
  replacement: string,
  rule: string,
  ...tests: string[],
];
