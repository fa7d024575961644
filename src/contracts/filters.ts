import * as z from "zod";
import { LIMITS } from "../../machines/settings.ts";
import { query } from "./check.ts";
import { accepting, canonicalWords, flag, line, notAmong, params, reject, whole } from "./common.ts";

/** The parts that the contracts of questions are made of: numbers and flags may come as text, words as a list or with commas. */

const QUERY_CHARS = 512;

/** A filter: one or more of a list of words, as a list or with commas; an alias may stand for several. */
export function anyOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  aliases: Readonly<Record<string, readonly Words[number][]>> = {},
) {
  const canonical = canonicalWords(words, {});
  const expand = (given: unknown): unknown[] => {
    if (typeof given !== "string") return [given];
    return given.split(",").flatMap((part) => {
      const word = part.trim().toLowerCase();
      return Object.hasOwn(aliases, word) ? (aliases[word] ?? []) : [canonical.get(word) ?? part.trim()];
    });
  };
  return z.preprocess(
    (given) =>
      given === undefined ? given : [...new Set((Array.isArray(given) ? given : [given]).flatMap(expand))],
    z
      .array(
        z.enum(words, { error: (issue) => notAmong(issue.input, words, Object.keys(aliases)) }),
        accepting("a word or a list of words"),
      )
      .min(1, { error: `is empty; accepted are ${words.join(", ")}` }),
  );
}

/** In a question numbers and flags may come as text. */
export function queryWhole(min: number, max: number) {
  return z.preprocess(
    (given) => (typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : given),
    whole(min, max),
  );
}

/** Yes or no; in a question also as text. */
export const queryFlag = z.preprocess((given) => {
  if (given === "true" || given === "1") return true;
  return given === "false" || given === "0" ? false : given;
}, flag);

/** A filter of texts: one, or a list. No commas: a tag may contain one. */
export const tagFilter = z.preprocess(
  (given) => (typeof given === "string" ? [given] : given),
  z.array(line(LIMITS.tagChars), accepting("a text or a list of texts")),
);

/** Text to look for; trimmed, at most 512 characters. */
export const search = z.string(accepting("text")).transform((given, context) => {
  const text = given.trim();
  return text.length > QUERY_CHARS
    ? reject(context, given, `is ${text.length} characters long; at most ${QUERY_CHARS} are accepted`)
    : text;
});

/** What every list takes. */
export const pageParams = {
  limit: queryWhole(1, 500).default(50),
  cursor: line(1_024).optional(),
  count: queryFlag.default(false),
};

/** For the lists that take nothing but a page. */
export const plainPage = query(params({ ...pageParams }));
