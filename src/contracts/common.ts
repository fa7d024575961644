import * as z from "zod";
import { LIMITS } from "../../machines/settings.ts";
import { DURATION_FORMS, readDuration } from "./duration.ts";
import { nearest } from "./nearest.ts";

/** The parts that the contracts of the verbs are made of. Source: 4-http-api.md 4.4. */

/** Texts without a limit of their own (descriptions, notes, reasons): as much as one request may hold. */
export const TEXT_BYTES = 262_144;
/** A command: Linux passes no longer argument to `/bin/sh -c`. */
export const COMMAND_BYTES = 65_536;
const LINE_CHARS = 128;
const DAY_MS = 86_400_000;
/** Node's timers cannot wait longer. */
const LONGEST_WAIT_MS = 2_147_483_647;

/** A found value in words: `is the number 5`, `is missing`. */
export function found(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "string") return `is ${quote(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return `is the ${typeof value} ${value}`;
  return `is a ${typeof value}`.replace("a object", "an object");
}

/** A text in quotes, shortened to what fits a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}

/** An error setting for zod: what was found, then what is accepted. */
export function accepting(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: (issue) => `${found(issue.input)}; ${what} is accepted` };
}

/** Parameters of a verb: unknown fields are refused. */
export function params<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, accepting("an object"));
}

interface Refusing {
  readonly issues: { push(issue: { code: "custom"; input: unknown; message: string }): unknown };
}

/** Refuses a value inside a transformation. */
export function reject(context: Refusing, input: unknown, message: string): never {
  context.issues.push({ code: "custom", input, message });
  return z.NEVER;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;

/** One line of text: trimmed, not empty, without control characters. */
export function line(max: number = LINE_CHARS) {
  return z.string(accepting("text")).transform((given, context) => {
    const text = given.trim();
    if (text === "") return reject(context, given, `is empty; 1 to ${max} characters are accepted`);
    if (text.length > max)
      return reject(context, given, `is ${text.length} characters long; at most ${max} are accepted`);
    return CONTROL.test(text)
      ? reject(context, given, "contains a control character, which is not accepted")
      : text;
  });
}

/** Text of any kind, limited in bytes; not trimmed. */
export function prose(maxBytes: number = TEXT_BYTES) {
  return z.string(accepting("text")).transform((text, context) => {
    const bytes = Buffer.byteLength(text);
    return bytes > maxBytes
      ? reject(context, text, `is ${bytes} bytes long; at most ${maxBytes} are accepted`)
      : text;
  });
}

/** A title: not empty, trimmed, at most 512 characters; line breaks are kept. */
export const title = z.string(accepting("text")).transform((given, context) => {
  const text = given.trim();
  if (text === "")
    return reject(context, given, `is empty; 1 to ${LIMITS.titleChars} characters are accepted`);
  return text.length > LIMITS.titleChars
    ? reject(context, given, `is ${text.length} characters long; at most ${LIMITS.titleChars} are accepted`)
    : text;
});

/** Does it look like the reference of a task or delegation (`T-42`, `D-7`)? No name or id may. */
export function looksLikeRef(text: string): boolean {
  return /^[TD]-\d+$/i.test(text);
}

/** A name of an instance. Source: 2-domain.md 2.1. */
export const instanceName = line(LIMITS.nameChars).transform((name, context) => {
  if (name.includes("/")) return reject(context, name, `is ${quote(name)}; a name without "/" is accepted`);
  return looksLikeRef(name)
    ? reject(
        context,
        name,
        `is ${quote(name)}, which looks like the reference of a task or delegation; any other name is accepted`,
      )
    : name;
});

/** An id chosen by the caller. Source: 2-domain.md 2.1. */
export const ownId = z.string(accepting("text")).transform((id, context) => {
  if (looksLikeRef(id)) {
    return reject(
      context,
      id,
      `is ${quote(id)}, which looks like the reference of a task or delegation; any other id is accepted`,
    );
  }
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)
    ? id
    : reject(
        context,
        id,
        `is ${quote(id)}; 1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit`,
      );
});

/** Where an id is read: an id, a ref or the name of a live instance. Only its shape is checked here. */
export const reference = line(LINE_CHARS);

/** One of a list of words, whatever their case; output as written in the list. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  aliases: Readonly<Record<string, Words[number]>> = {},
) {
  const canonical = canonicalWords(words, aliases);
  return z.preprocess(
    (given) => (typeof given === "string" ? (canonical.get(given.trim().toLowerCase()) ?? given) : given),
    z.enum(words, { error: (issue) => notAmong(issue.input, words, Object.keys(aliases)) }),
  );
}

/** Each word and alias in lower case, with the word it stands for. */
export function canonicalWords<Word extends string>(
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>>,
): Map<string, Word> {
  return new Map([...words.map((word) => [word.toLowerCase(), word] as const), ...Object.entries(aliases)]);
}

/** More words than this do not fit a message. */
const WORDS_SHOWN = 12;

/** What was found, which words are accepted, and the nearest of them (or of their aliases). */
export function notAmong(value: unknown, words: readonly string[], aliases: readonly string[] = []): string {
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

/** A whole number of a range. */
export function whole(min: number, max: number) {
  const error = accepting(`a whole number from ${min} to ${max}`);
  return z.int(error).min(min, error).max(max, error);
}

/** Yes or no. */
export const flag = z.boolean(accepting("true or false"));

/** A moment in ISO 8601 with its zone, as milliseconds since the epoch. */
export const moment = z
  .string(accepting("a moment such as 2026-03-01T12:00:00Z"))
  .transform((given, context) => {
    const ms = readMoment(given);
    return (
      ms ??
      reject(
        context,
        given,
        `is ${quote(given)}; a moment such as 2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00 is accepted`,
      )
    );
  });

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** null = not a moment: also 30 February, and what leaves the time zone open. */
export function readMoment(text: string): number | null {
  const parts = MOMENT.exec(text.trim());
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number);
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const ms = Date.parse(text.trim().toUpperCase());
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}

/** A length of time in milliseconds; a bare number counts in `unit` milliseconds. */
export function lengthOf(range: { readonly unit: number; readonly min?: number; readonly max?: number }) {
  const { unit, min = 0, max = LONGEST_WAIT_MS } = range;
  const what = `${min / unit} to ${max / unit} ${unit === 1 ? "milliseconds" : "seconds"}, or ${DURATION_FORMS},`;
  return z.union([z.string(), z.number()], accepting(what)).transform((given, context) => {
    const ms = readDuration(given, unit);
    if (ms === null || ms < min || ms > max)
      return reject(context, given, `${found(given)}; ${what} is accepted`);
    return ms;
  });
}

/** A length up to `max` milliseconds; a bare number counts milliseconds. */
export const milliseconds = (max: number = LONGEST_WAIT_MS) => lengthOf({ unit: 1, max });
/** How long a lease is asked for: up to 7 days; a bare number counts seconds, the output milliseconds. */
export const leaseLength = lengthOf({ unit: 1_000, min: 1, max: 7 * DAY_MS });

/** Any JSON of the caller, as its text; null for null. Limited in bytes. */
export function jsonText(maxBytes: number) {
  return z.unknown().transform((value, context): string | null => {
    if (value === null || value === undefined) return null;
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    return bytes > maxBytes
      ? reject(context, value, `is ${bytes} bytes of JSON; at most ${maxBytes} are accepted`)
      : text;
  });
}

const tag = line(LIMITS.tagChars);

/** Tags, capabilities: each 1 to 64 characters, without repetitions. */
export function tags(max: number = LIMITS.tags) {
  return z
    .array(tag, accepting("a list of texts"))
    .transform((given, context) =>
      given.length > max
        ? reject(context, given, `has ${given.length} entries; at most ${max} are accepted`)
        : [...new Set(given)],
    );
}

/** What every verb that changes something takes. */
export const commandOptions = {
  idempotencyKey: line(256).optional(),
  by: line(LINE_CHARS).optional(),
};

/** Text that may be left out or null. */
export const optionalProse = prose()
  .nullish()
  .transform((text) => text ?? null);

/** For the verbs that take nothing of their own. */
export const plainCommand = params({ ...commandOptions });
