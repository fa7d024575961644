import type { Json } from "../../machines/records/values.ts";

/** How much of each stream of a command is kept: the last 16 KiB. Source: 2-domain.md 2.10. */
export const TAIL_BYTES = 16_384;
/** Nesting that every door accepts (4-http-api.md 4.4). */
const JSON_DEPTH_MAX = 32;

/** Keeps the end of a stream of bytes, however long the stream is. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    this.#total += chunk.length;
    // Whole chunks that lie before the tail are dropped at once; what is too much of the first one, at the end.
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#kept - first.length < TAIL_BYTES) return;
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  /** At most {@link TAIL_BYTES} bytes of valid UTF-8 without NUL; what was not valid is shown as U+FFFD. */
  text(): string {
    return lastBytes(new TextDecoder().decode(this.#bytes()).replaceAll("\0", "\uFFFD"));
  }

  /** The last line that is not blank, if it is JSON and all of it was kept; else undefined. */
  json(): Json | undefined {
    const bytes = this.#bytes();
    const text = new TextDecoder().decode(bytes).trimEnd();
    const start = text.lastIndexOf("\n") + 1;
    const wasCut = start === 0 && bytes.length < this.#total;
    return wasCut ? undefined : parseJson(text.slice(start));
  }

  /** The kept bytes, not beginning inside a character. */
  #bytes(): Buffer {
    const bytes = Buffer.concat(this.#chunks).subarray(-TAIL_BYTES);
    if (bytes.length === this.#total) return bytes;
    let start = 0;
    while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.subarray(start);
  }
}

/** The last line of a text that is not blank, without control characters; null = there is none. */
export function lastLine(text: string): string | null {
  const line = text
    .split("\n")
    // oxlint-disable-next-line eslint/no-control-regex -- colours of the terminal and the like are what is taken out
    .map((line) => line.replaceAll(/\u001B\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001F\u007F-\u009F]/g, "").trim())
    .findLast((line) => line !== "");
  return line ?? null;
}

/** Each replacement character takes three bytes where there was one, so the text is measured again. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= TAIL_BYTES) return text;
  const cut = bytes.subarray(-TAIL_BYTES);
  let start = 0;
  while (((cut[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return cut.subarray(start).toString("utf8");
}

/** undefined also for JSON that no store takes: with NUL or half a surrogate pair in it, or nested too deep. */
function parseJson(line: string): Json | undefined {
  if (line === "" || Buffer.byteLength(line) > TAIL_BYTES) return undefined;
  try {
    const value = JSON.parse(line) as Json;
    return isStorable(value, JSON_DEPTH_MAX) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStorable(value: Json, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (value === null || typeof value !== "object") return true;
  if (depth === 0) return false;
  const entries = Object.entries(value);
  return entries.every(([key, item]) => isStorable(key, 0) && isStorable(item, depth - 1));
}
