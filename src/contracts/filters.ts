import * as z from "zod";
import { LIMITS } from "../../machines/settings.ts";
import { query } from "./check.ts";
import { accepting, flag, params, whole, type Input } from "./common.ts";
import { line, searchText } from "./texts.ts";

/** The parts that the contracts of questions are made of: numbers and flags may come as text, too, and texts as one or a list. */

/** In a question numbers and flags may come as text. */
export function queryWhole(min: number, max: number) {
  const read = (given: unknown): unknown =>
    typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : given;
  return z.preprocess((given: number) => read(given), whole(min, max));
}

/** Yes or no; in a question also as text. */
export const queryFlag = z.preprocess((given: boolean) => readFlag(given), flag);

function readFlag(given: unknown): unknown {
  if (given === "true" || given === "1") return true;
  return given === "false" || given === "0" ? false : given;
}

/** A filter of texts: one, or a list. No commas: a tag may contain one. */
export const tagFilter = z.preprocess(
  (given: string | readonly string[]) => (typeof given === "string" ? [given] : given),
  z.array(line(LIMITS.tagChars), accepting("a text or a list of texts")),
);

/** Text to look for; trimmed, at most 512 characters. */
export const search = searchText(512);

/** What every list takes. */
export const pageFields = {
  /** Entries of a page, 1 to 500. Default 50. */
  limit: queryWhole(1, 500).default(50),
  /** `nextCursor` of the page before. Default: the first page. */
  cursor: line(1_024).optional(),
  /** Also count everything that fits, as `total`. Default false. */
  count: queryFlag.default(false),
};

/** What every list takes. */
export interface PageParams extends Input<typeof pageFields> {}

/** For the lists that take nothing but a page. */
export const plainPage = query(params(pageFields));
