import * as z from "zod";
import type { Json } from "../../machines/records/values.ts";
import { LIMITS } from "../../machines/settings.ts";
import { accepting, limited, quote, reject } from "./common.ts";

/** Texts: lines, prose, names, references, tags, JSON. Source: 4-http-api.md 4.4, 2-domain.md 2.1. */

/** Texts without a limit of their own (descriptions, notes, reasons): as much as one request may hold. */
export const TEXT_BYTES = 262_144;
/** A command: Linux passes no longer argument to `/bin/sh -c`. */
export const COMMAND_BYTES = 65_536;
export const LINE_CHARS = 128;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
/** What {@link line} takes, for JSON Schema. */
const LINE = String.raw`^\s*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*\s*$`;

/** One line of text: trimmed, not empty, without control characters. */
export function line(max: number = LINE_CHARS) {
  const schema = z.string(accepting("text")).transform((given, context) => {
    const text = given.trim();
    if (text === "") return reject(context, given, `is empty; 1 to ${max} characters are accepted`);
    if (text.length > max)
      return reject(context, given, `is ${text.length} characters long; at most ${max} are accepted`);
    return CONTROL.test(text)
      ? reject(context, given, "contains a control character, which is not accepted")
      : text;
  });
  return limited(schema, { minLength: 1, maxLength: max, pattern: LINE });
}

/** Text of any kind, limited in bytes; not trimmed. */
export function prose(maxBytes: number = TEXT_BYTES) {
  const schema = z.string(accepting("text")).transform((text, context) => {
    const bytes = Buffer.byteLength(text);
    return bytes > maxBytes
      ? reject(context, text, `is ${bytes} bytes long; at most ${maxBytes} are accepted`)
      : text;
  });
  return limited(schema, { maxLength: maxBytes, "x-max-bytes": maxBytes });
}

/** A title: not empty, trimmed, at most 512 characters; line breaks are kept. */
export const title = limited(
  z.string(accepting("text")).transform((given, context) => {
    const text = given.trim();
    if (text === "")
      return reject(context, given, `is empty; 1 to ${LIMITS.titleChars} characters are accepted`);
    return text.length > LIMITS.titleChars
      ? reject(context, given, `is ${text.length} characters long; at most ${LIMITS.titleChars} are accepted`)
      : text;
  }),
  { minLength: 1, maxLength: LIMITS.titleChars, pattern: String.raw`\S` },
);

/** Does it look like the reference of a task or delegation (`T-42`, `D-7`)? No name or id may. */
export function looksLikeRef(text: string): boolean {
  return /^[TD]-\d+$/i.test(text);
}

/** A name of an instance. Source: 2-domain.md 2.1. */
export const instanceName = limited(
  line(LIMITS.nameChars).transform((name, context) => {
    if (name.includes("/")) return reject(context, name, `is ${quote(name)}; a name without "/" is accepted`);
    return looksLikeRef(name)
      ? reject(
          context,
          name,
          `is ${quote(name)}, which looks like the reference of a task or delegation; any other name is accepted`,
        )
      : name;
  }),
  {
    pattern: String.raw`^(?!\s*[TDtd]-\d+\s*$)\s*[^\s\u0000-\u001F\u007F-\u009F/][^\u0000-\u001F\u007F-\u009F/]*\s*$`,
  },
);

const OWN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** An id chosen by the caller. Source: 2-domain.md 2.1. */
export const ownId = limited(
  z.string(accepting("text")).transform((id, context) => {
    if (looksLikeRef(id)) {
      return reject(
        context,
        id,
        `is ${quote(id)}, which looks like the reference of a task or delegation; any other id is accepted`,
      );
    }
    return OWN_ID.test(id)
      ? id
      : reject(
          context,
          id,
          `is ${quote(id)}; 1 to 64 letters, digits, ".", "_" and "-" are accepted, the first a letter or digit`,
        );
  }),
  { minLength: 1, maxLength: 64, pattern: String.raw`^(?![TDtd]-\d+$)[A-Za-z0-9][A-Za-z0-9._-]*$` },
);

/** Where an id is read: an id, a ref or the name of a live instance. Only its shape is checked here. */
export const reference = line(LINE_CHARS);

/** Any JSON of the caller: that it is JSON, `check` has seen to. */
export const json = z.unknown() as z.ZodType<unknown, Json>;

/** Any JSON of the caller, as its text; null for null. Limited in bytes. */
export function jsonText(maxBytes: number) {
  const schema = json.transform((value, context): string | null => {
    if (value === null || value === undefined) return null;
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    return bytes > maxBytes
      ? reject(context, value, `is ${bytes} bytes of JSON; at most ${maxBytes} are accepted`)
      : text;
  });
  return limited(schema, { "x-max-bytes": maxBytes });
}

const tag = line(LIMITS.tagChars);

/** Tags, capabilities: each 1 to 64 characters, without repetitions. */
export function tags(max: number = LIMITS.tags) {
  const list: z.ZodType<string[], readonly string[]> = z.array(tag, accepting("a list of texts"));
  const schema = list.transform((given, context) =>
    given.length > max
      ? reject(context, given, `has ${given.length} entries; at most ${max} are accepted`)
      : [...new Set(given)],
  );
  return limited(schema, { maxItems: max });
}

/** Text that may be left out or null. */
export const optionalProse = prose()
  .nullish()
  .transform((text) => text ?? null);
