import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";
import type * as StringWidth from "string-width";
import type * as WrapAnsi from "wrap-ansi";

/**
 * Text of strangers on a terminal: made harmless and cut. Task text is never interpreted (spec/reliability.md 8.5).
 */

/** Control characters but tab and newline, and the marks that turn the direction of text around. */
const CONTROL = /[[\p{Cc}\p{Bidi_Control}]--[\t\n]]/gv;
const ELLIPSIS = "…";
/** What may take another width than one column. */
const WIDE = /[^ -~]/;
/** What measures other text takes half of the time of a `--help` to load: it is loaded for the first such text. */
const load = createRequire(import.meta.url);

/** One harmless line: no control characters or escape sequences, line breaks and tabs as spaces. */
export function clean(text: string): string {
  return cleanBlock(text).replaceAll(/[\n\t]+/g, " ");
}

/** Harmless text that may have several lines. */
export function cleanBlock(text: string): string {
  return stripVTControlCharacters(text).toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(CONTROL, "");
}

/** How many columns the line takes on a terminal. */
export function columnsOf(line: string): number {
  if (!WIDE.test(line)) return line.length;
  const { default: stringWidth } = load("string-width") as typeof StringWidth;
  return stringWidth(line);
}

/** The line, cut to so many columns with an ellipsis when it is longer. Without colours. */
export function fit(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line;
  let cut = "";
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    width += columnsOf(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns < 1 ? "" : cut + ELLIPSIS;
}

/** The line, cut where it is too long; colours stay whole, or go. null = it may be as long as it is. */
export function cutTo(line: string, columns: number | null): string {
  return columns === null || columnsOf(line) <= columns ? line : fit(clean(line), columns);
}

/** The text in lines of at most so many columns, broken between words; what fits stays as it is. */
export function wrap(text: string, columns: number): string[] {
  if (columnsOf(text) <= columns) return [text];
  if (!WIDE.test(text)) {
    const line = new RegExp(String.raw`\S(?:.{0,${Math.max(0, columns - 2)}}\S)?(?!\S)|\S+`, "g");
    return text.match(line) ?? [];
  }
  const { default: wrapAnsi } = load("wrap-ansi") as typeof WrapAnsi;
  return wrapAnsi(text, columns).split("\n");
}

/** The line, filled up with spaces to so many columns. */
export function pad(line: string, columns: number): string {
  return line + " ".repeat(Math.max(0, columns - columnsOf(line)));
}

/** A text in a column of its own: at least one blank comes after it. */
export function inColumn(text: string, columns: number): string {
  return `${pad(text, columns - 1)} `;
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** How long ago, in its largest unit: `5s`, `3m`, `2h`, `4d`. */
export function age(moment: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(moment)) / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `320 ms`, `1.4 s`, `2 min 5 s`. */
export function length(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
