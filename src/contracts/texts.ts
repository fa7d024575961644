import * as z from "zod";
import type { Json } from "../../machines/records/values.ts";
import { looksLikeRef } from "../../machines/policies/naming.ts";
import { LIMITS } from "../../machines/settings.ts";
import { characters } from "../../machines/records/values.ts";
import { accepting, atMost, bytes, length, limited, must } from "./common.ts";

/** Texts: lines, prose, names, references, tags, JSON. Source: spec/api.md 4.4, spec/domain.md 2.1. */

/** Texts without a limit of their own (descriptions, notes, reasons): as much as one request may hold. */
export const TEXT_BYTES = 262_144;
/** A command: Linux passes no longer argument to `/bin/sh -c`. */
export const COMMAND_BYTES = 65_536;
export const LINE_CHARS = 128;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
/** What {@link line} takes, for JSON Schema. */
const LINE = String.raw`^\s*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*\s*$`;

/** Text without the blanks around it: at most so many characters. */
function trimmed(max: number) {
  return z
    .string(accepting("text"))
    .trim()
    .check(
      atMost(max, "is # characters long", (text) => (text.length <= max ? text.length : characters(text))),
    );
}

/** As {@link trimmed}, and not empty. */
function filled(max: number) {
  return trimmed(max).check(must(`is empty; 1 to ${max} characters are accepted`, (text) => text !== ""));
}

/** One line of text: trimmed, not empty, without control characters. */
export function line(max: number = LINE_CHARS) {
  const noControl = must<string>(
    "contains a control character, which is not accepted",
    (text) => !CONTROL.test(text),
  );
  return limited(filled(max).check(noControl), { minLength: 1, maxLength: max, pattern: LINE });
}

/** Text to look for: trimmed, may be empty. */
export function searchText(max: number) {
  return limited(trimmed(max), { maxLength: max });
}

/** Text of any kind, limited in bytes; not trimmed. */
export function prose(maxBytes: number = TEXT_BYTES) {
  const schema = z.string(accepting("text")).check(atMost(maxBytes, "is # bytes long", bytes));
  return limited(schema, { maxLength: maxBytes, "x-max-bytes": maxBytes });
}

/** A title: not empty, trimmed, at most 512 characters; line breaks are kept. */
export const title = limited(filled(LIMITS.titleChars), {
  minLength: 1,
  maxLength: LIMITS.titleChars,
  pattern: String.raw`\S`,
});

/** A check for zod: a name or id that cannot be taken for a ref. */
const noRef = (kind: "name" | "id") =>
  must<string>(
    `is #, which looks like the reference of a task or delegation; any other ${kind} is accepted`,
    (text) => !looksLikeRef(text),
  );

/** A name of an instance. Source: spec/domain.md 2.1. */
export const instanceName = limited(
  line(LIMITS.nameChars).check(
    must(`is #; a name without "/" is accepted`, (name) => !name.includes("/")),
    noRef("name"),
  ),
  {
    minLength: 1,
    maxLength: LIMITS.nameChars,
    pattern: String.raw`^(?!\s*[TDtd]-\d+\s*$)\s*[^\s\u0000-\u001F\u007F-\u009F/][^\u0000-\u001F\u007F-\u009F/]*\s*$`,
  },
);

/** A word that can stand inside of others: an id, a key, the name of a plan. */
export const plainName = z
  .string(accepting("text"))
  .check(
    must(
      `is #; 1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit`,
      (text) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text),
    ),
  );

/** An id chosen by the caller. Source: spec/domain.md 2.1. */
export const ownId = limited(plainName.check(noRef("id")), {
  minLength: 1,
  maxLength: 64,
  pattern: String.raw`^(?![TDtd]-\d+$)[A-Za-z0-9][A-Za-z0-9._-]*$`,
});

/** Where an id is read: an id, a ref or the name of a live instance. Only its shape is checked here. */
export const reference = line(LINE_CHARS);

/** Any JSON of the caller: that it is JSON, `check` has seen to. */
export const json = z.unknown() as z.ZodType<unknown, Json>;

/** Any JSON of the caller, as its text; null for null. Limited in bytes. */
export function jsonText(maxBytes: number) {
  const schema = json
    .transform((value) => (value === null || value === undefined ? null : JSON.stringify(value)))
    .check(atMost(maxBytes, "is # bytes of JSON", (text) => bytes(text ?? "")));
  return limited(schema, { "x-max-bytes": maxBytes });
}

const tag = line(LIMITS.tagChars);

/** Tags, capabilities: each 1 to 64 characters, without repetitions. */
export function tags(max: number = LIMITS.tags) {
  const list: z.ZodType<string[], readonly string[]> = z.array(tag, accepting("a list of texts"));
  const schema = list.check(atMost(max, "has # entries", length)).transform((given) => [...new Set(given)]);
  return limited(schema, { maxItems: max });
}

/** What may be left out or null; null then. */
export function orNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? null);
}

/** Text that may be left out or null. */
export const optionalProse = orNull(prose());

/** A task's result. */
export const result = jsonText(LIMITS.resultBytes)
  .optional()
  .transform((text) => text ?? null);
