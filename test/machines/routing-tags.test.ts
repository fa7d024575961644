import { expect, test } from "vitest";
import { countMatches, lowerTags, matchedTags } from "../../machines/routing/tags.ts";

test("tags match capabilities whatever their case", () => {
  const tags = lowerTags(["Frontend", "CSS", "api"]);
  expect(countMatches(tags, ["frontend", "Css"])).toBe(2);
  expect(matchedTags(tags, ["CSS", "FRONTEND"])).toEqual(["frontend", "css"]);
});

test("also beyond ASCII", () => {
  expect(countMatches(lowerTags(["ÜBERSETZEN", "дом", "c"]), ["übersetzen", "Дом", "\u212A", ""])).toBe(2);
});

test("a part of a capability is no match", () => {
  expect(countMatches(["front"], ["frontend", "upfront"])).toBe(0);
});

test("a tag given twice counts once", () => {
  expect(lowerTags(["a", "A", "b"])).toEqual(["a", "b"]);
});

test("no tags, nothing to match", () => {
  expect(countMatches(lowerTags([]), ["a"])).toBe(0);
});
