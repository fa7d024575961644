import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastLine, OutputTail, TAIL_BYTES } from "../../../src/workers/output-tail.ts";

function tailOf(...chunks: (string | Uint8Array)[]): OutputTail {
  const tail = new OutputTail();
  for (const chunk of chunks) tail.add(Buffer.from(chunk as string));
  return tail;
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("the tail of an output", () => {
  it("is all of a short one", () => {
    expect(tailOf("one\n", "two\n").text()).toBe("one\ntwo\n");
    expect(tailOf().text()).toBe("");
  });

  it("is the last 16 KiB of a long one, in whole characters", () => {
    const text = tailOf("€".repeat(10_000), "end").text();
    expect(text.endsWith("€end")).toBe(true);
    expect(text).not.toContain("\uFFFD");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(TAIL_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(TAIL_BYTES - 4);
  });

  it("is valid UTF-8 without NUL whatever was written, and not longer for it", () => {
    expect(tailOf(new Uint8Array([0x61, 0xff, 0x00, 0x62])).text()).toBe("a\uFFFD\uFFFDb");
    const noise = tailOf(new Uint8Array(TAIL_BYTES * 2).fill(0xff)).text();
    expect(Buffer.byteLength(noise)).toBeLessThanOrEqual(TAIL_BYTES);
  });

  it("is the same however the output was cut into chunks", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 12 }), (chunks) => {
        const whole = tailOf(Buffer.concat(chunks)).text();
        expect(tailOf(...chunks).text()).toBe(whole);
        expect(whole.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(TAIL_BYTES);
      }),
      { numRuns: 50 },
    );
  });
});

describe("JSON on the last line", () => {
  it.each([
    ["an object", 'working\n{"a": [1, null]}\n', { a: [1, null] }],
    ["a number", "wc says\n 42 \n\n", 42],
    ["the only line", "true", true],
    ["as deep as a report may hold it", nested(29), JSON.parse(nested(29))],
  ])("is read: %s", (_what, output, json) => {
    expect(tailOf(output).json()).toEqual(json);
  });

  it.each([
    ["no JSON", "done\n"],
    ["nothing", ""],
    ["only blank lines", "\n\n"],
    ["a NUL in a text", String.raw`"\u0000"`],
    ["half a surrogate pair in a key", String.raw`{"\ud800": 1}`],
    ["nested too deep", nested(40)],
    ["nested too deep inside a report", nested(30)],
    ["a key that is never accepted", '{"__proto__": 1}'],
    ["longer than the tail", `"${"x".repeat(TAIL_BYTES)}"`],
    ["longer in bytes than the tail", `"${"\u0080".repeat(TAIL_BYTES / 2)}"`],
  ])("is left out: %s", (_what, output) => {
    expect(tailOf(output).json()).toBeUndefined();
  });
});

describe("the last line", () => {
  it("is the last one that is not blank, without control characters", () => {
    expect(lastLine("one\n\u001B[32m two\t\u001B[0m\r\n  \n")).toBe("two");
    expect(lastLine(" \n")).toBeNull();
  });
});
