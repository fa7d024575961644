import { distance } from "fastest-levenshtein";

/** Texts longer than this are no slip of the pen: nothing is suggested for them. */
const LONGEST = 256;

/**
 * The candidates that a person most likely meant, best first; empty when none is near. Case and
 * separators do not count, so `parent_id` finds `parentId`; two letters swapped count as one slip.
 */
export function nearest(text: string, candidates: Iterable<string>, limit = 1): string[] {
  const wanted = plain(text);
  if (wanted === "" || text.length > LONGEST) return [];
  const found: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const score = scoreOf(wanted, plain(candidate));
    if (score !== null) found.push({ candidate, score });
  }
  found.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
  return found.slice(0, limit).map(({ candidate }) => candidate);
}

/** What is said after an unknown word: `; did you mean X?`, and X itself; nothing when no candidate is near. */
export function suggest(
  text: string,
  candidates: Iterable<string>,
): { readonly help: string; readonly suggestion?: string } {
  const [suggestion] = nearest(text, candidates);
  return suggestion === undefined ? { help: "" } : { help: `; did you mean ${suggestion}?`, suggestion };
}

/** 0 = the same but for case and separators; null = too far away to be meant. */
function scoreOf(wanted: string, candidate: string): number | null {
  if (wanted === candidate) return 0;
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
  if (Math.abs(wanted.length - candidate.length) <= allowed + 1) {
    const slips = distance(wanted, candidate) - (sameLetters(wanted, candidate) ? 1 : 0);
    if (slips <= allowed) return slips;
  }
  if (wanted.length < 3 || candidate.length < 3) return null;
  if (candidate.startsWith(wanted) || wanted.startsWith(candidate)) return allowed + 1;
  return wanted.length > 3 && candidate.includes(wanted) ? allowed + 2 : null;
}

function plain(text: string): string {
  return text.replaceAll(/[-_\s]/g, "").toLowerCase();
}

function sameLetters(a: string, b: string): boolean {
  return a.length === b.length && a.split("").sort().join("") === b.split("").sort().join("");
}
