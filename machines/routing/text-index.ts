import MiniSearch from "minisearch";
import type { SearchResult } from "minisearch";
import type { InstanceNo } from "../records/values.ts";
import type { RosterEntry } from "../records/instance.ts";

/** How much of a task's text is read: a decision must stay cheap however long the description is. */
export const TEXT_LIMITS = { titleChars: 512, descriptionChars: 1_024 } as const;

/**
 * The words of a roster, asked how well a task's title and description fit each child.
 * Immutable: made anew when a child's name, capabilities, domains or description change, or a child comes or goes;
 * `ownOpen`, `room` and the like are not part of it. Source: spec/domain.md 2.6 (Rank by 3).
 */
export interface TextIndex {
  /** BM25 score by child, > 0, rounded up to 1/1000; children without a common word are absent. */
  scores(title: string, description: string | null): ReadonlyMap<InstanceNo, number>;
  /** The words of the task that this child was found by, in lower case; for reasons in words. */
  words(title: string, description: string | null, child: InstanceNo): readonly string[];
}

const FIELDS = ["capabilities", "name", "domains", "description"] as const;

type Entry = Readonly<Record<(typeof FIELDS)[number], string>> & { readonly id: InstanceNo };

const NO_SCORES: ReadonlyMap<InstanceNo, number> = new Map();

/** Words that say nothing about who should do the work. A capability of that name is still found by tag. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  "an and are as at be by do for from if in into is it its no not of on or so that the then this to up with".split(
    " ",
  ),
);

const DIGITS = /^\d+$/;
const SEPARATOR = /[\s\p{P}]/u;
/** For the first 128 characters, whether they stand between words. */
const SEPARATES = Uint8Array.from({ length: 128 }, (_, code) =>
  SEPARATOR.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Calls `take` with what stands between blanks and punctuation in a text of lower case, single letters aside. */
function eachWord(text: string, take: (text: string, start: number, end: number) => void): void {
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !isSeparator(text, at)) continue;
    if (at - start > 1) take(text, start, at);
    start = at + 1;
  }
}

function isSeparator(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 ? SEPARATES[code] === 1 : SEPARATOR.test(text.charAt(at));
}

/** The words of a text that count: no numbers ("step 1" must not find "worker-1"), no single letters, no stop words. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  eachWord(text.toLowerCase(), (text, start, end) => {
    const word = text.slice(start, end);
    if (!STOP_WORDS.has(word) && !DIGITS.test(word)) words.push(word);
  });
  return words;
}

/** A set of words that tells most others apart without cutting them out of their text: by both ends and the length. */
class Vocabulary {
  readonly #words = new Set<string>();
  readonly #shapes = new Uint8Array(4_096);

  add(word: string): void {
    this.#words.add(word);
    this.#shapes[shapeOf(word, 0, word.length)] = 1;
  }

  /** The task's words that are in it, each once, joined; "" = none. */
  wordsIn(title: string, description: string | null): string {
    const known = new Set<string>();
    const take = (text: string, start: number, end: number): void => {
      if (this.#shapes[shapeOf(text, start, end)] === 0) return;
      const word = text.slice(start, end);
      if (this.#words.has(word)) known.add(word);
    };
    eachWord(title.slice(0, TEXT_LIMITS.titleChars).toLowerCase(), take);
    if (description !== null) {
      eachWord(description.slice(0, TEXT_LIMITS.descriptionChars).toLowerCase(), take);
    }
    return [...known].join(" ");
  }
}

/** A number below 4,096, the same for equal words. */
function shapeOf(text: string, start: number, end: number): number {
  const ends = text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7;
  return (ends + end - start) & 4_095;
}

/**
 * An index over the words of these children: capabilities, name, domains and description, all of equal weight.
 * They are read when it is first asked, so that making one per change of the roster costs nothing. Ranking is
 * minisearch's BM25+ (Lv and Zhai, "Lower-bounding term frequency normalization", CIKM 2011), exact words only.
 */
export function createTextIndex(children: Iterable<RosterEntry>): TextIndex {
  let built: ReturnType<typeof build> | null = null;
  let last: { readonly text: string; readonly found: readonly SearchResult[] } = { text: "", found: [] };

  /** What the task's words find. Asking twice for the same words costs one search: scores first, then words. */
  function find(title: string, description: string | null): readonly SearchResult[] {
    built ??= build(children);
    const text = built.vocabulary.wordsIn(title, description);
    if (text === "") return [];
    if (text !== last.text) last = { text, found: built.search.search(text) };
    return last.found;
  }

  return {
    scores(title, description) {
      const found = find(title, description);
      if (found.length === 0) return NO_SCORES;
      const scores = new Map<InstanceNo, number>();
      for (const { id, score } of found) scores.set(id as InstanceNo, Math.ceil(score * 1_000) / 1_000);
      return scores;
    },
    words: (title, description, child) =>
      find(title, description).find(({ id }) => id === child)?.terms ?? [],
  };
}

function build(children: Iterable<RosterEntry>) {
  const search = new MiniSearch<Entry>({
    fields: [...FIELDS],
    tokenize: wordsOf,
    processTerm: (word) => word,
  });
  const vocabulary = new Vocabulary();
  for (const { child, capabilities, name, domains, description } of children) {
    const entry = {
      id: child,
      capabilities: capabilities.join(" "),
      name,
      domains: domains.join(" "),
      description: description ?? "",
    };
    for (const field of FIELDS) for (const word of wordsOf(entry[field])) vocabulary.add(word);
    search.add(entry);
  }
  return { search, vocabulary };
}
