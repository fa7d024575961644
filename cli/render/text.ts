import { stripVTControlCharacters } from "node:util";

/**
 * Text of strangers on a terminal: made harmless, measured and cut. Task text is never interpreted
 * (8-reliability.md 8.5).
 */

// C0 but tab and newline, DEL, C1, and the marks that turn the direction of text around.
// oxlint-disable-next-line eslint/no-control-regex -- these characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;
const PLAIN = /^[\u0020-\u007E]*$/;
const ELLIPSIS = "…";
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** One harmless line: no control characters or escape sequences, line breaks and tabs as spaces. */
export function clean(text: string): string {
  return PLAIN.test(text) ? text : cleanBlock(text).replaceAll(/[\n\t]+/g, " ");
}

/** Harmless text that may have several lines. */
export function cleanBlock(text: string): string {
  return stripVTControlCharacters(text).toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(CONTROL, "");
}

/** How many columns a line takes on a terminal; CJK and emoji take two. Colours take none. */
export function widthOf(line: string): number {
  if (PLAIN.test(line)) return line.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(line))) {
    width += widthOfGrapheme(segment);
  }
  return width;
}

/** The line, cut to so many columns with an ellipsis when it is longer. Without colours. */
export function fit(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let cut = "";
  let width = 0;
  for (const { segment } of graphemes.segment(line)) {
    width += widthOfGrapheme(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns < 1 ? "" : cut + ELLIPSIS;
}

/** The text in lines of at most so many columns, broken between words; what fits stays as it is. */
export function wrap(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The line, filled up with spaces to so many columns. */
export function pad(line: string, columns: number): string {
  return line + " ".repeat(Math.max(0, columns - widthOf(line)));
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

function widthOfGrapheme(segment: string): number {
  if (WIDE.test(segment)) return 2;
  return /^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(segment) ? 0 : 1;
}
