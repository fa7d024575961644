import * as z from "zod";
import { accepting, found, limited } from "./common.ts";
import { nearest } from "./nearest.ts";

/** Words of a list: statuses, scopes, priorities. Callers may write them in any case. Source: spec/domain.md 2.1. */

/** A word as callers write it: as output has it, or all in capitals or small letters. (Any other case is taken, too.) */
export type Word<Name extends string> = Name | Uppercase<Name> | Lowercase<Name>;

/** One of a list of words, whatever their case; output as written in the list. */
export function oneOf<const Words extends readonly [string, ...string[]], const Alias extends string = never>(
  words: Words,
  aliases: { readonly [Name in Alias]?: Words[number] } = {},
) {
  const canonical = canonicalWords(words, aliases);
  const read = (given: unknown): unknown =>
    typeof given === "string" ? (canonical.get(given.trim().toLowerCase()) ?? given) : given;
  return z.preprocess(
    (given: Word<Words[number] | Alias>) => read(given),
    wordAmong(words, Object.keys(aliases)),
  );
}

function wordAmong<const Words extends readonly [string, ...string[]]>(
  words: Words,
  aliases: readonly string[],
) {
  const known = z.enum(words, { error: (issue) => notAmong(issue.input, words, aliases) });
  return limited(known, { enum: [...words, ...aliases] });
}

/** Each word and alias in lower case, with the word it stands for. */
function canonicalWords(words: readonly string[], aliases: object): Map<string, string> {
  return new Map([...words.map((word) => [word.toLowerCase(), word] as const), ...Object.entries(aliases)]);
}

/** More words than this do not fit a message. */
const WORDS_SHOWN = 12;

/** What was found, which words are accepted, and the nearest of them (or of their aliases). */
function notAmong(value: unknown, words: readonly string[], aliases: readonly string[]): string {
  const text = typeof value === "string" ? value : "";
  const [near] = nearest(text, [...words, ...aliases]);
  const help = near === undefined ? "" : ` (did you mean ${near}?)`;
  const shown = wordsFor(text, words);
  const more = shown.length < words.length ? " …" : "";
  return `${found(value)}; accepted ${words.length === 1 ? "is" : "are"} ${shown.join(", ")}${more}${help}`;
}

/** Of very many words those of the same family: `task.done` gets those that begin with `task.`. */
function wordsFor(text: string, words: readonly string[]): readonly string[] {
  if (words.length <= WORDS_SHOWN) return words;
  const family = `${text.split(".")[0] ?? ""}.`;
  const related = words.filter((word) => word.startsWith(family));
  return related.length > 0 ? related : words.slice(0, WORDS_SHOWN);
}

/** A filter: one or more of a list of words, as a list or with commas; an alias may stand for several. */
export function anyOf<const Words extends readonly [string, ...string[]], const Alias extends string = never>(
  words: Words,
  aliases: { readonly [Name in Alias]?: readonly Words[number][] } = {},
) {
  type Given = Word<Words[number] | Alias>;
  const canonical = canonicalWords(words, {});
  const standsFor = new Map(Object.entries<readonly string[] | undefined>(aliases));
  const expand = (given: unknown): unknown[] => {
    if (typeof given !== "string") return [given];
    return given.split(",").flatMap((part) => {
      const word = part.trim().toLowerCase();
      return standsFor.get(word) ?? [canonical.get(word) ?? part.trim()];
    });
  };
  return z.preprocess(
    (given: Given | readonly Given[]) =>
      given === undefined ? given : [...new Set([given].flat().flatMap(expand))],
    z
      .array(wordAmong(words, [...standsFor.keys()]), accepting("a word or a list of words"))
      .min(1, { error: `is empty; accepted are ${words.join(", ")}` }),
  );
}
