import { describe, expect, it } from "vitest";
import stringWidth from "string-width";
import { fieldLines, jsonText } from "../../cli/render/fields.ts";
import { PLAIN_LOOK } from "../../cli/render/look.ts";
import { age, clean, cleanBlock, fit, pad, plural } from "../../cli/render/text.ts";
import { commandText, shellWord } from "../../src/contracts/shell-word.ts";

describe("text of strangers", () => {
  it.each([
    ["plain", "plain"],
    ["two\nlines\tand a tab", "two lines and a tab"],
    ["\u001B[31mred\u001B[0m", "red"],
    ["\u001B]0;title\u0007bell", "bell"],
    ["a\u0000b\u0008c\u009Fd", "abcd"],
    ["turned\u202Earound", "turnedaround"],
    ["half \uD800 a character", "half \uFFFD a character"],
    ["👩‍👩‍👧 家族", "👩‍👩‍👧 家族"],
  ])("%j becomes %j", (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("may keep its lines", () => {
    expect(cleanBlock("a\r\nb\rc\td")).toBe("a\nb\nc\td");
  });
});

describe("widths", () => {
  it.each([
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["世界", 4],
    ["👍", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["\u001B[31mred\u001B[39m", 3],
    ["│", 1],
    ["\u200B", 0],
  ])("%j takes %i columns", (text, columns) => {
    expect(stringWidth(text)).toBe(columns);
  });

  it.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 4, "abc…"],
    ["世界世界", 5, "世界…"],
    ["世界世界", 4, "世…"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
  ])("%j cut to %i is %j", (text, columns, expected) => {
    expect(fit(text, columns)).toBe(expected);
  });

  it("are filled up with spaces", () => {
    expect(pad("世", 4)).toBe("世  ");
    expect(pad("abc", 2)).toBe("abc");
  });
});

describe("small words", () => {
  it("count things", () => {
    expect([0, 1, 2].map((count) => plural(count, "task"))).toEqual(["0 tasks", "1 task", "2 tasks"]);
  });

  it.each([
    [-5, "0s"],
    [59, "59s"],
    [60, "1m"],
    [3_600, "1h"],
    [86_400, "1d"],
  ])("%i seconds are %s", (seconds, expected) => {
    expect(age("2026-01-01T00:00:00.000Z", Date.parse("2026-01-01T00:00:00.000Z") + seconds * 1_000)).toBe(
      expected,
    );
  });

  it("are quoted for a shell where they must be", () => {
    expect(commandText(["task", "show", "it's", "T-1"])).toBe("hopper task show 'it'\\''s' T-1");
    expect(shellWord("")).toBe("''");
  });
});

describe("fields", () => {
  it("leave out what is empty and show JSON in a line", () => {
    expect(
      fieldLines(
        [
          ["a", null],
          ["bc", "1"],
          ["d", ""],
        ],
        PLAIN_LOOK,
      ),
    ).toEqual(["  bc  1"]);
    expect(fieldLines([], PLAIN_LOOK)).toEqual([]);
    expect([null, undefined, {}, { a: 1 }, "x", 0].map((value) => jsonText(value))).toEqual([
      null,
      null,
      null,
      '{"a":1}',
      "x",
      "0",
    ]);
  });
});
