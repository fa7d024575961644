import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/**
 * Text of strangers on a terminal: made harmless and cut. Task text is never interpreted (8-reliability.md 8.5).
 */

/** Control characters but tab and newline, and the marks that turn the direction of text around. */
const CONTROL = /[[\p{Cc}\p{Bidi_Control}]--[\t\n]]/gv;
const ELLIPSIS = "…";
const graphemes = new Intl.Segmenter();

/** One harmless line: no control characters or escape sequences, line breaks and tabs as spaces. */
export function clean(text: string): string {
  return cleanBlock(text).replaceAll(/[\n\t]+/g, " ");
}

/** Harmless text that may have several lines. */
export function cleanBlock(text: string): string {
  return stripVTControlCharacters(text).toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(CONTROL, "");
}

/** The line, cut to so many columns with an ellipsis when it is longer. Without colours. */
export function fit(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let cut = "";
  let width = 0;
  for (const { segment } of graphemes.segment(line)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns < 1 ? "" : cut + ELLIPSIS;
}

/** The text in lines of at most so many columns, broken between words; what fits stays as it is. */
export function wrap(text: string, columns: number): string[] {
  return stringWidth(text) <= columns ? [text] : wrapAnsi(text, columns).split("\n");
}

/** The line, filled up with spaces to so many columns. */
export function pad(line: string, columns: number): string {
  return line + " ".repeat(Math.max(0, columns - stringWidth(line)));
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
