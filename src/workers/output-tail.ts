import { stripVTControlCharacters } from "node:util";
import type { Json } from "../../machines/records/values.ts";
import { scan } from "../contracts/scan.ts";

/** How much of each stream of a command is kept: the last 16 KiB. Source: spec/domain.md 2.10. */
export const TAIL_BYTES = 16_384;

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
      if (this.#kept - first.length <= TAIL_BYTES) return;
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  /** At most {@link TAIL_BYTES} bytes of valid UTF-8 without NUL; what was not valid is shown as U+FFFD. */
  text(): string {
    // Each replacement character takes three bytes where there was one, so the text is cut again.
    const valid = this.#decoded().replaceAll("\0", "\uFFFD");
    return lastBytes(Buffer.from(valid)).toString();
  }

  /** The last line that is not blank, if it is JSON and all of it was kept; else undefined. */
  json(): Json | undefined {
    const text = this.#decoded().trimEnd();
    const start = text.lastIndexOf("\n") + 1;
    const wasCut = start === 0 && this.#total > TAIL_BYTES;
    return wasCut ? undefined : parseJson(text.slice(start));
  }

  #decoded(): string {
    return new TextDecoder().decode(lastBytes(Buffer.concat(this.#chunks)));
  }
}

/** The last line of a text that is not blank, without control characters; null = there is none. */
export function lastLine(text: string): string | null {
  const lines = stripVTControlCharacters(text).split("\n");
  const plain = lines.map((line) => line.replaceAll(/\p{Cc}/gu, "").trim());
  return plain.findLast((line) => line !== "") ?? null;
}

/** The last {@link TAIL_BYTES} at most, not beginning inside a character. */
function lastBytes(bytes: Buffer): Buffer {
  if (bytes.length <= TAIL_BYTES) return bytes;
  const tail = bytes.subarray(-TAIL_BYTES);
  let start = 0;
  while (start < 3 && ((tail[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return tail.subarray(start);
}

/** undefined also for JSON that no report may hold: with NUL or half a surrogate pair in it, or nested too deep. */
function parseJson(line: string): Json | undefined {
  if (line === "" || Buffer.byteLength(line) > TAIL_BYTES) return undefined;
  try {
    const json = JSON.parse(line) as Json;
    // Where the deepest of reports holds it.
    return scan({ error: { details: { json } } })?.length === 0 ? json : undefined;
  } catch {
    return undefined;
  }
}
